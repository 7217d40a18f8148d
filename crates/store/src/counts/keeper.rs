//! What happens to counts without anybody: planned ones begin, schedules and triggers make new
//! ones. Several nodes may do it at once: each step is a transaction that first looks whether
//! another node was faster.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use onhand_domain::{
    CountId, FacilityScope, Micros, MovementId, PrincipalId, SkuId,
    count::{
        CountKind, CountOrigin, CountStatus,
        schedule::{Rule, Skip, Turn, draw, due_by_class},
    },
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use uuid::Uuid;

use super::{
    create::{NewCount, Wanted, create},
    filter,
    life::count_of,
    refusal::{CountError, CountRefusal},
    schedules::{self, CountSchedule},
};
use crate::{
    Store,
    entities::{count_items, counts, levels, skus},
    error::StoreError,
    unit::{By, Unit},
};

/// Counts that one round opens, and schedules that it runs; more wait for the next.
pub const KEPT_A_ROUND_MAX: u64 = 200;
/// How far back sales decide on a SKU's class, in days.
const CLASS_DAYS: i64 = 365;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Counts that began as planned.
    pub opened: u64,
    /// Counts that schedules made.
    pub scheduled: u64,
    /// SKUs that gave themselves away.
    pub triggered: u64,
}

/// On behalf of nobody.
pub(super) fn by(action: &str, rule: &str) -> By {
    By { actor: PrincipalId::SYSTEM, action: action.to_owned(), rule: rule.to_owned() }
}

impl Store {
    /// One round: makes what schedules ask for, opens what is planned to begin by now, and puts
    /// SKUs that gave themselves away on their facility's list.
    ///
    /// # Errors
    /// [`StoreError`] where the database failed; what was done before stays.
    pub async fn keep_counts(&self) -> Result<Kept, StoreError> {
        let scheduled = self.run_count_schedules().await?;
        let opened = self.open_planned_counts().await?;
        let triggered = self.count_what_gave_itself_away().await?;
        Ok(Kept { opened, scheduled, triggered })
    }

