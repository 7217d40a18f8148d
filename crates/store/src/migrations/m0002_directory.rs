//! The number that tells whether what a node remembers of people, facilities, reasons and SKUs is
//! still true.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_table};

/// Makes the table and its one row.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const DIRECTORY: Table = Table {
    name: "directory",
    columns: &[Column::new("id", Kind::BigInt), Column::new("version", Kind::BigInt)],
    primary_key: &["id"],
    unique: &[],
    indexes: &[],
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, &DIRECTORY).await?;
        let row = "INSERT INTO directory (id, version) VALUES (1, 1)";
        manager.get_connection().execute_unprepared(row).await?;
        Ok(())
    }
}
