//! The shop reads itself as a whole, and every level is judged: a certificate that it is equal, or
//! what it lacks.

use std::{sync::Arc, time::Duration};

use onhand_domain::{
    ChannelId, Micros,
    channel::{AuditKind, AuditStatus},
};
use onhand_store::{
    Store,
    channels::{Audit, JUDGED_MAX, Judged, LaneKey, SeenLevel},
};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::{LOOK_MAX, ReconcileError, see};
use crate::{client::Shop, read::EveryLevel};

/// So long after midnight (UTC) shops are audited…
const NIGHTLY_AT_MICROS: i64 = 3 * 60 * MINUTE;
/// …each some minutes later than another, fewer than this.
const NIGHTLY_SPREAD: u128 = 60;
/// How often it is looked whether it is time.
const NIGHTLY_LOOK: Duration = Duration::from_mins(1);
/// How long after one that failed the next is tried.
const RETRY_AFTER_MICROS: i64 = 30 * MINUTE;
/// How long after one began whose node is gone: not at once, should it be what ended the node.
const RETRY_LOST_AFTER_MICROS: i64 = 5 * MINUTE;
/// How often an audit says that it still runs: several times within the silence after which it
/// counts as lost.
const BEAT: Duration = Duration::from_secs(10);
const MINUTE: i64 = 60 * Micros::SECOND;
/// How long an audit keeps looking again at levels of which nothing certain can be said yet:
/// changes under way arrive within seconds, and orders are followed within a minute or so.
pub const PATIENCE: Duration = Duration::from_secs(75);
/// Pause before the first of these looks; each later one waits as much longer, up to…
const PAUSE: Duration = Duration::from_secs(1);
/// …this.
const PAUSE_MAX: Duration = Duration::from_secs(6);
/// Most levels that are looked at again. Where more are under way, the shop is far from equal, and
/// the rounds go on.
const AGAIN_MAX: usize = 5_000;

/// Reads every level of the shop and judges it. What was under way while the shop read itself is
/// read again, for at most `patience`.
///
/// # Errors
/// Where the shop can't be read; the audit is noted as failed then.
pub async fn audit(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    kind: AuditKind,
    patience: Duration,
) -> Result<Audit, ReconcileError> {
    let began = store.begin_audit(channel, kind).await?;
    let found = tokio::select! {
        found = judged(store, shop, channel, patience) => found,
        // Somebody else has called it lost, and perhaps begun another.
        () = silent(store, began.id) => {
            return Ok(store.find_audit(channel, began.id).await?.unwrap_or(began));
        }
    };
    match found {
        Ok(found) => {
            let as_of = store.clock().now();
            tracing::info!(
                %channel, levels = found.levels, equal = found.equal,
                in_flight = found.in_flight, differ = found.differ(), "reconciler.audited"
            );
            let ended = store.end_audit(began.id, Ok((&found, as_of))).await?;
            Ok(ended.unwrap_or(began))
        }
        Err(error) => {
            store.end_audit(began.id, Err(&error.to_string())).await?;
            Err(error)
        }
    }
}

/// Says from time to time that the audit runs; ends when it does not count as running any more.
async fn silent(store: &Store, audit: Uuid) {
    loop {
        sleep(BEAT).await;
        match store.beat_audit(audit).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(%audit, %error, "reconciler.audit beat failed"),
        }
    }
}

async fn judged(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    patience: Duration,
) -> Result<Judged, ReconcileError> {
    let marks = store.mark_all_levels(channel).await?;
    let mut shop_has = shop.every_level().await?;
    let mut found = Judged::default();
    let lanes: Vec<&LaneKey> = marks.lanes().collect();
    for lanes in lanes.chunks(JUDGED_MAX) {
        let seen: Vec<SeenLevel> =
            lanes.iter().map(|lane| seen_level(&mut shop_has, lane)).collect();
        found.add(store.judge_levels(&marks, &seen).await?);
    }
    // Levels without a lane: of items or at places that take no part, or of new ones.
    let rest: Vec<SeenLevel> = shop_has
        .levels
        .iter()
        .map(|((item, location), has)| SeenLevel {
            lane: LaneKey { item: item.to_string(), location: location.to_string() },
            tracked: !shop_has.untracked.contains(item),
            has: Some(*has),
        })
        .collect();
    for rest in rest.chunks(JUDGED_MAX) {
        found.add(store.judge_levels(&marks, rest).await?);
    }
    for lane in std::mem::take(&mut found.activate) {
        super::activate(store, shop, channel, &lane).await?;
    }
    look_again(store, shop, channel, found, patience).await
}

