//! Selling: baskets, returns, online orders.

use anyhow::Result;
use onhand_domain::{
    Micros, MovementKind, OrderId, Permission, Place,
    plan::command::{Body, FulfillOrder, OrderDraft, OrderLineDraft},
};

use super::{
    agenda::Event,
    company::PLACES,
    random::Weighted,
    world::{Cell, What, World},
};

/// How many baskets of a hundred lines come back.
const RETURNED: f64 = 0.055;
/// How many online orders are cancelled.
const CANCELLED: f64 = 0.04;
/// How often a customer who does not find the size looks for something else.
const LOOKS_MAX: usize = 4;

impl World {
    /// Somebody buys a few things.
    pub(super) fn basket(&mut self, at: Micros, site: usize) -> Result<()> {
        let receipt = self.document(self.sites[site].place.code);
        let lines = 1 + self.random.times(0.35).min(3);
        for _ in 0..lines {
            let Some((cell, available)) = self.find(site) else { continue };
            let wanted = self.units(cell.1).min(available);
            self.record(
                at,
                self.tills(),
                cell,
                What {
                    kind: MovementKind::Sale,
                    quantity: wanted,
                    ends: (Place::Available, Place::Customer),
                    key: Some(receipt.clone()),
                },
            )?;
            if self.random.chance(RETURNED) {
                let day = self.local(site, at)?.date();
                let later = day.saturating_add(jiff::Span::new().days(self.random.between(2, 14)));
                let back = self.in_hours(site, later)?;
                self.plan(back, Event::Return(cell));
            }
        }
        Ok(())
    }

    /// Something that is there, by how well it sells.
    fn find(&mut self, site: usize) -> Option<(Cell, i64)> {
        for _ in 0..LOOKS_MAX {
            let here = &self.sites[site];
            let item = here.carried[here.wanted.draw(&mut self.random)];
            let available = self.level((site, item)).available;
            if available > 0 && !self.settled.contains(&(site, item)) {
                return Some(((site, item), available));
            }
        }
        None
    }

    /// How many of a thing one customer takes.
    fn units(&mut self, item: usize) -> i64 {
        match self.items[item].category {
            "Socks" => 1 + self.random.times(0.9).min(5),
            "T-shirts" | "Bottles" => 1 + self.random.times(0.18).min(3),
            _ => 1,
        }
    }

    /// A customer brings one back.
    pub(super) fn bring_back(&mut self, at: Micros, cell: Cell) -> Result<()> {
        if self.settled.contains(&cell) {
            return Ok(());
        }
        let receipt = self.document(self.sites[cell.0].place.code);
        self.record(
            at,
            self.tills(),
            cell,
            What {
                kind: MovementKind::Return,
                quantity: 1,
                ends: (Place::Customer, Place::Available),
                key: Some(receipt),
            },
        )
    }

    /// Somebody orders online; units are promised where they lie.
    pub(super) fn order(&mut self, at: Micros) -> Result<()> {
        let site = Weighted::new(PLACES.iter().map(|p| p.online)).draw(&mut self.random);
        let mut lines: Vec<(usize, i64)> = Vec::new();
        for _ in 0..=self.random.times(0.45).min(3) {
            let Some((cell, available)) = self.find(site) else { continue };
            if lines.iter().all(|(item, _)| *item != cell.1) {
                lines.push((cell.1, self.units(cell.1).min(available)));
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let id = self.place(at, site, &lines)?;
        let hours = 3 + self.random.between(0, 40);
        let out = self.at_work(site, at.plus(hours * 3_600 * Micros::SECOND))?;
        if self.random.chance(CANCELLED) {
            let soon = at.plus(self.random.between(300, 7_200) * Micros::SECOND);
            self.plan(soon, Event::Cancel(id));
        } else {
            self.plan(out, Event::Ship(id));
        }
        Ok(())
    }

    /// Places an order of these items from a site.
    pub(super) fn place(
        &mut self,
        at: Micros,
        site: usize,
        lines: &[(usize, i64)],
    ) -> Result<OrderId> {
        let id = OrderId(self.id());
        let facility = self.sites[site].id;
        let drafts = lines.iter().map(|(item, quantity)| OrderLineDraft {
            id: self.id().into(),
            facility,
            sku: self.items[*item].id,
            quantity: *quantity,
        });
        let collect = PLACES[site].lines_per_day > 0.0 && self.documents.is_multiple_of(3);
        let channel = if collect { "Click & collect" } else { "Online shop" };
        let due = self.at_work(site, at.plus(48 * 3_600 * Micros::SECOND))?;
        let draft = OrderDraft {
            id,
            lines: drafts.collect(),
            name: self.document("#").replace("#-", "#"),
            channel: channel.to_owned(),
            placed_at: Some(at),
            due_at: Some(due),
        };
        for (item, quantity) in lines {
            self.enter((site, *item), *quantity, (Place::Available, Place::Committed))?;
        }
        let authority = self.authority(at, self.shop(), site, Permission::MovementRecord)?;
        self.ledger.queue(at, authority, Body::PlaceOrder(draft));
        self.orders.insert(id, (site, lines.to_vec()));
        Ok(id)
    }

    /// An order leaves for its customer.
    pub(super) fn ship(&mut self, at: Micros, order: OrderId) -> Result<()> {
        let body = Body::FulfillOrder(FulfillOrder { order, effective_at: Some(at) });
        self.close(at, order, Place::Customer, body)
    }

    /// A customer does not want it any more.
    pub(super) fn cancel(&mut self, at: Micros, order: OrderId) -> Result<()> {
        self.close(at, order, Place::Available, Body::CancelOrder(order))
    }

    fn close(&mut self, at: Micros, order: OrderId, to: Place, body: Body) -> Result<()> {
        let Some((site, lines)) = self.orders.remove(&order) else { return Ok(()) };
        for (item, quantity) in lines {
            self.enter((site, item), quantity, (Place::Committed, to))?;
        }
        let authority = self.authority(at, self.shop(), site, Permission::MovementRecord)?;
        self.ledger.queue(at, authority, body);
        Ok(())
    }
}
