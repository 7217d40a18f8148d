//! The auditor: compares what clients were told with what the tables hold.
//!
//! It reads the tables itself and sums up itself, so that no mistake of the program can hide in a
//! query of the program's own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use onhand_testkit::node::Retailer;
use sqlx::{PgPool, Row as _, SqlitePool};
use uuid::Uuid;

use crate::context::blocking;
use crate::history::{Fate, History, Posting};

const MOVEMENTS: &str = "SELECT id, facility_id, sku_id, seq, quantity, from_place, to_place, \
    origin, recorded_at FROM movements ORDER BY facility_id, seq";
const LEVELS: &str = "SELECT facility_id, sku_id, available, damaged, \
    committed + reserved + quality_control + safety_stock AS other FROM levels";

/// What an audit found to be so.
#[derive(Debug)]
pub(crate) struct Audited {
    pub(crate) acknowledged: usize,
    /// Those that nobody was told of, and are there.
    pub(crate) unknown_there: usize,
    pub(crate) unknown_absent: usize,
    /// From the oldest to the newest movement, by the program's clock.
    pub(crate) recorded_over: Duration,
}

impl std::fmt::Display for Audited {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { acknowledged, unknown_there, unknown_absent, .. } = self;
        write!(
            out,
            "{acknowledged} acknowledged, each there once; of those given up {unknown_there} are \
             there, {unknown_absent} are not; levels, sequence and verify are clean"
        )
    }
}

/// A movement as it stands in the table.
struct Movement {
    id: Uuid,
    facility: Uuid,
    sku: Uuid,
    seq: i64,
    quantity: i64,
    from: String,
    to: String,
    origin: String,
    recorded_at: i64,
}

/// Units of a SKU at a facility.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Level {
    available: i64,
    damaged: i64,
    /// The other states, which no client of ours touches.
    other: i64,
}

struct Tables {
    movements: Vec<Movement>,
    levels: BTreeMap<(Uuid, Uuid), Level>,
}

/// Audits a retailer's database against all that was ever asked of it.
pub(crate) async fn audit(retailer: &Retailer, history: &History) -> anyhow::Result<Audited> {
    let audited = audit_tables(retailer.database(), history).await?;
    blocking(|| retailer.run(&["verify", "--json"])).context("verify")?;
    Ok(audited)
}

/// Audits a copy: whole in itself, with all that was acknowledged `before` it began, and with
/// nothing that nobody asked for.
pub(crate) async fn audit_backup(
    database: &str,
    before: &[Uuid],
    history: &History,
) -> anyhow::Result<()> {
    let before: HashSet<&Uuid> = before.iter().collect();
    let fate = |posting: &Posting| {
        if before.contains(&posting.id) { Fate::Acknowledged } else { Fate::Unknown }
    };
    let postings = history.postings.iter().map(|(p, _)| (p.clone(), fate(p))).collect();
    audit_tables(database, &History { postings, ..History::default() }).await.map(drop)
}

/// The same without the program's own `verify`.
async fn audit_tables(database: &str, history: &History) -> anyhow::Result<Audited> {
    let tables = read(database).await.context("the auditor can't read")?;
    check_sequence(&tables.movements)?;
    check_levels(&tables)?;
    check_postings(&tables.movements, history)
}

async fn read(database: &str) -> anyhow::Result<Tables> {
    // One snapshot for both: writes that nobody waits for any more may still be going on.
    macro_rules! read_from {
        ($pool:expr, $begin:literal) => {{
            let pool = $pool;
            let mut snapshot = pool.begin_with($begin).await?;
            let mut movements = Vec::new();
            for row in sqlx::query(MOVEMENTS).fetch_all(&mut *snapshot).await? {
                movements.push(Movement {
                    id: row.try_get("id")?,
                    facility: row.try_get("facility_id")?,
                    sku: row.try_get("sku_id")?,
                    seq: row.try_get("seq")?,
                    quantity: row.try_get("quantity")?,
                    from: row.try_get("from_place")?,
                    to: row.try_get("to_place")?,
                    origin: row.try_get("origin")?,
                    recorded_at: row.try_get("recorded_at")?,
                });
            }
            let mut levels = BTreeMap::new();
            for row in sqlx::query(LEVELS).fetch_all(&mut *snapshot).await? {
                let key = (row.try_get("facility_id")?, row.try_get("sku_id")?);
                let level = Level {
                    available: row.try_get("available")?,
                    damaged: row.try_get("damaged")?,
                    other: row.try_get("other")?,
                };
                levels.insert(key, level);
            }
            snapshot.rollback().await?;
            pool.close().await;
            Tables { movements, levels }
        }};
    }
    Ok(if database.starts_with("sqlite:") {
        read_from!(SqlitePool::connect(database).await?, "BEGIN")
    } else {
        read_from!(PgPool::connect(database).await?, "BEGIN ISOLATION LEVEL REPEATABLE READ")
    })
}

/// Each facility's movements are numbered without gaps, and their times never run backwards.
fn check_sequence(movements: &[Movement]) -> anyhow::Result<()> {
    let mut last: HashMap<Uuid, (i64, i64)> = HashMap::new();
    for Movement { facility, seq, recorded_at, .. } in movements {
        let (last_seq, last_at) = last.get(facility).copied().unwrap_or((0, i64::MIN));
        ensure!(*seq == last_seq + 1, "{facility}: {seq} follows on {last_seq}");
        ensure!(*recorded_at > last_at, "{facility} #{seq} is older than the one before");
        last.insert(*facility, (*seq, *recorded_at));
    }
    Ok(())
}

