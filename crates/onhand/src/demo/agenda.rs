//! What happens on a day, and when.

use anyhow::Result;
use jiff::civil::{Date, Weekday};
use onhand_domain::{Micros, MovementId, OrderId};

use super::{
    company::PLACES,
    world::{Cell, World},
};

/// Lines of a basket, on average.
const LINES_PER_BASKET: f64 = 1.35;
/// Online orders on an average day of the full demo.
const ORDERS_PER_DAY: f64 = 20.0;
/// How much is sold in each hour of an open day, from its first on; the last entry goes on.
const HOURS: [f64; 10] = [0.5, 0.8, 1.1, 1.3, 1.1, 1.0, 1.1, 1.4, 1.3, 0.8];
/// Minutes before now in which the history stops planning by chance and stages what is worth
/// looking at.
const LAST_MINUTES: f64 = 150.0;

/// Something that will happen.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// Somebody buys at a till.
    Basket(usize),
    /// Somebody brings something back.
    Return(Cell),
    /// Somebody orders online.
    Order,
    /// An order leaves.
    Ship(OrderId),
    /// A customer thinks again.
    Cancel(OrderId),
    /// A supplier delivers.
    Delivery(usize),
    /// The warehouse sends to a store.
    SendOut(usize),
    /// It arrives.
    Arrive(usize, String, Vec<(usize, i64)>),
    /// Somebody sees that record and shelf differ.
    Seen(usize),
    /// Somebody decides on what an associate reported.
    Decide(usize, MovementId, &'static str),
    /// Somebody takes back what they posted.
    Undo(usize, MovementId, usize),
    /// A few items are counted.
    Count(usize),
    /// A till sells what the record does not have.
    Oversell(usize),
    /// An order takes the last ones.
    Risk(usize),
    /// One of them turns out to be damaged: the order can't be filled any more.
    Spoil(Cell),
    /// An associate reports, and nobody has decided yet.
    Pending(usize),
    /// A report above the manager's limit.
    Large(usize),
}

impl World {
    /// Plans a day everywhere.
    pub(super) fn plan_day(&mut self, day: Date, bustle: f64) -> Result<()> {
        for site in 0..self.sites.len() {
            self.plan_site(site, day, bustle)?;
        }
        let warehouse = self.sites.len() - 1;
        for _ in 0..self.random.times(ORDERS_PER_DAY * bustle * busy(day)) {
            // People order around the clock, most of them in the evening.
            let hour = if self.random.chance(0.55) {
                17.0 + self.random.unit() * 5.5
            } else {
                6.5 + self.random.unit() * 11.0
            };
            let at = self.moment(warehouse, day, hour * 60.0)?;
            self.plan(at, Event::Order);
        }
        Ok(())
    }

    fn plan_site(&mut self, site: usize, day: Date, bustle: f64) -> Result<()> {
        let place = &PLACES[site];
        let (open, close) = hours(site, day);
        let baskets = place.lines_per_day * bustle * busy(day) / LINES_PER_BASKET;
        for _ in 0..self.random.times(baskets) {
            let at = self.in_hours(site, day)?;
            self.plan(at, Event::Basket(site));
        }
        for _ in 0..self.random.times(place.seen_per_day * bustle.min(1.0)) {
            let minutes =
                f64::from(open) * 60.0 + self.random.unit() * f64::from(close - open) * 60.0;
            let at = self.moment(site, day, minutes)?;
            self.plan(at, Event::Seen(site));
        }
        self.plan_goods(site, day)?;
        Ok(())
    }

    /// Deliveries, transfers and counts have their weekdays.
    fn plan_goods(&mut self, site: usize, day: Date) -> Result<()> {
        use Weekday::{Friday, Monday, Saturday, Thursday, Tuesday, Wednesday};
        let warehouse = self.sites.len() - 1;
        let early = f64::from(hours(site, day).0) * 60.0;
        let weekday = day.weekday();
        if site == warehouse {
            if matches!(weekday, Monday | Wednesday | Friday) {
                for part in [0.0, 50.0] {
                    let minutes = early + 40.0 + part + self.random.unit() * 40.0;
                    let at = self.moment(site, day, minutes)?;
                    self.plan(at, Event::Delivery(site));
                }
            }
        } else if match site {
            0 => matches!(weekday, Monday | Thursday | Saturday),
            1 => matches!(weekday, Tuesday | Friday),
            2 => matches!(weekday, Monday | Friday),
            _ => matches!(weekday, Wednesday | Saturday),
        } {
            let minutes = 8.5 * 60.0 + self.random.unit() * 100.0;
            let at = self.moment(warehouse, day, minutes)?;
            self.plan(at, Event::SendOut(site));
        }
        let counts = [Tuesday, Wednesday, Thursday, Friday, Monday];
        if counts.get(site) == Some(&weekday) {
            let minutes = early - 35.0 + self.random.unit() * 20.0;
            let at = self.moment(site, day, minutes)?;
            self.plan(at, Event::Count(site));
        }
        Ok(())
    }

