//! SKUs whose record gave itself away, on their way to somebody who looks.
//!
//! A reason to count is: the record went below zero (the posting engine writes these to
//! `count_triggers`), a sale of a unit that the record did not have, a variance request that was
//! declined, and a posted variance above a limit
//! of the facility's policy. The last three are found by reading each
//! facility's ledger on from where it was read last (`count_cursors`); reading begins where the
//! ledger ends on the day that this is first run, so that history raises no alarm.
//!
//! Each facility has one list a day: a directed count that is open at once and takes in further
//! SKUs until it is submitted. What was counted after its reason arose, or waits on such a list
//! already, is left out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use onhand_domain::{
    CountId, FacilityId, FacilityScope, Micros, MovementId, SkuId,
    count::{CountKind, CountOrigin, CountStatus, LINES_MAX, Step, Triggers},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, RelationDef, Set, Statement, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    create::{NewCount, Wanted, create},
    items, keeper,
    life::{Count, NOTE_CHARS_MAX, commit, lock_count, save, step},
    policy::policy_of,
    refusal::{CountError, CountRefusal},
    schedules,
};
use crate::{
    Store,
    entities::{
        count_cursors, count_items, count_triggers, counts, levels, skus, variance_requests,
    },
    error::StoreError,
    unit::Unit,
};

/// Facilities that one round looks at; more wait for the next.
const FACILITIES_A_ROUND_MAX: u64 = 500;
/// Movements of one facility that one round reads on.
const MOVEMENTS_A_ROUND_MAX: i64 = 50_000;
/// Reasons of one facility that one round takes up.
const REASONS_A_ROUND_MAX: u64 = 1_000;
/// Microseconds of an hour.
const HOUR: i64 = 3_600 * Micros::SECOND;
/// Lists that a facility may have in a day, each begun after the one before was submitted.
const LISTS_A_DAY_MAX: u32 = 100;
/// How far back decisions are looked at again: the clocks of two nodes differ.
const DECIDED_OVERLAP: i64 = 60 * Micros::SECOND;

/// Why a SKU is to be counted, in the words of the audit.
const SALE_AT_ZERO: &str = "sale_at_zero";
const LARGE_VARIANCE: &str = "large_variance";
const DECLINED_REQUEST: &str = "declined_request";

/// Reasons by SKU: the words for them, and when the newest arose.
type Reasons = BTreeMap<SkuId, (BTreeSet<String>, Micros)>;

/// How far a facility was read, and how far it can be.
#[derive(Clone, Copy, Debug, FromQueryResult)]
struct Ahead {
    facility_id: Uuid,
    seq: i64,
    requests_version: i64,
    read_seq: Option<i64>,
}

/// Facilities where something happened since they were read.
const AHEAD: &str = "
    SELECT h.facility_id, h.seq, h.requests_version, c.seq AS read_seq
    FROM ledger_heads h
    JOIN facilities f ON f.id = h.facility_id AND f.active
    LEFT JOIN count_cursors c ON c.facility_id = h.facility_id
    WHERE c.facility_id IS NULL OR c.seq < h.seq OR c.requests_version < h.requests_version
        OR EXISTS (SELECT 1 FROM count_triggers t WHERE t.facility_id = h.facility_id)
    ORDER BY h.facility_id LIMIT $1";

#[derive(FromQueryResult)]
struct Given {
    sku_id: Uuid,
    kind: String,
    recorded_at: i64,
}

/// Movements that give a record away: a unit was sold that it did not have, or a variance was
/// large. Read by sequence, which the facility's lock orders: nothing comes in behind.
const GIVEN: &str = "
    SELECT m.sku_id, m.kind, m.recorded_at FROM movements m JOIN skus s ON s.id = m.sku_id
    WHERE m.facility_id = $1 AND m.seq > $2 AND m.seq <= $3 AND (
        (m.kind = 'sale' AND m.from_place = 'available'
            AND m.after_available + m.quantity <= 0)
        OR (m.kind = 'variance' AND (m.quantity >= $4
            OR m.quantity * 1.0 * COALESCE(m.unit_cost, s.cost, s.price, 0) >= $5)))
    ORDER BY m.seq";

