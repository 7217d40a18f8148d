//! Rounds over all levels, and second looks at those that differed.

use std::time::Duration;

use onhand_domain::ChannelId;
use onhand_store::{Store, channels::LaneKey};
use tokio::time::{Instant, sleep, sleep_until};

use super::{LOOK_MAX, ReconcileError, see};
use crate::client::Shop;

/// A round over all levels takes at least so long: what nobody hints at is found within it.
pub(super) const ROUND_EVERY: Duration = Duration::from_mins(15);
/// Pause between two pages of the first round, of which nobody knows yet how many it has.
const PAGE_PAUSE_FIRST: Duration = Duration::from_secs(2);
/// The shortest and the longest pause between two pages.
const PAGE_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));
/// How often it is looked which differences are due for another look.
const AGAIN_EVERY: Duration = Duration::from_secs(1);
/// Pause after a failure.
const TROUBLE_PAUSE: Duration = Duration::from_secs(10);

/// Goes round, page by page.
pub(super) async fn around(store: &Store, shop: &Shop, channel: ChannelId) {
    let mut pause = PAGE_PAUSE_FIRST;
    loop {
        let began = Instant::now();
        match round(store, shop, channel, pause).await {
            Ok(pages) => {
                let even = ROUND_EVERY / u32::try_from(pages.max(1)).unwrap_or(u32::MAX);
                pause = even.clamp(PAGE_PAUSE.0, PAGE_PAUSE.1);
                sleep_until(began + ROUND_EVERY).await;
            }
            Err(error) => {
                tracing::warn!(%channel, %error, "reconciler.round");
                sleep(TROUBLE_PAUSE).await;
            }
        }
    }
}

/// One round; how many pages it had. A page that can't be read is left for the next round.
async fn round(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    pause: Duration,
) -> Result<usize, ReconcileError> {
    let mut pages = 0;
    let locations = store.list_channel_locations(channel).await?;
    for location in locations.iter().filter(|location| !location.facilities.is_empty()) {
        let at = &location.shop.location;
        let mut after: Option<String> = None;
        loop {
            let page: Vec<LaneKey> =
                store.lanes_at(channel, at, after.as_deref(), LOOK_MAX as u64).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.item.clone());
            match see(store, shop, channel, &page).await {
                Ok(_) => {}
                Err(ReconcileError::Read(error)) => {
                    tracing::warn!(%channel, location = at, %error, "reconciler.page not read");
                }
                Err(error) => return Err(error),
            }
            pages += 1;
            sleep(pause).await;
        }
    }
    Ok(pages)
}

/// Looks again at what differed, until it is certain or gone.
pub(super) async fn again(store: &Store, shop: &Shop, channel: ChannelId) {
    loop {
        sleep(AGAIN_EVERY).await;
        if let Err(error) = look_again(store, shop, channel).await {
            tracing::warn!(%channel, %error, "reconciler.again");
            sleep(TROUBLE_PAUSE).await;
        }
    }
}

async fn look_again(store: &Store, shop: &Shop, channel: ChannelId) -> Result<(), ReconcileError> {
    let now = store.clock().now();
    let due = store.differences_due(channel, now, LOOK_MAX as u64).await?;
    if !due.is_empty() {
        see(store, shop, channel, &due).await?;
    }
    Ok(())
}
