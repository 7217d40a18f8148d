//! The lines of a product list: what stands beside a product's own fields.

use std::collections::{BTreeSet, HashMap};

use onhand_domain::FacilityId;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    load::SKUS_ASKED_MAX,
    product::{ProductRef, SkuRef, product_ref, sku_ref},
    words,
};
use crate::{
    StoreError,
    entities::{levels, products, search_terms, skus},
};

/// Words of SKUs that are looked at to tell which of a product's SKUs was meant.
const MATCHED_TERMS_MAX: u64 = 10_000;

/// A line of a product list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductSummary {
    /// The product.
    pub product: ProductRef,
    /// The shop's name for it.
    pub handle: String,
    /// How many SKUs it has.
    pub sku_count: i64,
    /// The SKU that was asked for, where the query points to one.
    pub matched_sku: Option<SkuRef>,
    /// Units on hand: of the SKU that was asked for, else of all its SKUs; none without a facility.
    pub on_hand: Option<i64>,
    /// Units available, of the same; none without a facility.
    pub available: Option<i64>,
}

/// What the lines are to show beside the products.
pub(super) struct Wanted<'a> {
    /// The facility whose stock is shown; the caller may see it.
    pub(super) facility: Option<FacilityId>,
    /// The words that were asked for.
    pub(super) words: &'a [String],
    /// SKUs that a code pointed to, by product.
    pub(super) by_code: &'a HashMap<Uuid, Vec<Uuid>>,
}

/// Makes the lines for products.
pub(super) async fn summaries(
    db: &impl ConnectionTrait,
    rows: Vec<products::Model>,
    wanted: &Wanted<'_>,
) -> Result<Vec<ProductSummary>, StoreError> {
    let ids: Vec<Uuid> = rows.iter().map(|p| p.id).collect();
    let skus: Vec<(Uuid, Uuid)> = skus::Entity::find()
        .select_only()
        .column(skus::Column::Id)
        .column(skus::Column::ProductId)
        .filter(skus::Column::ProductId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let mut counts: HashMap<Uuid, i64> = HashMap::new();
    for (_, product) in &skus {
        *counts.entry(*product).or_default() += 1;
    }
    let stock = match wanted.facility {
        Some(facility) => Some(stock(db, &skus, facility).await?),
        None => None,
    };
    let matched = matched(db, &ids, wanted).await?;
    Ok(rows
        .into_iter()
        .map(|p| {
            let sku = matched.get(&p.id);
            // Beside a SKU's name, the sum of all would read as if it were that SKU's.
            let of = sku.map_or(p.id, |sku| sku.id);
            let (on_hand, available) =
                stock.as_ref().map(|stock| stock.get(&of).copied().unwrap_or_default()).unzip();
            ProductSummary {
                product: product_ref(&p),
                sku_count: counts.get(&p.id).copied().unwrap_or(0),
                matched_sku: sku.map(|sku| sku_ref(&p, sku)),
                on_hand,
                available,
                handle: p.handle,
            }
        })
        .collect())
}

/// On hand and available at a facility, by SKU and by product.
///
/// Asked by the key of the levels and not by a join: without statistics, as after an import, both
/// databases would walk through all levels of the facility.
async fn stock(
    db: &impl ConnectionTrait,
    skus: &[(Uuid, Uuid)],
    facility: FacilityId,
) -> Result<HashMap<Uuid, (i64, i64)>, StoreError> {
    let product_of: HashMap<Uuid, Uuid> = skus.iter().copied().collect();
    let mut sums: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for skus in skus.chunks(SKUS_ASKED_MAX) {
        let levels = levels::Entity::find()
            .filter(levels::Column::FacilityId.eq(facility.0))
            .filter(levels::Column::SkuId.is_in(skus.iter().map(|(sku, _)| *sku)))
            .all(db)
            .await?;
        for level in levels {
            let Some(product) = product_of.get(&level.sku_id) else { continue };
            let on_hand = [
                level.available,
                level.committed,
                level.reserved,
                level.damaged,
                level.quality_control,
                level.safety_stock,
            ];
            for of in [level.sku_id, *product] {
                let sum = sums.entry(of).or_default();
                sum.0 = on_hand.into_iter().fold(sum.0, i64::saturating_add);
                sum.1 = sum.1.saturating_add(level.available);
            }
        }
    }
    Ok(sums)
}

/// The SKU that the query points to, by product: the one that its code names, or the one that
/// more of the words fit than any other of the product.
async fn matched(
    db: &impl ConnectionTrait,
    products: &[Uuid],
    wanted: &Wanted<'_>,
) -> Result<HashMap<Uuid, skus::Model>, StoreError> {
    let mut chosen: HashMap<Uuid, Uuid> = HashMap::new();
    let mut open: BTreeSet<Uuid> = BTreeSet::new();
    for product in products {
        match wanted.by_code.get(product).map(Vec::as_slice) {
            Some([sku]) => drop(chosen.insert(*product, *sku)),
            Some(_) => {}
            None => drop(open.insert(*product)),
        }
    }
    if !wanted.words.is_empty() && !open.is_empty() {
        chosen.extend(by_words(db, open, wanted.words).await?);
    }
    let rows =
        skus::Entity::find().filter(skus::Column::Id.is_in(chosen.into_values())).all(db).await?;
    Ok(rows.into_iter().map(|sku| (sku.product_id, sku)).collect())
}

async fn by_words(
    db: &impl ConnectionTrait,
    products: BTreeSet<Uuid>,
    asked: &[String],
) -> Result<HashMap<Uuid, Uuid>, StoreError> {
    let starts = asked
        .iter()
        .fold(Condition::any(), |any, word| any.add(starts_with(search_terms::Column::Term, word)));
    let terms = search_terms::Entity::find()
        .filter(search_terms::Column::ProductId.is_in(products))
        .filter(search_terms::Column::SkuId.ne(Uuid::nil()))
        .filter(starts)
        .limit(MATCHED_TERMS_MAX)
        .all(db)
        .await?;
    // Which words fit each SKU.
    let mut fits: HashMap<(Uuid, Uuid), BTreeSet<usize>> = HashMap::new();
    for term in terms {
        let words = asked.iter().enumerate().filter(|(_, w)| term.term.starts_with(w.as_str()));
        fits.entry((term.product_id, term.sku_id)).or_default().extend(words.map(|(n, _)| n));
    }
    // The best SKU of each product; none where two are as good.
    let mut best: HashMap<Uuid, (usize, Option<Uuid>)> = HashMap::new();
    for ((product, sku), words) in fits {
        let entry = best.entry(product).or_insert((0, None));
        if words.len() > entry.0 {
            *entry = (words.len(), Some(sku));
        } else if words.len() == entry.0 {
            entry.1 = None;
        }
    }
    Ok(best.into_iter().filter_map(|(p, (_, sku))| sku.map(|sku| (p, sku))).collect())
}

/// The terms that start with a word, as a range: an index serves it.
pub(super) fn starts_with(term: search_terms::Column, word: &str) -> Condition {
    let column = Expr::col((search_terms::Entity, term));
    Condition::all().add(column.clone().gte(word)).add(column.lt(words::after(word)))
}
