//! Posts movements: number, level, chain; `late` has what one means for the count after it.

use crate::{
    encode::Hash,
    ids::{AnchorId, CountId, FacilityId, MovementId, OrderId, OrderLineId, PrincipalId},
    money::Money,
    movement::{Movement, MovementKind, Origin},
    order::Order,
    place::{Place, Quantities},
    request::Request,
    time::Micros,
};

use super::{
    CLOCK_SKEW_MAX_MICROS,
    command::{Authority, Mandate},
    outcome::{Audited, Cause, Effects, LevelAfter, Outcome, Posted, Refusal, Trigger},
    overlay::Overlay,
    view::{Anchor, Head, Key, Known, Sku, View, WorkOrder},
};

mod late;

pub(super) use late::variance_moves;

/// A movement before it has a number, a level and a hash.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) id: MovementId,
    pub(super) key: Key,
    pub(super) kind: MovementKind,
    pub(super) quantity: i64,
    pub(super) ends: (Place, Place),
    pub(super) reason: Option<&'a str>,
    pub(super) effective_at: Option<Micros>,
    pub(super) origin_key: Option<&'a str>,
    pub(super) note: Option<&'a str>,
    pub(super) reverses: Option<MovementId>,
    pub(super) corrects: Option<AnchorId>,
    pub(super) order_line: Option<OrderLineId>,
    pub(super) unit_cost: Option<Money>,
    pub(super) fingerprint: Hash,
}

/// The view with what the batch has done to it so far.
pub(super) struct Desk<'a> {
    view: &'a View,
    heads: Overlay<FacilityId, Head>,
    levels: Overlay<Key, LevelAfter>,
    anchors: Overlay<(Key, Micros), Anchor>,
    /// Times at which the batch itself has put anchors, by key.
    anchored: Overlay<Key, Vec<Micros>>,
    anchor_ids: Overlay<AnchorId, ()>,
    books: Overlay<(Key, Micros), i64>,
    movements: Overlay<MovementId, Known>,
    requests: Overlay<MovementId, Request>,
    orders: Overlay<OrderId, (Order, Hash)>,
    usage: Overlay<(PrincipalId, String), Money>,
    counts: Overlay<CountId, WorkOrder>,
    kept: Effects,
    draft: Effects,
}

