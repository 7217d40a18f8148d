//! The story of a line: its scans, what moved around them, what was decided, and its last counts.

use std::collections::HashMap;

use onhand_domain::{
    CountId, FacilityId, Micros, PrincipalId, SkuId,
    count::{CountStatus, Decision, How},
};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait as _, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef,
};
use uuid::Uuid;

use super::{
    CountRefusal, ReviewError,
    lines::{BASKET_MICROS, CountLines},
    scans::effective,
};
use crate::{
    Store, StoreError,
    entities::{
        anchors, count_decisions, count_lines, count_scans, count_sessions, counts, movements,
    },
    photos::{Evidence, Photo},
    stock::{Actor, MovementDetail, movement_of},
};

/// How long before and after its scans the movements of a SKU are shown.
const AROUND_MICROS: i64 = 4 * 3_600 * Micros::SECOND;
/// Most movements of a story, scans of it, and decisions.
const SHOWN_MAX: u64 = 200;
/// Most counts of a SKU that are shown.
pub const LAST_COUNTS_MAX: u64 = 20;

/// A scan of a line, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineScan {
    /// Made by the device.
    pub id: Uuid,
    /// When, by the server's clock.
    pub at: Micros,
    /// When the server took it.
    pub received_at: Micros,
    /// How many.
    pub quantity: i64,
    /// In which way.
    pub how: How,
    /// What was read.
    pub code: Option<String>,
    /// Who; none where nobody is known by that id any more.
    pub counter: Option<Actor>,
    /// Where.
    pub area: Option<String>,
    /// In which session.
    pub session: Uuid,
    /// Of which round.
    pub round: i64,
    /// By how much its time may be wrong, in microseconds.
    pub uncertainty: i64,
    /// Whether it came after its session had ended.
    pub late: bool,
    /// What it takes back.
    pub undoes: Option<Uuid>,
}

/// A decision about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineDecision {
    /// What.
    pub decision: Decision,
    /// Who; none where the policy did.
    pub by: Option<Actor>,
    /// When.
    pub at: Micros,
    /// Why.
    pub reason: Option<String>,
    /// By which rule.
    pub rule: String,
}

/// A SKU in a count that is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCount {
    /// Which.
    pub count: CountId,
    /// What people call it.
    pub name: String,
    /// τ.
    pub at: Micros,
    /// C.
    pub counted: i64,
    /// V, with what was learned since; 0 where it was taken back.
    pub variance: i64,
    /// Whether it was taken back.
    pub undone: bool,
    /// When the count was closed.
    pub closed_at: Option<Micros>,
}

/// What is known of a line besides itself.
#[derive(Clone, Debug)]
pub struct LineStory {
    /// All scans, in the order in which they were made.
    pub scans: Vec<LineScan>,
    /// What moved around them, by event time.
    pub movements: Vec<MovementDetail>,
    /// Of these: what was sold soon after the last scan.
    pub basket_sales: Vec<MovementDetail>,
    /// The SKU's last counts at the facility, newest first.
    pub counts: Vec<PastCount>,
    /// What was decided, oldest first.
    pub decisions: Vec<LineDecision>,
    /// Pictures, oldest first.
    pub photos: Vec<Photo>,
}

#[derive(FromQueryResult)]
struct ScanRow {
    id: Uuid,
    scanned_at: i64,
    received_at: i64,
    quantity: i64,
    how: String,
    code: Option<String>,
    counter_id: Uuid,
    area: Option<String>,
    session_id: Uuid,
    round: i64,
    uncertainty: i64,
    late: bool,
    undoes: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct PastRow {
    id: Uuid,
    name: String,
    closed_at: Option<i64>,
    effective_at: i64,
    counted: i64,
    variance: i64,
    voided: bool,
}

impl Store {
    /// The story of a line of a count.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`] where there is no such line.
    pub async fn line_story(&self, all: &CountLines, sku: SkuId) -> Result<LineStory, ReviewError> {
        let facts = all.of(sku).ok_or(CountRefusal::Unknown("line"))?;
        let (facility, id) = (all.count.facility, all.count.id);
        let rows = self.scan_rows(id, sku).await?;
        let decided = self.decision_rows(id, sku).await?;
        let people = rows.iter().map(|row| row.counter_id);
        let people = people.chain(decided.iter().filter_map(|row| row.decided_by));
        let names = self.people_named(&people.map(PrincipalId).collect()).await?;
        let (mut movements, mut basket_sales) = (Vec::new(), Vec::new());
        if let Some(seen) = &facts.line.seen {
            let until = seen.last_at.plus(BASKET_MICROS);
            movements = self.moved_around(facility, sku, seen.first_at, seen.last_at).await?;
            let sold = |detail: &&MovementDetail| {
                let movement = &detail.movement;
                movement.kind == onhand_domain::MovementKind::Sale
                    && seen.last_at < movement.effective_at
                    && movement.effective_at <= until
            };
            basket_sales = movements.iter().filter(sold).cloned().collect();
        }
        Ok(LineStory {
            scans: rows.into_iter().map(|row| scan_of(row, &names)).collect::<Result<_, _>>()?,
            movements,
            basket_sales,
            counts: self.past_counts(facility, sku, LAST_COUNTS_MAX).await?,
            decisions: decided.into_iter().filter_map(|row| decision_of(row, &names)).collect(),
            photos: self.photos_of(Evidence::Line(id, sku)).await?,
        })
    }

