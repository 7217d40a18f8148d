//! Levels at which a shop is not what it should be, and readings of a shop as a whole.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the tables and adds the column.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLES: &[Table] = &[
    Table {
        name: "channel_differences",
        columns: &[
            Column::new("channel_id", Kind::Uuid),
            Column::new("item", Kind::Text),
            Column::new("location", Kind::Text),
            Column::new("sku_id", Kind::Uuid),
            Column::new("class", Kind::Text),
            Column::nullable("has", Kind::BigInt),
            Column::new("should", Kind::BigInt),
            Column::new("ordinal", Kind::BigInt),
            Column::new("asked_at", Kind::BigInt),
            Column::new("read_at", Kind::BigInt),
            Column::new("first_seen_at", Kind::BigInt),
            Column::new("seen_at", Kind::BigInt),
            Column::new("sightings", Kind::BigInt),
            Column::new("next_at", Kind::BigInt),
            Column::nullable("confirmed_at", Kind::BigInt),
            Column::new("corrections", Kind::BigInt),
            Column::nullable("wanted_at", Kind::BigInt),
            Column::nullable("push_id", Kind::Uuid),
            Column::nullable("problem", Kind::Text),
        ],
        primary_key: &["channel_id", "item", "location"],
        unique: &[],
        indexes: &[&["channel_id", "next_at"]],
    },
    Table {
        name: "channel_audits",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("channel_id", Kind::Uuid),
            Column::new("kind", Kind::Text),
            Column::new("status", Kind::Text),
            Column::new("began_at", Kind::BigInt),
            Column::nullable("ended_at", Kind::BigInt),
            Column::nullable("as_of", Kind::BigInt),
            Column::new("levels", Kind::BigInt),
            Column::new("equal", Kind::BigInt),
            Column::new("in_flight", Kind::BigInt),
            Column::new("left_out", Kind::BigInt),
            Column::new("differing", Kind::Text),
            Column::nullable("problem", Kind::Text),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["channel_id", "id"]],
    },
];

/// Whether a push sets right what nobody recorded: it is given up where the shop has changed since.
const CORRECTION: &str =
    "ALTER TABLE channel_pushes ADD COLUMN correction boolean NOT NULL DEFAULT FALSE";

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
        manager.get_connection().execute_unprepared(CORRECTION).await?;
        Ok(())
    }
}
