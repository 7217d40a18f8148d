//! Why schedules made nothing.

use sea_orm_migration::prelude::*;

/// Adds the columns.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "ALTER TABLE count_schedules ADD COLUMN last_skipped_at bigint",
            "ALTER TABLE count_schedules ADD COLUMN last_skipped_because text",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