    async fn open_planned_counts(&self) -> Result<u64, StoreError> {
        use counts::Column as C;
        let now = self.clock().now();
        let ids: Vec<Uuid> = counts::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::Status.eq(CountStatus::Scheduled.code()))
            .filter(C::StartAt.lte(now.0))
            .order_by_asc(C::StartAt)
            .order_by_asc(C::Id)
            .limit(KEPT_A_ROUND_MAX)
            .into_tuple()
            .all(&self.reader())
            .await?;
        let by = by("open_count", "its planned start has come");
        let mut opened = 0;
        for id in ids {
            match self.open_count(&by, &FacilityScope::All, CountId(id), false).await {
                Ok(_) => opened += 1,
                // Somebody was faster, or has given it up or moved it since.
                Err(CountError::Refused(_)) => {}
                Err(CountError::Store(error)) => return Err(error),
            }
        }
        Ok(opened)
    }

    async fn run_count_schedules(&self) -> Result<u64, StoreError> {
        let now = self.clock().now();
        let mut made = 0;
        for id in schedules::due(&self.reader(), now, KEPT_A_ROUND_MAX).await? {
            match self.run_schedule(id).await {
                Ok(count) => made += u64::from(count),
                Err(CountError::Store(error)) => return Err(error),
                // It was removed since.
                Err(CountError::Refused(_)) => {}
            }
        }
        Ok(made)
    }

    /// Makes the count that a schedule is due, and says when the next one is. Times that went by
    /// while no server ran are not made up for: one count is made, for now.
    async fn run_schedule(&self, id: Uuid) -> Result<bool, CountError> {
        let by = by("run_count_schedule", "its time has come");
        let unit = Unit::begin(self, &by).await?;
        let mut schedule = schedules::lock_schedule(&unit, &FacilityScope::All, id).await?;
        let due = schedule.next_at.filter(|at| schedule.active && *at <= unit.now);
        let Some(due) = due else { return Ok(false) };
        let zone = match schedules::zone_of(&unit.tx, schedule.facility).await {
            Ok(zone) => zone,
            // Nobody counts at a closed facility; the schedule rests until it is changed.
            Err(CountError::Refused(CountRefusal::FacilityClosed)) => {
                schedule.active = false;
                schedule.next_at = None;
                schedules::save(&unit.tx, &schedule).await?;
                let subject = format!("count schedule {id}: rests, its facility is closed");
                unit.commit_work(Some(schedule.facility), subject).await?;
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let made = make(&unit, &mut schedule, due, &zone).await?;
        let now = unit.now;
        schedule.next_at = schedules::next_at(&schedule.schedule, true, now, &zone);
        schedules::save(&unit.tx, &schedule).await?;
        let what = match &made {
            Ok(_) => "made a count".to_owned(),
            Err(why) => format!("made nothing: {}", why.code()),
        };
        let subject = format!("count schedule {id}: {what}");
        unit.commit_work(Some(schedule.facility), subject).await?;
        Ok(made.unwrap_or(false))
    }
}

/// Makes the count of a schedule that is due, and says whether it was not there before; or why
/// there is none, which the schedule remembers.
async fn make(
    unit: &Unit,
    schedule: &mut CountSchedule,
    due: Micros,
    zone: &TimeZone,
) -> Result<Result<bool, Skip>, CountError> {
    let skipped =
        if schedule.schedule.rule.waits_for_last() && is_unfinished(unit, schedule).await? {
            Skip::Unfinished
        } else if let Some(new) = planned(unit, schedule, due, zone).await? {
            match create(unit, &new).await {
                Ok((count, is_new)) => {
                    schedule.last_count = Some(count.id.0);
                    return Ok(Ok(is_new));
                }
                // More SKUs than fit, or none: told in the schedule, and tried again next time.
                Err(CountError::Refused(refusal)) => {
                    tracing::warn!(schedule = %schedule.id, %refusal, "count_schedule.refused");
                    Skip::Refused
                }
                Err(error) => return Err(error),
            }
        } else {
            Skip::Nothing
        };
    schedule.last_skipped = Some((unit.now, skipped));
    Ok(Err(skipped))
}

/// Whether the last count of a schedule still waits for somebody.
async fn is_unfinished(unit: &Unit, schedule: &CountSchedule) -> Result<bool, CountError> {
    let Some(last) = schedule.last_count else { return Ok(false) };
    match counts::Entity::find_by_id(last).one(&unit.tx).await? {
        Some(row) => Ok(!count_of(row)?.status.is_final()),
        None => Ok(false),
    }
}

/// The count that a schedule asks for at `due`; none where it is no SKU's turn.
async fn planned(
    unit: &Unit,
    schedule: &CountSchedule,
    due: Micros,
    zone: &TimeZone,
) -> Result<Option<NewCount>, CountError> {
    let seed = MovementId::derived(schedule.id, "count-schedule", 0).0;
    let id = MovementId::derived(seed, &due.0.to_string(), 0).0;
    let (area, wanted) = match &schedule.schedule.rule {
        Rule::Weekly { area, filter: None, .. } => (area.clone(), Wanted::Everything),
        Rule::Weekly { filter: Some(filter), .. } => {
            let chosen = filter::choose(&unit.tx, schedule.facility, filter, unit.now).await?;
            (None, Wanted::Listed(chosen))
        }
        Rule::Abc { a, b, c } => {
            let turns = turns(&unit.tx, schedule, unit.now).await?;
            (None, Wanted::Listed(due_by_class(&turns, (*a, *b, *c), unit.now)))
        }
        Rule::Random { skus_a_day } => {
            let all = all_skus(&unit.tx, schedule).await?;
            let drawn = draw(&all, *skus_a_day as usize, id.as_bytes());
            (None, Wanted::Listed(drawn))
        }
    };
    let kind = match &wanted {
        Wanted::Listed(skus) if skus.is_empty() => return Ok(None),
        Wanted::Everything => CountKind::Area,
        _ => CountKind::Directed,
    };
    let day = due.to_timestamp().map(|at| at.to_zoned(zone.clone()).date());
    let day = day.map_or_else(String::new, |day| format!(", {day}"));
    let room = crate::refusal::NAME_CHARS_MAX.saturating_sub(day.chars().count());
    let name: String = schedule.name.chars().take(room).collect();
    Ok(Some(NewCount {
        id: CountId(id),
        facility: schedule.facility,
        name: format!("{}{day}", name.trim_end()),
        kind,
        blind: schedule.schedule.blind,
        area,
        wanted,
        start_at: Some(due),
        due_at: schedule.schedule.due(due),
        note: None,
        assignees: BTreeSet::new(),
        origin: CountOrigin::Schedule,
        schedule: Some(schedule.id),
    }))
}

/// Tracked SKUs that the facility has or had.
async fn all_skus(
    db: &impl ConnectionTrait,
    schedule: &CountSchedule,
) -> Result<Vec<SkuId>, StoreError> {
    let sku =
        levels::Entity::belongs_to(skus::Entity).from(levels::Column::SkuId).to(skus::Column::Id);
    let ids: Vec<Uuid> = levels::Entity::find()
        .select_only()
        .column(levels::Column::SkuId)
        .join(JoinType::InnerJoin, sku.into())
        .filter(levels::Column::FacilityId.eq(schedule.facility.0))
        .filter(skus::Column::Tracked.eq(true))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(SkuId).collect())
}