impl<'a> Desk<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        Self {
            view,
            heads: Overlay::default(),
            levels: Overlay::default(),
            anchors: Overlay::default(),
            anchored: Overlay::default(),
            anchor_ids: Overlay::default(),
            books: Overlay::default(),
            movements: Overlay::default(),
            requests: Overlay::default(),
            orders: Overlay::default(),
            usage: Overlay::default(),
            counts: Overlay::default(),
            kept: Effects::default(),
            draft: Effects::default(),
        }
    }

    /// The command in hand stands.
    pub(super) fn keep(&mut self) {
        self.heads.keep();
        self.levels.keep();
        self.anchors.keep();
        self.anchored.keep();
        self.anchor_ids.keep();
        self.books.keep();
        self.movements.keep();
        self.requests.keep();
        self.orders.keep();
        self.usage.keep();
        self.counts.keep();
        let draft = std::mem::take(&mut self.draft);
        self.kept.movements.extend(draft.movements);
        self.kept.orders.extend(draft.orders);
        self.kept.added_lines.extend(draft.added_lines);
        self.kept.order_lines.extend(draft.order_lines);
        self.kept.order_statuses.extend(draft.order_statuses);
        self.kept.followed.extend(draft.followed);
        self.kept.triggers.extend(draft.triggers);
        self.kept.audit.extend(draft.audit);
    }

    /// The command in hand is refused: nothing of it remains.
    pub(super) fn take_back(&mut self) {
        self.heads.take_back();
        self.levels.take_back();
        self.anchors.take_back();
        self.anchored.take_back();
        self.anchor_ids.take_back();
        self.books.take_back();
        self.movements.take_back();
        self.requests.take_back();
        self.orders.take_back();
        self.usage.take_back();
        self.counts.take_back();
        self.draft = Effects::default();
    }

    /// All that must be written.
    pub(super) fn into_effects(self) -> Effects {
        let mut effects = self.kept;
        effects.levels = self.levels.into_kept().collect();
        effects.heads = self.heads.into_kept().collect();
        effects.anchors =
            self.anchors.into_kept().map(|((key, at), anchor)| (key, at, anchor)).collect();
        effects.requests = self.requests.into_kept().map(|(_, request)| request).collect();
        effects.usage = self.usage.into_kept().collect();
        effects.counts = self.counts.into_kept().collect();
        effects
    }

    // ---- what is known -------------------------------------------------------------------

    pub(super) const fn now(&self) -> Micros {
        self.view.now
    }

    /// Now at a facility: later than all that was recorded or counted there, also on a node whose
    /// clock lags. What is seen now is never seen before a count that is already approved.
    pub(super) fn now_at(&self, facility: FacilityId) -> Micros {
        let head = self.heads.get(&facility, self.view.heads.get(&facility));
        head.map_or(self.view.now, |head| self.view.now.max(head.recorded_at.plus(1)))
    }

    /// The SKU and whether the facility takes part; the place of most of H's refusals.
    pub(super) fn open_for(&self, key: Key) -> Result<Sku, Refusal> {
        let (facility, sku) = key;
        let known =
            self.view.facilities.get(&facility).ok_or(Refusal::UnknownFacility(facility))?;
        if !known.active {
            return Err(Refusal::FacilityClosed);
        }
        let sku = self.view.skus.get(&sku).ok_or(Refusal::UnknownSku(sku))?;
        if sku.tracked { Ok(*sku) } else { Err(Refusal::Untracked) }
    }

    pub(super) fn level(&self, key: Key) -> Quantities {
        match self.levels.get(&key, None) {
            Some(after) => after.quantities,
            None => self.view.levels.get(&key).copied().unwrap_or_default(),
        }
    }

    pub(super) fn known(&self, id: MovementId) -> Option<&Known> {
        self.movements.get(&id, self.view.movements.get(&id))
    }

    pub(super) fn request(&self, id: MovementId) -> Option<&Request> {
        self.requests.get(&id, self.view.requests.get(&id))
    }

    pub(super) fn order(&self, id: OrderId) -> Option<&(Order, Hash)> {
        self.orders.get(&id, self.view.orders.get(&id))
    }

    /// The order that a line belongs to.
    pub(super) fn order_of_line(&self, line: OrderLineId) -> Option<&Order> {
        let placed_in_batch = self.orders.keys();
        (self.view.orders.keys().chain(placed_in_batch))
            .filter_map(|id| self.order(*id))
            .map(|(order, _)| order)
            .find(|order| order.lines.iter().any(|l| l.id == line))
    }

    pub(super) fn used_today(&self, authority: &Authority) -> Money {
        let key = (authority.actor, authority.day.clone());
        self.usage.get(&key, self.view.usage.get(&key)).copied().unwrap_or_default()
    }

    /// The book over good units at a count line's time.
    pub(super) fn book(&self, key: Key, at: Micros) -> i64 {
        let at = (key, at);
        self.books.get(&at, self.view.books.get(&at)).copied().unwrap_or_default()
    }

    pub(super) fn anchor(&self, key: Key, at: Micros) -> Option<Anchor> {
        let loaded = self.view.anchors.get(&key).and_then(|anchors| anchors.get(&at));
        self.anchors.get(&(key, at), loaded).copied()
    }

    /// Whether a count line has this id: it may have found no difference, and so have no movement.
    pub(super) fn is_anchor(&self, id: AnchorId) -> bool {
        self.view.anchor_ids.contains(&id) || self.anchor_ids.get(&id, None).is_some()
    }

    /// The work order as the batch leaves it so far.
    pub(super) fn work_order(&self, id: CountId) -> Option<WorkOrder> {
        self.counts.get(&id, self.view.counts.get(&id)).copied()
    }

    // ---- what changes --------------------------------------------------------------------

    pub(super) fn set_request(&mut self, request: Request) {
        self.requests.set(request.id, request);
    }

    pub(super) fn set_order(&mut self, order: Order, fingerprint: Hash) {
        self.orders.set(order.id, (order, fingerprint));
    }

    pub(super) fn set_work_order(&mut self, id: CountId, order: WorkOrder) {
        self.counts.set(id, order);
    }

    pub(super) const fn draft(&mut self) -> &mut Effects {
        &mut self.draft
    }

    /// The value counts against the actor's day, where the day has a limit. Where it has none,
    /// nobody loads what was used before, and a sum from here on would forget what the same person
    /// posted at another facility under a limit.
    pub(super) fn use_up(&mut self, authority: &Authority, value: Option<Money>) {
        let limited = matches!(
            authority.mandate,
            Mandate::Post(limits) if limits.day_value_max.is_some()
        );
        if let Some(value) = value.filter(|_| limited) {
            let used = self.used_today(authority).saturating_add(value);
            self.usage.set((authority.actor, authority.day.clone()), used);
        }
    }

    pub(super) fn audit(
        &mut self,
        authority: &Authority,
        action: &'static str,
        facility: Option<FacilityId>,
        subject: uuid::Uuid,
    ) {
        self.draft.audit.push(Audited {
            at: self.view.now,
            actor: authority.actor,
            action,
            facility,
            rule: authority.rule.clone(),
            subject,
        });
    }

    /// A time that a client gave: not in the future, not before the facility opened.
    pub(super) fn check_time(
        &self,
        facility: FacilityId,
        at: Option<Micros>,
    ) -> Result<(), Refusal> {
        let Some(at) = at else { return Ok(()) };
        if at > self.view.now.plus(CLOCK_SKEW_MAX_MICROS) {
            return Err(Refusal::InTheFuture);
        }
        match self.view.facilities.get(&facility) {
            Some(known) if at < known.opened_at => Err(Refusal::BeforeOpening),
            _ => Ok(()),
        }
    }

    /// A time that another system tells of something that happened, and is taken at its word
    /// except where that can't be: nothing happened before the facility opened. (What lies in the
    /// future is cut when it is posted.)
    pub(super) fn since_opening(&self, facility: FacilityId, at: Micros) -> Micros {
        self.view.facilities.get(&facility).map_or(at, |known| at.max(known.opened_at))
    }

    /// Number of the last movement at a facility.
    pub(super) fn seq(&self, facility: FacilityId) -> i64 {
        self.heads.get(&facility, self.view.heads.get(&facility)).map_or(0, |head| head.seq)
    }

    /// Puts an entry into the ledger, and behind it what it means for the next count.
    ///
    /// Returns the movement and the corrections. The caller has checked that it may.
    pub(super) fn post(
        &mut self,
        authority: &Authority,
        entry: &Entry<'_>,
    ) -> Result<(Movement, Vec<Movement>), Refusal> {
        assert!(entry.quantity > 0, "a movement moves at least one unit");
        let movement = self.append(authority, entry)?;
        let late = self.next_anchor(&movement);
        let corrections = match late {
            Some((at, anchor)) => self.correct(authority, &movement, at, anchor)?,
            None => Vec::new(),
        };
        Ok((movement, corrections))
    }

    /// The movement gets its number, its level and its hash.
    fn append(&mut self, authority: &Authority, entry: &Entry<'_>) -> Result<Movement, Refusal> {
        let (facility, sku) = entry.key;
        let (from, to) = entry.ends;
        // Whoever asked has told retries apart already: this id belongs to something else.
        if self.known(entry.id).is_some() {
            return Err(Refusal::IdReused(entry.id.0));
        }
        let head = self
            .heads
            .get(&facility, self.view.heads.get(&facility))
            .copied()
            .ok_or(Refusal::UnknownFacility(facility))?;
        let before = self.level(entry.key);
        let after = before.after(entry.quantity, from, to).map_err(|_| Refusal::OutOfRange)?;
        // Strictly later than the one before: whatever the clock does, `seq` and `recorded_at`
        // tell the same order, and no movement is ever effective after it was recorded.
        let recorded_at = self.now_at(facility);
        let mut movement = Movement {
            id: entry.id,
            facility,
            seq: head.seq.checked_add(1).ok_or(Refusal::OutOfRange)?,
            sku,
            kind: entry.kind,
            quantity: entry.quantity,
            from,
            to,
            reason: entry.reason.map(str::to_owned),
            effective_at: entry.effective_at.unwrap_or(recorded_at).min(recorded_at),
            recorded_at,
            actor: authority.actor,
            device: authority.device.clone(),
            origin: authority.origin,
            origin_key: entry.origin_key.map(str::to_owned),
            note: entry.note.map(str::to_owned),
            reverses: entry.reverses,
            corrects: entry.corrects,
            order_line: entry.order_line,
            unit_cost: entry.unit_cost,
            after,
            fingerprint: entry.fingerprint,
            hash: [0; 32],
        };
        movement.hash = movement.chain(&head.hash);
        assert_eq!(
            after.on_hand().checked_sub(before.on_hand()),
            Some(movement.on_hand_change()),
            "on hand changes by what crosses the facility's border, and by nothing else"
        );
        self.enter(movement.clone(), before);
        Ok(movement)
    }

    /// Everything that the batch knows takes the new movement in.
    fn enter(&mut self, movement: Movement, before: Quantities) {
        let key = (movement.facility, movement.sku);
        let (seq, at) = (movement.seq, movement.recorded_at);
        self.heads.set(
            movement.facility,
            Head { seq, hash: movement.hash, recorded_at: movement.recorded_at },
        );
        let counted_at = self.levels.get(&key, None).and_then(|level| level.counted_at);
        let quantities = movement.after;
        self.levels.set(key, LevelAfter { quantities, seq, at, counted_at });
        self.shift_books(key, movement.effective_at, movement.good_change());
        if movement.kind.is_fact() {
            self.raise_triggers(&movement, before);
        }
        if let Some(target) = movement.reverses
            && let Some(known) = self.known(target).cloned()
        {
            self.movements.set(target, Known { reversed_by: Some(movement.id), ..known });
        }
        self.movements.set(movement.id, Known { movement: movement.clone(), reversed_by: None });
        self.draft.movements.push(movement);
    }

    /// The books of count lines later in this batch take in what was posted before them.
    fn shift_books(&mut self, key: Key, effective_at: Micros, good_change: i64) {
        let later: Vec<_> = self
            .view
            .books
            .range((key, effective_at)..)
            .take_while(|((k, _), _)| *k == key)
            .map(|(at, _)| *at)
            .collect();
        for at in later {
            let book = self.books.get(&at, self.view.books.get(&at)).copied().unwrap_or_default();
            self.books.set(at, book.saturating_add(good_change));
        }
    }

    /// An observed fact took the record below zero: the record is wrong, not the fact.
    fn raise_triggers(&mut self, movement: &Movement, before: Quantities) {
        let after = movement.after;
        let crossed = [
            (Cause::NegativeOnHand, before.on_hand(), after.on_hand()),
            (Cause::NegativeAvailable, before.available, after.available),
        ];
        let key = (movement.facility, movement.sku);
        let triggers =
            crossed.into_iter().filter(|(_, was, is)| *was >= 0 && *is < 0).map(|(cause, _, _)| {
                Trigger { key, cause, movement: movement.id, at: movement.recorded_at }
            });
        self.draft.triggers.extend(triggers);
    }

    // ---- counts ---------------------------------------------------------------------------

    /// The level remembers its latest count.
    pub(super) fn set_counted(&mut self, key: Key, at: Micros) {
        let level = self.levels.get(&key, None).copied().unwrap_or_else(|| LevelAfter {
            quantities: self.level(key),
            seq: 0,
            at: Micros::default(),
            counted_at: None,
        });
        self.levels.set(key, LevelAfter { counted_at: level.counted_at.max(Some(at)), ..level });
    }
}

