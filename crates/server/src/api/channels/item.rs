//! An item of a shop, and which SKU it is.

use onhand_domain::{
    SkuId,
    channel::{ItemProblem, MatchedBy},
};
use onhand_store::channels::ItemMatch;
use serde::Serialize;
use utoipa::ToSchema;

use super::Skus;
use crate::{
    api::{
        ApiResult,
        shapes::{SkuRef, codes},
    },
    state::AppState,
};

/// What a shop's id of an item begins with.
const ITEM_PREFIX: &str = "gid://shopify/InventoryItem/";

/// An item of a shop, and which SKU it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ChannelItem {
    /// The shop's id of it.
    #[schema(example = "gid://shopify/InventoryItem/1")]
    item: String,
    /// Its last part, for paths.
    #[schema(example = "1")]
    number: String,
    /// The shop's id of its variant.
    #[schema(example = "gid://shopify/ProductVariant/1")]
    variant: String,
    /// The SKU code that it has there.
    #[schema(example = "TR-204")]
    code: Option<String>,
    /// Its barcodes.
    barcodes: Vec<String>,
    /// The product's handle.
    #[schema(example = "trail-runner")]
    handle: String,
    /// What it is called there.
    #[schema(example = "Trail Runner")]
    title: String,
    /// The values of its options.
    options: Vec<String>,
    /// Whether the shop keeps stock of it.
    tracked: bool,
    /// What it is here.
    sku: Option<SkuRef>,
    /// By what it was recognised.
    #[schema(value_type = Option<codes::MatchedBy>, example = "barcode")]
    matched_by: Option<&'static str>,
    /// Why nothing is told of it.
    #[schema(value_type = Option<codes::ItemProblem>)]
    problem: Option<&'static str>,
    /// SKUs that it could be.
    candidates: Vec<SkuRef>,
    /// Whether its levels take part.
    live: bool,
}

/// Items with the names of their SKUs, which take one query for all of them.
pub(super) async fn items(state: &AppState, rows: Vec<ItemMatch>) -> ApiResult<Vec<ChannelItem>> {
    let mut ids: Vec<SkuId> = Vec::new();
    for row in &rows {
        ids.extend(row.sku.iter().chain(&row.candidates));
    }
    let skus = Skus::of(state, ids).await?;
    let item = |row: ItemMatch| ChannelItem {
        number: row.item.item.rsplit('/').next().unwrap_or_default().to_owned(),
        sku: row.sku.and_then(|id| skus.get(id)),
        matched_by: row.by.map(MatchedBy::code),
        problem: row.problem.map(ItemProblem::code),
        candidates: row.candidates.iter().filter_map(|id| skus.get(*id)).collect(),
        live: row.live,
        item: row.item.item,
        variant: row.item.variant,
        code: row.item.code,
        barcodes: row.item.barcodes,
        handle: row.item.handle,
        title: row.item.title,
        options: row.item.options,
        tracked: row.item.tracked,
    };
    Ok(rows.into_iter().map(item).collect())
}

/// The item that a path names by its number, or by the whole id.
pub(super) fn item_named(number: &str) -> String {
    if number.starts_with("gid:") { number.to_owned() } else { format!("{ITEM_PREFIX}{number}") }
}
