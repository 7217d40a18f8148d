//! The first schema. Append-only from its release on: a change is a migration of its own.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes every table of the first release.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// A level that proves its record wrong: some state has fewer than no units.
pub(super) const NEGATIVE_QUANTITY: &str = "(available < 0 OR committed < 0 OR reserved < 0 \
     OR damaged < 0 OR quality_control < 0 OR safety_stock < 0)";

const TABLES: &[Table] = &[
    Table {
        name: "settings",
        columns: &[Column::new("key", Kind::Text), Column::new("value", Kind::Text)],
        primary_key: &["key"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "facility_groups",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("code", Kind::Text),
            Column::new("name", Kind::Text),
        ],
        primary_key: &["id"],
        unique: &[&["code"]],
        indexes: &[],
    },
    Table {
        name: "facilities",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("code", Kind::Text),
            Column::new("name", Kind::Text),
            Column::new("time_zone", Kind::Text),
            Column::new("opened_at", Kind::BigInt),
            Column::new("active", Kind::Bool),
            Column::new("created_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[&["code"]],
        indexes: &[],
    },
    Table {
        name: "facility_group_members",
        columns: &[Column::new("group_id", Kind::Uuid), Column::new("facility_id", Kind::Uuid)],
        primary_key: &["group_id", "facility_id"],
        unique: &[],
        indexes: &[&["facility_id"]],
    },
    Table {
        name: "ledger_heads",
        columns: &[
            Column::new("facility_id", Kind::Uuid),
            Column::new("seq", Kind::BigInt),
            Column::new("hash", Kind::Bytes),
            Column::new("recorded_at", Kind::BigInt),
            Column::new("requests_version", Kind::BigInt),
        ],
        primary_key: &["facility_id"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "principals",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("kind", Kind::Text),
            Column::new("name", Kind::Text),
            Column::nullable("email", Kind::Text),
            Column::nullable("password_hash", Kind::Text),
            Column::nullable("key_prefix", Kind::Text),
            Column::nullable("key_hash", Kind::Bytes),
            Column::nullable("expires_at", Kind::BigInt),
            Column::nullable("last_used_at", Kind::BigInt),
            Column::new("active", Kind::Bool),
            Column::new("created_at", Kind::BigInt),
            Column::nullable("created_by", Kind::Uuid),
        ],
        primary_key: &["id"],
        unique: &[&["email"], &["key_hash"]],
        indexes: &[],
    },
    Table {
        name: "roles",
        columns: &[
            Column::new("code", Kind::Text),
            Column::new("label", Kind::Text),
            Column::new("permissions", Kind::Text),
            Column::nullable("variance_units_max", Kind::BigInt),
            Column::nullable("variance_value_max", Kind::BigInt),
            Column::nullable("day_value_max", Kind::BigInt),
            Column::new("rank", Kind::BigInt),
            Column::new("shipped", Kind::Bool),
        ],
        primary_key: &["code"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "grants",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("principal_id", Kind::Uuid),
            Column::new("role_code", Kind::Text),
            Column::new("scope_kind", Kind::Text),
            Column::nullable("scope_id", Kind::Uuid),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["principal_id"]],
    },
    Table {
        name: "sessions",
        columns: &[
            Column::new("token_hash", Kind::Bytes),
            Column::new("principal_id", Kind::Uuid),
            Column::new("created_at", Kind::BigInt),
            Column::new("last_used_at", Kind::BigInt),
            Column::new("expires_at", Kind::BigInt),
            Column::nullable("user_agent", Kind::Text),
        ],
        primary_key: &["token_hash"],
        unique: &[],
        indexes: &[&["principal_id"]],
    },
    Table {
        name: "sign_in_throttles",
        columns: &[
            Column::new("key", Kind::Text),
            Column::new("failures", Kind::BigInt),
            Column::new("window_started_at", Kind::BigInt),
            Column::new("blocked_until", Kind::BigInt),
        ],
        primary_key: &["key"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "products",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("handle", Kind::Text),
            Column::new("title", Kind::Text),
            Column::nullable("vendor", Kind::Text),
            Column::nullable("category", Kind::Text),
            Column::nullable("description", Kind::Text),
            Column::nullable("option1_name", Kind::Text),
            Column::nullable("option2_name", Kind::Text),
            Column::nullable("option3_name", Kind::Text),
            Column::nullable("image_id", Kind::Uuid),
            Column::new("created_at", Kind::BigInt),
            Column::new("updated_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[&["handle"]],
        indexes: &[&["category"]],
    },
    Table {
        name: "skus",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("product_id", Kind::Uuid),
            Column::new("variant_key", Kind::Text),
            Column::new("position", Kind::BigInt),
            Column::nullable("code", Kind::Text),
            Column::nullable("option1", Kind::Text),
            Column::nullable("option2", Kind::Text),
            Column::nullable("option3", Kind::Text),
            Column::nullable("cost", Kind::BigInt),
            Column::nullable("price", Kind::BigInt),
            Column::new("tracked", Kind::Bool),
            Column::nullable("image_id", Kind::Uuid),
            Column::new("created_at", Kind::BigInt),
            Column::new("updated_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[&["product_id", "variant_key"]],
        indexes: &[&["code"]],
    },
    Table {
        name: "identifiers",
        columns: &[
            Column::new("sku_id", Kind::Uuid),
            Column::new("kind", Kind::Text),
            Column::new("value", Kind::Text),
        ],
        primary_key: &["sku_id", "kind", "value"],
        unique: &[],
        indexes: &[&["value"]],
    },
    Table {
        name: "images",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("content_type", Kind::Text),
            Column::new("bytes", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "search_terms",
        columns: &[
            Column::new("term", Kind::Text),
            Column::new("product_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("weight", Kind::BigInt),
        ],
        primary_key: &["term", "product_id", "sku_id"],
        unique: &[],
        // The second word of a search is looked up in the hits of the first.
        indexes: &[&["product_id", "term"]],
    },
    Table {
        name: "reasons",
        columns: &[
            Column::new("code", Kind::Text),
            Column::new("label", Kind::Text),
            Column::new("direction", Kind::Text),
            Column::new("place", Kind::Text),
            Column::nullable("gl_account", Kind::Text),
            Column::new("note_required", Kind::Bool),
            Column::new("selectable", Kind::Bool),
            Column::new("active", Kind::Bool),
            Column::new("position", Kind::BigInt),
        ],
        primary_key: &["code"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "levels",
        columns: &[
            Column::new("facility_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("available", Kind::BigInt),
            Column::new("committed", Kind::BigInt),
            Column::new("reserved", Kind::BigInt),
            Column::new("damaged", Kind::BigInt),
            Column::new("quality_control", Kind::BigInt),
            Column::new("safety_stock", Kind::BigInt),
            Column::new("seq", Kind::BigInt),
            Column::new("last_movement_at", Kind::BigInt),
            Column::nullable("last_counted_at", Kind::BigInt),
        ],
        primary_key: &["facility_id", "sku_id"],
        unique: &[],
        indexes: &[&["sku_id"]],
    },
    Table {
        name: "movements",
        columns: &[
            Column::new("facility_id", Kind::Uuid),
            Column::new("seq", Kind::BigInt),
            Column::new("id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("kind", Kind::Text),
            Column::new("quantity", Kind::BigInt),
            Column::new("from_place", Kind::Text),
            Column::new("to_place", Kind::Text),
            Column::nullable("reason", Kind::Text),
            Column::new("effective_at", Kind::BigInt),
            Column::new("recorded_at", Kind::BigInt),
            Column::new("actor_id", Kind::Uuid),
            Column::nullable("device", Kind::Text),
            Column::new("origin", Kind::Text),
            Column::nullable("origin_key", Kind::Text),
            Column::nullable("note", Kind::Text),
            Column::nullable("reverses", Kind::Uuid),
            Column::nullable("corrects", Kind::Uuid),
            Column::nullable("order_line_id", Kind::Uuid),
            Column::nullable("unit_cost", Kind::BigInt),
            Column::new("after_available", Kind::BigInt),
            Column::new("after_committed", Kind::BigInt),
            Column::new("after_reserved", Kind::BigInt),
            Column::new("after_damaged", Kind::BigInt),
            Column::new("after_quality_control", Kind::BigInt),
            Column::new("after_safety_stock", Kind::BigInt),
            Column::new("fingerprint", Kind::Bytes),
            Column::new("hash", Kind::Bytes),
        ],
        primary_key: &["facility_id", "seq"],
        unique: &[&["id"], &["reverses"]],
        // The second is for the newest of several facilities: `seq` orders only one.
        indexes: &[&["facility_id", "sku_id", "seq"], &["recorded_at"]],
    },
    Table {
        name: "anchors",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("effective_at", Kind::BigInt),
            Column::new("counted", Kind::BigInt),
            Column::new("variance", Kind::BigInt),
            Column::new("fingerprint", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[&["facility_id", "sku_id", "effective_at"]],
        indexes: &[],
    },
    Table {
        name: "variance_requests",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("quantity", Kind::BigInt),
            Column::new("reason", Kind::Text),
            Column::nullable("note", Kind::Text),
            Column::new("effective_at", Kind::BigInt),
            Column::new("reported_by", Kind::Uuid),
            Column::new("reported_at", Kind::BigInt),
            Column::nullable("device", Kind::Text),
            Column::new("because", Kind::Text),
            Column::nullable("value", Kind::BigInt),
            Column::new("fingerprint", Kind::Bytes),
            Column::new("status", Kind::Text),
            Column::nullable("decided_by", Kind::Uuid),
            Column::nullable("decided_at", Kind::BigInt),
            Column::nullable("decision_note", Kind::Text),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["facility_id", "status", "reported_at"]],
    },
    Table {
        name: "orders",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("channel", Kind::Text),
            Column::new("placed_at", Kind::BigInt),
            Column::nullable("due_at", Kind::BigInt),
            Column::new("status", Kind::Text),
            Column::new("fingerprint", Kind::Bytes),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["status", "placed_at"], &["placed_at"]],
    },
    Table {
        name: "order_lines",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("order_id", Kind::Uuid),
            Column::new("facility_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("quantity", Kind::BigInt),
            Column::new("open_quantity", Kind::BigInt),
            Column::new("placed_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["order_id"], &["facility_id", "sku_id", "placed_at"]],
    },
    Table {
        name: "variance_usage",
        columns: &[
            Column::new("principal_id", Kind::Uuid),
            Column::new("day", Kind::Text),
            Column::new("value", Kind::BigInt),
        ],
        primary_key: &["principal_id", "day"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "count_triggers",
        columns: &[
            Column::new("facility_id", Kind::Uuid),
            Column::new("sku_id", Kind::Uuid),
            Column::new("cause", Kind::Text),
            Column::new("movement_id", Kind::Uuid),
            Column::new("raised_at", Kind::BigInt),
        ],
        primary_key: &["facility_id", "sku_id", "cause"],
        unique: &[],
        indexes: &[],
    },
    Table {
        name: "audit",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("at", Kind::BigInt),
            Column::nullable("actor_id", Kind::Uuid),
            Column::new("action", Kind::Text),
            Column::nullable("facility_id", Kind::Uuid),
            Column::new("allowed", Kind::Bool),
            Column::new("rule", Kind::Text),
            Column::nullable("subject", Kind::Text),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["at"], &["actor_id", "at"], &["facility_id", "at"]],
    },
    Table {
        name: "imports",
        columns: &[
            Column::new("id", Kind::Uuid),
            Column::new("kind", Kind::Text),
            Column::nullable("facility_id", Kind::Uuid),
            Column::new("mode", Kind::Text),
            Column::new("file_name", Kind::Text),
            Column::new("status", Kind::Text),
            Column::new("rows_done", Kind::BigInt),
            Column::nullable("rows_total", Kind::BigInt),
            Column::nullable("report", Kind::Text),
            Column::nullable("failure", Kind::Text),
            Column::new("started_by", Kind::Uuid),
            Column::new("started_at", Kind::BigInt),
            Column::nullable("finished_at", Kind::BigInt),
        ],
        primary_key: &["id"],
        unique: &[],
        indexes: &[&["started_at"]],
    },
];
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// SeaORM wraps migrations in a transaction on PostgreSQL alone; half a schema is no schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            create_table(manager, table).await?;
            create_indexes(manager, table).await?;
        }
        let db = manager.get_connection();
        // The list of variances must not walk over millions of sales: not for one facility and a
        // span of time, and not for all of them, newest first.
        db.execute_unprepared(
            "CREATE INDEX movements_variances ON movements (facility_id, recorded_at) \
             WHERE reason IS NOT NULL",
        )
        .await?;
        db.execute_unprepared(
            "CREATE INDEX movements_variances_recorded_at ON movements (recorded_at) \
             WHERE reason IS NOT NULL",
        )
        .await?;
        // They are few, and every visit to the home page asks for them.
        db.execute_unprepared(&format!(
            "CREATE INDEX levels_negative ON levels (facility_id, sku_id) WHERE {NEGATIVE_QUANTITY}"
        ))
        .await?;
        // Orders at risk ask for open lines only; the closed ones are the many.
        db.execute_unprepared(
            "CREATE INDEX order_lines_open ON order_lines (facility_id, sku_id, placed_at) \
             WHERE open_quantity > 0",
        )
        .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // A prefix is a range of terms only where terms are ordered byte by byte.
            db.execute_unprepared(
                "ALTER TABLE search_terms ALTER COLUMN term TYPE text COLLATE \"C\"",
            )
            .await?;
        }
        Ok(())
    }
}
