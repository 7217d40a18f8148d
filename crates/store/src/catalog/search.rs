//! Browsing and searching products.
//!
//! Every step has a limit, so that a single letter asked of 100,000 SKUs costs as little as a
//! whole name: the rarest word is found by counting up to a limit, a bounded number of its hits
//! is taken from the index on terms, and the other words are looked up for those alone.

use std::collections::HashMap;

use onhand_domain::{FacilityId, FacilityScope};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    identifier,
    summary::{ProductSummary, Wanted, starts_with, summaries},
    words,
};
use crate::{
    Store, StoreError,
    entities::{products, search_terms, skus},
};

/// Products of one page.
pub const PAGE_MAX: u64 = 200;
/// Characters of a query; the rest is not looked at.
pub const SEARCH_CHARS_MAX: usize = 200;
/// Hits of the rarest word that are looked at. A word with more is too common to find anything
/// by; what is shown then is as good as what is not.
const CANDIDATES_MAX: u64 = 2_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ProductQuery<'a> {
    /// Words or a code, as typed.
    pub text: &'a str,
    /// Only products of this category.
    pub category: Option<&'a str>,
    /// The facility whose stock is shown.
    pub facility: Option<FacilityId>,
    /// The facilities whose stock the caller may see: of others none is shown.
    pub scope: &'a FacilityScope,
    /// Where the page before ended.
    pub after: Option<ProductCursor>,
    /// Products of the page, at most [`PAGE_MAX`].
    pub limit: u64,
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProductCursor {
    /// How near the last product was to the query; 0 while browsing.
    pub rank: i64,
    /// Its handle.
    pub handle: String,
}

/// A page of products.
#[derive(Clone, Debug)]
pub struct ProductPage {
    /// The products.
    pub items: Vec<ProductSummary>,
    /// Where the next page starts; none at the end.
    pub next: Option<ProductCursor>,
}

#[derive(FromQueryResult)]
struct Hit {
    product_id: Uuid,
    nearness: i64,
}

impl Store {
    /// Products by handle, or those that fit a query: first those that its text is a code of, then
    /// those that have every word of it, the nearest first. As one types, the last letters of a
    /// word may be missing.
    pub async fn list_products(&self, query: &ProductQuery<'_>) -> Result<ProductPage, StoreError> {
        let db = self.reader();
        let text: String = query.text.chars().take(SEARCH_CHARS_MAX).collect();
        let asked = words::of_query(&text);
        let facility = query.facility.filter(|facility| query.scope.contains(*facility));
        let limit = query.limit.clamp(1, PAGE_MAX);
        if text.trim().is_empty() {
            return browse(&db, query, facility, limit).await;
        }
        let by_code = by_code(&db, &text).await?;
        let mut ranked: Vec<(i64, products::Model)> = Vec::new();
        if query.after.is_none() && !by_code.is_empty() {
            let found = filtered(query)
                .filter(products::Column::Id.is_in(by_code.keys().copied()))
                .order_by_asc(products::Column::Handle)
                .all(&db)
                .await?;
            ranked.extend(found.into_iter().map(|p| (0, p)));
        }
        if !asked.is_empty() {
            ranked.extend(by_words(&db, query, &asked, &by_code, limit + 1).await?);
        }
        let next = cut(&mut ranked, limit);
        let rows = ranked.into_iter().map(|(_, p)| p).collect();
        let wanted = Wanted { facility, words: &asked, by_code: &by_code };
        Ok(ProductPage { items: summaries(&db, rows, &wanted).await?, next })
    }
}

/// Cuts what lies beyond the page, and says where the next one starts.
fn cut(ranked: &mut Vec<(i64, products::Model)>, limit: u64) -> Option<ProductCursor> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if ranked.len() <= limit {
        return None;
    }
    ranked.truncate(limit);
    ranked.last().map(|(rank, p)| ProductCursor { rank: *rank, handle: p.handle.clone() })
}