/// A level is the sum of its movements.
fn check_levels(tables: &Tables) -> anyhow::Result<()> {
    let mut sums: BTreeMap<(Uuid, Uuid), Level> = BTreeMap::new();
    for movement in &tables.movements {
        let sum = sums.entry((movement.facility, movement.sku)).or_default();
        for (place, units) in
            [(&movement.from, -movement.quantity), (&movement.to, movement.quantity)]
        {
            match place.as_str() {
                "available" => sum.available += units,
                "damaged" => sum.damaged += units,
                "supplier" | "customer" | "shrink" | "found" | "transit" | "opening" => {}
                _ => sum.other += units,
            }
        }
    }
    for (key, sum) in &sums {
        let level = tables.levels.get(key).copied().unwrap_or_default();
        ensure!(level == *sum, "level of {key:?} is {level:?}, its movements say {sum:?}");
    }
    for (key, level) in &tables.levels {
        let known = sums.contains_key(key) || *level == Level::default();
        ensure!(known, "level of {key:?} is {level:?} without a movement");
    }
    Ok(())
}

/// Each acknowledged posting is there once and says what was asked; nothing is there that nobody
/// asked for.
fn check_postings(movements: &[Movement], history: &History) -> anyhow::Result<Audited> {
    let mut there: HashMap<Uuid, &Movement> = HashMap::new();
    // Nobody asked us for what was there before, or for what a shop does by itself.
    let asked = |it: &&Movement| it.from != "opening" && it.origin != "shopify";
    for movement in movements.iter().filter(asked) {
        let twice = there.insert(movement.id, movement).is_some();
        ensure!(!twice, "{} is there twice", movement.id);
    }
    let (mut unknown_there, mut unknown_absent) = (0, 0);
    for (posting, fate) in &history.postings {
        match (there.remove(&posting.id), fate) {
            (Some(movement), fate) => {
                check_content(movement, posting)?;
                unknown_there += usize::from(*fate == Fate::Unknown);
            }
            (None, Fate::Unknown) => unknown_absent += 1,
            (None, Fate::Acknowledged) => bail!("{} was acknowledged and is lost", posting.id),
        }
    }
    if let Some(id) = there.keys().next() {
        bail!("{} movements are there that nobody asked for, as {id}", there.len());
    }
    let times = || movements.iter().map(|movement| movement.recorded_at);
    let micros = times().max().unwrap_or_default() - times().min().unwrap_or_default();
    let recorded_over = Duration::from_micros(micros.unsigned_abs());
    let acknowledged = history.acknowledged();
    Ok(Audited { acknowledged, unknown_there, unknown_absent, recorded_over })
}

fn check_content(movement: &Movement, posting: &Posting) -> anyhow::Result<()> {
    let (from, to) = posting.ends();
    let same = movement.facility == posting.facility
        && movement.sku == posting.sku
        && movement.quantity == posting.quantity.abs()
        && (movement.from.as_str(), movement.to.as_str()) == (from, to);
    ensure!(same, "{} says something else than was asked", posting.id);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACILITY: Uuid = Uuid::from_u128(1);
    const SKU: Uuid = Uuid::from_u128(2);

    fn posting(number: u128) -> Posting {
        let id = Uuid::from_u128(number);
        Posting { id, facility: FACILITY, sku: SKU, quantity: -2, reason: "damaged" }
    }

    fn movement(seq: i64, number: u128) -> Movement {
        Movement {
            id: Uuid::from_u128(number),
            facility: FACILITY,
            sku: SKU,
            seq,
            quantity: 2,
            from: "available".to_owned(),
            to: "damaged".to_owned(),
            origin: "api".to_owned(),
            recorded_at: seq,
        }
    }

    fn history(fates: &[(u128, Fate)]) -> History {
        let postings = fates.iter().map(|(number, fate)| (posting(*number), *fate)).collect();
        History { postings, ..History::default() }
    }

    fn found(movements: &[Movement], history: &History) -> String {
        match check_postings(movements, history) {
            Ok(audited) => format!("{audited:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_lost_doubled_changed_or_foreign_is_found() {
        let asked = history(&[(10, Fate::Acknowledged), (11, Fate::Unknown)]);
        assert!(check_postings(&[movement(1, 10)], &asked).is_ok());
        assert!(check_postings(&[movement(1, 10), movement(2, 11)], &asked).is_ok());
        assert!(found(&[movement(1, 11)], &asked).contains("lost"));
        assert!(found(&[movement(1, 10), movement(2, 10)], &asked).contains("twice"));
        let other = Movement { quantity: 3, ..movement(1, 10) };
        assert!(found(&[other], &asked).contains("something else"));
        assert!(found(&[movement(1, 10), movement(2, 12)], &asked).contains("nobody asked"));
    }

    #[test]
    fn gaps_and_times_that_run_backwards_are_found() {
        assert!(check_sequence(&[movement(1, 10), movement(2, 11)]).is_ok());
        assert!(check_sequence(&[movement(1, 10), movement(3, 11)]).is_err());
        let earlier = Movement { recorded_at: 1, ..movement(2, 11) };
        assert!(check_sequence(&[movement(1, 10), earlier]).is_err());
    }

    #[test]
    fn a_level_that_is_not_the_sum_is_found() {
        let check = |available, damaged| {
            let level = Level { available, damaged, other: 0 };
            let levels = BTreeMap::from([((FACILITY, SKU), level)]);
            check_levels(&Tables { movements: vec![movement(1, 10)], levels })
        };
        assert!(check(-2, 2).is_ok());
        assert!(check(-2, 0).is_err());
        let invented = BTreeMap::from([((FACILITY, SKU), Level { other: 1, ..Level::default() })]);
        assert!(check_levels(&Tables { movements: Vec::new(), levels: invented }).is_err());
    }
}
