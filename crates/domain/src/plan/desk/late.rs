//! What a movement that is learned of late means for the count after it.
//!
//! V = C − B(τ): a movement with t ≤ τ changes B(τ), so it changes the count's variance, by −q, and
//! nothing else. Later counts contain both q and −q (inventory-accuracy section 2.2).

use crate::{
    ids::MovementId,
    movement::{Movement, MovementKind},
    place::Place,
    time::Micros,
};

use super::{Desk, Entry};
use crate::plan::{
    command::Authority,
    outcome::Refusal,
    view::{Anchor, Head, Key},
};

impl Desk<'_> {
    /// The one anchor whose variance a movement changes: the first count after it.
    ///
    /// A movement at exactly the time of a count lies before the count. A count's own variance
    /// belongs to the count, so it looks strictly after itself; a late correction belongs to the
    /// anchor that it corrects and changes no other.
    pub(super) fn next_anchor(&self, movement: &Movement) -> Option<(Micros, Anchor)> {
        let from = match movement.kind {
            MovementKind::LateCorrection => return None,
            MovementKind::Count => movement.effective_at.plus(1),
            _ => movement.effective_at,
        };
        self.anchor_from((movement.facility, movement.sku), from)
    }

    /// The first count at or after a time that stands.
    pub(in crate::plan) fn anchor_from(&self, key: Key, from: Micros) -> Option<(Micros, Anchor)> {
        let standing = |at: Micros| {
            self.anchor(key, at).filter(|anchor| !anchor.voided).map(|anchor| (at, anchor))
        };
        let loaded = self
            .view
            .anchors
            .get(&key)
            .and_then(|anchors| anchors.range(from..).find_map(|(at, _)| standing(*at)));
        let of_batch = self.anchored.get(&key, None).and_then(|times| {
            times.iter().copied().filter(|at| *at >= from).filter_map(standing).min_by_key(|a| a.0)
        });
        [loaded, of_batch].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// Posts the late correction of −q at the anchor: today's on hand stays what the count and
    /// the movements after it say (inventory-accuracy section 2.2, the locality theorem).
    pub(in crate::plan) fn correct(
        &mut self,
        authority: &Authority,
        cause: &Movement,
        at: Micros,
        anchor: Anchor,
    ) -> Result<Vec<Movement>, Refusal> {
        let change = cause.good_change();
        let variance = anchor.variance.checked_sub(change).ok_or(Refusal::OutOfRange)?;
        let corrected = Anchor { variance, ..anchor };
        let key = (cause.facility, cause.sku);
        self.anchors.set((key, at), corrected);
        let mut corrections = Vec::new();
        for (n, (quantity, ends)) in (0_u32..).zip(variance_moves(anchor.variance, variance)) {
            corrections.push(self.append(
                authority,
                &Entry {
                    id: MovementId::derived(cause.id.0, "late_correction", n),
                    key,
                    kind: MovementKind::LateCorrection,
                    quantity,
                    ends,
                    reason: Some("count"),
                    effective_at: Some(at),
                    origin_key: None,
                    note: None,
                    reverses: None,
                    corrects: Some(anchor.id),
                    order_line: None,
                    unit_cost: cause.unit_cost,
                    fingerprint: cause.fingerprint,
                },
            )?);
        }
        Ok(corrections)
    }

    /// A count line stands no more: what it posted is posted the other way, at its time.
    ///
    /// The movement that the line posted is reversed by name; what corrections have added to it
    /// since goes back as one more correction. Returns both, and what the count after it corrects
    /// for them.
    pub(in crate::plan) fn take_back_anchor(
        &mut self,
        authority: &Authority,
        key: Key,
        at: Micros,
        anchor: Anchor,
        note: Option<&str>,
    ) -> Result<(Vec<Movement>, Vec<Movement>), Refusal> {
        // First: what follows must look past it.
        self.anchors.set((key, at), Anchor { variance: 0, voided: true, ..anchor });
        let first = self.known(MovementId(anchor.id.0)).map(|known| known.movement.clone());
        // A line that found no difference posted nothing, and another movement may have its id.
        let own = |first: &Movement| first.fingerprint == anchor.fingerprint;
        let first = first.filter(own);
        let posted = first.as_ref().map_or(0, Movement::good_change);
        let entry = |id, kind, quantity, ends| Entry {
            id,
            key,
            kind,
            quantity,
            ends,
            reason: Some("count"),
            effective_at: Some(at),
            origin_key: None,
            note,
            reverses: None,
            corrects: None,
            order_line: None,
            unit_cost: None,
            fingerprint: anchor.fingerprint,
        };
        let derived = |n| MovementId::derived(anchor.id.0, "undo_count", n);
        let mut movements = Vec::new();
        for (n, (quantity, ends)) in (1_u32..).zip(variance_moves(anchor.variance, posted)) {
            let kind = MovementKind::LateCorrection;
            let entry = entry(derived(n), kind, quantity, ends);
            movements.push(self.append(authority, &Entry { corrects: Some(anchor.id), ..entry })?);
        }
        if let Some(first) = first {
            let ends = (first.to, first.from);
            let entry = entry(derived(0), MovementKind::Reversal, first.quantity, ends);
            let (reverses, unit_cost) = (Some(first.id), first.unit_cost);
            movements.push(self.append(authority, &Entry { reverses, unit_cost, ..entry })?);
        }
        let mut corrections = Vec::new();
        for movement in &movements {
            if let Some((at, next)) = self.anchor_from(key, at.plus(1)) {
                corrections.extend(self.correct(authority, movement, at, next)?);
            }
        }
        Ok((movements, corrections))
    }

    /// A count line becomes an anchor.
    ///
    /// Whatever is recorded from now on is recorded after it, also by a node whose clock lags and
    /// where the count moved nothing: without a time of its own such a movement counts as later
    /// than every count, so nobody looks for the anchor that it would come before.
    pub(in crate::plan) fn set_anchor(&mut self, key: Key, at: Micros, anchor: Anchor) {
        let mut times = self.anchored.get(&key, None).cloned().unwrap_or_default();
        times.push(at);
        self.anchored.set(key, times);
        self.anchors.set((key, at), anchor);
        self.anchor_ids.set(anchor.id, ());
        let facility = key.0;
        if let Some(head) = self.heads.get(&facility, self.view.heads.get(&facility)).copied() {
            self.heads.set(facility, Head { recorded_at: head.recorded_at.max(at), ..head });
        }
    }
}

/// The movements that take a count's posted variance from one number to another.
///
/// Missing units went to `shrink`, surplus ones came from `found`; a variance that changes its
/// sign does both, so that these accounts, too, depend only on what happened and not on the
/// order in which it was learned.
pub(in crate::plan) fn variance_moves(
    was: i64,
    is: i64,
) -> impl Iterator<Item = (i64, (Place, Place))> {
    let missing = is.min(0).saturating_sub(was.min(0));
    let surplus = is.max(0).saturating_sub(was.max(0));
    [(missing, Place::Shrink), (surplus, Place::Found)].into_iter().filter(|(n, _)| *n != 0).map(
        |(change, account)| {
            let ends =
                if change > 0 { (account, Place::Available) } else { (Place::Available, account) };
            (change.saturating_abs(), ends)
        },
    )
}
