//! How fast a shop may be asked: its bucket of points, as far as we know it.
//!
//! The shop holds a bucket for each app: a request takes its cost, and points flow back at a rate
//! that depends on the shop's plan. Each answer tells the bucket's state, so nothing about plans is
//! written down here but a careful beginning.

use std::collections::HashMap;
use std::time::Duration;

use crate::reply::Cost;

/// What flows back a second to a shop on the smallest plan, in points; taken as given until the
/// shop's first answer says more.
pub const RESTORE_FIRST: f64 = 100.0;
/// The bucket of a shop before its first answer, in points.
pub const MAXIMUM_FIRST: f64 = 1000.0;
/// What is taken to be in the bucket before the first answer: we may have been started again a
/// moment after we emptied it.
pub const AVAILABLE_FIRST: f64 = 100.0;
/// The share of the bucket that even what is urgent leaves: points flow back to the shop's bucket
/// by its own clock, which we know no better than a round trip.
pub const URGENT_LEAVES: f64 = 0.02;
/// The share of the bucket that ordinary changes leave for what is urgent.
pub const ORDINARY_LEAVES: f64 = 0.1;
/// The share of the bucket that reading what the shop did leaves for changes: a page of orders
/// takes as much as fifty calls, and changes that come meanwhile must not wait until it has flowed
/// back.
pub const FOLLOWING_LEAVES: f64 = 0.3;
/// The share of the bucket that all other reading leaves: of everything that there is, and whether
/// it is right.
pub const BACKGROUND_LEAVES: f64 = 0.5;
/// While a read waits for room, ordinary changes take at most this share of what flows back: they
/// need less, and so go first each time. Without it nobody would read a shop that always changes.
pub const ORDINARY_FLOW: f64 = 0.5;
/// The longest time that a change waits for that, whatever its call costs.
pub const ORDINARY_APART_MAX: Duration = Duration::from_millis(500);
/// How much later than it was told somebody who waits may ask again.
const ASKS_LATER: Duration = Duration::from_millis(50);
/// How long to wait, before the first answer, while another request is under way.
pub const FIRST_ANSWER_WAIT: Duration = Duration::from_millis(50);
/// The longest wait that is told at once; whoever waits asks again afterwards.
pub const WAIT_MAX: Duration = Duration::from_secs(30);
/// What an operation is taken to cost before one of its kind was answered, in points…
const COST_FIRST: f64 = 10.0;
/// …and for each thing in it. At 250 lines nobody has measured yet.
const COST_EACH: f64 = 1.0;

/// Who asks: how much of the bucket has to stay.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Share {
    /// Leaves [`URGENT_LEAVES`]: what could be sold though it is gone.
    Urgent,
    /// Leaves [`ORDINARY_LEAVES`]: every other change.
    Ordinary,
    /// Leaves [`FOLLOWING_LEAVES`]: reads of what the shop did by itself.
    Following,
    /// Leaves [`BACKGROUND_LEAVES`]: reads that nobody waits for.
    Background,
}

impl Share {
    const fn reads(self) -> bool {
        matches!(self, Self::Following | Self::Background)
    }
}

/// A kind of request: the name of its document and how many things it has (lines, nodes).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Work {
    /// The document's name.
    pub name: &'static str,
    /// How many lines it carries, or how many nodes it asks for.
    pub size: usize,
}

/// A request under way, with the points that were set aside for it.
#[derive(Debug)]
pub struct Ticket {
    work: Work,
    points: f64,
    serial: u64,
    taken_at: Duration,
}

/// The bucket. Moments are counted from any beginning that stays the same.
#[derive(Debug)]
pub struct Budget {
    maximum: f64,
    restore: f64,
    /// What is left for others: what was set aside is gone from it already.
    available: f64,
    at: Duration,
    under_way: u32,
    /// How many tickets were ever given out.
    serial: u64,
    told: bool,
    /// Until then nothing goes out, whatever the bucket holds.
    closed_until: Duration,
    /// Until then somebody waits who wants to read.
    read_waits_until: Duration,
    /// From then on an ordinary change may go although somebody waits to read.
    ordinary_from: Duration,
    /// The dearest request of a kind, by name and order of size.
    costs: HashMap<(&'static str, u32), f64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            maximum: MAXIMUM_FIRST,
            restore: RESTORE_FIRST,
            available: AVAILABLE_FIRST,
            at: Duration::ZERO,
            under_way: 0,
            serial: 0,
            told: false,
            closed_until: Duration::ZERO,
            read_waits_until: Duration::ZERO,
            ordinary_from: Duration::ZERO,
            costs: HashMap::new(),
        }
    }
}

