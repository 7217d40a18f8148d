//! Counts: work orders, sessions, scans, decisions, with their policies, schedules and photos.
//!
//! What was counted lies in `anchors` and `movements` once a count is closed; nothing here is part
//! of the ledger.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the tables, and lets a count line be taken back.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLES: &[Table] = &[
    Table {
        name: "counts",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("kind", Kind::Text),
            Column::new("status", Kind::Text),
            Column::new("blind", Kind::Bool),
            Column::nullable("area", Kind::Text),
            Column::nullable("note", Kind::Text),
            Column::new("origin", Kind::Text),
            Column::nullable("schedule_id", Kind::Uuid),
            Column::nullable("start_at", Kind::BigInt),
            Column::nullable("due_at", Kind::BigInt),
            Column::new("version", Kind::BigInt),
            Column::new("created_by", Kind::Uuid),
            Column::new("created_at", Kind::BigInt),
            Column::nullable("opened_by", Kind::Uuid),
            Column::nullable("opened_at", Kind::BigInt),
            Column::nullable("submitted_by", Kind::Uuid),
            Column::nullable("submitted_at", Kind::BigInt),
            Column::nullable("closed_by", Kind::Uuid),
            Column::nullable("closed_at", Kind::BigInt),
            Column::nullable("cancelled_by", Kind::Uuid),
            Column::nullable("cancelled_at", Kind::BigInt),
            Column::new("fingerprint", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[
            &["facility_id", "status", "due_at"],
            &["status", "start_at"],
            &["schedule_id", "created_at"],
        ],
    },
    Table {
        name: "count_items",
        columns: &[
            Column::new("count_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("position", Kind::BigInt),
            Column::new("taken_in", Kind::Bool),
        ],
        primary_key: &["count_id", "sku_id"],
        unique: &[],
        indexes: &[&["sku_id"]],
    },
    Table {
        name: "count_assignees",
        columns: &[Column::new("count_id", Kind::Uuid), Column::new("principal_id", Kind::Uuid)],
        primary_key: &["count_id", "principal_id"],
        unique: &[],
        indexes: &[&["principal_id"]],
    },
    Table {
        name: "count_sessions",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("count_id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::nullable("area", Kind::Text),
            Column::new("round", Kind::BigInt),
            Column::new("counter_id", Kind::Uuid),
            Column::nullable("device", Kind::Text),
            Column::new("status", Kind::Text),
            Column::new("started_at", Kind::BigInt),
            Column::nullable("submitted_at", Kind::BigInt),
            Column::nullable("ended_by", Kind::Uuid),
            Column::nullable("clock_offset", Kind::BigInt),
            Column::new("fingerprint", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["count_id"], &["counter_id", "status"]],
    },
    Table {
        name: "count_scans",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("session_id", Kind::Uuid),
            Column::new("count_id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("round", Kind::BigInt),
            Column::nullable("sku_id", Kind::Uuid),
            Column::nullable("code", Kind::Text),
            Column::new("quantity", Kind::BigInt),
            Column::new("how", Kind::Text),
            Column::new("scanned_at", Kind::BigInt),
            Column::new("device_at", Kind::BigInt),
            Column::new("uncertainty", Kind::BigInt),
            Column::new("received_at", Kind::BigInt),
            Column::nullable("undoes", Kind::Uuid),
            Column::new("late", Kind::Bool),
            Column::new("fingerprint", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["session_id", "received_at"], &["count_id", "sku_id"], &["undoes"]],
    },
    Table {
        name: "count_codes",
        columns: &[
            Column::new("session_id", Kind::Uuid),
            Column::new("code", Kind::Text),
            Column::new("count_id", Kind::Uuid),
            Column::nullable("sku_id", Kind::Uuid),
            Column::new("decided_by", Kind::Uuid),
            Column::new("decided_at", Kind::BigInt),
        ],
        primary_key: &["session_id", "code"],
        unique: &[],
        indexes: &[&["count_id"]],
    },
    Table {
        name: "count_lines",
        columns: &[
            Column::new("count_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("round", Kind::BigInt),
            Column::nullable("decision", Kind::Text),
            Column::new("line_id", Kind::Uuid),
            Column::nullable("counted", Kind::BigInt),
            Column::nullable("counted_at", Kind::BigInt),
            Column::nullable("expected", Kind::BigInt),
            Column::nullable("unit_value", Kind::BigInt),
            Column::nullable("reason", Kind::Text),
            Column::new("rule", Kind::Text),
            Column::nullable("decided_by", Kind::Uuid),
            Column::nullable("decided_at", Kind::BigInt),
            Column::nullable("second_by", Kind::Uuid),
            Column::nullable("second_at", Kind::BigInt),
            Column::nullable("undone_by", Kind::Uuid),
            Column::nullable("undone_at", Kind::BigInt),
        ],
        primary_key: &["count_id", "sku_id"],
        unique: &[],
        indexes: &[&["line_id"], &["sku_id", "count_id"]],
    },
    Table {
        name: "count_decisions",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("count_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("round", Kind::BigInt),
            Column::new("decision", Kind::Text),
            Column::nullable("reason", Kind::Text),
            Column::new("rule", Kind::Text),
            Column::nullable("decided_by", Kind::Uuid),
            Column::new("decided_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["count_id", "sku_id", "decided_at"]],
    },
    Table {
        name: "count_steps",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("count_id", Kind::Uuid),
            Column::new("step", Kind::Text),
            Column::new("by_id", Kind::Uuid),
            Column::new("at", Kind::BigInt),
            Column::nullable("note", Kind::Text),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["count_id", "at"]],
    },
    Table {
        name: "count_policies",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::nullable("group_id", Kind::Uuid),
            Column::new("version", Kind::BigInt),
            Column::new("body", Kind::Text),
            Column::new("author_id", Kind::Uuid),
            Column::new("created_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[&["group_id", "version"]],
        indexes: &[],
    },
    Table {
        name: "count_schedules",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("body", Kind::Text),
            Column::new("active", Kind::Bool),
            Column::nullable("next_at", Kind::BigInt),
            Column::nullable("last_count_id", Kind::Uuid),
            Column::new("created_by", Kind::Uuid),
            Column::new("created_at", Kind::BigInt),
            Column::new("fingerprint", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["facility_id"], &["active", "next_at"]],
    },
    Table {
        name: "photos",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::nullable("count_id", Kind::Uuid),
            Column::nullable("movement_id", Kind::Uuid),
            Column::new("sha256", Kind::Bytes),
            Column::new("content_type", Kind::Text),
            Column::new("body", Kind::Bytes),
            Column::new("taken_by", Kind::Uuid),
            Column::new("created_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["count_id", "sku_id"], &["movement_id"]],
    },
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
        // With a default, so that a node of the release before goes on posting counts.
        let voided =
            ColumnDef::new(Alias::new("voided")).boolean().not_null().default(false).to_owned();
        let anchors = sea_orm_migration::prelude::Table::alter()
            .table(Alias::new("anchors"))
            .add_column(voided)
            .to_owned();
        manager.alter_table(anchors).await
    }
}
