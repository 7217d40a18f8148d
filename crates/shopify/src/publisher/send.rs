//! Sends one call and settles it.

use std::{collections::BTreeMap, time::Duration};

use onhand_domain::Micros;
use onhand_store::{
    Store, StoreError,
    channels::{Bad, Call, LaneKey, Seen, Settlement},
};

use super::payload;
use crate::{
    call::AVAILABLE,
    client::{Permit, Shop},
    code::{Code, Stop},
    judge::{Verdict, backoff, judge},
    reply::Reply,
};

/// After this long a call without an answer is not sent again: the shop forgets keys after a day,
/// and then the same text would be a new change.
const RESEND_MAX_MICROS: i64 = 20 * 60 * 60 * Micros::SECOND;
/// Pause before a comparison is tried again whose levels could not be read.
const REREAD_PAUSE: Duration = Duration::from_secs(5);

/// What a call's end means for its channel.
#[derive(Debug)]
pub(super) enum After {
    /// It goes on.
    GoOn,
    /// Nothing more can be sent until a person acts.
    Stop { reason: Stop, problem: String },
}

/// Sends a call and records what became of it. Where the database fails in between, the call
/// stays known as sent, and is sent again, the same under the same key.
pub(super) async fn send(
    store: &Store,
    shop: &Shop,
    permit: Permit,
    call: &Call,
) -> Result<After, StoreError> {
    let now = store.clock().now();
    let first = call.first_sent_at.unwrap_or(now);
    if now.0.saturating_sub(first.0) >= RESEND_MAX_MICROS {
        tracing::error!(key = %call.key, "publisher.call_expired");
        store.settle_call(call.key, Settlement::Expired).await?;
        return Ok(After::GoOn);
    }
    let Some(call) = store.mark_sent(call.key, now).await? else { return Ok(After::GoOn) };
    let reply = shop.send_call(permit, &call.payload).await;
    let lanes = payload::lanes(&call.payload);
    let verdict = judge(&reply, lanes.len());
    note(&call, &reply, &verdict);
    let (settlement, after) = settlement(store, shop, &call, &lanes, verdict).await;
    store.settle_call(call.key, settlement).await?;
    Ok(after)
}

/// What a verdict makes of the call, and of its channel.
async fn settlement(
    store: &Store,
    shop: &Shop,
    call: &Call,
    lanes: &[LaneKey],
    verdict: Verdict,
) -> (Settlement, After) {
    let now = store.clock().now();
    let settlement = match verdict {
        Verdict::Confirmed { adjustment } => Settlement::Confirmed { adjustment: Some(adjustment) },
        Verdict::NoOp => Settlement::NoOp,
        Verdict::Again { wait, code, problem } => {
            let wait = wait.unwrap_or_else(|| pause(call));
            Settlement::Again { at: later(now, wait), code: code.to_string(), problem }
        }
        Verdict::FreshKey { code, problem } => fresh(store, call, now, &code, problem),
        Verdict::BadLines { lines } => {
            let bad = lines.iter().filter_map(|line| lanes.get(line.index).cloned()).collect();
            let code = lines.first().map_or_else(String::new, |line| line.code.to_string());
            let problem = lines.first().map_or_else(String::new, |line| line.message.clone());
            Settlement::Refused { bad: Bad::Lanes(bad), code, problem }
        }
        Verdict::Stale { lines } => stale(shop, lanes, &lines, now).await,
        Verdict::Halve { code, problem } => Settlement::Halve { code: code.to_string(), problem },
        Verdict::Park { code, problem } => {
            Settlement::Refused { bad: Bad::All, code: code.to_string(), problem }
        }
        Verdict::Stop { reason, problem } => {
            let at = later(now, pause(call));
            let again =
                Settlement::Again { at, code: reason.code().to_owned(), problem: problem.clone() };
            return (again, After::Stop { reason, problem });
        }
    };
    (settlement, After::GoOn)
}

/// The same content under a new key: that attempt is known not to have been applied.
fn fresh(store: &Store, call: &Call, now: Micros, code: &Code, problem: String) -> Settlement {
    let (key, code) = (store.ids().next(), code.to_string());
    match payload::with_key(&call.payload, key) {
        Some(payload) => Settlement::Fresh { key, payload, at: later(now, pause(call)), code },
        None => Settlement::Refused { bad: Bad::All, code, problem },
    }
}

/// What the shop has of the lines whose comparison failed. What can't be read now is compared
/// again later.
async fn stale(shop: &Shop, lanes: &[LaneKey], indexes: &[usize], now: Micros) -> Settlement {
    let code = Code::ChangeFromQuantityStale.to_string();
    let problem = "the shop had another quantity than was compared".to_owned();
    let mut at: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for lane in indexes.iter().filter_map(|line| lanes.get(*line)) {
        at.entry(&lane.location).or_default().push(&lane.item);
    }
    let mut seen = Vec::new();
    for (location, items) in at {
        let Ok(levels) = shop.levels_of(location, &items, &[AVAILABLE]).await else {
            return Settlement::Again { at: later(now, REREAD_PAUSE), code, problem };
        };
        seen.extend(levels.into_iter().map(|found| Seen {
            quantity: found.level.and_then(|level| level.quantity(AVAILABLE)).unwrap_or(0),
            lane: LaneKey { item: found.item, location: location.to_owned() },
        }));
    }
    Settlement::Stale { seen, code, problem }
}

fn pause(call: &Call) -> Duration {
    backoff(u32::try_from(call.attempts).unwrap_or(u32::MAX), rand::random())
}

fn later(now: Micros, wait: Duration) -> Micros {
    now.plus(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX))
}

fn note(call: &Call, reply: &Reply, verdict: &Verdict) {
    match verdict {
        Verdict::Confirmed { .. } | Verdict::NoOp => {
            tracing::debug!(key = %call.key, lines = call.lines, "publisher.confirmed");
        }
        other => {
            tracing::warn!(key = %call.key, lines = call.lines, verdict = ?other, "publisher.not_confirmed");
            tracing::debug!(key = %call.key, ?reply, "publisher.reply");
        }
    }
}