impl Store {
    /// Puts SKUs that gave themselves away on their facility's list; how many.
    pub(super) async fn count_what_gave_itself_away(&self) -> Result<u64, StoreError> {
        let db = self.reader();
        let values = [FACILITIES_A_ROUND_MAX.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), AHEAD, values);
        let mut added = 0;
        for ahead in Ahead::find_by_statement(statement).all(&db).await? {
            match self.take_up(&ahead).await {
                Ok(skus) => added += skus,
                // The facility was closed a moment ago.
                Err(CountError::Refused(refusal)) => {
                    tracing::info!(facility = %ahead.facility_id, %refusal, "count_triggers.wait");
                }
                Err(CountError::Store(error)) => return Err(error),
            }
        }
        Ok(added)
    }

    async fn take_up(&self, ahead: &Ahead) -> Result<u64, CountError> {
        let by = keeper::by("trigger_counts", "the record gave itself away");
        let unit = Unit::begin(self, &by).await?;
        let at = FacilityId(ahead.facility_id);
        let Some(cursor) = lock_cursor(&unit, ahead).await? else { return Ok(0) };
        let limits = policy_of(&unit.tx, at).await?.policy.triggers;
        let mut reasons = Reasons::new();
        let seq = read_ledger(&unit, &cursor, ahead.seq, &limits, &mut reasons).await?;
        let decided_at = read_declined(&unit, &cursor, &mut reasons).await?;
        let raised = read_raised(&unit, at, &mut reasons).await?;
        leave_out_counted(&unit, at, &mut reasons).await?;
        let mut added = None;
        if !reasons.is_empty() {
            added = list(&unit, at, &reasons, &limits).await?;
            if added.is_none() {
                // No room today: nothing is forgotten, the next round tries again.
                return Ok(0);
            }
        }
        let reached = count_cursors::Model {
            facility_id: cursor.facility_id,
            seq,
            requests_version: ahead.requests_version.max(cursor.requests_version),
            decided_at,
        };
        forget(&unit, at, &raised).await?;
        write_cursor(&unit, reached).await?;
        if let Some((count, added, why)) = added {
            commit(unit, &count, &format!("{added} SKUs added: {why}")).await?;
            return Ok(added);
        }
        // Nothing that anybody decided: the cursor alone needs no audit row.
        unit.tx.commit().await?;
        Ok(0)
    }
}

/// The cursor, kept from other nodes. Where there is none yet, reading begins at the end.
async fn lock_cursor(
    unit: &Unit,
    ahead: &Ahead,
) -> Result<Option<count_cursors::Model>, CountError> {
    if ahead.read_seq.is_none() {
        let first = count_cursors::Model {
            facility_id: ahead.facility_id,
            seq: ahead.seq,
            requests_version: ahead.requests_version,
            decided_at: unit.now.0,
        };
        insert_cursor(unit, first).await?;
    }
    let found =
        count_cursors::Entity::find_by_id(ahead.facility_id).lock_exclusive().one(&unit.tx).await?;
    Ok(found)
}

async fn insert_cursor(unit: &Unit, first: count_cursors::Model) -> Result<(), StoreError> {
    let row: count_cursors::ActiveModel = first.into();
    count_cursors::Entity::insert(row)
        .on_conflict(OnConflict::column(count_cursors::Column::FacilityId).do_nothing().to_owned())
        .exec_without_returning(&unit.tx)
        .await?;
    Ok(())
}

async fn write_cursor(unit: &Unit, reached: count_cursors::Model) -> Result<(), StoreError> {
    let row = count_cursors::ActiveModel {
        facility_id: sea_orm::Unchanged(reached.facility_id),
        seq: Set(reached.seq),
        requests_version: Set(reached.requests_version),
        decided_at: Set(reached.decided_at),
    };
    count_cursors::Entity::update(row).exec(&unit.tx).await?;
    Ok(())
}

fn note(reasons: &mut Reasons, sku: SkuId, why: &str, at: Micros) {
    let entry = reasons.entry(sku).or_insert_with(|| (BTreeSet::new(), at));
    entry.0.insert(why.to_owned());
    entry.1 = entry.1.max(at);
}

/// Reads the ledger on; says how far.
async fn read_ledger(
    unit: &Unit,
    cursor: &count_cursors::Model,
    end: i64,
    limits: &Triggers,
    reasons: &mut Reasons,
) -> Result<i64, StoreError> {
    let end = end.min(cursor.seq.saturating_add(MOVEMENTS_A_ROUND_MAX)).max(cursor.seq);
    if end == cursor.seq {
        return Ok(end);
    }
    let values = [
        cursor.facility_id.into(),
        cursor.seq.into(),
        end.into(),
        limits.variance_units_min.into(),
        limits.variance_value_min.0.into(),
    ];
    let backend = unit.tx.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, GIVEN, values);
    for given in Given::find_by_statement(statement).all(&unit.tx).await? {
        let why = if given.kind == "sale" { SALE_AT_ZERO } else { LARGE_VARIANCE };
        note(reasons, SkuId(given.sku_id), why, Micros(given.recorded_at));
    }
    Ok(end)
}

