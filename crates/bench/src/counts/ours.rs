//! Our own rule, by the code that ships: a line as it is reviewed, posted, and corrected by what
//! is learned later.

use anyhow::{Context as _, Result, ensure};
use onhand_domain::{
    AnchorId, FacilityId, Micros, MovementId, MovementKind, Origin, PrincipalId, Quantities, SkuId,
    access::Limits,
    count::{Expected, How, Moved, Reading, Seen},
    plan::{
        command::{Authority, Body, Command, Count, CountLine, Fact, Mandate},
        outcome::{Effects, Outcome},
        plan,
        view::{Facility, Head, Key, Sku, View},
    },
};
use uuid::Uuid;

use super::{
    rules::{Line, Shown},
    sales::{Sale, Sales},
};

/// Units on the shelf when the count begins: more than anybody buys of anything in a day.
const STOCK: i64 = 100_000;
const KEY: Key = (FacilityId(Uuid::from_u128(0xF0)), SkuId(Uuid::from_u128(0x50)));

pub(super) fn show(line: &Line, sales: &Sales, sku: usize) -> Result<Shown> {
    let sold = sales.between(sku, line.start, line.approved);
    let counted = STOCK - units(sold.iter().filter(|sale| sale.at <= line.at));
    let (known, late): (Vec<_>, Vec<_>) =
        sold.iter().zip(&line.late).partition(|(_, late)| !**late);
    let known: Vec<Sale> = known.into_iter().map(|(sale, _)| *sale).collect();
    let late: Vec<Sale> = late.into_iter().map(|(sale, _)| *sale).collect();

    let (reading, seen) = read(line, counted, &known);
    if reading.may_be_right() {
        return Ok(Shown::InDoubt);
    }
    let mut view = view_at(line.approved);
    let good = STOCK - units(&known);
    view.levels.insert(KEY, Quantities { available: good, ..Quantities::default() });
    view.books.insert((KEY, seen.last_at), reading.expected.at_last);
    let id = AnchorId(Uuid::from_u128(1));
    let counted = CountLine { id, sku: KEY.1, counted, at: seen.last_at };
    let count = Count { facility: KEY.0, closes: None, lines: vec![counted] };
    let effects = run(&view, Body::Count(count))?;
    let (_, at, mut anchor) = *effects.anchors.first().context("a count has an anchor")?;
    ensure!(anchor.variance == reading.variance(), "posted is what was reviewed");
    take_in(&mut view, &effects);

    if !late.is_empty() {
        view.now = Micros(line.approved).plus(Micros::DAY);
        let facts = late.iter().zip(2..).map(|(sale, id)| fact(sale, id)).collect();
        let effects = run(&view, Body::Record(facts))?;
        for (_, corrected, row) in &effects.anchors {
            ensure!(*corrected == at, "only this count was there to correct");
            anchor = *row;
        }
        take_in(&mut view, &effects);
    }
    if line.off == 0 {
        let left = STOCK - units(sold);
        let says = view.levels.get(&KEY).map_or(0, Quantities::good);
        ensure!(says == left, "the record says {says}, on the shelf are {left}");
    }
    Ok(Shown::Variance(anchor.variance))
}

fn units<'a>(sales: impl IntoIterator<Item = &'a Sale>) -> i64 {
    sales.into_iter().map(|sale| sale.quantity).sum()
}

/// The line as it is reviewed.
fn read(line: &Line, counted: i64, known: &[Sale]) -> (Reading, Seen) {
    let at = Micros(line.at + line.off);
    let seen = Seen {
        round: 1,
        counted,
        first_at: at,
        last_at: at,
        window_from: at.plus(-line.off_most),
        window_to: at.plus(line.off_most),
        uncertainty: line.off_most,
        scans: 1,
        how: [How::Scanned].into(),
    };
    let moved = known.iter().map(|sale| Moved { at: Micros(sale.at), change: -sale.quantity });
    let moved: Vec<Moved> = moved.collect();
    let expected = Expected::back_from(STOCK - units(known), &moved, &seen);
    (Reading { counted, at, expected }, seen)
}

fn view_at(now: i64) -> View {
    let mut view = View { now: Micros(now), ..View::default() };
    let opened_at = Micros(now).plus(-30 * Micros::DAY);
    view.facilities.insert(KEY.0, Facility { opened_at, active: true });
    view.heads.insert(KEY.0, Head::default());
    view.skus.insert(KEY.1, Sku { tracked: true, cost: None, price: None });
    view
}

fn fact(sale: &Sale, id: u128) -> Fact {
    Fact {
        id: MovementId(Uuid::from_u128(id)),
        facility: KEY.0,
        sku: KEY.1,
        kind: MovementKind::Sale,
        quantity: sale.quantity,
        effective_at: Some(Micros(sale.at)),
        origin_key: None,
        note: None,
        order_line: None,
        unit_cost: None,
    }
}

fn run(view: &View, body: Body) -> Result<Effects> {
    let authority = Authority {
        actor: PrincipalId::SYSTEM,
        mandate: Mandate::Post(Limits::NONE),
        rule: "bench".to_owned(),
        day: String::new(),
        origin: Origin::Pos,
        device: None,
    };
    let (outcomes, effects) = plan(view, &[Command { authority, body }]);
    ensure!(matches!(outcomes[..], [Outcome::Posted(_)]), "not posted: {outcomes:?}");
    Ok(effects)
}

/// What the database would have written.
fn take_in(view: &mut View, effects: &Effects) {
    view.levels.extend(effects.levels.iter().map(|(key, level)| (*key, level.quantities)));
    view.heads.extend(effects.heads.iter().copied());
    for (key, at, anchor) in &effects.anchors {
        view.anchors.entry(*key).or_default().insert(*at, *anchor);
    }
}
