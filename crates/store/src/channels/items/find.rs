//! Finds the SKUs that the items of a page could be: a handful of queries, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    SkuId,
    channel::{ItemProblem, MatchedBy},
    identifier::spellings,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{super::rows::IDS_MAX, CANDIDATES_MAX, Meaning, ShopItem};
use crate::{
    StoreError,
    entities::{identifiers, products, skus},
};

/// Identifiers that name a unit of trade, as barcodes do.
const BARCODES: [&str; 2] = ["barcode", "gtin"];

/// What the catalogue knows of a page.
pub(super) struct Found {
    /// By barcode, in any spelling.
    barcodes: BTreeMap<String, BTreeSet<SkuId>>,
    /// By SKU code, in any spelling.
    codes: BTreeMap<String, BTreeSet<SkuId>>,
    /// By handle and option values.
    options: BTreeMap<(String, Vec<String>), BTreeSet<SkuId>>,
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    page: &[&ShopItem],
) -> Result<Found, StoreError> {
    let barcodes = spelled(page.iter().flat_map(|item| &item.barcodes));
    let codes = spelled(page.iter().filter_map(|item| item.code.as_ref()));
    let handles: BTreeSet<&str> = page.iter().map(|item| item.handle.as_str()).collect();
    Ok(Found {
        barcodes: by_barcode(db, &barcodes).await?,
        codes: by_code(db, &codes).await?,
        options: by_options(db, &handles.into_iter().collect::<Vec<_>>()).await?,
    })
}

fn spelled<'a>(codes: impl Iterator<Item = &'a String>) -> Vec<String> {
    let all: BTreeSet<String> = codes.flat_map(|code| spellings(code)).collect();
    all.into_iter().collect()
}

async fn by_barcode(
    db: &impl ConnectionTrait,
    values: &[String],
) -> Result<BTreeMap<String, BTreeSet<SkuId>>, StoreError> {
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for values in values.chunks(IDS_MAX) {
        let rows: Vec<(Uuid, String)> = identifiers::Entity::find()
            .select_only()
            .columns([identifiers::Column::SkuId, identifiers::Column::Value])
            .filter(identifiers::Column::Value.is_in(values))
            .filter(identifiers::Column::Kind.is_in(BARCODES))
            .into_tuple()
            .all(db)
            .await?;
        for (sku, value) in rows {
            found.entry(value).or_default().insert(SkuId(sku));
        }
    }
    Ok(found)
}

async fn by_code(
    db: &impl ConnectionTrait,
    values: &[String],
) -> Result<BTreeMap<String, BTreeSet<SkuId>>, StoreError> {
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for values in values.chunks(IDS_MAX) {
        let rows: Vec<(Uuid, String)> = skus::Entity::find()
            .select_only()
            .columns([skus::Column::Id, skus::Column::Code])
            .filter(skus::Column::Code.is_in(values))
            .into_tuple()
            .all(db)
            .await?;
        for (sku, value) in rows {
            found.entry(value).or_default().insert(SkuId(sku));
        }
    }
    Ok(found)
}

/// A SKU with the handle of its product and the values of its options.
type Described = (Uuid, String, Option<String>, Option<String>, Option<String>);

async fn by_options(
    db: &impl ConnectionTrait,
    handles: &[&str],
) -> Result<BTreeMap<(String, Vec<String>), BTreeSet<SkuId>>, StoreError> {
    let product = skus::Entity::belongs_to(products::Entity)
        .from(skus::Column::ProductId)
        .to(products::Column::Id);
    let rows: Vec<Described> = skus::Entity::find()
        .select_only()
        .column(skus::Column::Id)
        .column(products::Column::Handle)
        .columns([skus::Column::Option1, skus::Column::Option2, skus::Column::Option3])
        .join(sea_orm::JoinType::InnerJoin, product.into())
        .filter(products::Column::Handle.is_in(handles.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let mut found = BTreeMap::<_, BTreeSet<_>>::new();
    for (sku, handle, one, two, three) in rows {
        let values = [one, two, three].into_iter().flatten().collect();
        found.entry((handle, values)).or_default().insert(SkuId(sku));
    }
    Ok(found)
}

/// What a shop calls the only variant of a product without options.
const NO_OPTION: &str = "Default Title";

impl Found {
    /// What an item is, by barcode, else by SKU code, else by its product and options. What
    /// several SKUs share is told apart by what comes next; where that doesn't, a person decides.
    pub(super) fn meaning(&self, item: &ShopItem) -> Meaning {
        let mut left: BTreeSet<SkuId> = BTreeSet::new();
        let ways = [
            (MatchedBy::Barcode, self.of(&self.barcodes, item.barcodes.iter())),
            (MatchedBy::Code, self.of(&self.codes, item.code.iter())),
            (MatchedBy::Options, self.of_options(item)),
        ];
        for (by, hits) in ways {
            let narrowed: BTreeSet<SkuId> =
                if left.is_empty() { hits } else { left.intersection(&hits).copied().collect() };
            if let (1, Some(sku)) = (narrowed.len(), narrowed.first()) {
                return Meaning { sku: Some(*sku), by: Some(by), ..Meaning::default() };
            }
            if !narrowed.is_empty() {
                left = narrowed;
            }
        }
        let problem = if left.is_empty() { ItemProblem::None } else { ItemProblem::Twice };
        let candidates = left.into_iter().take(CANDIDATES_MAX).collect();
        Meaning { problem: Some(problem), candidates, ..Meaning::default() }
    }

    #[expect(clippy::unused_self, reason = "reads as the question that it is, beside the other")]
    fn of<'a>(
        &self,
        map: &BTreeMap<String, BTreeSet<SkuId>>,
        codes: impl Iterator<Item = &'a String>,
    ) -> BTreeSet<SkuId> {
        codes
            .flat_map(|code| spellings(code))
            .filter_map(|spelling| map.get(&spelling))
            .flatten()
            .copied()
            .collect()
    }

    fn of_options(&self, item: &ShopItem) -> BTreeSet<SkuId> {
        let find = |values: Vec<String>| self.options.get(&(item.handle.clone(), values));
        let hits = find(item.options.clone());
        let alone = item.options.iter().all(|value| value == NO_OPTION);
        hits.or_else(|| if alone { find(Vec::new()) } else { None }).cloned().unwrap_or_default()
    }
}
