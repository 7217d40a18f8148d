//! What a shop has told: its messages, as far as they say where to look, and up to when its orders
//! are followed.
//!
//! No message is kept itself: orders carry names and addresses, and we need neither.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the table and adds the columns.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const DELIVERIES: Table = Table {
    name: "channel_deliveries",
    columns: &[
        Column::new("id", Kind::Uuid),
        Column::new("channel_id", Kind::Uuid),
        Column::new("delivery", Kind::Text),
        Column::nullable("event", Kind::Text),
        Column::new("topic", Kind::Text),
        Column::new("kind", Kind::Text),
        Column::new("subject", Kind::Text),
        Column::nullable("location", Kind::Text),
        Column::nullable("triggered_at", Kind::BigInt),
        Column::new("received_at", Kind::BigInt),
        Column::new("status", Kind::Text),
        Column::new("tries", Kind::BigInt),
        Column::new("next_at", Kind::BigInt),
        Column::nullable("problem", Kind::Text),
    ],
    primary_key: &["id"],
    // Where a message has no event, it has none to share: NULLs are all different.
    unique: &[&["channel_id", "delivery"], &["channel_id", "topic", "event"]],
    indexes: &[&["channel_id", "received_at"]],
};

/// What waits stays small while what is done becomes much.
const WAITING: &str = "CREATE INDEX channel_deliveries_waiting ON channel_deliveries \
     (channel_id, next_at) WHERE status = 'waiting'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, &DELIVERIES).await?;
        create_indexes(manager, &DELIVERIES).await?;
        manager.get_connection().execute_unprepared(WAITING).await?;
        let mut from = ColumnDef::new(Alias::new("orders_from"));
        let mut until = ColumnDef::new(Alias::new("orders_until"));
        let mut secrets = ColumnDef::new(Alias::new("webhook_secrets"));
        from.big_integer().null();
        until.big_integer().null();
        secrets.blob().null();
        // SQLite adds one column at a time.
        for column in [from, until, secrets] {
            let mut alter = sea_orm_migration::prelude::Table::alter();
            alter.table(Alias::new("channels")).add_column(column);
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
