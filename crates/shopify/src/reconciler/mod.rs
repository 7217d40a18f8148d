//! Looks whether the shop has what it should have, and sets right what has not.
//!
//! Three ways to look, of which each finds what the others miss: hints (the shop tells that a level
//! has changed), rounds over all levels by pages, and audits, in which the shop reads itself as a
//! whole. All of them end in [`onhand_store::Store::judge_levels`], where it stands why nothing is
//! confirmed that is only under way: [`onhand_domain::channel::classify`].

mod audit;
mod newcomers;
mod rounds;

use std::collections::BTreeMap;

use onhand_domain::{ChannelId, channel::Has};
use onhand_store::{
    Store, StoreError,
    channels::{Judged, LaneKey, SeenLevel},
};
use tokio_util::sync::CancellationToken;

pub use self::audit::{PATIENCE, audit};
pub use self::newcomers::take_in_newcomers;
use crate::{
    call::AVAILABLE,
    client::Shop,
    read::{ItemLevel, ReadError, time_of},
};

/// Most levels of one look.
pub const LOOK_MAX: usize = 250;

/// Why it was not looked.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The shop could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Levels that take part.
    pub levels: u64,
    /// Those that are equal.
    pub equal: u64,
    /// Those of which nothing can be said, because changes of them are under way.
    pub in_flight: u64,
    /// Those that differ.
    pub differing: u64,
}

/// Reads these levels anew and judges them, at most [`LOOK_MAX`]. Those of which changes are under
/// way are not even asked for. What is certain to be wrong is set right where the channel allows
/// it, and what can't be bought is made sellable.
pub async fn look(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    lanes: &[LaneKey],
) -> Result<Looked, ReconcileError> {
    let found = see(store, shop, channel, lanes).await?;
    Ok(Looked {
        differing: found.differ(),
        levels: found.levels,
        equal: found.equal,
        in_flight: found.in_flight,
    })
}

/// Keeps looking until `stopping`: rounds over all levels, items that were matched since, and the
/// nightly audit. One task beside the publisher, under its lease.
pub async fn run(store: Store, shop: Shop, channel: ChannelId, stopping: CancellationToken) {
    let work = async {
        tokio::join!(
            rounds::around(&store, &shop, channel),
            rounds::again(&store, &shop, channel),
            newcomers::keep(&store, &shop, channel),
            audit::nightly(&store, &shop, channel),
        )
    };
    // What is cut off was not committed, and is looked at again by whoever goes on.
    tokio::select! {
        () = stopping.cancelled() => {}
        _ = work => {}
    }
}

/// Reads and judges.
async fn see(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    lanes: &[LaneKey],
) -> Result<Judged, ReconcileError> {
    let lanes = lanes.get(..LOOK_MAX).unwrap_or(lanes);
    let marks = store.mark_levels(channel, lanes).await?;
    let (busy, quiet): (Vec<&LaneKey>, Vec<&LaneKey>) =
        lanes.iter().partition(|lane| marks.is_under_way(lane));
    let mut at: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for lane in quiet {
        at.entry(&lane.location).or_default().push(&lane.item);
    }
    let mut seen = Vec::with_capacity(lanes.len());
    for (location, items) in at {
        let levels = shop.levels_of(location, &items, &[AVAILABLE]).await?;
        seen.extend(levels.into_iter().map(|found| seen_level(location, found)));
    }
    let mut judged = store.judge_levels(&marks, &seen).await?;
    if !busy.is_empty() {
        let busy: Vec<LaneKey> = busy.into_iter().cloned().collect();
        store.postpone_differences(channel, &busy).await?;
        judged.add_in_flight(busy);
    }
    for lane in &judged.activate {
        activate(store, shop, channel, lane).await?;
    }
    Ok(judged)
}

fn seen_level(location: &str, found: ItemLevel) -> SeenLevel {
    let has = found.level.map(|level| Has {
        available: level.quantity(AVAILABLE).unwrap_or(0),
        active: level.active,
        updated_at: time_of(&level.updated_at),
    });
    SeenLevel {
        lane: LaneKey { item: found.item, location: location.to_owned() },
        tracked: found.tracked == Some(true),
        has,
    }
}

/// Makes a level sellable. The quantity that it has stays.
async fn activate(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    lane: &LaneKey,
) -> Result<(), StoreError> {
    let done = shop.activate(store.ids().next(), &lane.item, &lane.location).await;
    let problem = match done {
        Ok(true) => None,
        Ok(false) => Some("the shop did not make it sellable".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(problem) = &problem {
        tracing::warn!(%channel, item = lane.item, location = lane.location, problem, "reconciler.not_activated");
    }
    store.note_difference_problem(channel, lane, problem.as_deref()).await
}
