//! How far each facility's ledger has been read for reasons to count.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the table.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const TABLE: Table = Table {
    name: "count_cursors",
    columns: &[
        Column::new("facility_id", Kind::Uuid),
        Column::new("seq", Kind::BigInt),
        Column::new("requests_version", Kind::BigInt),
        Column::new("decided_at", Kind::BigInt),
    ],
    primary_key: &["facility_id"],
    unique: &[],
    indexes: &[],
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, &TABLE).await?;
        create_indexes(manager, &TABLE).await
    }
}
