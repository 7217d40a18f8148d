//! What the history knows of the retailer: sites, items, and a book of its own, so that nobody
//! sells what is not there.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use anyhow::{Context, Result};
use jiff::{Zoned, civil::Date, tz::TimeZone};
use onhand_domain::{
    FacilityId, Micros, Movement, OrderId, Origin, Permission, Place, Quantities, Reason,
    plan::{
        command::{Authority, Body, Fact},
        outcome::Outcome,
    },
};
use onhand_store::{Ids, Store};
use uuid::Uuid;

use super::{
    agenda::Event,
    company::{self, Company, PLACES},
    history::History,
    ledger::{Actor, Ledger},
    random::{Random, Weighted},
    shelves::Item,
};

/// A facility of the history.
pub(super) struct Site {
    /// Its id.
    pub(super) id: FacilityId,
    /// What it is like.
    pub(super) place: &'static company::Place,
    /// Its time zone.
    pub(super) zone: TimeZone,
    /// The items that it carries.
    pub(super) carried: Vec<usize>,
    /// Draws from `carried`, by how well they sell.
    pub(super) wanted: Weighted,
    /// Units of each carried item that sell on an average day.
    pub(super) pace: HashMap<usize, f64>,
}

/// One item at one site.
pub(super) type Cell = (usize, usize);

/// The retailer, as the history goes through its days.
pub(super) struct World {
    /// Where ids come from.
    pub(super) ids: Arc<History>,
    /// What happens by chance.
    pub(super) random: Random,
    /// The facilities.
    pub(super) sites: Vec<Site>,
    /// The items.
    pub(super) items: Vec<Item>,
    /// Who acts.
    pub(super) company: Company,
    /// The reasons, by code.
    pub(super) reasons: HashMap<String, Reason>,
    /// The way into the ledger.
    pub(super) ledger: Ledger,
    /// What will happen.
    pub(super) agenda: BTreeMap<(Micros, u64), Event>,
    /// Cells that the history leaves alone from now on: they are there to be looked at.
    pub(super) settled: HashSet<Cell>,
    /// Orders that may still be shipped, with what they take.
    pub(super) orders: HashMap<OrderId, (usize, Vec<(usize, i64)>)>,
    /// The last document's number.
    pub(super) documents: u32,
    /// When the history ends: now.
    pub(super) end: Micros,
    book: HashMap<Cell, Quantities>,
    planned: u64,
}

/// What a history is made from.
pub(super) struct Founding {
    /// Who acts.
    pub(super) company: Company,
    /// The items.
    pub(super) items: Vec<Item>,
    /// What happens by chance.
    pub(super) random: Random,
    /// When the history ends.
    pub(super) end: Micros,
    /// How busy it is; 1 for the full demo.
    pub(super) bustle: f64,
}

impl World {
    /// A retailer before its first day.
    pub(super) async fn new(store: &Store, ids: &Arc<History>, founding: Founding) -> Result<Self> {
        let Founding { company, items, mut random, end, bustle } = founding;
        let who = company.people.iter().map(|(id, _)| *id);
        let who = who.chain([company.tills, company.shop, company.supply]);
        let ledger = Ledger::open(store, ids, who).await?;
        let reasons = Reason::shipped().into_iter().map(|r| (r.code.clone(), r)).collect();
        let mut sites = Vec::new();
        for (place, id) in PLACES.iter().zip(&company.facilities) {
            let facility = store.facility(*id).await?.context("a facility that was just made")?;
            let zone = TimeZone::get(&facility.time_zone)?;
            sites.push(site(*id, place, zone, &items, &mut random, bustle));
        }
        supply_pace(&mut sites);
        Ok(Self {
            ids: Arc::clone(ids),
            random,
            sites,
            items,
            company,
            reasons,
            ledger,
            agenda: BTreeMap::new(),
            settled: HashSet::new(),
            orders: HashMap::new(),
            documents: 0,
            end,
            book: HashMap::new(),
            planned: 0,
        })
    }

