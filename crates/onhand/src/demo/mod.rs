//! `onhand demo`: a retailer with a past, made of nothing, through the real ledger.
//!
//! The same seed gives the same retailer on every machine, apart from the date. [`assortment`]
//! says what it sells and [`art`] draws it, [`company`] says who works where, [`agenda`] plans
//! what happens on a day, and [`trade`], [`supply`] and [`floor`] make it happen.

mod agenda;
mod art;
mod assortment;
mod company;
mod database;
mod floor;
mod history;
mod ledger;
mod notes;
mod random;
mod shelves;
mod shop;
mod supply;
#[cfg(test)]
mod tests;
mod trade;
mod world;

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use jiff::{ToSpan, tz::TimeZone};
use onhand_domain::{FacilityScope, Micros};
use onhand_store::{Clock, Store, clock::System};
use serde::Serialize;

use agenda::Event;
use company::PASSWORD;
use history::History;
use random::Random;
use shelves::Shelves;
use world::{Founding, World};

/// What the history's chance starts from.
const SEED: u64 = 20_190_304;
/// What its ids start from.
const ID_SEED: u64 = 4_030_912;
/// Minutes after midnight at which the first day's stock is recorded.
const OPENING_MINUTES: f64 = 4.0 * 60.0;
/// People that are listed.
const SIGN_INS_MAX: u64 = 100;

/// How much of a past there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Styles of the assortment.
    pub(crate) styles: usize,
    /// Days before today.
    pub(crate) days: i64,
    /// How busy the stores are; 1 for what a real one is.
    pub(crate) bustle: f64,
}

impl Size {
    /// The demo that people see.
    pub(crate) const FULL: Self = Self { styles: usize::MAX, days: 90, bustle: 1.0 };
}

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SignIn {
    /// The address to sign in with.
    pub(crate) email: String,
    /// Name.
    pub(crate) name: String,
    /// What they are.
    pub(crate) role: String,
    /// Where.
    pub(crate) at: String,
}

/// What there is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Report {
    /// Whether it was made now, or was there before.
    pub(crate) created: bool,
    /// What was made; none where it was there before.
    pub(crate) made: Option<Made>,
    /// What everybody signs in with.
    pub(crate) password: &'static str,
    /// Who can sign in.
    pub(crate) sign_ins: Vec<SignIn>,
}

/// Totals of what was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Made {
    /// Products.
    pub(crate) products: usize,
    /// SKUs.
    pub(crate) skus: usize,
    /// Pictures.
    pub(crate) pictures: usize,
    /// Facilities.
    pub(crate) facilities: usize,
    /// Days of history.
    pub(crate) days: i64,
    /// Movements, as recounted by the verification of the ledger.
    pub(crate) movements: u64,
}

/// Makes the demo in the database if that is empty, keeps it if it is there, and refuses to
/// touch anything else. The past ends at `end`.
///
/// # Errors
/// Where the database holds something that is not the demo, is in use, or fails.
pub(crate) async fn run(
    url: &str,
    size: Size,
    fresh: bool,
    end: Micros,
    progress: &mut dyn FnMut(&str),
) -> Result<Report> {
    let store = database::open(url, Arc::new(System), Arc::new(System)).await?;
    let found = database::look(&store).await?;
    if found == database::Found::Demo && !fresh {
        let report = report(&store, None).await;
        store.close().await;
        return report;
    }
    store.close().await;
    database::clear(url, found, fresh)?;

    let start = first_day(end, size.days)?;
    let ids = Arc::new(History::at(start, ID_SEED));
    let store = database::open(url, ids.clone(), ids.clone()).await?;
    let made = create(&store, &ids, (end, size), progress).await;
    let report = match made {
        Ok(made) => report(&store, Some(made)).await,
        Err(error) => Err(error),
    };
    store.close().await;
    report
}

/// Writes what the demo sells as a product export of Shopify, for the shop of the demo.
///
/// # Errors
/// Where the database or the file fails.
pub(crate) async fn export_shop(url: &str, file: &Path) -> Result<()> {
    let store = database::open(url, Arc::new(System), Arc::new(System)).await?;
    let done = shop::export(&store, file).await;
    store.close().await;
    done
}

async fn create(
    store: &Store,
    ids: &Arc<History>,
    (end, size): (Micros, Size),
    progress: &mut dyn FnMut(&str),
) -> Result<Made> {
    database::mark(store, database::UNFINISHED).await?;
    let (shelves, _) = build(store, ids, (end, size), progress).await?;
    progress("verifying the ledger");
    let verified = store.verify(&FacilityScope::All).await?;
    if let Some(first) = verified.differences.first() {
        bail!("the demo's ledger has {} differences: {first:?}", verified.differences_total);
    }
    database::mark(store, database::FINISHED).await?;
    Ok(Made {
        products: shelves.products,
        skus: shelves.items.len(),
        pictures: shelves.pictures,
        facilities: verified.facilities.len(),
        days: size.days,
        movements: verified.movements(),
    })
}

