//! A day of sales, receipts and late messages, replayed into a count that is open meanwhile.
//!
//! There is a shelf of two areas, which nobody but the test sees, and the ledger, which learns of
//! what happens in any order. Where the record is right no line ever shows a variance; what is
//! missing shows exactly as much as is missing (inventory-accuracy section 2).

use proptest::{prelude::*, sample::Index};

use super::{
    model::*,
    properties::{Event, PLENTY},
};
use crate::{
    count::{Expected, How, Line, LineStatus, Moved, Reading, Seen},
    ids::{AnchorId, SkuId},
    movement::MovementKind,
    place::Place,
    plan::{
        command::{Body, Command, Count, CountLine},
        outcome::Outcome,
        view::Key,
    },
    time::Micros,
};

/// Two SKUs whose stock is kept, in two areas each.
const SKUS: [u128; 2] = [1, 2];
const AREAS: usize = 2;
/// A day, in which a time is often the very same as another.
const DAY: i64 = 60;

/// Something that happened to the units of an area.
#[derive(Clone, Debug)]
struct Happened {
    sku: usize,
    area: usize,
    what: Event,
    at: i64,
}

impl Happened {
    /// Good units that came or went.
    const fn change(&self) -> i64 {
        match self.what {
            Event::Fact(MovementKind::Sale | MovementKind::TransferOut, n) => -n,
            Event::Fact(_, n) | Event::Variance(_, n) => n,
            Event::Count(_) => 0,
        }
    }
}

/// A day as it was, and the order in which it is told.
#[derive(Clone, Debug)]
struct Day {
    happened: Vec<Happened>,
    /// When each area of each SKU was counted; one that was counted in one place has one time.
    looked: [Vec<i64>; SKUS.len()],
    /// Units that had gone before the day began, without anybody's knowing.
    missing: [i64; SKUS.len()],
    /// The order in which the ledger learns of it.
    told: Vec<usize>,
}

fn happened() -> impl Strategy<Value = Happened> {
    use MovementKind::{Receipt, Return, Sale, TransferIn, TransferOut};
    let kinds =
        prop::sample::select(vec![Sale, Sale, Sale, Receipt, Return, TransferOut, TransferIn]);
    let what = prop_oneof![
        9 => (kinds, 1..9_i64).prop_map(|(kind, n)| Event::Fact(kind, n)),
        1 => (1..9_i64).prop_map(|n| Event::Variance("damaged", -n)),
    ];
    (0..SKUS.len(), 0..AREAS, what, 0..DAY).prop_map(|(sku, area, what, at)| Happened {
        sku,
        area,
        what,
        at,
    })
}

/// `areas`: how many places each SKU is counted in.
fn day(areas: usize, missing: impl Strategy<Value = i64> + Clone) -> impl Strategy<Value = Day> {
    let looked = || prop::collection::vec(0..DAY, areas);
    let all = prop::collection::vec(happened(), 0..40);
    (all, looked(), looked(), missing.clone(), missing).prop_flat_map(|(happened, a, b, m, n)| {
        let told: Vec<usize> = (0..happened.len()).collect();
        (Just(happened), Just([a, b]), Just([m, n]), Just(told).prop_shuffle())
            .prop_map(|(happened, looked, missing, told)| Day { happened, looked, missing, told })
    })
}

const fn time(at: i64) -> Micros {
    START.plus(at * Micros::SECOND - 2 * DAY * Micros::SECOND)
}

fn key(sku: usize) -> Key {
    (facility(1), sku_id(sku))
}

fn sku_id(at: usize) -> SkuId {
    sku(SKUS[at])
}

impl Day {
    /// What lies in an area: known to nobody but whoever looks.
    fn on_shelf(&self, sku: usize, area: usize, at: i64) -> i64 {
        let here = |h: &&Happened| (h.sku, h.area) == (sku, area) && h.at <= at;
        let missing = if area == 0 { self.missing[sku] } else { 0 };
        PLENTY / 2 - missing + self.happened.iter().filter(here).map(Happened::change).sum::<i64>()
    }

