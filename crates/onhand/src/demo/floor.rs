//! What people see on the floor: variances, reports and decisions on them, undo, small counts.

use anyhow::{Context, Result};
use onhand_domain::{
    Micros, MovementId, MovementKind, Permission, Place,
    plan::{
        command::{Body, Count, CountLine, Reverse, Variance, Verdict},
        outcome::Outcome,
    },
};

use super::{
    agenda::Event,
    ledger::Ledger,
    notes::{self, Seen},
    world::{Cell, What, World},
};

/// How many posted variances are taken back minutes later.
const UNDONE: f64 = 0.03;
/// How many reports are declined.
const DECLINED: f64 = 0.09;
/// How many counted items differ from the record.
const MISCOUNTED: f64 = 0.05;
/// Units of the report that needs head office; of the dearest stock there is, so that they are
/// worth more than a manager may post alone.
const LARGE_UNITS: i64 = 24;

impl World {
    /// Somebody sees a difference and logs it.
    pub(super) async fn seen(&mut self, at: Micros, site: usize) -> Result<()> {
        let Some(cell) = self.stocked(site, 1) else { return Ok(()) };
        let seen = notes::draw(&mut self.random, self.items[cell.1].category);
        let reporters = self.people_with(Permission::VarianceReport, site);
        // Those who are there all day see more than head office does.
        let near = reporters.len().saturating_sub(1).max(1);
        let near = if self.random.chance(0.93) { &reporters[..near] } else { &reporters[..] };
        let who = *self.random.pick(near);
        let good = self.level(cell).good();
        let many = if self.random.chance(0.8) { 1 } else { self.random.between(2, 4) };
        let quantity = if seen.gain { many.min(2) } else { -many.min(good) };
        let outcome = self.log(at, who, cell, (quantity, seen)).await?;
        match &outcome {
            Outcome::Requested(request) => {
                let minutes = self.random.between(15, 300);
                let later = self.at_work(site, at.plus(minutes * 60 * Micros::SECOND))?;
                self.plan(later, Event::Decide(site, request.id, seen.reason));
            }
            _ if self.random.chance(UNDONE) => {
                let id = Ledger::first_movement(&outcome).context("a posted variance")?;
                let later = at.plus(self.random.between(40, 400) * Micros::SECOND);
                self.plan(later, Event::Undo(site, id, who));
            }
            _ => {}
        }
        Ok(())
    }

    /// An item with at least so many good units that the history may still touch.
    fn stocked(&mut self, site: usize, units: i64) -> Option<Cell> {
        for _ in 0..200 {
            let here = &self.sites[site];
            let cell = (site, here.carried[here.wanted.draw(&mut self.random)]);
            if self.level(cell).available >= units && !self.settled.contains(&cell) {
                return Some(cell);
            }
        }
        None
    }

    async fn log(
        &mut self,
        at: Micros,
        who: usize,
        (site, item): Cell,
        (quantity, seen): (i64, Seen),
    ) -> Result<Outcome> {
        let variance = Variance {
            id: self.id().into(),
            facility: self.sites[site].id,
            sku: self.items[item].id,
            quantity,
            reason: self.reasons.get(seen.reason).context("a shipped reason")?.clone(),
            note: seen.note.map(str::to_owned),
            effective_at: None,
        };
        let authority = self.authority(at, self.person(who), site, Permission::VariancePost)?;
        self.post(at, authority, Body::Variance(variance)).await
    }

    /// A manager decides on a report.
    pub(super) async fn decide(
        &mut self,
        at: Micros,
        site: usize,
        request: MovementId,
        reason: &str,
    ) -> Result<()> {
        let deciders = self.people_with(Permission::VarianceApprove, site);
        // The last one is head office; a report of the store's manager goes there.
        let (first, last) = (deciders.first(), deciders.last());
        let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
        let decline = self.random.chance(DECLINED);
        let note = decline.then(|| (*self.random.pick(&notes::DECLINED)).to_owned());
        let reason = self.reasons.get(reason).context("a shipped reason")?.clone();
        let verdict = Verdict { request, reason, note };
        let body = if decline { Body::Decline } else { Body::Approve };
        for who in [*first, *last] {
            let authority =
                self.authority(at, self.person(who), site, Permission::VarianceApprove)?;
            let body = body(verdict.clone());
            if self.refuses(at, &authority, &body).await? {
                continue;
            }
            self.post(at, authority, body).await?;
            break;
        }
        Ok(())
    }

    /// Takes back a variance.
    pub(super) async fn undo(
        &mut self,
        at: Micros,
        site: usize,
        target: MovementId,
        who: usize,
    ) -> Result<()> {
        let note = Some((*self.random.pick(&notes::UNDONE)).to_owned());
        let authority = self.authority(at, self.person(who), site, Permission::VariancePost)?;
        let body = Body::Reverse(Reverse { id: self.id().into(), target, note });
        if !self.refuses(at, &authority, &body).await? {
            self.post(at, authority, body).await?;
        }
        Ok(())
    }

