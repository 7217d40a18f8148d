//! Finding SKUs by a code that was scanned or typed.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{SkuId, identifier::spellings};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::product::{
    Identifier, ProductRef, SkuDetail, identifiers_of, product_ref, sku_detail, with_products,
};
use crate::{
    Store, StoreError,
    entities::{identifiers, skus},
};

/// SKUs that one code may bring up for the person to choose from.
pub const IDENTIFIER_HITS_MAX: u64 = 50;

/// A SKU that a code points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierHit {
    /// The code as it is recorded.
    pub identifier: Identifier,
    /// The SKU.
    pub sku: SkuDetail,
    /// Its product.
    pub product: ProductRef,
}

impl Store {
    /// The SKUs that a code points to: by identifier or SKU code, exactly, save for leading zeros
    /// of a GTIN and the case of letters. Several may share one; then the person chooses.
    pub async fn skus_by_code(&self, code: &str) -> Result<Vec<IdentifierHit>, StoreError> {
        let db = self.reader();
        let found = find(&db, code).await?;
        let ids: BTreeSet<Uuid> = found.iter().map(|(id, _)| id.0).collect();
        let rows = with_products(&db, ids.iter().copied()).await?;
        let mut codes = identifiers_of(&db, ids).await?;
        let mut hits = Vec::with_capacity(rows.len());
        // In the order found: by identifier before by SKU code.
        for (id, identifier) in found {
            let Some((sku, product)) = rows.iter().find(|(sku, _)| sku.id == id.0) else {
                continue;
            };
            let codes = codes.remove(&sku.id).unwrap_or_default();
            hits.push(IdentifierHit {
                identifier,
                product: product_ref(product),
                sku: sku_detail(product, sku.clone(), codes),
            });
        }
        Ok(hits)
    }
}

/// The SKUs that a code points to, each once, with the identifier that does.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    code: &str,
) -> Result<Vec<(SkuId, Identifier)>, StoreError> {
    let spellings = spellings(code);
    if spellings.is_empty() {
        return Ok(Vec::new());
    }
    let by_identifier = identifiers::Entity::find()
        .filter(identifiers::Column::Value.is_in(spellings.iter().map(String::as_str)))
        .order_by_asc(identifiers::Column::SkuId)
        .limit(IDENTIFIER_HITS_MAX)
        .all(db)
        .await?;
    let by_code = skus::Entity::find()
        .filter(skus::Column::Code.is_in(spellings.iter().map(String::as_str)))
        .order_by_asc(skus::Column::Id)
        .limit(IDENTIFIER_HITS_MAX)
        .all(db)
        .await?;
    let found = by_identifier
        .into_iter()
        .map(|row| (SkuId(row.sku_id), Identifier { kind: row.kind, value: row.value }))
        .chain(by_code.into_iter().map(|sku| {
            let value = sku.code.unwrap_or_default();
            (SkuId(sku.id), Identifier { kind: "code".to_owned(), value })
        }));
    let mut seen = BTreeSet::new();
    Ok(found.filter(|(id, _)| seen.insert(*id)).collect())
}

/// As [`find`] for many codes at once: the SKUs of each code, by identifier before by SKU code.
/// Codes that nobody has are absent.
pub(crate) async fn find_skus(
    db: &impl ConnectionTrait,
    codes: &BTreeSet<String>,
) -> Result<BTreeMap<String, Vec<SkuId>>, StoreError> {
    // The same spelling may belong to several of the codes.
    let mut written: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for code in codes {
        for spelling in spellings(code) {
            written.entry(spelling).or_default().push(code);
        }
    }
    let all: Vec<&str> = written.keys().map(String::as_str).collect();
    let mut found: BTreeMap<String, Vec<SkuId>> = BTreeMap::new();
    let mut hits: Vec<(bool, Uuid, String)> = Vec::new();
    for chunk in all.chunks(SPELLINGS_PER_QUERY_MAX) {
        let rows: Vec<(Uuid, String)> = identifiers::Entity::find()
            .select_only()
            .columns([identifiers::Column::SkuId, identifiers::Column::Value])
            .filter(identifiers::Column::Value.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        hits.extend(rows.into_iter().map(|(sku, value)| (false, sku, value)));
        let rows: Vec<(Uuid, String)> = skus::Entity::find()
            .select_only()
            .columns([skus::Column::Id, skus::Column::Code])
            .filter(skus::Column::Code.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        hits.extend(rows.into_iter().map(|(sku, code)| (true, sku, code)));
    }
    hits.sort_unstable();
    for (_, sku, value) in hits {
        for code in written.get(&value).into_iter().flatten() {
            let skus = found.entry((*code).to_owned()).or_default();
            if !skus.contains(&SkuId(sku)) && skus.len() < HITS_MAX {
                skus.push(SkuId(sku));
            }
        }
    }
    Ok(found)
}

/// Spellings of one query, far below what SQLite and PostgreSQL take.
const SPELLINGS_PER_QUERY_MAX: usize = 4_000;
/// As [`IDENTIFIER_HITS_MAX`].
const HITS_MAX: usize = 50;