    /// What the counters saw, their devices sending in either order.
    fn seen(&self, sku: usize, backwards: bool) -> Seen {
        let areas = &self.looked[sku];
        let mut scans: Vec<Seen> = (areas.iter().enumerate())
            .map(|(area, at)| {
                // Counted in one place: the whole shelf at once.
                let here = if areas.len() == 1 { 0..AREAS } else { area..area + 1 };
                let counted = here.map(|area| self.on_shelf(sku, area, *at)).sum();
                let (first_at, last_at) = (time(*at), time(*at));
                Seen {
                    round: 1,
                    counted,
                    first_at,
                    last_at,
                    window_from: first_at,
                    window_to: last_at,
                    uncertainty: 0,
                    scans: 1,
                    how: [How::Scanned].into(),
                }
            })
            .collect();
        if backwards {
            scans.reverse();
        }
        let mut seen = Seen::default();
        for scan in &scans {
            seen.add(scan);
        }
        seen
    }

    /// The ledger learns of one thing, with the time at which it happened.
    fn tell(&self, model: &mut Model, n: usize) {
        let h = &self.happened[n];
        let (id, at) = (n as u128 + 100, Some(time(h.at)));
        let command = match &h.what {
            Event::Variance(reason, units) => {
                let mut variance = variance(id, *units, reason);
                (variance.sku, variance.effective_at) = (sku_id(h.sku), at);
                post(variance)
            }
            Event::Fact(kind, units) => {
                let mut fact = fact(id, *kind, *units);
                (fact.sku, fact.effective_at) = (sku_id(h.sku), at);
                record(vec![fact])
            }
            Event::Count(_) => unreachable!("a day has no counts of its own"),
        };
        assert!(matches!(model.run(&command), Outcome::Posted(_)), "{command:?}");
    }

    /// What happened up to a time and is not told yet.
    fn untold(&self, sku: usize, told: usize, at: Micros) -> i64 {
        let later = self.told[told..].iter().map(|n| &self.happened[*n]);
        later.filter(|h| h.sku == sku && time(h.at) <= at).map(Happened::change).sum()
    }

    /// Every line's scans are posted, as they are approved.
    fn close(&self, model: &mut Model) {
        let line = |sku: usize| {
            let seen = self.seen(sku, false);
            let id = AnchorId(movement_id(sku as u128 + 10).0);
            CountLine { id, sku: sku_id(sku), counted: seen.counted, at: seen.last_at }
        };
        let lines = (0..SKUS.len()).map(line).collect();
        let count = Count { facility: facility(1), closes: None, lines };
        posted(model.run(&Command { authority: controller(), body: Body::Count(count) }));
    }
}

fn morning() -> Model {
    let mut model = Model::new();
    for (n, at) in SKUS.iter().zip(1_u128..) {
        let mut opening = fact(at, MovementKind::Opening, PLENTY);
        (opening.sku, opening.effective_at) = (sku(*n), Some(START.plus(-Micros::DAY)));
        posted(model.run(&record(vec![opening])));
    }
    model
}

/// The line as a reviewer sees it now.
fn line(model: &Model, sku: usize, seen: Seen) -> Line {
    let moved: Vec<Moved> = model
        .of(key(sku))
        .filter(|m| m.effective_at > seen.window_from)
        .map(|m| Moved { at: m.effective_at, change: m.good_change() })
        .collect();
    let expected = Expected::back_from(model.level(key(sku)).good(), &moved, &seen);
    let (listed, is_over) = (true, false);
    Line { seen: Some(seen), expected, listed, is_over, decided: None, in_ledger: None }
}

fn reading(line: &Line) -> Reading {
    line.reading().expect("it was counted")
}

/// Every place's total of a SKU, and every count's variance.
type SkuState = (Vec<i64>, Vec<(Micros, i64)>);

