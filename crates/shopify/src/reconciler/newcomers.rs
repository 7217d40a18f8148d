//! Items that became SKUs while the shop runs take part without a restart.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use onhand_domain::{ChannelId, channel::QuantityName};
use onhand_store::{
    Store,
    channels::{ChannelError, ItemCursor, ItemFilter, TakenIn},
};
use tokio::time::sleep;

use super::{LOOK_MAX, ReconcileError};
use crate::{client::Shop, connect::has_level};

/// How soon an item takes part that somebody has matched.
const NEWCOMERS_EVERY: Duration = Duration::from_secs(30);

/// Takes in newcomers from time to time.
pub(super) async fn keep(store: &Store, shop: &Shop, channel: ChannelId) {
    loop {
        match take_in_newcomers(store, shop, channel).await {
            Ok(taken) if taken.lanes > 0 => {
                tracing::info!(
                    %channel, levels = taken.lanes, changes = taken.pushes, "reconciler.newcomers"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%channel, %error, "reconciler.newcomers"),
        }
        sleep(NEWCOMERS_EVERY).await;
    }
}

/// Takes in the items that are SKUs and take no part yet: what the shop has of them is read, and
/// made equal where it differs.
pub async fn take_in_newcomers(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
) -> Result<TakenIn, ReconcileError> {
    let fresh = ItemFilter { not_live: true, ..ItemFilter::default() };
    let mut taken = TakenIn::default();
    let mut after: Option<ItemCursor> = None;
    loop {
        let limit = LOOK_MAX as u64;
        let page = store.list_channel_items(channel, &fresh, after.as_ref(), limit).await?;
        let Some(last) = page.last() else { return Ok(taken) };
        after = Some(ItemCursor::after(last));
        let items: Vec<&str> = page.iter().map(|one| one.item.item.as_str()).collect();
        let TakenIn { lanes, pushes } = take_in(store, shop, channel, &items).await?;
        taken.lanes = taken.lanes.saturating_add(lanes);
        taken.pushes = taken.pushes.saturating_add(pushes);
    }
}

async fn take_in(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    items: &[&str],
) -> Result<TakenIn, ReconcileError> {
    let names = [
        QuantityName::Available,
        QuantityName::Reserved,
        QuantityName::Damaged,
        QuantityName::QualityControl,
        QuantityName::SafetyStock,
    ]
    .map(QuantityName::code);
    let mut there: BTreeSet<String> = items.iter().map(|item| (*item).to_owned()).collect();
    let mut has = Vec::new();
    let mut gone: HashSet<String> = HashSet::new();
    for location in store.list_channel_locations(channel).await? {
        if location.facilities.is_empty() {
            continue;
        }
        for found in shop.levels_of(&location.shop.location, items, &names).await? {
            // Somebody changed it since it was matched; reading it anew says what it is.
            if found.tracked != Some(true) {
                gone.insert(found.item);
            } else if let Some(level) = found.level {
                has.push(has_level(&level));
            }
        }
    }
    there.retain(|item| !gone.contains(item));
    match store.add_lanes(channel, &there, &has).await {
        Ok(taken) => Ok(taken),
        Err(ChannelError::Store(error)) => Err(error.into()),
        // The channel is gone, or has more levels than fit: nothing was written.
        Err(ChannelError::Refused(refusal)) => {
            tracing::warn!(%channel, %refusal, "reconciler.newcomers not taken in");
            Ok(TakenIn::default())
        }
    }
}
