//! A level at which the shop and the ledger differ.

use onhand_domain::ChannelId;
use onhand_store::channels as store;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Skus, location_names};
use crate::{
    api::{
        ApiResult,
        shapes::{SkuRef, codes},
    },
    state::AppState,
    wire::ApiTime,
};

/// A level at which the shop and the ledger differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Difference {
    /// What.
    sku: Option<SkuRef>,
    /// The shop's id of the item.
    #[schema(example = "gid://shopify/InventoryItem/1")]
    item: String,
    /// The shop's id of the location.
    #[schema(example = "gid://shopify/Location/1")]
    location: String,
    /// What that is called.
    #[schema(example = "Main Street")]
    location_name: String,
    /// How it stands.
    #[schema(value_type = codes::DifferenceClass, example = "drift")]
    class: &'static str,
    /// What the shop has as available; null where it was never stocked.
    #[schema(example = 7)]
    shop_has: Option<i64>,
    /// What it should have.
    #[schema(example = 9)]
    should_have: i64,
    /// Since when it is not equal.
    first_seen_at: ApiTime,
    /// When it was read last.
    seen_at: ApiTime,
    /// How often it was read with the same numbers.
    sightings: i64,
    /// Since when it is certain.
    confirmed_at: Option<ApiTime>,
    /// Whether it is being set right.
    correcting: bool,
    /// How often it was set right by itself.
    corrections: i64,
    /// Why it could not be.
    problem: Option<String>,
    /// Whether the caller may have it set right now.
    may_correct: bool,
}

/// Differences with the names of what they are about: one query for each kind of thing.
pub(super) async fn differences(
    state: &AppState,
    channel: ChannelId,
    manages: bool,
    rows: Vec<store::Difference>,
) -> ApiResult<Vec<Difference>> {
    let skus = Skus::of(state, rows.iter().map(|row| row.sku)).await?;
    let names = location_names(state, channel).await?;
    let difference = |row: store::Difference| Difference {
        sku: skus.get(row.sku),
        location_name: names.get(&row.lane.location).cloned().unwrap_or_default(),
        item: row.lane.item,
        location: row.lane.location,
        class: row.class.code(),
        shop_has: row.has,
        should_have: row.should,
        first_seen_at: row.first_seen_at.into(),
        seen_at: row.seen_at.into(),
        sightings: row.sightings,
        confirmed_at: row.confirmed_at.map(ApiTime),
        correcting: row.correcting,
        corrections: row.corrections,
        problem: row.problem,
        may_correct: manages && row.can_be_corrected,
    };
    Ok(rows.into_iter().map(difference).collect())
}