/// A SKU, when it was counted last, its cost and its price.
type Worth = (Uuid, Option<i64>, Option<i64>, Option<i64>);

#[derive(FromQueryResult)]
struct Sold {
    sku_id: Uuid,
    units: i64,
}

/// Units that went to customers, by SKU; what came back is subtracted.
const SOLD: &str = "
    SELECT sku_id, CAST(SUM(CASE WHEN to_place = 'customer' THEN quantity ELSE -quantity END)
        AS BIGINT) AS units
    FROM movements
    WHERE facility_id = $1 AND recorded_at >= $2
        AND (to_place = 'customer' OR from_place = 'customer')
    GROUP BY sku_id";

/// What each SKU's turn rests on. SKUs that wait on the list of another count are left out: they
/// would stand on a new list each day until somebody counts them.
async fn turns(
    db: &impl ConnectionTrait,
    schedule: &CountSchedule,
    now: Micros,
) -> Result<Vec<Turn>, StoreError> {
    let since = now.plus(-CLASS_DAYS * Micros::DAY);
    let values = [schedule.facility.0.into(), since.0.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), SOLD, values);
    let sold: HashMap<Uuid, i64> = Sold::find_by_statement(statement)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.sku_id, row.units))
        .collect();
    let waiting = waiting(db, schedule).await?;
    let sku =
        levels::Entity::belongs_to(skus::Entity).from(levels::Column::SkuId).to(skus::Column::Id);
    let rows: Vec<Worth> = levels::Entity::find()
        .select_only()
        .column(levels::Column::SkuId)
        .column(levels::Column::LastCountedAt)
        .column(skus::Column::Cost)
        .column(skus::Column::Price)
        .join(JoinType::InnerJoin, sku.into())
        .filter(levels::Column::FacilityId.eq(schedule.facility.0))
        .filter(skus::Column::Tracked.eq(true))
        .into_tuple()
        .all(db)
        .await?;
    let turn = |(sku, counted_at, cost, price): Worth| {
        let units = sold.get(&sku).copied().unwrap_or(0);
        Turn {
            sku: SkuId(sku),
            sold_value: i128::from(cost.or(price).unwrap_or(0)) * i128::from(units),
            counted_at: counted_at.map(Micros),
        }
    };
    Ok(rows.into_iter().filter(|row| !waiting.contains(&row.0)).map(turn).collect())
}

async fn waiting(
    db: &impl ConnectionTrait,
    schedule: &CountSchedule,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let over = [CountStatus::Closed, CountStatus::Cancelled].map(CountStatus::code);
    let count = count_items::Entity::belongs_to(counts::Entity)
        .from(count_items::Column::CountId)
        .to(counts::Column::Id);
    let ids: Vec<Uuid> = count_items::Entity::find()
        .select_only()
        .column(count_items::Column::SkuId)
        .join(JoinType::InnerJoin, count.into())
        .filter(counts::Column::FacilityId.eq(schedule.facility.0))
        .filter(counts::Column::Status.is_not_in(over))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().collect())
}