    /// A few items are counted before the doors open; most of them are right.
    pub(super) async fn count(&mut self, at: Micros, site: usize) -> Result<()> {
        let lines = self.random.between(24, 40);
        let mut counted: Vec<CountLine> = Vec::new();
        for _ in 0..lines {
            let Some(cell) = self.stocked(site, 1) else { continue };
            let sku = self.items[cell.1].id;
            if counted.iter().any(|line| line.sku == sku) {
                continue;
            }
            let off = if self.random.chance(MISCOUNTED) { self.random.between(-1, 1) } else { 0 };
            let good = self.level(cell).good();
            counted.push(CountLine { id: self.id().into(), sku, counted: (good + off).max(0), at });
        }
        let Some(who) = self.people_with(Permission::CountReview, site).first().copied() else {
            return Ok(());
        };
        if counted.is_empty() {
            return Ok(());
        }
        let authority = self.authority(at, self.person(who), site, Permission::CountReview)?;
        let facility = self.sites[site].id;
        self.post(at, authority, Body::Count(Count { facility, closes: None, lines: counted }))
            .await?;
        Ok(())
    }

    /// A till sells more than the record has: the customer held it in hand.
    pub(super) fn oversell(&mut self, at: Micros, site: usize) -> Result<()> {
        let few = (0..400).find_map(|_| {
            let here = &self.sites[site];
            let cell = (site, here.carried[here.wanted.draw(&mut self.random)]);
            let level = self.level(cell);
            let few = (0..=1).contains(&level.available) && level.committed == 0;
            (few && !self.settled.contains(&cell)).then_some((cell, level.available))
        });
        let Some((cell, available)) = few else { return Ok(()) };
        self.settled.insert(cell);
        let receipt = self.document(self.sites[site].place.code);
        let quantity = available + self.random.between(1, 2);
        self.record(
            at,
            self.tills(),
            cell,
            What {
                kind: MovementKind::Sale,
                quantity,
                ends: (Place::Available, Place::Customer),
                key: Some(receipt),
            },
        )
    }

    /// Everything that is left is promised to a customer; soon one of them will be damaged.
    pub(super) fn risk(&mut self, at: Micros, site: usize) -> Result<()> {
        let found = (0..400).find_map(|_| {
            let cell = self.stocked(site, 1)?;
            let level = self.level(cell);
            (level.available <= 2 && level.committed == 0).then_some((cell, level.available))
        });
        let Some((cell, available)) = found else { return Ok(()) };
        self.settled.insert(cell);
        // No shipment is planned for it: it is there to be seen.
        self.place(at, site, &[(cell.1, available)])?;
        let minutes = self.random.between(5, 50);
        let soon = at.plus(minutes * 60 * Micros::SECOND).min(self.end.plus(-Micros::SECOND));
        self.plan(soon, Event::Spoil(cell));
        Ok(())
    }

    /// One that was promised is damaged.
    pub(super) async fn spoil(&mut self, at: Micros, cell: Cell) -> Result<()> {
        let who = self.people_with(Permission::VariancePost, cell.0).first().copied();
        let Some(who) = who else { return Ok(()) };
        let seen = notes::damaged(&mut self.random, self.items[cell.1].category);
        self.log(at, who, cell, (-1, seen)).await?;
        Ok(())
    }

    /// A report that waits for a decision.
    pub(super) async fn pending(&mut self, at: Micros, site: usize) -> Result<()> {
        let Some(cell) = self.stocked(site, 2) else { return Ok(()) };
        let posters = self.people_with(Permission::VariancePost, site);
        let reporters = self.people_with(Permission::VarianceReport, site);
        let Some(who) = reporters.into_iter().find(|n| !posters.contains(n)) else {
            return Ok(());
        };
        self.settled.insert(cell);
        let seen = notes::draw(&mut self.random, self.items[cell.1].category);
        let quantity = if seen.gain { 1 } else { -self.random.between(1, 2) };
        self.log(at, who, cell, (quantity, seen)).await?;
        Ok(())
    }

    /// A report that only head office may post.
    pub(super) async fn large(&mut self, at: Micros, site: usize) -> Result<()> {
        let worth = |n: &usize| {
            let units = self.level((site, *n)).available.clamp(0, LARGE_UNITS);
            (self.items[*n].cost.times(units), units)
        };
        let dearest = self.sites[site].carried.iter().copied().max_by_key(worth);
        let Some((item, (_, units))) = dearest.map(|n| (n, worth(&n))) else { return Ok(()) };
        let cell = (site, item);
        if units == 0 || self.settled.contains(&cell) {
            return Ok(());
        }
        let Some(who) = self.people_with(Permission::VariancePost, site).first().copied() else {
            return Ok(());
        };
        self.settled.insert(cell);
        let note = Some("pallet stood in the wet, cartons soaked through");
        let seen = Seen { reason: "damaged", gain: false, note };
        self.log(at, who, cell, (-units, seen)).await?;
        Ok(())
    }

    /// Whether the ledger would refuse it: it was sold in between, or is above a limit.
    async fn refuses(
        &mut self,
        at: Micros,
        authority: &onhand_domain::plan::command::Authority,
        body: &Body,
    ) -> Result<bool> {
        let outcomes = self.ledger.send(at).await?;
        self.enter_outcomes(&outcomes, outcomes.len())?;
        let outcome = self.ledger.preview(authority.clone(), body.clone()).await?;
        Ok(matches!(outcome, Outcome::Refused(_)))
    }
}
