//! The lines of a count: computed from its scans and from the book, each time somebody asks.
//!
//! A few statements for all lines of a count, read from one moment of the database: between two of
//! them a sale must not slip through.

mod names;
mod read;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_domain::{
    CountId, FacilityScope, Micros, Money, PrincipalId, SkuId,
    count::{
        CountKind, CountStatus, Decided, Decision, Expected, InLedger, Line, LineStatus, Moved,
        Reading, Seen,
    },
};
use sea_orm::{
    AccessMode, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel, QueryFilter,
    TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

pub use self::names::LineNames;
use self::read::{Goods, Group};
use super::{
    life::{count_of, within},
    policy::{CountPolicy, policy_of},
    scans::effective,
};
use crate::{
    Store, StoreError,
    entities::{count_lines, counts},
};

/// How long after a scan a sale is named beside its line: the unit may have been in a basket
/// while the shelf was counted (inventory-accuracy section 2.6).
pub const BASKET_MICROS: i64 = 15 * 60 * Micros::SECOND;

/// One SKU of a count, with all that a reviewer's list shows but names.
#[derive(Clone, Debug)]
pub struct LineFacts {
    /// What.
    pub sku: SkuId,
    /// Its code.
    pub code: Option<String>,
    /// Product and options, as people search them.
    pub title: String,
    /// What was seen, what was expected, what was decided.
    pub line: Line,
    /// What one unit is worth: as it was decided on, else as of now.
    pub unit_value: Option<Money>,
    /// Who counted it, in any round.
    pub counters: BTreeSet<PrincipalId>,
    /// In which areas, in the newest round.
    pub areas: BTreeSet<String>,
    /// In which sessions, in the newest round.
    pub sessions: BTreeSet<Uuid>,
    /// Units sold within [`BASKET_MICROS`] after the last scan.
    pub basket_units: i64,
    /// The row of what was decided.
    pub row: Option<count_lines::Model>,
}

impl LineFacts {
    /// How it stands.
    pub fn status(&self) -> LineStatus {
        self.line.status()
    }

    /// What was seen beside what the book had.
    pub fn reading(&self) -> Option<Reading> {
        self.line.reading()
    }

    /// Variance × the worth of a unit; none where nobody looked or the worth is unknown.
    pub fn value(&self) -> Option<Money> {
        self.reading()?.value(self.unit_value)
    }

    /// What is at stake, whichever way: the order of review.
    pub fn at_stake(&self) -> i64 {
        self.value().map_or(0, |value| value.0.saturating_abs())
    }
}

/// All lines of a count, as of one moment.
#[derive(Clone, Debug)]
pub struct CountLines {
    /// The count.
    pub count: super::Count,
    /// What decides by itself there.
    pub policy: CountPolicy,
    /// Its lines, by SKU.
    pub lines: Vec<LineFacts>,
    /// Sessions that still take scans.
    pub open_sessions: u64,
    /// Scans that came after their session had ended.
    pub late_scans: u64,
}

impl CountLines {
    /// Whether only a part of the facility was looked at: the book knows nothing of areas, so
    /// what nobody saw may lie elsewhere.
    pub fn is_partial(&self) -> bool {
        is_partial(&self.count)
    }

    /// The line of a SKU.
    pub fn of(&self, sku: SkuId) -> Option<&LineFacts> {
        let at = self.lines.binary_search_by_key(&sku, |line| line.sku).ok()?;
        self.lines.get(at)
    }
}

impl Store {
    /// The lines of a count within the scope; none where there is no such count.
    pub async fn count_lines(
        &self,
        scope: &FacilityScope,
        id: CountId,
    ) -> Result<Option<CountLines>, StoreError> {
        let tx = snapshot(self).await?;
        let row = counts::Entity::find_by_id(id.0).filter(within(scope)).one(&tx).await?;
        match row.map(count_of).transpose()? {
            Some(count) => load(&tx, count).await.map(Some),
            None => Ok(None),
        }
    }
}

fn is_partial(count: &super::Count) -> bool {
    count.kind == CountKind::Area && count.area.is_some()
}

/// One moment of the database to read from. Nobody waits for it, and it waits for nobody.
pub(super) async fn snapshot(store: &Store) -> Result<DatabaseTransaction, StoreError> {
    let db = store.reader();
    let options = match db.get_database_backend() {
        DbBackend::Postgres => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        },
        // On SQLite every transaction that reads is a snapshot.
        _ => TransactionOptions::default(),
    };
    Ok(db.begin_with_options(options).await?)
}

