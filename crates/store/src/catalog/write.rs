//! Records products and SKUs, with their identifiers and the words they are found by.

use std::collections::HashMap;

use onhand_domain::{FacilityId, SkuId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, SqlErr, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    load::{KnownProduct, known},
    words::{self, Words},
};
use crate::{
    Store, StoreError, directory,
    entities::{identifiers, products, search_terms, skus},
    error::is_contention,
    unit::begin_write,
};

/// Rows of one statement. With some fourteen columns it stays below the 32,766 bound values that
/// SQLite takes.
const STATEMENT_ROWS_MAX: usize = 512;

/// PostgreSQL keeps the plan of a statement that it has run five times. One that was made while
/// the tables were empty walks through all of them, and stays until something counts them: by
/// itself that happens a minute later, in which an import gets ten times slower than it need be.
/// SQLite takes the indexes in any case.
const ANALYZE: &str = "ANALYZE products, skus, identifiers, search_terms, levels, movements";

async fn analyze(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(ANALYZE).await?;
    }
    Ok(())
}

/// What is to be recorded. `new` and `changed` decide only whether old words and identifiers are
/// looked for: both are whole rows.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Products that were not there.
    pub new_products: Vec<products::Model>,
    /// Products as they are from now on.
    pub changed_products: Vec<products::Model>,
    /// SKUs that were not there.
    pub new_skus: Vec<SkuWrite>,
    /// SKUs as they are from now on.
    pub changed_skus: Vec<SkuWrite>,
}

/// A SKU with all of its identifiers.
#[derive(Clone, Debug)]
pub struct SkuWrite {
    /// The SKU.
    pub sku: skus::Model,
    /// Its identifiers, kind and value; those that are not here are removed.
    pub identifiers: Vec<(String, String)>,
}

/// What became of the changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// They are recorded, once the transaction commits.
    Done,
    /// Somebody else recorded the same product or variant in between: roll back, load what is
    /// there now and decide again.
    Conflict,
}

impl Changes {
    /// Whether there is nothing to record.
    pub fn is_empty(&self) -> bool {
        self.new_products.is_empty()
            && self.changed_products.is_empty()
            && self.new_skus.is_empty()
            && self.changed_skus.is_empty()
    }
}

/// A write of the catalogue: undone when dropped. On SQLite nobody else writes meanwhile.
pub struct CatalogUnit {
    tx: DatabaseTransaction,
}

impl Store {
    /// Begins to write the catalogue.
    pub async fn begin_catalog(&self) -> Result<CatalogUnit, StoreError> {
        Ok(CatalogUnit { tx: begin_write(self).await? })
    }

    /// Lets the database count what an import has brought so far, so that it plans for it.
    pub async fn refresh_catalog_statistics(&self) -> Result<(), StoreError> {
        Ok(analyze(&self.writer()).await?)
    }
}

impl CatalogUnit {
    /// As [`Store::known_products`], with what this unit has written.
    pub async fn known_products(
        &self,
        handles: &[&str],
        facility: Option<FacilityId>,
    ) -> Result<HashMap<String, KnownProduct>, StoreError> {
        known(&self.tx, handles, facility).await
    }

    /// Records the changes. After a conflict the unit is of no use any more.
    pub async fn write(&self, changes: &Changes) -> Result<Written, StoreError> {
        written(try_write(&self.tx, changes).await)
    }

    /// As [`Store::refresh_catalog_statistics`], with what this unit has written.
    pub async fn refresh_catalog_statistics(&self) -> Result<(), StoreError> {
        Ok(analyze(&self.tx).await?)
    }

    /// Makes it last.
    pub async fn commit(self) -> Result<Written, StoreError> {
        directory::change(&self.tx).await?;
        written(self.tx.commit().await)
    }
}

/// Gives a SKU one more code by which it is found. One that it has already changes nothing.
pub(crate) async fn add_identifier(
    tx: &DatabaseTransaction,
    sku: SkuId,
    kind: &str,
    value: &str,
) -> Result<(), StoreError> {
    // Locked, so that of two codes that are added at once neither is lost.
    let found = skus::Entity::find_by_id(sku.0).lock_exclusive().one(tx).await?;
    let Some(row) = found else { return Ok(()) };
    let own = identifiers::Entity::find().filter(identifiers::Column::SkuId.eq(sku.0));
    let mut own: Vec<(String, String)> =
        own.all(tx).await?.into_iter().map(|row| (row.kind, row.value)).collect();
    if own.iter().any(|(_, known)| known == value) || row.code.as_deref() == Some(value) {
        return Ok(());
    }
    own.push((kind.to_owned(), value.to_owned()));
    let changed_skus = vec![SkuWrite { sku: row, identifiers: own }];
    Ok(try_write(tx, &Changes { changed_skus, ..Changes::default() }).await?)
}

fn written(result: Result<(), DbErr>) -> Result<Written, StoreError> {
    match result {
        Ok(()) => Ok(Written::Done),
        Err(error) if is_conflict(&error) => Ok(Written::Conflict),
        Err(error) => Err(error.into()),
    }
}

/// Whether trying again may help: a key that came to exist, a deadlock, a failed serialization.
fn is_conflict(error: &DbErr) -> bool {
    let taken = matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)));
    taken || is_contention(error)
}

