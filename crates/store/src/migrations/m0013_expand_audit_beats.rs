//! Audits that say from time to time that they still run.

use sea_orm_migration::prelude::*;

/// Lets an audit whose node is gone be told from one that runs.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// None: of a release that says nothing while it reads.
const UNTIL: &str = "ALTER TABLE channel_audits ADD COLUMN until bigint";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UNTIL).await?;
        Ok(())
    }
}
