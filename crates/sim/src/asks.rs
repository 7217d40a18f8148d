//! Makes up what clients ask: mostly what makes sense, now and then what does not.

use onhand_domain::{
    AnchorId, CountId, FacilityId, Micros, MovementId, MovementKind, OrderId, OrderLineId,
    PrincipalId, Reason, SkuId,
    count::CountStatus,
    plan::{
        QUANTITY_MAX,
        command::{
            Body, Closing, Count, CountLine, Fact, FulfillOrder, OrderDraft, OrderLineDraft,
            Reverse, UndoCount, UndoLine, Variance, Verdict,
        },
    },
};
use uuid::Uuid;

use crate::{
    client::{Ask, Memory},
    dice::Dice,
    store::Tables,
    world::{Knobs, MINUTE, World, nowhere},
};

/// Somebody at a device, about to ask for something.
pub(crate) struct Asker<'a> {
    pub(crate) dice: &'a mut Dice,
    pub(crate) world: &'a World,
    pub(crate) knobs: &'a Knobs,
    pub(crate) memory: &'a Memory,
    pub(crate) tables: &'a Tables,
    /// What the device's clock shows.
    pub(crate) now: Micros,
}

impl Asker<'_> {
    pub(crate) fn ask(&mut self) -> Ask {
        let actor = self.person();
        let (counts, orders) = (self.knobs.count_weight, self.knobs.order_weight);
        let undos = self.knobs.undo_weight;
        let shop = self.knobs.shop_weight;
        let weights = [10, 4, 2, 4, 12, orders, orders, orders, counts, undos, shop];
        let body = match self.dice.weighted(&weights) {
            Some(0) => self.variance(),
            Some(1) => self.verdict().map_or_else(|| self.variance(), Body::Approve),
            Some(2) => self.verdict().map_or_else(|| self.variance(), Body::Decline),
            Some(3) => self.reverse(),
            Some(5) => self.order(),
            Some(6) => Body::CancelOrder(self.known_order()),
            Some(7) => Body::FulfillOrder(FulfillOrder {
                order: self.known_order(),
                effective_at: self.maybe_when(),
            }),
            Some(8) => self.count(),
            Some(9) => self.undo_count(),
            Some(10) => Body::FollowOrder(self.memory.shop.look(self.dice, self.world, self.now)),
            _ => self.facts(),
        };
        Ask { actor, body }
    }

    fn person(&mut self) -> PrincipalId {
        self.dice.one_of(&self.world.people).unwrap_or(PrincipalId::SYSTEM)
    }

    fn facility(&mut self) -> FacilityId {
        match self.dice.one_of(&self.world.facilities) {
            Some(facility) if !self.dice.per_mille(3) => facility,
            _ => nowhere().0,
        }
    }

    fn sku(&mut self) -> SkuId {
        match self.dice.one_of(&self.world.skus) {
            Some((sku, _)) if !self.dice.per_mille(3) => sku,
            _ => nowhere().1,
        }
    }

    /// A fresh id, or one that something else has already.
    fn id(&mut self) -> Uuid {
        if self.dice.per_mille(self.knobs.reuse_id_per_mille)
            && let Some(id) = self.memory.ids.pick(self.dice)
        {
            return id;
        }
        self.dice.id()
    }

    fn quantity(&mut self) -> i64 {
        match self.dice.below(1_000) {
            0..4 => 0,
            4..6 => QUANTITY_MAX + 1,
            6..40 => self.dice.between(20, 60),
            _ => self.dice.between(1, 6),
        }
    }

    fn note(&mut self) -> Option<String> {
        self.dice.per_mille(600).then(|| format!("note {}", self.dice.below(4)))
    }

    /// When something happened: mostly a moment ago, often late, sometimes at the very time of
    /// something else, now and then impossible.
    fn when(&mut self) -> Micros {
        let back = |dice: &mut Dice, span: i64| -dice.between(0, span);
        match self.dice.below(1_000) {
            0..600 => self.now.plus(back(self.dice, 30 * MINUTE)),
            600..700 => self.now,
            700..850 => {
                let shared = self.memory.times.pick(self.dice).unwrap_or(self.now);
                shared.plus(self.dice.between(-1, 1))
            }
            850..970 => self.now.plus(back(self.dice, 3 * Micros::DAY)),
            970..985 => self.now.plus(self.dice.between(0, 4 * MINUTE)),
            985..995 => self.now.plus(back(self.dice, 20 * Micros::DAY)),
            _ => self.now.plus(-40 * Micros::DAY),
        }
    }

    fn maybe_when(&mut self) -> Option<Micros> {
        self.dice.per_mille(self.knobs.late_per_mille).then(|| self.when())
    }

    fn reason(&mut self) -> Option<Reason> {
        self.dice.one_of(&self.world.reasons)
    }

    fn variance(&mut self) -> Body {
        let Some(reason) = self.reason() else { return self.facts() };
        let wrong_way = self.dice.per_mille(15);
        let gains = match reason.direction {
            onhand_domain::Direction::Loss => wrong_way,
            onhand_domain::Direction::Gain => !wrong_way,
            onhand_domain::Direction::Both => self.dice.per_mille(500),
        };
        let units = self.quantity();
        let needs_note = reason.note_required && !self.dice.per_mille(20);
        Body::Variance(Variance {
            id: MovementId(self.id()),
            facility: self.facility(),
            sku: self.sku(),
            quantity: if gains { units } else { -units },
            reason,
            note: if needs_note { Some("because".to_owned()) } else { self.note() },
            effective_at: self.maybe_when(),
        })
    }

    fn verdict(&mut self) -> Option<Verdict> {
        let known = self.memory.requests.pick(self.dice);
        let request = if self.dice.per_mille(5) { Some(MovementId(self.id())) } else { known };
        // The node puts in the reason that the request names.
        let reason = self.world.reasons.first()?.clone();
        Some(Verdict { request: request?, reason, note: self.note() })
    }

    fn reverse(&mut self) -> Body {
        let known = self.memory.movements.pick(self.dice);
        let target = known.unwrap_or_else(|| MovementId(self.id()));
        Body::Reverse(Reverse { id: MovementId(self.id()), target, note: self.note() })
    }

    fn facts(&mut self) -> Body {
        let lines = if self.dice.per_mille(800) { 1 } else { 1 + self.dice.index(4) };
        let mut facts: Vec<Fact> = (0..lines).map(|_| self.fact()).collect();
        // A document that names the same event twice.
        if self.dice.per_mille(10)
            && let Some(first) = facts.first().cloned()
        {
            facts.push(first);
        }
        Body::Record(facts)
    }

    fn fact(&mut self) -> Fact {
        use MovementKind::{Count, Opening, Receipt, Return, Sale, TransferIn, TransferOut};
        let kinds = [12, 9, 3, 2, 2, 1, u64::from(self.dice.per_mille(30))];
        let all = [Sale, Receipt, Return, TransferOut, TransferIn, Opening, Count];
        let at = self.dice.weighted(&kinds).unwrap_or_default();
        let kind = all.get(at).copied().unwrap_or(Sale);
        let units = self.quantity();
        let negative = kind == Opening && self.dice.per_mille(200) || self.dice.per_mille(3);
        let mut fact = Fact {
            id: MovementId(self.id()),
            facility: self.facility(),
            sku: self.sku(),
            kind,
            quantity: if negative { -units } else { units },
            effective_at: self.maybe_when(),
            origin_key: self.dice.per_mille(300).then(|| format!("pos-{}", self.dice.below(99))),
            note: self.note(),
            order_line: None,
            unit_cost: None,
        };
        if kind == Sale
            && self.dice.per_mille(250)
            && let Some(line) = self.memory.lines.pick(self.dice)
        {
            fact.order_line = Some(line.id);
            if !self.dice.per_mille(20) {
                (fact.facility, fact.sku) = (line.facility, line.sku);
                fact.quantity = self.dice.between(1, line.quantity);
            }
        }
        fact
    }

    fn order(&mut self) -> Body {
        let lines = 1 + self.dice.index(3);
        let lines = (0..lines)
            .map(|_| OrderLineDraft {
                id: OrderLineId(self.id()),
                facility: self.facility(),
                sku: self.sku(),
                quantity: self.quantity(),
            })
            .collect();
        Body::PlaceOrder(OrderDraft {
            id: OrderId(self.id()),
            name: format!("#{}", self.dice.below(1_000)),
            channel: "web".to_owned(),
            placed_at: self.maybe_when(),
            due_at: None,
            lines,
        })
    }

    fn known_order(&mut self) -> OrderId {
        let known = self.memory.orders.pick(self.dice);
        known.unwrap_or_else(|| OrderId(self.id()))
    }

    fn count(&mut self) -> Body {
        let (facility, closes) = match self.closing() {
            Some((facility, closing)) => (facility, Some(closing)),
            None => (self.facility(), None),
        };
        let few = if self.dice.per_mille(700) { 1 } else { 1 + self.dice.index(4) };
        // Where every line was rejected, nothing is left to post; else it would be a mistake.
        let none = self.dice.per_mille(if closes.is_some() { 150 } else { 5 });
        let lines = (0..if none { 0 } else { few })
            .map(|_| {
                let sku = self.sku();
                let counted = self.counted(facility, sku);
                CountLine { id: AnchorId(self.id()), sku, counted, at: self.count_time() }
            })
            .collect();
        Body::Count(Count { facility, closes, lines })
    }

    /// A work order to close, as the client last saw it: others close it at the same time, and
    /// its lines are decided otherwise in the meantime.
    fn closing(&mut self) -> Option<(FacilityId, Closing)> {
        if self.dice.per_mille(400) {
            return None;
        }
        // Mostly one that can be closed.
        let mut known = self.memory.work_orders.pick(self.dice)?;
        for _ in 0..3 {
            let status = self.tables.counts.get(&known).map(|order| order.status);
            if status == Some(CountStatus::InReview) || self.dice.per_mille(150) {
                break;
            }
            known = self.memory.work_orders.pick(self.dice)?;
        }
        let order = self.tables.counts.get(&known)?;
        let stale = i64::from(self.dice.per_mille(60));
        let count = if self.dice.per_mille(5) { CountId(self.dice.id()) } else { known };
        let elsewhere = self.dice.per_mille(10);
        let facility = if elsewhere { self.facility() } else { order.facility };
        Some((facility, Closing { count, version: order.version - stale }))
    }

    /// Count lines to take back: of one facility, now and then at a time when nothing was counted.
    fn undo_count(&mut self) -> Body {
        let wanted = if self.dice.per_mille(700) { 1 } else { 1 + self.dice.index(4) };
        let known: Vec<_> =
            (0..wanted).filter_map(|_| self.memory.counts.pick(self.dice)).collect();
        let facility = match known.first() {
            Some((_, (facility, _), _)) => *facility,
            None => self.facility(),
        };
        let here = known.into_iter().filter(|(_, key, _)| key.0 == facility);
        let mut lines: Vec<_> = here.map(|(id, (_, sku), at)| UndoLine { id, sku, at }).collect();
        if let Some(line) = lines.first_mut().filter(|_| self.dice.per_mille(20)) {
            line.at = line.at.plus(1);
        }
        Body::UndoCount(UndoCount { facility, lines, note: self.note() })
    }

    /// Often what the record says: such a count posts nothing, and still is one.
    fn counted(&mut self, facility: FacilityId, sku: SkuId) -> i64 {
        let level = self.tables.levels.get(&(facility, sku));
        match self.dice.below(1_000) {
            0..4 => -1,
            4..400 => level.map_or(0, |level| level.quantities.good().max(0)),
            _ => self.dice.between(0, 25),
        }
    }

    /// Counted a while ago, as counts are approved later; sometimes at a time that is taken.
    fn count_time(&mut self) -> Micros {
        if self.dice.per_mille(20)
            && let Some((_, _, at)) = self.memory.counts.pick(self.dice)
        {
            return at;
        }
        self.when()
    }
}