/// All scans of one SKU.
#[derive(Default)]
struct Sight {
    seen: Seen,
    by_session: BTreeMap<Uuid, i64>,
}

/// Computes the lines of a count. `tx` must show one moment of the database.
pub(super) async fn load(
    tx: &DatabaseTransaction,
    count: super::Count,
) -> Result<CountLines, StoreError> {
    let policy = policy_of(tx, count.facility).await?;
    let sessions = read::sessions(tx, count.id).await?;
    let items = read::items(tx, count.id).await?;
    let rows = read::rows(tx, count.id).await?;
    let sights = sights(read::groups(tx, count.id).await?, &rows);
    let is_over = count.status.is_final();
    let anchors = if count.status == CountStatus::Closed {
        read::anchors(tx, count.id).await?
    } else {
        HashMap::new()
    };
    let asked: BTreeSet<SkuId> =
        sights.keys().chain(items.iter()).chain(rows.keys()).copied().collect();
    let whole = count.kind == CountKind::Area && !is_partial(&count);
    let goods = read::goods(tx, &count, &asked, whole).await?;
    let skus: BTreeSet<SkuId> = asked.into_iter().chain(goods.skus_with_stock()).collect();
    let moved = read::moved(tx, &count, &since(&sights, &rows, &anchors)).await?;
    let labels = read::labels(tx, &skus).await?;
    let known = Known { sights, items, rows, anchors, goods, moved, is_over };
    let mut lines = Vec::with_capacity(skus.len());
    for sku in skus {
        // A SKU that is gone from the catalogue has nothing to be shown by.
        let Some(label) = labels.get(&sku) else { continue };
        lines.push(known.line(sku, label, &count, &sessions, &policy));
    }
    let open_sessions = sessions.values().filter(|s| s.is_open).count() as u64;
    let late_scans = read::late_scans(tx, count.id).await?;
    Ok(CountLines { count, policy, lines, open_sessions, late_scans })
}

/// All scans of the rounds that may stand ([`effective::is_asked`]), by SKU: the newest of them
/// does, which [`Seen::add`] sees to.
fn sights(groups: Vec<Group>, rows: &HashMap<SkuId, count_lines::Model>) -> BTreeMap<SkuId, Sight> {
    let asked = |group: &Group| {
        effective::is_asked(group.seen.round, rows.get(&group.sku).map(|row| row.round))
    };
    let counted: BTreeSet<SkuId> = groups.iter().filter(|g| asked(g)).map(|g| g.sku).collect();
    let mut sights: BTreeMap<SkuId, Sight> = BTreeMap::new();
    for group in groups.into_iter().filter(|g| asked(g) || !counted.contains(&g.sku)) {
        let sight = sights.entry(group.sku).or_default();
        let newest = sight.by_session.entry(group.session).or_default();
        *newest = (*newest).max(group.seen.round);
        sight.seen.add(&group.seen);
    }
    sights
}

/// From when on what moved matters, for the lines that the ledger does not have yet.
fn since(
    sights: &BTreeMap<SkuId, Sight>,
    rows: &HashMap<SkuId, count_lines::Model>,
    anchors: &HashMap<Uuid, InLedger>,
) -> BTreeMap<SkuId, Micros> {
    let in_ledger = |sku: &SkuId| rows.get(sku).is_some_and(|r| anchors.contains_key(&r.line_id));
    sights
        .iter()
        .filter(|(sku, _)| !in_ledger(sku))
        .map(|(sku, sight)| (*sku, sight.seen.window_from))
        .collect()
}