/// Looks again at what nothing certain could be said of.
async fn look_again(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
    mut found: Judged,
    patience: Duration,
) -> Result<Judged, ReconcileError> {
    let began = Instant::now();
    let mut pause = PAUSE;
    while !found.again().is_empty()
        && found.again().len() <= AGAIN_MAX
        && began.elapsed() < patience
    {
        sleep(pause).await;
        pause = (pause + PAUSE).min(PAUSE_MAX);
        for lanes in found.take_again().chunks(LOOK_MAX) {
            found.add(see(store, shop, channel, lanes).await?);
        }
    }
    Ok(found)
}

/// What the shop has told of a lane, taken out of all that it told.
fn seen_level(shop_has: &mut EveryLevel, lane: &LaneKey) -> SeenLevel {
    let item: Arc<str> = lane.item.as_str().into();
    let tracked = shop_has.items.contains(&item) && !shop_has.untracked.contains(&item);
    let has = shop_has.levels.remove(&(item, lane.location.as_str().into()));
    SeenLevel { lane: lane.clone(), tracked, has }
}

/// Audits once a night. One that was missed is made up for.
pub(super) async fn nightly(store: &Store, shop: &Shop, channel: ChannelId) {
    loop {
        match is_due(store, channel).await {
            Ok(true) => {
                let done = audit(store, shop, channel, AuditKind::Nightly, PATIENCE).await;
                if let Err(error) = done {
                    tracing::warn!(%channel, %error, "reconciler.audit failed");
                }
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%channel, %error, "reconciler.audit"),
        }
        sleep(NIGHTLY_LOOK).await;
    }
}

async fn is_due(store: &Store, channel: ChannelId) -> Result<bool, ReconcileError> {
    let now = store.clock().now();
    let slot = slot_before(now, channel);
    // One that was connected since then waits for its first night.
    let known = store.find_channel(channel).await?;
    if known.is_none_or(|known| known.created_at > slot) {
        return Ok(false);
    }
    let last = store.last_audit(channel, AuditKind::Nightly).await?;
    Ok(last.is_none_or(|last| {
        let old = |age: i64| last.began_at.plus(age) < now;
        match last.status {
            AuditStatus::Done => last.began_at < slot,
            AuditStatus::Failed if last.lost => old(RETRY_LOST_AFTER_MICROS),
            AuditStatus::Failed => old(RETRY_AFTER_MICROS),
            AuditStatus::Running => false,
        }
    }))
}

/// When it was last time to audit a shop.
fn slot_before(now: Micros, channel: ChannelId) -> Micros {
    let minutes = i64::try_from(channel.0.as_u128() % NIGHTLY_SPREAD).unwrap_or(0);
    let into_the_day = NIGHTLY_AT_MICROS + minutes * MINUTE;
    let midnight = now.0.saturating_sub(now.0.rem_euclid(Micros::DAY));
    let today = Micros(midnight).plus(into_the_day);
    if today <= now { today } else { today.plus(-Micros::DAY) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn shops_are_audited_at_night_and_not_all_at_once() {
        let midnight = Micros(20_000 * Micros::DAY);
        let at = |hours: i64, minutes: i64| midnight.plus((hours * 60 + minutes) * MINUTE);
        let one = ChannelId(Uuid::from_u128(7));
        assert_eq!(slot_before(at(3, 7), one), at(3, 7));
        assert_eq!(slot_before(at(3, 6), one), at(3, 7).plus(-Micros::DAY));
        assert_eq!(slot_before(at(23, 59), one), at(3, 7));
        let other = ChannelId(Uuid::from_u128(59));
        assert_eq!(slot_before(at(23, 59), other), at(3, 59));
    }
}
