//! People who were sent to a shop to let the app in, and are not back yet.

use sea_orm_migration::prelude::*;

use super::table::{Column, Kind, Table, create_indexes, create_table};

/// Makes the table.
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const AUTHORIZATIONS: Table = Table {
    name: "channel_authorizations",
    columns: &[
        Column::new("id", Kind::Uuid),
        Column::new("state_hash", Kind::Bytes),
        Column::new("session_hash", Kind::Bytes),
        Column::new("principal_id", Kind::Uuid),
        Column::new("channel_id", Kind::Uuid),
        Column::new("renews", Kind::Bool),
        Column::new("shop", Kind::Text),
        Column::nullable("name", Kind::Text),
        Column::new("app", Kind::Bytes),
        Column::new("created_at", Kind::BigInt),
        Column::new("expires_at", Kind::BigInt),
    ],
    primary_key: &["id"],
    unique: &[&["state_hash"]],
    indexes: &[&["session_hash", "created_at"], &["expires_at"]],
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager, &AUTHORIZATIONS).await?;
        create_indexes(manager, &AUTHORIZATIONS).await
    }
}
