//! What was done under which key: a key and its first outcome are remembered for 24 hours.

use std::collections::{BTreeMap, VecDeque};

use sha2::{Digest, Sha256};

use super::World;
use super::change::{ChangeOutcome, InventoryChange, UserError};
use super::stock::Micros;

const LIFE_MICROS: Micros = 24 * 3600 * 1_000_000;

/// The keys that the shop still remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    records: BTreeMap<String, Record>,
    /// Oldest first, so that forgetting looks at nothing that is still remembered.
    by_age: VecDeque<(Micros, String)>,
}

#[derive(Clone, Debug)]
struct Record {
    fingerprint: [u8; 32],
    /// None: that attempt broke down and had no effect.
    outcome: Option<ChangeOutcome>,
}

impl Keys {
    fn forget_old(&mut self, now: Micros) {
        while let Some((at, _)) = self.by_age.front()
            && *at + LIFE_MICROS <= now
            && let Some((_, key)) = self.by_age.pop_front()
        {
            self.records.remove(&key);
        }
    }

    fn insert(&mut self, key: &str, now: Micros, record: Record) {
        if self.records.insert(key.to_owned(), record).is_none() {
            self.by_age.push_back((now, key.to_owned()));
        }
    }
}

impl World {
    /// Makes a change, or answers as the first time if its key is known.
    pub(super) fn change_once(
        &mut self,
        key: Option<&str>,
        change: &InventoryChange,
    ) -> ChangeOutcome {
        let Some(key) = key else { return self.change(None, change) };
        self.keys.forget_old(self.now);
        let fingerprint = fingerprint(change);
        if let Some(known) = self.keys.records.get(key) {
            if known.fingerprint != fingerprint {
                return key_error(
                    change,
                    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
                    "The same idempotency key cannot be used with different operation parameters.",
                );
            }
            return known.outcome.clone().unwrap_or_else(|| {
                key_error(
                    change,
                    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
                    "The previous attempt with this idempotency key failed. Use a new key.",
                )
            });
        }
        let outcome = self.change(Some(key), change);
        let record = Record { fingerprint, outcome: Some(outcome.clone()) };
        self.keys.insert(key, self.now, record);
        outcome
    }

    /// Burns a key whose attempt broke down before it had an effect.
    pub(super) fn fail_attempt(&mut self, key: &str, change: &InventoryChange) {
        self.keys.forget_old(self.now);
        if !self.keys.records.contains_key(key) {
            let record = Record { fingerprint: fingerprint(change), outcome: None };
            self.keys.insert(key, self.now, record);
        }
    }
}

/// The answer while another request with the key is still at work.
pub(crate) fn concurrent(change: &InventoryChange) -> ChangeOutcome {
    key_error(
        change,
        "IDEMPOTENCY_CONCURRENT_REQUEST",
        "A request with the same idempotency key is currently being processed.",
    )
}

fn key_error(change: &InventoryChange, code: &'static str, message: &str) -> ChangeOutcome {
    use InventoryChange::{Activate, Deactivate};
    let code = (!matches!(change, Activate { .. } | Deactivate { .. })).then_some(code);
    let message = message.to_owned();
    ChangeOutcome::refused(vec![UserError { code, field: None, message }])
}

fn fingerprint(change: &InventoryChange) -> [u8; 32] {
    // A change is plain data: it always has a JSON form.
    let text = serde_json::to_vec(change).unwrap_or_default();
    Sha256::digest(text).into()
}