    /// A moment of a day's trade, more often at its peaks.
    pub(super) fn in_hours(&mut self, site: usize, day: Date) -> Result<Micros> {
        let (open, close) = hours(site, day);
        let span = f64::from(close - open);
        loop {
            let hour = self.random.unit() * span;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "an hour of the day"
            )]
            let weight = HOURS[(hour as usize).min(HOURS.len() - 1)];
            if self.random.unit() * 1.4 < weight {
                return self.moment(site, day, (f64::from(open) + hour) * 60.0);
            }
        }
    }

    /// The next moment from `at` on at which people work at a site.
    pub(super) fn at_work(&self, site: usize, at: Micros) -> Result<Micros> {
        let local = self.local(site, at)?;
        let day = local.date();
        let minutes = f64::from(local.hour()) * 60.0 + f64::from(local.minute());
        let (open, close) = hours(site, day);
        if minutes < f64::from(open) * 60.0 {
            return Ok(self.moment(site, day, f64::from(open) * 60.0 + minutes % 60.0)?.max(at));
        }
        if minutes < f64::from(close) * 60.0 {
            return Ok(at);
        }
        let next = day.tomorrow()?;
        self.moment(site, next, f64::from(hours(site, next).0) * 60.0 + minutes % 60.0)
    }

    /// Plans what is worth looking at just before now: pending reports, orders at risk, records
    /// below zero; and makes sure that something has happened everywhere today.
    pub(super) fn plan_last_hours(&mut self) -> Result<()> {
        for site in 0..self.sites.len() {
            let (from, until) = self.last_hours(site)?;
            let warehouse = site == self.sites.len() - 1;
            let mut stage = vec![Event::Pending(site), Event::Oversell(site), Event::Risk(site)];
            if site == 0 || site == 2 {
                stage.extend([Event::Pending(site), Event::Pending(site), Event::Oversell(site)]);
            }
            if site == 0 {
                stage.extend([Event::Risk(site), Event::Pending(site)]);
            }
            if warehouse {
                stage = vec![Event::Large(site), Event::Risk(site), Event::Seen(site)];
            }
            for event in stage {
                let at = self.somewhen(from, until);
                self.plan(at, event);
            }
            self.plan_today(site)?;
        }
        Ok(())
    }

    /// Where the store has just opened or not opened yet: what comes before the doors open.
    fn plan_today(&mut self, site: usize) -> Result<()> {
        let local = self.local(site, self.end)?;
        let (open, _) = hours(site, local.date());
        let until = self.end.plus(-Micros::SECOND);
        if until >= self.moment(site, local.date(), f64::from(open) * 60.0 + 90.0)? {
            return Ok(());
        }
        let midnight = self.moment(site, local.date(), 0.0)?.plus(Micros::SECOND);
        let from = midnight.max(self.end.plus(-3 * 3_600 * Micros::SECOND));
        if from >= until {
            return Ok(());
        }
        for event in [Event::Delivery(site), Event::Seen(site), Event::Seen(site)] {
            let at = self.somewhen(from, until);
            self.plan(at, event);
        }
        Ok(())
    }

    /// The last two and a half hours in which people worked at a site.
    fn last_hours(&self, site: usize) -> Result<(Micros, Micros)> {
        let local = self.local(site, self.end)?;
        let now = f64::from(local.hour()) * 60.0 + f64::from(local.minute());
        let (open, close) = hours(site, local.date());
        let (day, last) = if now >= f64::from(open) * 60.0 + 60.0 {
            (local.date(), (now - 2.0).min(f64::from(close) * 60.0))
        } else {
            let day = local.date().yesterday()?;
            (day, f64::from(hours(site, day).1) * 60.0)
        };
        let first = (last - LAST_MINUTES).max(f64::from(hours(site, day).0) * 60.0);
        Ok((self.moment(site, day, first)?, self.moment(site, day, last)?.min(self.end)))
    }

    fn somewhen(&mut self, from: Micros, until: Micros) -> Micros {
        Micros(self.random.between(from.0, until.0.max(from.0)))
    }
}

/// First and last hour of work on a day.
pub(super) fn hours(site: usize, day: Date) -> (i8, i8) {
    PLACES[site].hours[usize::from(day.weekday() == Weekday::Sunday)]
}

/// How busy a weekday is.
fn busy(day: Date) -> f64 {
    match day.weekday() {
        Weekday::Monday => 0.8,
        Weekday::Tuesday => 0.82,
        Weekday::Wednesday => 0.9,
        Weekday::Thursday => 0.95,
        Weekday::Friday => 1.15,
        Weekday::Saturday => 1.6,
        Weekday::Sunday => 0.85,
    }
}