    /// Plans something.
    pub(super) fn plan(&mut self, at: Micros, event: Event) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), event);
    }

    /// What the record of a cell says.
    pub(super) fn level(&self, cell: Cell) -> Quantities {
        self.book.get(&cell).copied().unwrap_or_default()
    }

    /// Enters a movement into the book.
    pub(super) fn enter(&mut self, cell: Cell, quantity: i64, ends: (Place, Place)) -> Result<()> {
        let level = self.book.entry(cell).or_default();
        *level = level.after(quantity, ends.0, ends.1).context("more units than fit")?;
        Ok(())
    }

    /// Enters what the ledger made of commands whose outcome could not be foreseen.
    pub(super) fn enter_outcomes(&mut self, outcomes: &[Outcome], foreseen: usize) -> Result<()> {
        for (n, outcome) in outcomes.iter().enumerate() {
            let Outcome::Posted(posted) = outcome else { continue };
            let own: &[Movement] = if n < foreseen { &[] } else { &posted.movements };
            for movement in own.iter().chain(&posted.corrections) {
                let cell = self.cell(movement)?;
                self.enter(cell, movement.quantity, (movement.from, movement.to))?;
            }
        }
        Ok(())
    }

    fn cell(&self, movement: &Movement) -> Result<Cell> {
        let site = self.sites.iter().position(|s| s.id == movement.facility);
        let item = self.items.iter().position(|i| i.id == movement.sku);
        site.zip(item).context("a movement of something that the history does not know")
    }

    /// A fact, entered into the book and queued for the ledger.
    pub(super) fn record(
        &mut self,
        at: Micros,
        by: Actor,
        (site, item): Cell,
        what: What,
    ) -> Result<()> {
        self.enter((site, item), what.quantity, what.ends)?;
        let fact = Fact {
            id: self.ids.next().into(),
            facility: self.sites[site].id,
            sku: self.items[item].id,
            kind: what.kind,
            quantity: what.quantity,
            effective_at: Some(at),
            origin_key: what.key,
            note: None,
            order_line: None,
            unit_cost: None,
        };
        let authority = self.authority(at, by, site, Permission::MovementRecord)?;
        self.ledger.queue(at, authority, Body::Record(vec![fact]));
        Ok(())
    }

    /// The right of an actor at a site on that day.
    pub(super) fn authority(
        &self,
        at: Micros,
        by: Actor,
        site: usize,
        permission: Permission,
    ) -> Result<Authority> {
        let day = self.local(site, at)?.date().to_string();
        self.ledger.authority(by, permission, self.sites[site].id, &day)
    }

    /// Does something at once and enters what came of it.
    pub(super) async fn post(
        &mut self,
        at: Micros,
        authority: Authority,
        body: Body,
    ) -> Result<Outcome> {
        let mut outcomes = self.ledger.post_at(at, authority, body).await?;
        self.enter_outcomes(&outcomes, outcomes.len() - 1)?;
        outcomes.pop().context("an answer to the command")
    }

    /// The tills.
    pub(super) const fn tills(&self) -> Actor {
        Actor { id: self.company.tills, device: None, origin: Origin::Pos }
    }

    /// The online shop.
    pub(super) const fn shop(&self) -> Actor {
        Actor { id: self.company.shop, device: None, origin: Origin::Api }
    }

    /// What books deliveries and transfers.
    pub(super) const fn supply(&self) -> Actor {
        Actor { id: self.company.supply, device: None, origin: Origin::Api }
    }

    /// One of the people.
    pub(super) fn person(&self, n: usize) -> Actor {
        let (id, device) = self.company.people[n];
        Actor { id, device: Some(device), origin: Origin::Ui }
    }

    /// The people who hold a permission at a site, by number.
    pub(super) fn people_with(&self, permission: Permission, site: usize) -> Vec<usize> {
        let at = self.sites[site].id;
        (0..self.company.people.len())
            .filter(|n| self.ledger.may(self.company.people[*n].0, permission, at))
            .collect()
    }

    /// The number of the next document, as it stands on paper.
    pub(super) fn document(&mut self, kind: &str) -> String {
        self.documents += 1;
        format!("{kind}-{}", 20_400 + self.documents)
    }

    /// A fresh id.
    pub(super) fn id(&self) -> Uuid {
        self.ids.next()
    }

    /// A moment as the clock at a site shows it.
    pub(super) fn local(&self, site: usize, at: Micros) -> Result<Zoned> {
        let timestamp = at.to_timestamp().context("a time that can be shown")?;
        Ok(timestamp.to_zoned(self.sites[site].zone.clone()))
    }

    /// So many minutes after midnight at a site.
    pub(super) fn moment(&self, site: usize, day: Date, minutes: f64) -> Result<Micros> {
        let midnight = day.to_zoned(self.sites[site].zone.clone())?;
        #[expect(clippy::cast_possible_truncation, reason = "a day has 86,400 seconds")]
        let micros = (minutes * 60.0) as i64 * Micros::SECOND;
        Ok(Micros::from(midnight.timestamp()).plus(micros))
    }
}

/// What happened to some units.
pub(super) struct What {
    /// What kind of fact.
    pub(super) kind: onhand_domain::MovementKind,
    /// How many units.
    pub(super) quantity: i64,
    /// From where to where.
    pub(super) ends: (Place, Place),
    /// The document.
    pub(super) key: Option<String>,
}

fn site(
    id: FacilityId,
    place: &'static company::Place,
    zone: TimeZone,
    items: &[Item],
    random: &mut Random,
    bustle: f64,
) -> Site {
    let styles = items.iter().map(|item| item.style + 1).max().unwrap_or(0);
    let wanted: Vec<bool> = (0..styles).map(|_| random.chance(place.carries)).collect();
    let carried: Vec<usize> = (0..items.len()).filter(|n| wanted[items[*n].style]).collect();
    let weights: Vec<f64> = carried.iter().map(|n| items[*n].weight).collect();
    let all: f64 = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let lines = place.lines_per_day * bustle;
    let per_day = carried.iter().zip(&weights).map(|(n, w)| (*n, lines * w / all)).collect();
    Site { id, place, zone, carried, wanted: Weighted::new(weights), pace: per_day }
}

/// What goes through the warehouse on an average day: what the stores sell, and what is sent
/// to customers.
fn supply_pace(sites: &mut [Site]) {
    let Some((warehouse, stores)) = sites.split_last_mut() else { return };
    for (item, pace) in &mut warehouse.pace {
        *pace = stores.iter().filter_map(|s| s.pace.get(item)).sum::<f64>() * 1.1;
    }
}
