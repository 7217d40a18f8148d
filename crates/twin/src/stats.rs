//! What was asked and answered since the start: for whoever watches a test.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Counters by name. Gone with the process.
#[derive(Debug, Default)]
pub(crate) struct Stats(Mutex<BTreeMap<String, u64>>);

impl Stats {
    pub(crate) fn count(&self, name: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(counts.insert(name.to_owned(), 1)),
        }
    }

    pub(crate) fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
