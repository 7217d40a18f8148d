//! Texts of rows into words, and how many rows one statement takes.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::{Store, StoreError, entities::channel_cursors, unit::begin_write};

/// Values of one statement: SQLite takes 32,766, PostgreSQL twice as many.
const VALUES_MAX: usize = 32_000;

/// Rows of so many columns that fit into one statement.
pub(super) const fn rows_max(columns: usize) -> usize {
    VALUES_MAX / columns
}

/// Ids that one query asks for.
pub(super) const IDS_MAX: usize = 10_000;

/// What a word of a row means.
pub(super) fn word<T>(
    table: &'static str,
    read: impl Fn(&str) -> Option<T>,
    text: &str,
) -> Result<T, StoreError> {
    read(text).ok_or_else(|| StoreError::Inconsistent {
        table,
        what: format!("{text:?} as {}", std::any::type_name::<T>()),
    })
}

/// A list as it stands in a row.
pub(super) fn list_of<T: serde::de::DeserializeOwned>(
    table: &'static str,
    text: &str,
) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::Inconsistent { table, what: format!("a list: {error}") })
}

/// The same, the other way.
pub(super) fn list_text<T: serde::Serialize>(list: &[T]) -> String {
    // Lists of texts and ids always have a text.
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}

/// A write of the machinery, which nobody decided.
pub(super) async fn begin(store: &Store) -> Result<DatabaseTransaction, StoreError> {
    begin_write(store).await
}

/// The cursors of a channel, kept from other nodes until the transaction ends. In key order: two
/// that lock them wait for one another and do not deadlock.
pub(super) async fn lock_cursors(
    tx: &impl ConnectionTrait,
    channel: uuid::Uuid,
) -> Result<Vec<channel_cursors::Model>, StoreError> {
    Ok(channel_cursors::Entity::find()
        .filter(channel_cursors::Column::ChannelId.eq(channel))
        .order_by_asc(channel_cursors::Column::FacilityId)
        .lock_exclusive()
        .all(tx)
        .await?)
}
