//! What somebody asked of a shop that takes longer than a request.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the table.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const JOBS: Table = Table {
    name: "channel_jobs",
    columns: &[
        Column::new("id", Kind::Uuid),
        Column::new("channel_id", Kind::Uuid),
        Column::new("kind", Kind::Text),
        Column::new("anew", Kind::Bool),
        Column::new("by_id", Kind::Uuid),
        Column::new("status", Kind::Text),
        Column::new("began_at", Kind::BigInt),
        Column::new("until", Kind::BigInt),
        Column::nullable("ended_at", Kind::BigInt),
        Column::nullable("result", Kind::Text),
        Column::nullable("problem", Kind::Text),
    ],
    primary_key: &["id"],
    unique: &[],
    indexes: &[&["channel_id", "began_at"]],
};

/// One at a time in each channel, whichever node takes the request.
const ONE_RUNS: &str = "CREATE UNIQUE INDEX channel_jobs_running ON channel_jobs (channel_id) WHERE status = 'running'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, &JOBS).await?;
        create_indexes(manager, &JOBS).await?;
        manager.get_connection().execute_unprepared(ONE_RUNS).await?;
        Ok(())
    }
}