async fn browse(
    db: &impl ConnectionTrait,
    query: &ProductQuery<'_>,
    facility: Option<FacilityId>,
    limit: u64,
) -> Result<ProductPage, StoreError> {
    let mut select = filtered(query).order_by_asc(products::Column::Handle);
    if let Some(after) = &query.after {
        select = select.filter(products::Column::Handle.gt(after.handle.as_str()));
    }
    let rows = select.limit(limit + 1).all(db).await?;
    let mut ranked: Vec<(i64, products::Model)> = rows.into_iter().map(|p| (0, p)).collect();
    let next = cut(&mut ranked, limit);
    let rows = ranked.into_iter().map(|(_, p)| p).collect();
    let wanted = Wanted { facility, words: &[], by_code: &HashMap::new() };
    Ok(ProductPage { items: summaries(db, rows, &wanted).await?, next })
}

fn filtered(query: &ProductQuery<'_>) -> sea_orm::Select<products::Entity> {
    let select = products::Entity::find();
    match query.category {
        Some(category) => select.filter(products::Column::Category.eq(category)),
        None => select,
    }
}

/// The SKUs that the text is a code of, by product.
async fn by_code(
    db: &impl ConnectionTrait,
    text: &str,
) -> Result<HashMap<Uuid, Vec<Uuid>>, StoreError> {
    let found = identifier::find(db, text).await?;
    let rows = skus::Entity::find()
        .filter(skus::Column::Id.is_in(found.iter().map(|(id, _)| id.0)))
        .all(db)
        .await?;
    let mut by_product: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for sku in rows {
        by_product.entry(sku.product_id).or_default().push(sku.id);
    }
    Ok(by_product)
}