/// Requests that somebody declined since: one says that the record is wrong, the other that it is
/// not. Says up to when.
async fn read_declined(
    unit: &Unit,
    cursor: &count_cursors::Model,
    reasons: &mut Reasons,
) -> Result<i64, StoreError> {
    use variance_requests::Column as C;
    let rows: Vec<(Uuid, Option<i64>)> = variance_requests::Entity::find()
        .select_only()
        .column(C::SkuId)
        .column(C::DecidedAt)
        .filter(C::FacilityId.eq(cursor.facility_id))
        .filter(C::Status.eq("declined"))
        .filter(C::DecidedAt.gt(cursor.decided_at.saturating_sub(DECIDED_OVERLAP)))
        .into_tuple()
        .all(&unit.tx)
        .await?;
    let mut last = cursor.decided_at;
    for (sku, decided_at) in rows {
        let decided_at = decided_at.unwrap_or_default();
        last = last.max(decided_at);
        note(reasons, SkuId(sku), DECLINED_REQUEST, Micros(decided_at));
    }
    Ok(last)
}

/// What the posting engine wrote down.
async fn read_raised(
    unit: &Unit,
    at: FacilityId,
    reasons: &mut Reasons,
) -> Result<Vec<count_triggers::Model>, StoreError> {
    let rows = count_triggers::Entity::find()
        .filter(count_triggers::Column::FacilityId.eq(at.0))
        .order_by_asc(count_triggers::Column::RaisedAt)
        .limit(REASONS_A_ROUND_MAX)
        .all(&unit.tx)
        .await?;
    for row in &rows {
        note(reasons, SkuId(row.sku_id), &row.cause, Micros(row.raised_at));
    }
    Ok(rows)
}

/// From here on the same SKU may raise them anew.
async fn forget(
    unit: &Unit,
    at: FacilityId,
    raised: &[count_triggers::Model],
) -> Result<(), StoreError> {
    use count_triggers::Column as C;
    let causes: BTreeSet<&str> = raised.iter().map(|row| row.cause.as_str()).collect();
    for cause in causes {
        let skus = raised.iter().filter(|row| row.cause == cause).map(|row| row.sku_id);
        count_triggers::Entity::delete_many()
            .filter(C::FacilityId.eq(at.0))
            .filter(C::Cause.eq(cause))
            .filter(C::SkuId.is_in(skus))
            .exec(&unit.tx)
            .await?;
    }
    Ok(())
}

/// What was counted since its reason arose, is not tracked, or waits on a list already.
async fn leave_out_counted(
    unit: &Unit,
    at: FacilityId,
    reasons: &mut Reasons,
) -> Result<(), StoreError> {
    if reasons.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = reasons.keys().map(|sku| sku.0).collect();
    let sku: RelationDef = levels::Entity::belongs_to(skus::Entity)
        .from(levels::Column::SkuId)
        .to(skus::Column::Id)
        .into();
    let mut counted: BTreeMap<Uuid, Option<i64>> = BTreeMap::new();
    let mut listed: BTreeSet<Uuid> = BTreeSet::new();
    let count: RelationDef = count_items::Entity::belongs_to(counts::Entity)
        .from(count_items::Column::CountId)
        .to(counts::Column::Id)
        .into();
    for ids in ids.chunks(items::ROWS_MAX) {
        let rows: Vec<(Uuid, Option<i64>)> = levels::Entity::find()
            .select_only()
            .column(levels::Column::SkuId)
            .column(levels::Column::LastCountedAt)
            .join(JoinType::InnerJoin, sku.clone())
            .filter(levels::Column::FacilityId.eq(at.0))
            .filter(levels::Column::SkuId.is_in(ids.iter().copied()))
            .filter(skus::Column::Tracked.eq(true))
            .into_tuple()
            .all(&unit.tx)
            .await?;
        counted.extend(rows);
        let rows: Vec<Uuid> = count_items::Entity::find()
            .select_only()
            .column(count_items::Column::SkuId)
            .join(JoinType::InnerJoin, count.clone())
            .filter(count_items::Column::SkuId.is_in(ids.iter().copied()))
            .filter(counts::Column::FacilityId.eq(at.0))
            .filter(counts::Column::Origin.eq(CountOrigin::Trigger.code()))
            .filter(counts::Column::Status.is_in(WAITING.map(CountStatus::code)))
            .into_tuple()
            .all(&unit.tx)
            .await?;
        listed.extend(rows);
    }
    reasons.retain(|sku, (_, arose)| {
        let tracked = counted.get(&sku.0);
        let since = tracked.copied().flatten().is_some_and(|counted| counted >= arose.0);
        tracked.is_some() && !since && !listed.contains(&sku.0)
    });
    Ok(())
}

