//! Takes what a device sends.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    CountSessionId, Micros, PrincipalId, ScanId, SkuId,
    count::{DeviceTime, SCANS_PER_CALL_MAX, SCANS_PER_SESSION_MAX, Scan, ScanRefusal, offset_of},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, Set, TryInsertResult,
};
use uuid::Uuid;

use super::{
    answer::{ScanResult, Verdict},
    resolve::{Known, Match},
};
use crate::{
    Store,
    counts::{
        CountRefusal,
        sessions::{LockedSession, Locking, SessionError, SessionRefusal, lock_session},
    },
    entities::{count_codes, count_scans, count_sessions, facilities},
    error::StoreError,
    unit::begin_write,
};

/// What a device sends at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// From which session.
    pub session: CountSessionId,
    /// The scans, in any order.
    pub scans: Vec<Scan>,
    /// What the device's clock shows now.
    pub sent_at: Option<Micros>,
}

/// What came of a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScansTaken {
    /// One for each scan, in their order.
    pub results: Vec<ScanResult>,
    /// Scans of the session that are on the server now, late and undone ones as well.
    pub safe: i64,
    /// When the server took them.
    pub received_at: Micros,
}

/// The scans of a sending that may be taken, and what becomes of the others, by their places. Of
/// two with one id the row on record decides which of them it is.
struct Sorted<'a> {
    good: Vec<&'a Scan>,
    refused: BTreeMap<usize, ScanRefusal>,
}

impl Store {
    /// Takes scans, each by itself: the same again is no other, and one that can't be taken does
    /// not keep its neighbours. What is answered is on disk.
    ///
    /// # Errors
    /// [`SessionRefusal::NotYours`], [`CountRefusal::Unknown`], [`CountRefusal::TooMany`].
    pub async fn add_scans(
        &self,
        counter: PrincipalId,
        sending: &Sending,
    ) -> Result<ScansTaken, SessionError> {
        if sending.scans.len() > SCANS_PER_CALL_MAX {
            let what = "scans at a time: send them in several calls";
            let pointer = "/scans".to_owned();
            return Err(CountRefusal::TooMany { what, pointer, max: SCANS_PER_CALL_MAX }.into());
        }
        let tx = begin_write(self).await?;
        let session = lock_session(&tx, sending.session, Locking::Shared).await?;
        if session.row.counter_id != counter.0 {
            return Err(SessionRefusal::NotYours.into());
        }
        let received_at = self.clock().now();
        let (verdicts, safe) = take(&tx, &session, sending, received_at).await?;
        tx.commit().await?;
        let wanted: Vec<SkuId> = Verdict::skus(&verdicts).into_iter().collect();
        let names = self.sku_refs(&wanted).await?;
        let results = verdicts.into_iter().map(|verdict| verdict.named(&names)).collect();
        Ok(ScansTaken { results, safe, received_at })
    }
}

async fn take(
    tx: &DatabaseTransaction,
    session: &LockedSession,
    sending: &Sending,
    received_at: Micros,
) -> Result<(Vec<Verdict>, i64), SessionError> {
    let mut sorted = sort(&sending.scans);
    let mut kept = on_record(tx, sorted.good.iter().map(|scan| scan.id)).await?;
    let known = Known::load(tx, session, &sorted.good).await?;
    let foreign = foreign(tx, session.id(), &sorted.good).await?;
    let mut safe = count(tx, session.id()).await?;
    let offset = sending.sent_at.map(|at| offset_of(at, received_at));
    let clock = Clock {
        offset: offset.or(session.row.clock_offset),
        opened_at: opened_at(tx, session).await?,
        received_at,
    };
    let mut new = Vec::new();
    for (n, scan) in sending.scans.iter().enumerate() {
        if sorted.refused.contains_key(&n) || kept.contains_key(&scan.id) {
            continue;
        }
        if let Err(refusal) = may_be_new(scan, &known, &foreign, safe) {
            sorted.refused.insert(n, refusal);
            continue;
        }
        let row = row_of(scan, session, &known, clock);
        safe = safe.saturating_add(1);
        kept.insert(scan.id, row.clone());
        new.push(row);
    }
    if !insert(tx, &new, &mut kept).await? {
        safe = count(tx, session.id()).await?;
    }
    ask_again(tx, session, &known, &new).await?;
    note_clock(tx, session, offset).await?;
    let verdict = |(n, scan): (usize, &Scan)| match (sorted.refused.get(&n), kept.get(&scan.id)) {
        (Some(refusal), _) => Verdict::rejected(scan, *refusal),
        (None, Some(row)) if row.fingerprint == scan.fingerprint(session.id()) => {
            Verdict::of(row, &known)
        }
        (None, _) => Verdict::rejected(scan, ScanRefusal::IdReused),
    };
    Ok((sending.scans.iter().enumerate().map(verdict).collect(), safe))
}

