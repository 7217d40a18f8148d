//! Channels: shops, what they are made of, and what they are told.
//!
//! Nothing here is part of the ledger: pushes follow from its movements, and cursors say how far.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the tables.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLES: &[Table] = &[
    Table {
        name: "channels",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("shop", Kind::Text),
            Column::new("api_version", Kind::Text),
            Column::new("credential_kind", Kind::Text),
            Column::new("credentials", Kind::Bytes),
            Column::nullable("token", Kind::Bytes),
            Column::nullable("token_expires_at", Kind::BigInt),
            Column::new("scopes", Kind::Text),
            Column::new("status", Kind::Text),
            Column::nullable("status_reason", Kind::Text),
            Column::new("threshold", Kind::BigInt),
            Column::nullable("push_limit", Kind::BigInt),
            Column::new("corrects", Kind::Bool),
            Column::nullable("lease_owner", Kind::Uuid),
            Column::new("lease_term", Kind::BigInt),
            Column::new("lease_until", Kind::BigInt),
            Column::new("version", Kind::BigInt),
            Column::new("created_at", Kind::BigInt),
            Column::nullable("in_step_since", Kind::BigInt),
            Column::nullable("last_reply_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[&["shop"]],
        indexes: &[],
    },
    Table {
        name: "channel_locations",
        columns: &[
            Column::new("channel_id", Kind::Uuid),
            Column::new("location", Kind::Text),
            Column::new("name", Kind::Text),
            Column::new("active", Kind::Bool),
            Column::new("seen_at", Kind::BigInt),
        ],
        primary_key: &["channel_id", "location"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "channel_facilities",
        columns: &[
            Column::new("channel_id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("location", Kind::Text),
            Column::new("safety_stock", Kind::BigInt),
        ],
        primary_key: &["channel_id", "facility_id"],
        unique: &[],
        indexes: &[&["channel_id", "location"]],
    },
    Table {
        name: "channel_items",
        columns: &[
            Column::new("channel_id", Kind::Uuid),
            Column::new("item", Kind::Text),
            Column::new("variant", Kind::Text),
            Column::nullable("code", Kind::Text),
            Column::new("barcodes", Kind::Text),
            Column::new("handle", Kind::Text),
            Column::new("options", Kind::Text),
            Column::new("title", Kind::Text),
            Column::new("tracked", Kind::Bool),
            Column::new("seen_at", Kind::BigInt),
            Column::nullable("sku_id", Kind::Uuid),
            Column::nullable("matched_by", Kind::Text),
            Column::nullable("problem", Kind::Text),
            Column::nullable("candidates", Kind::Text),
            Column::new("live", Kind::Bool),
        ],
        primary_key: &["channel_id", "item"],
        unique: &[&["channel_id", "sku_id"]],
        indexes: &[&["channel_id", "problem"]],
    },
    Table {
        name: "channel_cursors",
        columns: &[
            Column::new("channel_id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("seq", Kind::BigInt),
        ],
        primary_key: &["channel_id", "facility_id"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "channel_lanes",
        columns: &[
            Column::new("channel_id", Kind::Uuid),
            Column::new("item", Kind::Text),
            Column::new("location", Kind::Text),
            Column::new("sku_id", Kind::Uuid),
            Column::new("expected", Kind::BigInt),
            Column::new("ordinal", Kind::BigInt),
            Column::new("status", Kind::Text),
            Column::nullable("reason", Kind::Text),
        ],
        primary_key: &["channel_id", "item", "location"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "channel_pushes",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("channel_id", Kind::Uuid),
            Column::new("item", Kind::Text),
            Column::new("location", Kind::Text),
            Column::new("sku_id", Kind::Uuid),
            Column::new("ordinal", Kind::BigInt),
            Column::nullable("facility_id", Kind::Uuid),
            Column::nullable("seq", Kind::BigInt),
            Column::nullable("movement_id", Kind::Uuid),
            Column::new("kind", Kind::Text),
            Column::new("name", Kind::Text),
            Column::nullable("to_name", Kind::Text),
            Column::new("delta", Kind::BigInt),
            Column::nullable("compare", Kind::BigInt),
            Column::new("reason", Kind::Text),
            Column::new("urgency", Kind::BigInt),
            Column::new("status", Kind::Text),
            Column::nullable("call_id", Kind::Uuid),
            Column::nullable("apart", Kind::Uuid),
            Column::new("tries", Kind::BigInt),
            Column::nullable("problem_code", Kind::Text),
            Column::nullable("problem", Kind::Text),
            Column::new("recorded_at", Kind::BigInt),
            Column::nullable("sent_at", Kind::BigInt),
            Column::nullable("settled_at", Kind::BigInt),
            Column::nullable("adjustment", Kind::Text),
        ],
        primary_key: &["id"],
        unique: &[&["movement_id", "channel_id", "item", "location", "kind", "name"]],
        indexes: &[&["call_id"], &["sku_id", "id"], &["channel_id", "settled_at"]],
    },
    Table {
        name: "channel_calls",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("channel_id", Kind::Uuid),
            Column::new("kind", Kind::Text),
            Column::new("name", Kind::Text),
            Column::nullable("to_name", Kind::Text),
            Column::new("reason", Kind::Text),
            Column::new("payload", Kind::Text),
            Column::new("lines", Kind::BigInt),
            Column::new("urgency", Kind::BigInt),
            Column::new("status", Kind::Text),
            Column::new("attempts", Kind::BigInt),
            Column::nullable("first_sent_at", Kind::BigInt),
            Column::new("next_at", Kind::BigInt),
            Column::nullable("follows", Kind::Uuid),
            Column::nullable("problem_code", Kind::Text),
            Column::nullable("problem", Kind::Text),
            Column::new("created_at", Kind::BigInt),
            Column::nullable("settled_at", Kind::BigInt),
            Column::nullable("adjustment", Kind::Text),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[],
    },
];

/// Indexes over what is not over yet, which stay small while the settled rows become many. The
/// queries say the condition in the same words, or they don't find them.
const OF_OPEN: [&str; 3] = [
    // A lane in its order.
    "CREATE UNIQUE INDEX channel_pushes_open ON channel_pushes \
     (channel_id, item, location, ordinal) WHERE settled_at IS NULL",
    // What goes next.
    "CREATE INDEX channel_pushes_waiting ON channel_pushes \
     (channel_id, urgency, recorded_at, id) WHERE status = 'pending'",
    // What is under way.
    "CREATE INDEX channel_calls_open ON channel_calls (channel_id, next_at) \
     WHERE settled_at IS NULL",
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
        for sql in OF_OPEN {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