/// What must not depend on the order of arrival.
fn state(model: &Model) -> Vec<SkuState> {
    let of = |sku: usize| {
        let places = Place::ALL.iter().map(|place| model.total(key(sku), *place));
        let anchors = model.anchors(key(sku)).into_iter().map(|(at, a)| (at, a.variance));
        (places.collect(), anchors.collect())
    };
    (0..SKUS.len()).map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// However much moves while the areas are counted, and in which order it is told.
    #[test]
    fn right_records_never_show_a_variance(
        day in (1..=AREAS).prop_flat_map(|areas| day(areas, Just(0_i64))),
        backwards in any::<bool>(),
    ) {
        let mut model = morning();
        for n in &day.told {
            day.tell(&mut model, *n);
        }
        for sku in 0..SKUS.len() {
            let line = line(&model, sku, day.seen(sku, backwards));
            prop_assert_eq!(line.status(), LineStatus::Consistent, "{:?}", line);
            let (low, high) = (reading(&line).variance_low(), reading(&line).variance_high());
            prop_assert!(low <= 0 && 0 <= high);
            if day.looked[sku].len() == 1 {
                prop_assert_eq!((low, high), (0, 0), "seen at once: no doubt");
            }
        }
    }

    /// A line that was counted at once says exactly what is missing; of one that was counted in
    /// several places while things moved, the truth lies within what it says.
    #[test]
    fn known_losses_show_exactly_their_loss(
        day in (1..=AREAS).prop_flat_map(|areas| day(areas, 1..30_i64)),
        backwards in any::<bool>(),
    ) {
        let mut model = morning();
        for n in &day.told {
            day.tell(&mut model, *n);
        }
        for sku in 0..SKUS.len() {
            let line = line(&model, sku, day.seen(sku, backwards));
            let (reading, loss) = (reading(&line), -day.missing[sku]);
            let (low, high) = (reading.variance_low(), reading.variance_high());
            prop_assert!(low <= loss && loss <= high, "{low} {loss} {high}");
            if day.looked[sku].len() == 1 || !reading.is_ambiguous() {
                prop_assert_eq!((low, reading.variance(), high), (loss, loss, loss));
                prop_assert_eq!(line.status(), LineStatus::Counted);
            }
        }
    }

    /// At every moment of the day a line is wrong by exactly what is not told yet, and a message
    /// that arrives puts it right by itself.
    #[test]
    fn a_line_lacks_only_what_nobody_told(day in day(1, 0..30_i64)) {
        let mut model = morning();
        for told in 0..=day.told.len() {
            for sku in 0..SKUS.len() {
                let line = line(&model, sku, day.seen(sku, false));
                let seen = line.seen.clone().expect("counted");
                let untold = day.untold(sku, told, seen.last_at);
                prop_assert_eq!(reading(&line).variance(), untold - day.missing[sku]);
            }
            if let Some(n) = day.told.get(told) {
                day.tell(&mut model, *n);
            }
        }
    }

    /// Closed before, between or after the messages: the same places, the same variances, and
    /// those are the losses.
    #[test]
    fn whenever_it_is_closed_the_ledger_is_the_same(
        day in day(1, 0..30_i64),
        closed_after in any::<Index>(),
    ) {
        let (mut orderly, mut model) = (morning(), morning());
        for n in 0..day.happened.len() {
            day.tell(&mut orderly, n);
        }
        day.close(&mut orderly);
        let closed_after = closed_after.index(day.told.len() + 1);
        for told in 0..=day.told.len() {
            if told == closed_after {
                day.close(&mut model);
            }
            if let Some(n) = day.told.get(told) {
                day.tell(&mut model, *n);
            }
        }
        model.check();
        prop_assert_eq!(state(&model), state(&orderly));
        for sku in 0..SKUS.len() {
            let anchors = model.anchors(key(sku));
            let variances: Vec<i64> = anchors.values().map(|anchor| anchor.variance).collect();
            prop_assert_eq!(variances, [-day.missing[sku]]);
            prop_assert_eq!(model.total(key(sku), Place::Found), 0);
            prop_assert_eq!(model.total(key(sku), Place::Shrink), day.missing[sku]);
            let left: i64 = (0..AREAS).map(|area| day.on_shelf(sku, area, DAY)).sum();
            prop_assert_eq!(model.level(key(sku)).good(), left, "the record is the shelf");
        }
    }
}