/// Puts aside what can't be taken whatever is on record.
fn sort(scans: &[Scan]) -> Sorted<'_> {
    let mut sorted = Sorted { good: Vec::new(), refused: BTreeMap::new() };
    for (n, scan) in scans.iter().enumerate() {
        match scan.check() {
            Ok(()) => sorted.good.push(scan),
            Err(refusal) => {
                sorted.refused.insert(n, refusal);
            }
        }
    }
    sorted
}

/// Whether a scan that is not on record may come to be there.
fn may_be_new(
    scan: &Scan,
    known: &Known,
    foreign: &BTreeSet<ScanId>,
    safe: i64,
) -> Result<(), ScanRefusal> {
    if scan.sku.is_some_and(|sku| !known.exists(sku)) {
        return Err(ScanRefusal::UnknownSku);
    }
    if scan.undoes.is_some_and(|id| foreign.contains(&id)) {
        return Err(ScanRefusal::NotItsUndo);
    }
    if safe >= SCANS_PER_SESSION_MAX { Err(ScanRefusal::SessionFull) } else { Ok(()) }
}

/// What decides on the time of the scans of one sending.
#[derive(Clone, Copy)]
struct Clock {
    offset: Option<i64>,
    opened_at: Micros,
    received_at: Micros,
}

fn row_of(scan: &Scan, session: &LockedSession, known: &Known, clock: Clock) -> count_scans::Model {
    let code = scan.clean_code();
    // What the counter said of a code goes for all of its scans, and may still be changed: so
    // these have no SKU of their own.
    let said = code.as_ref().and_then(|code| known.matches.get(code));
    let by_code = || code.as_deref().and_then(|code| known.by_code(code));
    let sku =
        scan.sku.or_else(|| if matches!(said, Some(Match::Sku(_))) { None } else { by_code() });
    let device =
        DeviceTime { at: scan.device_at, uncertainty: scan.uncertainty, offset: clock.offset };
    let time = device.by_server(clock.opened_at, clock.received_at);
    count_scans::Model {
        id: scan.id.0,
        session_id: session.row.id,
        count_id: session.row.count_id,
        facility_id: session.row.facility_id,
        round: session.row.round,
        sku_id: sku.map(|sku| sku.0),
        code,
        quantity: scan.quantity,
        how: scan.how.code().to_owned(),
        scanned_at: time.at.0,
        device_at: scan.device_at.0,
        uncertainty: time.uncertainty,
        received_at: clock.received_at.0,
        undoes: scan.undoes.map(|id| id.0),
        late: !session.takes_scans(),
        fingerprint: scan.fingerprint(session.id()).to_vec(),
    }
}

async fn on_record<C: ConnectionTrait>(
    db: &C,
    ids: impl Iterator<Item = ScanId>,
) -> Result<BTreeMap<ScanId, count_scans::Model>, StoreError> {
    let rows = count_scans::Entity::find()
        .filter(count_scans::Column::Id.is_in(ids.map(|id| id.0)))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (ScanId(row.id), row)).collect())
}