/// Counts that still look at the shelf.
const WAITING: [CountStatus; 3] = [CountStatus::Draft, CountStatus::Scheduled, CountStatus::Open];

/// Puts the SKUs on today's list, which is made where there is none. Answers the count, how many
/// were added, and why; none where they don't fit any more.
async fn list(
    unit: &Unit,
    at: FacilityId,
    reasons: &Reasons,
    limits: &Triggers,
) -> Result<Option<(Count, u64, String)>, CountError> {
    let zone = schedules::zone_of(&unit.tx, at).await?;
    let day = day(unit.now, &zone);
    let why = words(reasons);
    let skus: Vec<SkuId> = reasons.keys().copied().collect();
    for n in 0..LISTS_A_DAY_MAX {
        let id = CountId(MovementId::derived(at.0, &format!("count-trigger {day}"), n).0);
        let Some(count) = found(unit, id).await? else {
            let skus: Vec<_> = skus.into_iter().take(LINES_MAX).collect();
            let added = skus.len() as u64;
            let due_at = unit.now.plus(limits.due_hours.saturating_mul(HOUR));
            let new = NewCount { due_at: Some(due_at), ..new_list(at, id, &day, skus, &why) };
            let (mut count, _) = create(unit, &new).await?;
            step(unit, &mut count, Step::Open, None).await?;
            return Ok(Some((count, added, why)));
        };
        if count.status == CountStatus::Open
            && let Some((count, added)) = extend(unit, count, &skus, &why).await?
        {
            return Ok(Some((count, added, why)));
        }
    }
    Ok(None)
}

async fn found(unit: &Unit, id: CountId) -> Result<Option<Count>, CountError> {
    match lock_count(&unit.tx, &FacilityScope::All, id).await {
        Ok(count) => Ok(Some(count)),
        Err(CountError::Refused(CountRefusal::Unknown(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Adds to an open list; none where it is full.
async fn extend(
    unit: &Unit,
    mut count: Count,
    skus: &[SkuId],
    why: &str,
) -> Result<Option<(Count, u64)>, CountError> {
    let of = || count_items::Column::CountId.eq(count.id.0);
    let held = count_items::Entity::find().filter(of()).count(&unit.tx).await?;
    if held + skus.len() as u64 > LINES_MAX as u64 {
        return Ok(None);
    }
    let known: BTreeSet<Uuid> = count_items::Entity::find()
        .select_only()
        .column(count_items::Column::SkuId)
        .filter(of())
        .filter(count_items::Column::SkuId.is_in(skus.iter().map(|sku| sku.0)))
        .into_tuple::<Uuid>()
        .all(&unit.tx)
        .await?
        .into_iter()
        .collect();
    let new: Vec<SkuId> = skus.iter().copied().filter(|sku| !known.contains(&sku.0)).collect();
    let position = i64::try_from(held).unwrap_or(i64::MAX);
    items::insert(&unit.tx, count.id, &new, position).await?;
    count.version = count.version.saturating_add(1);
    let longer =
        count.note.as_ref().map_or_else(|| why.to_owned(), |note| format!("{note}; {why}"));
    if longer.chars().count() <= NOTE_CHARS_MAX {
        count.note = Some(longer);
    }
    save(&unit.tx, &count).await?;
    Ok(Some((count, new.len() as u64)))
}

fn new_list(facility: FacilityId, id: CountId, day: &str, skus: Vec<SkuId>, why: &str) -> NewCount {
    NewCount {
        id,
        facility,
        name: format!("Check the record, {day}"),
        kind: CountKind::Directed,
        blind: true,
        area: None,
        wanted: Wanted::Listed(skus),
        start_at: None,
        due_at: None,
        note: Some(why.to_owned()),
        assignees: BTreeSet::new(),
        origin: CountOrigin::Trigger,
        schedule: None,
    }
}

/// `negative_on_hand 2, sale_at_zero 1`
fn words(reasons: &Reasons) -> String {
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    for why in reasons.values().flat_map(|(why, _)| why) {
        *numbers.entry(why).or_default() += 1;
    }
    let told = numbers.iter().map(|(why, n)| format!("{why} {n}"));
    told.collect::<Vec<_>>().join(", ")
}

fn day(now: Micros, zone: &TimeZone) -> String {
    let at = now.to_timestamp().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.to_zoned(zone.clone()).date().to_string()
}