/// Everything but the marks: what there is to sell, and the world after its last day.
async fn build(
    store: &Store,
    ids: &Arc<History>,
    (end, size): (Micros, Size),
    progress: &mut dyn FnMut(&str),
) -> Result<(Shelves, World)> {
    let mut random = Random::seeded(SEED);
    progress("facilities and people");
    let company = company::found(store, ids).await?;
    progress("products and pictures");
    let shelves = shelves::fill(store, ids, &mut random, size.styles).await?;
    let items = shelves.items.clone();
    let founding = Founding { company, items, random, end, bustle: size.bustle };
    let mut world = World::new(store, ids, founding).await?;
    live(&mut world, ids.now(), size, progress).await?;
    Ok((shelves, world))
}

/// Lets the days pass.
async fn live(
    world: &mut World,
    start: Micros,
    size: Size,
    progress: &mut dyn FnMut(&str),
) -> Result<()> {
    let first = world.local(0, start)?.date();
    world.open(start)?;
    for n in 0..=size.days {
        world.plan_day(first.checked_add(n.days())?, size.bustle)?;
    }
    world.plan_last_hours()?;
    let (mut last, mut shown) = (start, 0);
    while let Some(((planned, _), event)) = world.agenda.pop_first() {
        // One thing after the other: a movement at the very time of a count lies before it.
        let at = planned.max(last.plus(1));
        if at > world.end {
            break;
        }
        last = at;
        let outcomes = world.ledger.upload_by(at).await?;
        world.enter_outcomes(&outcomes, outcomes.len())?;
        world.happen(at, event).await?;
        let day = (at.0 - start.0) / Micros::DAY;
        if day >= shown + 10 {
            shown = day;
            progress(&format!("day {day} of {}: {} movements", size.days, world.ledger.movements));
        }
    }
    let outcomes = world.ledger.send(world.end).await?;
    world.enter_outcomes(&outcomes, outcomes.len())
}

impl World {
    async fn happen(&mut self, at: Micros, event: Event) -> Result<()> {
        match event {
            Event::Basket(site) => self.basket(at, site),
            Event::Return(cell) => self.bring_back(at, cell),
            Event::Order => self.order(at),
            Event::Ship(order) => self.ship(at, order),
            Event::Cancel(order) => self.cancel(at, order),
            Event::Delivery(site) => self.delivery(at, site),
            Event::SendOut(to) => self.send_out(at, to),
            Event::Arrive(to, slip, lines) => self.arrive(at, to, &slip, &lines),
            Event::Seen(site) => self.seen(at, site).await,
            Event::Decide(site, request, reason) => self.decide(at, site, request, reason).await,
            Event::Undo(site, target, who) => self.undo(at, site, target, who).await,
            Event::Count(site) => self.count(at, site).await,
            Event::Oversell(site) => self.oversell(at, site),
            Event::Risk(site) => self.risk(at, site),
            Event::Spoil(cell) => self.spoil(at, cell).await,
            Event::Pending(site) => self.pending(at, site).await,
            Event::Large(site) => self.large(at, site).await,
        }
    }
}

/// The morning of the first day, where head office is.
fn first_day(end: Micros, days: i64) -> Result<Micros> {
    let now = end.to_timestamp().context("the machine's clock shows no time that can be used")?;
    let first = now.to_zoned(TimeZone::get("Europe/Berlin")?).date().checked_sub(days.days())?;
    let midnight = first.to_zoned(TimeZone::get("Europe/Berlin")?)?;
    #[expect(clippy::cast_possible_truncation, reason = "a few hours")]
    let morning = (OPENING_MINUTES * 60.0) as i64 * Micros::SECOND;
    Ok(Micros::from(midnight.timestamp()).plus(morning))
}

async fn report(store: &Store, made: Option<Made>) -> Result<Report> {
    let users = store.list_users(None, SIGN_INS_MAX).await?;
    let sign_in = |user: onhand_store::people::User| {
        let at: Vec<String> = user
            .grants
            .iter()
            .map(|g| g.scope_name.clone().unwrap_or_else(|| "everywhere".to_owned()))
            .collect();
        SignIn {
            role: user.grants.first().map(|g| g.label.clone()).unwrap_or_default(),
            email: user.email,
            name: user.name,
            at: at.join(", "),
        }
    };
    let sign_ins = users.into_iter().filter(|user| user.active).map(sign_in).collect();
    Ok(Report { created: made.is_some(), made, password: PASSWORD, sign_ins })
}