/// Writes the new rows. Where somebody else took one of the ids a moment ago, theirs stays, and
/// the answer is no.
async fn insert(
    tx: &DatabaseTransaction,
    new: &[count_scans::Model],
    kept: &mut BTreeMap<ScanId, count_scans::Model>,
) -> Result<bool, StoreError> {
    if new.is_empty() {
        return Ok(true);
    }
    let rows = new.iter().cloned().map(IntoActiveModel::into_active_model);
    let inserted = count_scans::Entity::insert_many(rows)
        .on_conflict_do_nothing()
        .exec_without_returning(tx)
        .await?;
    let all = u64::try_from(new.len()).unwrap_or(u64::MAX);
    if matches!(inserted, TryInsertResult::Inserted(rows) if rows == all) {
        return Ok(true);
    }
    kept.extend(on_record(tx, new.iter().map(|row| ScanId(row.id))).await?);
    Ok(false)
}

/// A code that was taken out, and is scanned again, is asked about again: what was decided was
/// decided on fewer units.
async fn ask_again(
    tx: &DatabaseTransaction,
    session: &LockedSession,
    known: &Known,
    new: &[count_scans::Model],
) -> Result<(), StoreError> {
    let seen =
        |row: &&count_scans::Model| !row.late && row.undoes.is_none() && row.sku_id.is_none();
    let codes: BTreeSet<&str> = new
        .iter()
        .filter(seen)
        .filter_map(|row| row.code.as_deref())
        .filter(|code| known.matches.get(*code) == Some(&Match::Nothing))
        .collect();
    if codes.is_empty() {
        return Ok(());
    }
    count_codes::Entity::delete_many()
        .filter(count_codes::Column::SessionId.eq(session.row.id))
        .filter(count_codes::Column::Code.is_in(codes))
        .exec(tx)
        .await?;
    Ok(())
}

/// The scans that the sending's undos name and that are of other sessions.
async fn foreign<C: ConnectionTrait>(
    db: &C,
    session: CountSessionId,
    scans: &[&Scan],
) -> Result<BTreeSet<ScanId>, StoreError> {
    let undone: BTreeSet<Uuid> =
        scans.iter().filter_map(|scan| scan.undoes).map(|id| id.0).collect();
    if undone.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = count_scans::Entity::find()
        .filter(count_scans::Column::Id.is_in(undone))
        .filter(count_scans::Column::SessionId.ne(session.0))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| ScanId(row.id)).collect())
}

async fn count<C: ConnectionTrait>(db: &C, session: CountSessionId) -> Result<i64, StoreError> {
    let rows = count_scans::Entity::find()
        .filter(count_scans::Column::SessionId.eq(session.0))
        .count(db)
        .await?;
    Ok(i64::try_from(rows).unwrap_or(i64::MAX))
}

async fn opened_at<C: ConnectionTrait>(
    db: &C,
    session: &LockedSession,
) -> Result<Micros, StoreError> {
    let id = session.row.facility_id;
    let row = facilities::Entity::find_by_id(id).one(db).await?;
    let row = row.ok_or_else(|| StoreError::Inconsistent {
        table: "count_sessions",
        what: format!("a session names the facility {id}, which is not there"),
    })?;
    Ok(Micros(row.opened_at))
}

async fn note_clock(
    tx: &DatabaseTransaction,
    session: &LockedSession,
    offset: Option<i64>,
) -> Result<(), StoreError> {
    if offset.is_none() || offset == session.row.clock_offset {
        return Ok(());
    }
    let noted = count_sessions::ActiveModel {
        id: sea_orm::Unchanged(session.row.id),
        clock_offset: Set(offset),
        ..Default::default()
    };
    noted.update(tx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use onhand_domain::count::How;

    use super::*;

    #[test]
    fn a_session_is_full_at_its_limit() {
        let scan = Scan {
            id: ScanId(Uuid::from_u128(1)),
            code: Some("1".to_owned()),
            sku: None,
            quantity: 1,
            how: How::Typed,
            device_at: Micros(0),
            uncertainty: 0,
            undoes: None,
        };
        let may = |safe| may_be_new(&scan, &Known::default(), &BTreeSet::new(), safe);
        assert_eq!(may(SCANS_PER_SESSION_MAX - 1), Ok(()));
        assert_eq!(may(SCANS_PER_SESSION_MAX), Err(ScanRefusal::SessionFull));
    }
}
