//! What waits of a shop's messages is found by what it is about.

use sea_orm_migration::prelude::*;

/// One reading answers all messages about the same thing: in a burst an order has many of them.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const INDEX: &str = "CREATE INDEX channel_deliveries_waiting_subject ON channel_deliveries \
     (channel_id, kind, subject) WHERE status = 'waiting'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(INDEX).await?;
        Ok(())
    }
}