impl Budget {
    /// Sets points aside for a request, or says how long to wait before asking again.
    ///
    /// Before the first answer one request is under way at a time.
    pub fn take(&mut self, now: Duration, work: Work, share: Share) -> Result<Ticket, Duration> {
        self.flow_to(now);
        if now < self.closed_until {
            return Err(self.closed_until.saturating_sub(now).min(WAIT_MAX));
        }
        if !self.told && self.under_way > 0 {
            return Err(FIRST_ANSWER_WAIT);
        }
        if share == Share::Ordinary && now < self.ordinary_from.min(self.read_waits_until) {
            return Err(self.ordinary_from.saturating_sub(now));
        }
        let points = self.cost_of(work);
        // Nobody waits for more than a full bucket: the shop itself refuses what costs more.
        let needed = (points + self.left_by(share)).min(self.maximum);
        if self.available < needed {
            let seconds = (needed - self.available) / self.restore;
            let wait = Duration::try_from_secs_f64(seconds).unwrap_or(WAIT_MAX);
            // More than nothing, lest rounding makes whoever asks spin.
            let wait = wait.clamp(Duration::from_millis(1), WAIT_MAX);
            if share.reads() {
                self.read_waits_until = self.read_waits_until.max(now + wait + ASKS_LATER);
            }
            return Err(wait);
        }
        if share == Share::Ordinary {
            let apart = Duration::try_from_secs_f64(points / (self.restore * ORDINARY_FLOW));
            self.ordinary_from = now + apart.unwrap_or(WAIT_MAX).min(ORDINARY_APART_MAX);
        }
        self.available -= points;
        self.under_way += 1;
        self.serial += 1;
        Ok(Ticket { work, points, serial: self.serial, taken_at: now })
    }

    /// The answer came; `cost` is what it says, if it says anything.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is settled once")]
    pub fn settle(&mut self, now: Duration, ticket: Ticket, cost: Option<Cost>) {
        self.flow_to(now);
        self.under_way = self.under_way.saturating_sub(1);
        let Some(cost) = cost else { return };
        let dearest = self.costs.entry(key(ticket.work)).or_default();
        *dearest = dearest.max(cost.requested);
        let taken = cost.actual.unwrap_or(0.0);
        let Some(bucket) = cost.throttle else { return };
        self.maximum = bucket.maximum.max(1.0);
        self.restore = bucket.restore_rate.max(1.0);
        let alone = self.under_way == 0 && self.serial == ticket.serial;
        self.available = if alone {
            bucket.available
        } else {
            // Whether the shop had counted the others when it wrote this, nobody knows; but it
            // can't hold more now than it told and what has flowed back since.
            let reckoned = self.available + ticket.points - taken;
            let since = now.saturating_sub(ticket.taken_at).as_secs_f64();
            reckoned.min(bucket.available + since * self.restore)
        };
        self.told = true;
    }

    /// The shop sent away a request for its own reasons, such as 429: nothing goes out for so long.
    pub fn close(&mut self, now: Duration, wait: Duration) {
        self.closed_until = self.closed_until.max(now + wait);
    }

    /// The request never went out: its points are there again.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is settled once")]
    pub fn give_back(&mut self, now: Duration, ticket: Ticket) {
        self.flow_to(now);
        self.under_way = self.under_way.saturating_sub(1);
        self.available = (self.available + ticket.points).min(self.maximum);
    }

    /// What work of a kind is taken to cost, in points.
    pub fn cost_of(&self, work: Work) -> f64 {
        let each = f64::from(u32::try_from(work.size).unwrap_or(u32::MAX));
        let guess = COST_FIRST + COST_EACH * each;
        self.costs.get(&key(work)).copied().unwrap_or(guess)
    }

    fn left_by(&self, share: Share) -> f64 {
        match share {
            _ if !self.told => 0.0,
            Share::Urgent => self.maximum * URGENT_LEAVES,
            Share::Ordinary => self.maximum * ORDINARY_LEAVES,
            Share::Following => self.maximum * FOLLOWING_LEAVES,
            Share::Background => self.maximum * BACKGROUND_LEAVES,
        }
    }

    fn flow_to(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.available = (self.available + passed * self.restore).min(self.maximum);
    }
}

/// Sizes within a factor of two cost about the same.
fn key(work: Work) -> (&'static str, u32) {
    (work.name, usize::BITS - work.size.leading_zeros())
}

#[cfg(test)]
mod tests;
