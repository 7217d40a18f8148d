//! Which other systems are told what, and the messages to them.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the tables, and the indexes by which news without a number is found.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLES: &[Table] = &[
    Table {
        name: "webhook_endpoints",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("url", Kind::Text),
            Column::new("secret", Kind::Bytes),
            Column::new("events", Kind::Text),
            Column::new("active", Kind::Bool),
            Column::nullable("status_reason", Kind::Text),
            Column::nullable("failing_since", Kind::BigInt),
            Column::new("since", Kind::BigInt),
            Column::new("told_at", Kind::BigInt),
            Column::new("created_at", Kind::BigInt),
            Column::new("version", Kind::BigInt),
            Column::new("fingerprint", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "webhook_cursors",
        columns: &[
            Column::new("endpoint_id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("seq", Kind::BigInt),
        ],
        primary_key: &["endpoint_id", "facility_id"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "webhook_messages",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("endpoint_id", Kind::Uuid),
            Column::new("event", Kind::Text),
            Column::new("subject", Kind::Uuid),
            Column::new("payload", Kind::Text),
            Column::new("status", Kind::Text),
            Column::new("tries", Kind::BigInt),
            Column::new("next_at", Kind::BigInt),
            Column::new("created_at", Kind::BigInt),
            Column::nullable("delivered_at", Kind::BigInt),
            Column::nullable("http_status", Kind::BigInt),
            Column::nullable("problem", Kind::Text),
        ],
        primary_key: &["id"],
        // Each event once, however often and by however many nodes it is found.
        unique: &[&["endpoint_id", "event", "subject"]],
        indexes: &[&["endpoint_id", "created_at"], &["created_at"]],
    },
];

const INDEXES: [&str; 4] = [
    // What waits stays small while what is delivered becomes much.
    "CREATE INDEX webhook_messages_waiting ON webhook_messages (endpoint_id, next_at) \
     WHERE status = 'waiting'",
    "CREATE INDEX variance_requests_reported_at ON variance_requests (reported_at)",
    "CREATE INDEX variance_requests_decided_at ON variance_requests (decided_at) \
     WHERE decided_at IS NOT NULL",
    "CREATE INDEX counts_closed_at ON counts (closed_at) WHERE closed_at IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            create_table(manager, table).await?;
            create_indexes(manager, table).await?;
        }
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }
}
