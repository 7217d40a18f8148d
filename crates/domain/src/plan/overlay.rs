//! A map that takes changes back.

use std::collections::BTreeMap;

/// What a batch has changed so far, and what the command in hand would change.
///
/// A command that is refused half-way through its lines takes its own changes back and leaves
/// those of its neighbours: one bad command does not fail the batch.
#[derive(Clone, Debug)]
pub(super) struct Overlay<K, V> {
    kept: BTreeMap<K, V>,
    draft: BTreeMap<K, V>,
}

impl<K: Ord, V> Default for Overlay<K, V> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), draft: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Overlay<K, V> {
    /// The value as the command in hand sees it, or what the database had.
    pub(super) fn get<'a>(&'a self, key: &K, base: Option<&'a V>) -> Option<&'a V> {
        self.draft.get(key).or_else(|| self.kept.get(key)).or(base)
    }

    /// The keys of what was changed, in no order, those of the command in hand possibly twice.
    pub(super) fn keys(&self) -> impl Iterator<Item = &K> {
        self.kept.keys().chain(self.draft.keys())
    }

    /// Changes the value for the command in hand.
    pub(super) fn set(&mut self, key: K, value: V) {
        self.draft.insert(key, value);
    }

    /// The command stands.
    pub(super) fn keep(&mut self) {
        // Not `append`, which builds the map anew from both: a batch would pay for each command
        // with all that stands before it.
        self.kept.extend(std::mem::take(&mut self.draft));
    }

    /// The command is refused.
    pub(super) fn take_back(&mut self) {
        self.draft.clear();
    }

    /// All that stands, in key order.
    pub(super) fn into_kept(self) -> impl Iterator<Item = (K, V)> {
        self.kept.into_iter()
    }
}
