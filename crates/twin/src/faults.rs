//! What goes wrong, how often, and by which seed.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The knobs. A probability lies between 0 and 1; what isn't named is off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Faults {
    /// From which each decision follows.
    pub(crate) seed: u64,
    /// Only requests that call one of these root fields are hit; empty: all of the Admin API.
    pub(crate) only: Vec<String>,
    /// Probability of each fault of a request; their names are in [`REQUEST_FAULTS`].
    pub(crate) probability: BTreeMap<String, f64>,
    /// So many of the next requests have the fault for certain.
    pub(crate) next: BTreeMap<String, u64>,
    /// How long a slow answer takes: it is waited before anything is done.
    pub(crate) slow_ms: u64,
    /// What `Retry-After` says with 429.
    pub(crate) retry_after_seconds: f64,
    /// Fields that `access_denied` takes away, such as `InventoryItem.unitCost`.
    pub(crate) denied_fields: Vec<String>,
    /// How late a late webhook comes, and how far a reordered one is put back.
    pub(crate) late_ms: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            seed: 1,
            only: Vec::new(),
            probability: BTreeMap::new(),
            next: BTreeMap::new(),
            slow_ms: 1_000,
            retry_after_seconds: 2.0,
            denied_fields: Vec::new(),
            late_ms: 5_000,
        }
    }
}

/// The faults of a request, in the order in which they are looked at.
pub(crate) const REQUEST_FAULTS: [&str; 10] = [
    "slow",
    "token_expired",
    "http_429",
    "http_502",
    "throttled",
    "cut_before_commit",
    "internal_error",
    "previous_attempt_failed",
    "access_denied",
    "cut_after_commit",
];

/// The faults of a webhook.
pub(crate) const WEBHOOK_FAULTS: [&str; 5] =
    ["webhook_lost", "webhook_doubled", "webhook_late", "webhook_reordered", "webhook_forged"];

const LATE_MS_MAX: u64 = 24 * 3600 * 1000;

impl Faults {
    /// What is wrong with the knobs themselves.
    pub(crate) fn problem(&self) -> Option<String> {
        let known = |name: &String| {
            REQUEST_FAULTS.contains(&name.as_str()) || WEBHOOK_FAULTS.contains(&name.as_str())
        };
        if let Some(name) = self.probability.keys().chain(self.next.keys()).find(|it| !known(it)) {
            let all = [&REQUEST_FAULTS[..], &WEBHOOK_FAULTS[..]].concat().join(", ");
            return Some(format!("there is no fault {name}; there are: {all}"));
        }
        if self.probability.values().any(|value| !(0.0..=1.0).contains(value)) {
            return Some("a probability lies between 0 and 1".to_owned());
        }
        if self.slow_ms > LATE_MS_MAX || self.late_ms > LATE_MS_MAX {
            return Some("nothing waits longer than a day".to_owned());
        }
        None
    }

    /// Whether chance, as the seed has it, brings a fault to the thing of that name and number.
    pub(crate) fn strikes(&self, fault: &str, what: &str) -> bool {
        let Some(probability) = self.probability.get(fault) else { return false };
        chance(self.seed, fault, what) < *probability
    }
}

/// A number from 0 up to 1 that follows from the seed.
fn chance(seed: u64, fault: &str, what: &str) -> f64 {
    let digest = Sha256::digest(format!("{seed}:{fault}:{what}").as_bytes());
    let bits = digest.iter().take(4).fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

/// How many of the next things of a kind are hit for certain. Not part of the shop: after a
/// restart nothing is left of them.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    next: Mutex<BTreeMap<String, u64>>,
    requests: AtomicU64,
}

impl Pending {
    pub(crate) fn set(&self, faults: &Faults) {
        *self.lock() = faults.next.clone();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, u64>> {
        self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn take(&self, fault: &str) -> bool {
        let mut next = self.lock();
        let Some(left) = next.get_mut(fault).filter(|left| **left > 0) else { return false };
        *left -= 1;
        true
    }

    /// The faults that hit the next request.
    pub(crate) fn of_request(&self, faults: &Faults, roots: &[String]) -> Vec<&'static str> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed).to_string();
        if !faults.only.is_empty() && !roots.iter().any(|root| faults.only.contains(root)) {
            return Vec::new();
        }
        let strikes = |fault: &&str| self.take(fault) || faults.strikes(fault, &number);
        REQUEST_FAULTS.into_iter().filter(strikes).collect()
    }

    /// Whether a fault hits a webhook.
    pub(crate) fn of_webhook(&self, faults: &Faults, fault: &str, webhook: &str) -> bool {
        self.take(fault) || faults.strikes(fault, webhook)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_follows_from_the_seed_and_is_spread() {
        let mut faults = Faults::default();
        faults.probability.insert("slow".to_owned(), 0.25);
        let hits = |faults: &Faults| {
            (0..4000).filter(|n| faults.strikes("slow", &n.to_string())).collect::<Vec<u32>>()
        };
        let first = hits(&faults);
        assert_eq!(first, hits(&faults));
        assert!((850..1150).contains(&first.len()), "{}", first.len());
        faults.seed = 2;
        assert_ne!(first, hits(&faults));
    }

    #[test]
    fn the_next_ones_are_hit_for_certain_and_only_what_is_named() {
        let pending = Pending::default();
        let faults = Faults {
            next: BTreeMap::from([("http_502".to_owned(), 2)]),
            only: vec!["shop".to_owned()],
            ..Faults::default()
        };
        pending.set(&faults);
        let roots = |name: &str| vec![name.to_owned()];
        assert!(pending.of_request(&faults, &roots("orders")).is_empty());
        assert_eq!(pending.of_request(&faults, &roots("shop")), ["http_502"]);
        assert_eq!(pending.of_request(&faults, &roots("shop")), ["http_502"]);
        assert!(pending.of_request(&faults, &roots("shop")).is_empty());
    }

    #[test]
    fn knobs_that_do_not_exist_are_refused() {
        let mut faults = Faults::default();
        assert_eq!(faults.problem(), None);
        faults.probability.insert("slow".to_owned(), 1.5);
        assert!(faults.problem().is_some());
        faults.probability = BTreeMap::from([("fast".to_owned(), 0.5)]);
        assert!(faults.problem().is_some());
    }
}