async fn try_write(db: &impl ConnectionTrait, changes: &Changes) -> Result<(), DbErr> {
    remove_old(db, changes).await?;
    let products: Vec<_> =
        changes.new_products.iter().chain(&changes.changed_products).cloned().collect();
    for chunk in chunks(&products) {
        products::Entity::insert_many(
            chunk.iter().cloned().map(IntoActiveModel::into_active_model),
        )
        .on_conflict(upsert_product())
        .exec_without_returning(db)
        .await?;
    }
    let skus: Vec<&SkuWrite> = changes.new_skus.iter().chain(&changes.changed_skus).collect();
    for chunk in chunks(&skus) {
        skus::Entity::insert_many(chunk.iter().map(|s| s.sku.clone().into_active_model()))
            .on_conflict(upsert_sku())
            .exec_without_returning(db)
            .await?;
    }
    let codes: Vec<identifiers::Model> = skus.iter().flat_map(|s| identifier_rows(s)).collect();
    for chunk in chunks(&codes) {
        identifiers::Entity::insert_many(
            chunk.iter().cloned().map(IntoActiveModel::into_active_model),
        )
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    }
    let terms: Vec<search_terms::Model> = products
        .iter()
        .flat_map(|p| term_rows(p.id, Uuid::nil(), words::of_product(p)))
        .chain(skus.iter().flat_map(|s| {
            let values = s.identifiers.iter().map(|(_, value)| value.as_str());
            term_rows(s.sku.product_id, s.sku.id, words::of_sku(&s.sku, values))
        }))
        .collect();
    for chunk in chunks(&terms) {
        search_terms::Entity::insert_many(
            chunk.iter().cloned().map(IntoActiveModel::into_active_model),
        )
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    }
    Ok(())
}

/// The rows in pieces whose sizes are powers of two: only so many different statements come of it
/// that the driver keeps all of them prepared.
fn chunks<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let size = 1 << rest.len().min(STATEMENT_ROWS_MAX).checked_ilog2()?;
        let (chunk, after) = rest.split_at_checked(size)?;
        rest = after;
        Some(chunk)
    })
}

/// Removes the identifiers and words of what is changed.
async fn remove_old(db: &impl ConnectionTrait, changes: &Changes) -> Result<(), DbErr> {
    let products: Vec<Uuid> = changes.changed_products.iter().map(|p| p.id).collect();
    for chunk in products.chunks(STATEMENT_ROWS_MAX) {
        search_terms::Entity::delete_many()
            .filter(search_terms::Column::ProductId.is_in(chunk.iter().copied()))
            .filter(search_terms::Column::SkuId.eq(Uuid::nil()))
            .exec(db)
            .await?;
    }
    let skus: Vec<_> = changes.changed_skus.iter().map(|s| (s.sku.product_id, s.sku.id)).collect();
    for chunk in skus.chunks(STATEMENT_ROWS_MAX) {
        let ids = || chunk.iter().map(|(_, sku)| *sku);
        search_terms::Entity::delete_many()
            .filter(
                search_terms::Column::ProductId.is_in(chunk.iter().map(|(product, _)| *product)),
            )
            .filter(search_terms::Column::SkuId.is_in(ids()))
            .exec(db)
            .await?;
        identifiers::Entity::delete_many()
            .filter(identifiers::Column::SkuId.is_in(ids()))
            .exec(db)
            .await?;
    }
    Ok(())
}

fn upsert_product() -> OnConflict {
    use products::Column as C;
    OnConflict::column(C::Id)
        .update_columns([
            C::Title,
            C::Vendor,
            C::Category,
            C::Description,
            C::Option1Name,
            C::Option2Name,
            C::Option3Name,
            C::ImageId,
            C::UpdatedAt,
        ])
        .to_owned()
}

fn upsert_sku() -> OnConflict {
    use skus::Column as C;
    OnConflict::column(C::Id)
        .update_columns([
            C::Position,
            C::Code,
            C::Option1,
            C::Option2,
            C::Option3,
            C::Cost,
            C::Price,
            C::Tracked,
            C::ImageId,
            C::UpdatedAt,
        ])
        .to_owned()
}

fn identifier_rows(write: &SkuWrite) -> impl Iterator<Item = identifiers::Model> {
    write.identifiers.iter().map(|(kind, value)| identifiers::Model {
        sku_id: write.sku.id,
        kind: kind.clone(),
        value: value.clone(),
    })
}

fn term_rows(product: Uuid, sku: Uuid, words: Words) -> impl Iterator<Item = search_terms::Model> {
    words.into_iter().map(move |(term, weight)| search_terms::Model {
        term,
        product_id: product,
        sku_id: sku,
        weight,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_powers_of_two_and_lose_nothing() {
        let rows: Vec<usize> = (0..STATEMENT_ROWS_MAX * 2 + 13).collect();
        let pieces: Vec<&[usize]> = chunks(&rows).collect();
        assert_eq!(pieces.concat(), rows);
        let sizes: Vec<usize> = pieces.iter().map(|p| p.len()).collect();
        assert_eq!(sizes, [STATEMENT_ROWS_MAX, STATEMENT_ROWS_MAX, 8, 4, 1]);
        assert_eq!(chunks::<usize>(&[]).count(), 0);
    }
}
