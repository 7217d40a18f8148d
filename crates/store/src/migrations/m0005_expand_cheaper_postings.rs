//! What each posting pays for and no reader needs.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use super::NEGATIVE_QUANTITY;

/// Lets a level change without its indexes, and keeps nothing for movements that undo nothing.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let stored = match manager.get_database_backend() {
            DbBackend::Postgres => {
                // Room for a row's next version beside it. Set before the column, which writes the
                // table anew.
                db.execute_unprepared("ALTER TABLE levels SET (fillfactor = 70)").await?;
                "STORED"
            }
            _ => "VIRTUAL",
        };
        // PostgreSQL writes a changed row into all of its indexes where a column has changed that
        // one of them names, be it only in its condition. The condition named all quantities.
        db.execute_unprepared(&format!(
            "ALTER TABLE levels ADD COLUMN negative boolean \
             GENERATED ALWAYS AS ({NEGATIVE_QUANTITY}) {stored}"
        ))
        .await?;
        for sql in [
            "DROP INDEX levels_negative",
            "CREATE INDEX levels_negative ON levels (facility_id, sku_id) WHERE negative",
            // Nearly all are null; those were kept as well.
            "DROP INDEX movements_reverses",
            "CREATE UNIQUE INDEX movements_reverses ON movements (reverses) \
             WHERE reverses IS NOT NULL",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