/// An id that a client made for something new: no request has it, and it is none of those that
/// the ledger makes itself ([`MovementId::derived`], version 8). Whoever could take such an id
/// would keep the movement from ever being posted for which it is meant.
pub(super) fn check_fresh(
    desk: &Desk<'_>,
    authority: &Authority,
    id: MovementId,
) -> Result<(), Refusal> {
    // The import's openings have derived ids, so that it can be repeated.
    let derived = id.0.get_version_num() == 8 && authority.origin != Origin::Import;
    if derived || desk.request(id).is_some() {
        return Err(Refusal::IdReused(id.0));
    }
    Ok(())
}

/// Looks for the id among what is known, and tells a retry from a reused id.
///
/// `Ok(None)`: never seen.
pub(super) fn replay(
    desk: &Desk<'_>,
    id: MovementId,
    fingerprint: &Hash,
) -> Result<Option<Movement>, Refusal> {
    match desk.known(id) {
        None => Ok(None),
        Some(known) if known.movement.fingerprint == *fingerprint => {
            Ok(Some(known.movement.clone()))
        }
        Some(_) => Err(Refusal::IdReused(id.0)),
    }
}

/// One movement was posted, with its corrections.
pub(super) fn posted((movement, corrections): (Movement, Vec<Movement>)) -> Outcome {
    Outcome::Posted(Posted { movements: vec![movement], corrections, replay: false })
}

/// The movement was there before.
pub(super) fn replayed(movement: Movement) -> Outcome {
    Outcome::Posted(Posted { movements: vec![movement], corrections: Vec::new(), replay: true })
}