/// All that lines are made of, by SKU.
struct Known {
    sights: BTreeMap<SkuId, Sight>,
    items: BTreeSet<SkuId>,
    rows: HashMap<SkuId, count_lines::Model>,
    anchors: HashMap<Uuid, InLedger>,
    goods: Goods,
    moved: HashMap<SkuId, Vec<read::Step>>,
    is_over: bool,
}

impl Known {
    fn line(
        &self,
        sku: SkuId,
        label: &read::Label,
        count: &super::Count,
        sessions: &HashMap<Uuid, read::Session>,
        policy: &CountPolicy,
    ) -> LineFacts {
        let sight = self.sights.get(&sku);
        let row = self.rows.get(&sku);
        let in_ledger = row.and_then(|row| self.anchors.get(&row.line_id).copied());
        let steps = self.moved.get(&sku).map_or(&[][..], Vec::as_slice);
        let good = self.goods.of(sku);
        let expected = match (sight, in_ledger) {
            (Some(sight), Some(in_ledger)) => posted_against(&sight.seen, in_ledger, row),
            (Some(sight), None) => {
                let moved: Vec<Moved> = steps.iter().map(|step| step.moved).collect();
                Expected::back_from(good, &moved, &sight.seen)
            }
            (None, _) => Expected::exactly(good),
        };
        let decided = row.and_then(|row| decided_of(row, policy));
        let line = Line {
            seen: sight.map(|sight| sight.seen.clone()),
            expected,
            listed: count.kind == CountKind::Area || self.items.contains(&sku),
            is_over: self.is_over,
            decided,
            in_ledger,
        };
        let frozen = line.decision().and_then(|decided| decided.unit_value);
        let newest = sight.map_or(0, |sight| sight.seen.round);
        let all = sight.map(|sight| &sight.by_session);
        let of = |id: &Uuid| sessions.get(id);
        let newest: BTreeSet<Uuid> =
            all.into_iter().flatten().filter(|(_, r)| **r == newest).map(|(id, _)| *id).collect();
        LineFacts {
            sku,
            code: label.code.clone(),
            title: label.title.clone(),
            unit_value: frozen.or(label.worth),
            counters: all.into_iter().flatten().filter_map(|(id, _)| Some(of(id)?.by)).collect(),
            areas: newest.iter().filter_map(|id| of(id)?.area.clone()).collect(),
            sessions: newest,
            basket_units: sight.map_or(0, |sight| basket(steps, sight.seen.last_at)),
            line,
            row: row.cloned(),
        }
    }
}

/// What the book has without the line itself: the line's own movement is in it by now.
fn posted_against(seen: &Seen, line: InLedger, row: Option<&count_lines::Model>) -> Expected {
    let at_decision = row.filter(|_| line.undone).and_then(|row| row.expected);
    Expected::exactly(at_decision.unwrap_or(seen.counted.saturating_sub(line.variance)))
}

fn basket(steps: &[read::Step], last_at: Micros) -> i64 {
    let until = last_at.plus(BASKET_MICROS);
    let soon = |step: &&read::Step| {
        step.is_sale && last_at < step.moved.at && step.moved.at <= until && step.moved.change < 0
    };
    let units = steps.iter().filter(soon).map(|step| step.moved.change.saturating_neg());
    units.fold(0, i64::saturating_add)
}

fn decided_of(row: &count_lines::Model, policy: &CountPolicy) -> Option<Decided> {
    let decision = Decision::from_code(row.decision.as_deref()?)?;
    let unit_value = row.unit_value.map(Money);
    let reading = row.counted.zip(row.expected).map(|(counted, expected)| Reading {
        counted,
        at: Micros(row.counted_at.unwrap_or_default()),
        expected: Expected::exactly(expected),
    });
    Some(Decided {
        decision,
        round: row.round,
        counted: row.counted,
        at: row.counted_at.map(Micros),
        expected: row.expected,
        unit_value,
        needs: policy.policy.needs(reading.and_then(|reading| reading.value(unit_value))),
        by: row.decided_by.map(PrincipalId),
        second_by: row.second_by.map(PrincipalId),
    })
}