/// The products that have every word, with their ranks, after the cursor.
async fn by_words(
    db: &impl ConnectionTrait,
    query: &ProductQuery<'_>,
    asked: &[String],
    by_code: &HashMap<Uuid, Vec<Uuid>>,
    limit: u64,
) -> Result<Vec<(i64, products::Model)>, StoreError> {
    let rarest = rarest(db, asked).await?;
    let page = page(hits(asked, rarest), query, by_code, limit);
    let page = Hit::find_by_statement(db.get_database_backend().build(&page)).all(db).await?;
    let mut rows: HashMap<Uuid, products::Model> = products::Entity::find()
        .filter(products::Column::Id.is_in(page.iter().map(|hit| hit.product_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|p| (p.id, p))
        .collect();
    Ok(page
        .into_iter()
        .filter_map(|hit| Some((hit.nearness, rows.remove(&hit.product_id)?)))
        .collect())
}

/// The hits of one page, in their order.
fn page(
    hits: SelectStatement,
    query: &ProductQuery<'_>,
    by_code: &HashMap<Uuid, Vec<Uuid>>,
    limit: u64,
) -> SelectStatement {
    let hit = Alias::new("hits");
    let nearness = || Expr::col((Alias::new("hits"), Alias::new("nearness")));
    let id = || Expr::col((products::Entity, products::Column::Id));
    let handle = || Expr::col((products::Entity, products::Column::Handle));
    let mut page = Query::select();
    page.column((hit.clone(), Alias::new("product_id")))
        .column((hit.clone(), Alias::new("nearness")))
        .from_subquery(hits, hit.clone())
        .inner_join(products::Entity, id().equals((hit.clone(), Alias::new("product_id"))))
        .order_by((hit, Alias::new("nearness")), Order::Asc)
        .order_by((products::Entity, products::Column::Handle), Order::Asc)
        .limit(limit);
    if let Some(category) = query.category {
        page.and_where(Expr::col((products::Entity, products::Column::Category)).eq(category));
    }
    if !by_code.is_empty() {
        page.and_where(id().is_not_in(by_code.keys().copied()));
    }
    if let Some(after) = &query.after {
        let further = handle().gt(after.handle.as_str());
        page.and_where(nearness().gt(after.rank).or(nearness().eq(after.rank).and(further)));
    }
    page
}

/// Whether a SKU, in a query on SKUs, has every word of `text`, be it of its own or of its
/// product's. Nothing where there is no word in it.
pub(crate) fn has_words(text: &str) -> Condition {
    let text: String = text.chars().take(SEARCH_CHARS_MAX).collect();
    let column = |column| Expr::col((search_terms::Entity, column));
    words::of_query(&text).iter().fold(Condition::all(), |all, word| {
        let of_product =
            column(search_terms::Column::ProductId).equals((skus::Entity, skus::Column::ProductId));
        let of_sku = column(search_terms::Column::SkuId)
            .equals((skus::Entity, skus::Column::Id))
            .or(column(search_terms::Column::SkuId).eq(Uuid::nil()));
        let has = search_terms::Entity::find()
            .select_only()
            .expr_as(Expr::val(1), "one")
            .filter(of_product)
            .filter(of_sku)
            .filter(starts_with(search_terms::Column::Term, word))
            .into_query();
        all.add(Expr::exists(has))
    })
}

/// Which of the words has the fewest hits, counting no further than is looked at anyway.
async fn rarest(db: &impl ConnectionTrait, asked: &[String]) -> Result<usize, StoreError> {
    if asked.len() < 2 {
        return Ok(0);
    }
    let mut best = (u64::MAX, 0);
    for (n, word) in asked.iter().enumerate() {
        let some = search_terms::Entity::find()
            .select_only()
            .expr_as(Expr::val(1), "one")
            .filter(starts_with(search_terms::Column::Term, word))
            .limit(CANDIDATES_MAX)
            .into_query();
        let count = Query::select()
            .expr(Expr::col((Alias::new("some"), Alias::new("one"))).count())
            .from_subquery(some, Alias::new("some"))
            .to_owned();
        let row = db.query_one(&count).await?;
        let hits: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0);
        let hits = u64::try_from(hits).unwrap_or(0);
        if hits < best.0 {
            best = (hits, n);
        }
        if hits == 0 {
            break;
        }
    }
    Ok(best.1)
}

/// The products among the hits of the rarest word that have the others too. A whole word is
/// nearer than the start of one.
fn hits(asked: &[String], rarest: usize) -> SelectStatement {
    let (driver, product, weight, whole) =
        (Alias::new("hit"), Alias::new("product_id"), Alias::new("weight"), Alias::new("term"));
    let word = asked.get(rarest).map_or("", String::as_str);
    let candidates = search_terms::Entity::find()
        .select_only()
        .column(search_terms::Column::ProductId)
        .column(search_terms::Column::Weight)
        .column(search_terms::Column::Term)
        .filter(starts_with(search_terms::Column::Term, word))
        .order_by_asc(search_terms::Column::Term)
        .limit(CANDIDATES_MAX)
        .into_query();
    // From 1 on: 0 is for codes.
    let near = Expr::col((driver.clone(), weight))
        .mul(2_i64)
        .add(Expr::case(Expr::col((driver.clone(), whole)).eq(word), 1_i64).finally(2_i64));
    let mut select = Query::select();
    select
        .column((driver.clone(), product.clone()))
        .expr_as(Expr::expr(near).min(), Alias::new("nearness"))
        .from_subquery(candidates, driver.clone())
        .group_by_col((driver.clone(), product.clone()));
    for other in asked.iter().enumerate().filter(|(n, _)| *n != rarest).map(|(_, word)| word) {
        let has = search_terms::Entity::find()
            .select_only()
            .expr_as(Expr::val(1), "one")
            .filter(
                Expr::col((search_terms::Entity, search_terms::Column::ProductId))
                    .equals((driver.clone(), product.clone())),
            )
            .filter(starts_with(search_terms::Column::Term, other))
            .into_query();
        select.and_where(Expr::exists(has));
    }
    select
}
