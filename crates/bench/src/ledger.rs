//! Rows of the ledger as the posting engine would write them, made without it: for the yardstick
//! of bare SQL, and to fill a large database quickly. `onhand verify` accepts them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use onhand_domain::{
    FacilityId, Micros, Money, Movement, MovementKind, Origin, Place, PrincipalId, Quantities,
    Reason, SkuId, encode::Hash, plan::command::Variance,
};
use onhand_store::{Ids as _, clock::System};
use uuid::Uuid;

/// A facility's ledger so far.
#[derive(Clone, Copy, Default)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) hash: Hash,
    pub(crate) recorded_at: i64,
}

/// A level after a movement.
#[derive(Clone, Copy, Default)]
pub(crate) struct Level {
    pub(crate) quantities: Quantities,
    pub(crate) seq: i64,
    pub(crate) at: i64,
}

/// What one transaction writes.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) movements: Vec<Movement>,
    pub(crate) levels: BTreeMap<(Uuid, Uuid), Level>,
    pub(crate) heads: BTreeMap<Uuid, Head>,
}

/// The ledgers of all facilities.
pub(crate) struct Ledger {
    actor: PrincipalId,
    found: Reason,
    facilities: Vec<Uuid>,
    skus: Vec<Uuid>,
    heads: Vec<Head>,
    levels: Vec<Level>,
    now: i64,
}

impl Ledger {
    /// Empty ledgers. SKU `s` at facility `f` has the slot `f × SKUs + s`. The first movement is
    /// recorded at `now`, and each one a microsecond after the one before.
    pub(crate) fn new(
        actor: Uuid,
        facilities: Vec<Uuid>,
        skus: Vec<Uuid>,
        now: Micros,
    ) -> Result<Self> {
        let found = Reason::shipped().into_iter().find(|reason| reason.code == "found");
        Ok(Self {
            actor: PrincipalId(actor),
            found: found.context("a shipped reason")?,
            heads: vec![Head::default(); facilities.len()],
            levels: vec![Level::default(); facilities.len() * skus.len()],
            facilities,
            skus,
            now: now.0,
        })
    }

    pub(crate) const fn slots(&self) -> usize {
        self.levels.len()
    }

    /// SKUs of each facility.
    pub(crate) const fn skus(&self) -> usize {
        self.skus.len()
    }

    /// The place of a slot and its level.
    pub(crate) fn level(&self, slot: usize) -> ((Uuid, Uuid), Level) {
        (self.place(slot), self.levels.get(slot).copied().unwrap_or_default())
    }

    /// Units available, by slot.
    pub(crate) fn available(&self) -> Vec<i64> {
        self.levels.iter().map(|level| level.quantities.available).collect()
    }

    /// Adds the stock that was there in the beginning.
    pub(crate) fn open(&mut self, batch: &mut Batch, slot: usize, quantity: i64) {
        self.add(batch, slot, quantity, None);
    }

    /// Adds a variance of one unit found.
    pub(crate) fn find(&mut self, batch: &mut Batch, slot: usize) {
        let (facility, sku) = self.place(slot);
        let variance = Variance {
            id: System.next().into(),
            facility: FacilityId(facility),
            sku: SkuId(sku),
            quantity: 1,
            reason: self.found.clone(),
            note: None,
            effective_at: None,
        };
        self.add(batch, slot, 1, Some(&variance));
    }

    fn place(&self, slot: usize) -> (Uuid, Uuid) {
        let (facility, sku) = (slot / self.skus.len(), slot % self.skus.len());
        let get = |ids: &[Uuid], at: usize| ids.get(at).copied().unwrap_or_default();
        (get(&self.facilities, facility), get(&self.skus, sku))
    }

    fn add(&mut self, batch: &mut Batch, slot: usize, quantity: i64, variance: Option<&Variance>) {
        let (facility, sku) = self.place(slot);
        let at_facility = slot / self.skus.len();
        let (Some(head), Some(level)) =
            (self.heads.get_mut(at_facility), self.levels.get_mut(slot))
        else {
            return;
        };
        self.now += 1;
        let from = if variance.is_some() { Place::Found } else { Place::Opening };
        level.quantities.available += quantity;
        let mut movement = Movement {
            id: variance.map_or_else(|| System.next().into(), |v| v.id),
            facility: FacilityId(facility),
            seq: head.seq + 1,
            sku: SkuId(sku),
            kind: variance.map_or(MovementKind::Opening, |_| MovementKind::Variance),
            quantity,
            from,
            to: Place::Available,
            reason: variance.map(|v| v.reason.code.clone()),
            effective_at: Micros(self.now),
            recorded_at: Micros(self.now),
            actor: self.actor,
            device: variance.map(|_| "Handheld 4".to_owned()),
            origin: if variance.is_some() { Origin::Api } else { Origin::Import },
            origin_key: None,
            note: None,
            reverses: None,
            corrects: None,
            order_line: None,
            unit_cost: Some(Money(41_500)),
            after: level.quantities,
            fingerprint: variance.map_or([0; 32], |v| v.fingerprint(self.actor)),
            hash: [0; 32],
        };
        movement.hash = movement.chain(&head.hash);
        *head = Head { seq: movement.seq, hash: movement.hash, recorded_at: self.now };
        (level.seq, level.at) = (movement.seq, self.now);
        batch.levels.insert((facility, sku), *level);
        batch.heads.insert(facility, *head);
        batch.movements.push(movement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chained_and_add_up() {
        let ids = |n: u128| vec![Uuid::from_u128(n), Uuid::from_u128(n + 1)];
        let mut ledger = Ledger::new(Uuid::from_u128(9), ids(10), ids(20), Micros(1_000)).unwrap();
        let mut batch = Batch::default();
        ledger.open(&mut batch, 3, 100);
        ledger.find(&mut batch, 2);
        ledger.find(&mut batch, 3);
        let [first, second, third] = &batch.movements[..] else { panic!("three") };
        assert_eq!((first.seq, second.seq, third.seq), (1, 2, 3), "one facility, one sequence");
        assert_eq!(second.chain(&first.hash), second.hash);
        assert_eq!(third.chain(&second.hash), third.hash);
        assert_eq!(first.chain(&[0; 32]), first.hash);
        assert_eq!(third.after.available, 101);
        assert!(first.recorded_at < second.recorded_at && second.recorded_at < third.recorded_at);
        let level = batch.levels[&(Uuid::from_u128(11), Uuid::from_u128(21))];
        assert_eq!((level.quantities.available, level.seq), (101, 3));
        assert_eq!(batch.heads[&Uuid::from_u128(11)].hash, third.hash);
    }
}