    async fn scan_rows(&self, count: CountId, sku: SkuId) -> Result<Vec<ScanRow>, StoreError> {
        use count_scans::Column as C;
        Ok(effective::scans()
            .columns([C::Id, C::ScannedAt, C::ReceivedAt, C::Quantity, C::How, C::Code])
            .columns([C::SessionId, C::Round, C::Uncertainty, C::Late, C::Undoes])
            .columns([count_sessions::Column::CounterId, count_sessions::Column::Area])
            .join(JoinType::InnerJoin, effective::session())
            .filter(C::CountId.eq(count.0))
            .filter(effective::sku().eq(sku.0))
            .order_by_asc(C::ScannedAt)
            .order_by_asc(C::Id)
            .limit(SHOWN_MAX)
            .into_model()
            .all(&self.reader())
            .await?)
    }

    async fn decision_rows(
        &self,
        count: CountId,
        sku: SkuId,
    ) -> Result<Vec<count_decisions::Model>, StoreError> {
        Ok(count_decisions::Entity::find()
            .filter(count_decisions::Column::CountId.eq(count.0))
            .filter(count_decisions::Column::SkuId.eq(sku.0))
            .order_by_asc(count_decisions::Column::DecidedAt)
            .order_by_asc(count_decisions::Column::Id)
            .limit(SHOWN_MAX)
            .all(&self.reader())
            .await?)
    }

    async fn moved_around(
        &self,
        facility: FacilityId,
        sku: SkuId,
        first: Micros,
        last: Micros,
    ) -> Result<Vec<MovementDetail>, StoreError> {
        use movements::Column as C;
        let rows = movements::Entity::find()
            .filter(C::FacilityId.eq(facility.0))
            .filter(C::SkuId.eq(sku.0))
            .filter(C::EffectiveAt.gte(first.plus(-AROUND_MICROS).0))
            .filter(C::EffectiveAt.lte(last.plus(AROUND_MICROS).0))
            .order_by_asc(C::EffectiveAt)
            .order_by_asc(C::Seq)
            .limit(SHOWN_MAX)
            .all(&self.reader())
            .await?;
        let moved = rows.into_iter().map(movement_of).collect::<Result<Vec<_>, _>>()?;
        self.describe_movements(moved).await
    }

    /// A SKU's last counts at a facility that were posted, newest first.
    pub async fn past_counts(
        &self,
        facility: FacilityId,
        sku: SkuId,
        limit: u64,
    ) -> Result<Vec<PastCount>, StoreError> {
        let line: RelationDef = count_lines::Entity::belongs_to(anchors::Entity)
            .from(count_lines::Column::LineId)
            .to(anchors::Column::Id)
            .into();
        let count: RelationDef = count_lines::Entity::belongs_to(counts::Entity)
            .from(count_lines::Column::CountId)
            .to(counts::Column::Id)
            .into();
        let rows: Vec<PastRow> = count_lines::Entity::find()
            .select_only()
            .columns([counts::Column::Id, counts::Column::Name, counts::Column::ClosedAt])
            .columns([anchors::Column::EffectiveAt, anchors::Column::Counted])
            .columns([anchors::Column::Variance, anchors::Column::Voided])
            .join(JoinType::InnerJoin, line)
            .join(JoinType::InnerJoin, count)
            .filter(count_lines::Column::SkuId.eq(sku.0))
            .filter(counts::Column::FacilityId.eq(facility.0))
            .filter(counts::Column::Status.eq(CountStatus::Closed.code()))
            .order_by_desc(anchors::Column::EffectiveAt)
            .limit(limit)
            .into_model()
            .all(&self.reader())
            .await?;
        let past = |row: PastRow| PastCount {
            count: CountId(row.id),
            name: row.name,
            at: Micros(row.effective_at),
            counted: row.counted,
            variance: row.variance,
            undone: row.voided,
            closed_at: row.closed_at.map(Micros),
        };
        Ok(rows.into_iter().map(past).collect())
    }
}

fn scan_of(row: ScanRow, names: &HashMap<PrincipalId, Actor>) -> Result<LineScan, StoreError> {
    let how = How::from_code(&row.how).ok_or_else(|| StoreError::Inconsistent {
        table: "count_scans",
        what: format!("{} was made {:?}", row.id, row.how),
    })?;
    Ok(LineScan {
        id: row.id,
        at: Micros(row.scanned_at),
        received_at: Micros(row.received_at),
        quantity: row.quantity,
        how,
        code: row.code,
        counter: names.get(&PrincipalId(row.counter_id)).cloned(),
        area: row.area,
        session: row.session_id,
        round: row.round,
        uncertainty: row.uncertainty,
        late: row.late,
        undoes: row.undoes,
    })
}

fn decision_of(
    row: count_decisions::Model,
    names: &HashMap<PrincipalId, Actor>,
) -> Option<LineDecision> {
    Some(LineDecision {
        decision: Decision::from_code(&row.decision)?,
        by: row.decided_by.and_then(|id| names.get(&PrincipalId(id)).cloned()),
        at: Micros(row.decided_at),
        reason: row.reason,
        rule: row.rule,
    })
}
