//! The statements that lines are made of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_domain::{
    CountId, Micros, Money, MovementKind, PrincipalId, SkuId,
    count::{CountStatus, How, InLedger, Moved, Seen, SessionStatus},
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait as _, FromQueryResult, JoinType,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationDef,
    sea_query::{Alias, Expr, Query},
};
use uuid::Uuid;

use crate::{
    StoreError,
    counts::{Count, scans::effective},
    entities::{
        anchors, count_items, count_lines, count_scans, count_sessions, levels, movements,
        products, skus,
    },
};

/// Ids that one query asks for: databases limit a statement's parameters.
const IDS_MAX: usize = 5_000;
/// Up to so many SKUs, what moved is looked up SKU by SKU; for more, all that moved at the
/// facility is read.
const MOVED_SKUS_MAX: usize = 1_000;

/// The scans of a SKU in one session, made in one way.
pub(super) struct Group {
    pub(super) sku: SkuId,
    pub(super) session: Uuid,
    pub(super) seen: Seen,
}

#[derive(FromQueryResult)]
struct GroupRow {
    sku_id: Uuid,
    round: i64,
    session_id: Uuid,
    how: String,
    units: i64,
    scans: i64,
    first_at: i64,
    last_at: i64,
    window_from: i64,
    window_to: i64,
    uncertainty: i64,
}

/// What was scanned and counts, added up by the database.
pub(super) async fn groups(
    tx: &DatabaseTransaction,
    count: CountId,
) -> Result<Vec<Group>, StoreError> {
    use count_scans::Column as C;
    let whole = |sql: &str| Expr::cust(sql.to_owned()).cast_as(Alias::new("BIGINT"));
    let rows: Vec<GroupRow> = effective::of_counts(&[count.0])
        .expr_as(effective::sku(), "sku_id")
        .columns([C::Round, C::SessionId, C::How])
        .column_as(whole("SUM(count_scans.quantity)"), "units")
        .column_as(whole("COUNT(*)"), "scans")
        .column_as(C::ScannedAt.min(), "first_at")
        .column_as(C::ScannedAt.max(), "last_at")
        .column_as(whole("MIN(count_scans.scanned_at - count_scans.uncertainty)"), "window_from")
        .column_as(whole("MAX(count_scans.scanned_at + count_scans.uncertainty)"), "window_to")
        .column_as(C::Uncertainty.max(), "uncertainty")
        .filter(effective::sku().is_not_null())
        .group_by(effective::sku())
        .group_by(C::Round)
        .group_by(C::SessionId)
        .group_by(C::How)
        .into_model()
        .all(tx)
        .await?;
    rows.iter().map(group_of).collect()
}

fn group_of(row: &GroupRow) -> Result<Group, StoreError> {
    let how = How::from_code(&row.how).ok_or_else(|| StoreError::Inconsistent {
        table: "count_scans",
        what: format!("a scan of {} was made {:?}", row.session_id, row.how),
    })?;
    Ok(Group {
        sku: SkuId(row.sku_id),
        session: row.session_id,
        seen: Seen {
            round: row.round,
            counted: row.units,
            first_at: Micros(row.first_at),
            last_at: Micros(row.last_at),
            window_from: Micros(row.window_from),
            window_to: Micros(row.window_to),
            uncertainty: row.uncertainty,
            scans: row.scans,
            how: [how].into(),
        },
    })
}

/// As much of a session as lines need.
pub(super) struct Session {
    pub(super) by: PrincipalId,
    pub(super) area: Option<String>,
    pub(super) is_open: bool,
}

pub(super) async fn sessions(
    tx: &DatabaseTransaction,
    count: CountId,
) -> Result<HashMap<Uuid, Session>, StoreError> {
    let rows = count_sessions::Entity::find()
        .filter(count_sessions::Column::CountId.eq(count.0))
        .all(tx)
        .await?;
    let session = |row: count_sessions::Model| {
        let is_open = row.status == SessionStatus::Open.code();
        (row.id, Session { by: PrincipalId(row.counter_id), area: row.area, is_open })
    };
    Ok(rows.into_iter().map(session).collect())
}

/// The SKUs that the count asks for.
pub(super) async fn items(
    tx: &DatabaseTransaction,
    count: CountId,
) -> Result<BTreeSet<SkuId>, StoreError> {
    let ids: Vec<Uuid> = count_items::Entity::find()
        .select_only()
        .column(count_items::Column::SkuId)
        .filter(count_items::Column::CountId.eq(count.0))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(ids.into_iter().map(SkuId).collect())
}

/// What was decided.
pub(super) async fn rows(
    tx: &DatabaseTransaction,
    count: CountId,
) -> Result<HashMap<SkuId, count_lines::Model>, StoreError> {
    let rows = count_lines::Entity::find()
        .filter(count_lines::Column::CountId.eq(count.0))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (SkuId(row.sku_id), row)).collect())
}

/// What became of the lines in the ledger, by line.
pub(super) async fn anchors(
    tx: &DatabaseTransaction,
    count: CountId,
) -> Result<HashMap<Uuid, InLedger>, StoreError> {
    use anchors::Column as C;
    let lines = Query::select()
        .column(count_lines::Column::LineId)
        .from(count_lines::Entity)
        .and_where(count_lines::Column::CountId.eq(count.0))
        .to_owned();
    let rows: Vec<(Uuid, i64, bool)> = anchors::Entity::find()
        .select_only()
        .columns([C::Id, C::Variance, C::Voided])
        .filter(C::Id.in_subquery(lines))
        .into_tuple()
        .all(tx)
        .await?;
    let known = |(id, variance, undone)| (id, InLedger { variance, undone });
    Ok(rows.into_iter().map(known).collect())
}

/// Good units as of now.
pub(super) struct Goods {
    good: HashMap<SkuId, i64>,
    listed: bool,
}

impl Goods {
    pub(super) fn of(&self, sku: SkuId) -> i64 {
        self.good.get(&sku).copied().unwrap_or_default()
    }

    /// Where the whole facility is counted: what should be there.
    pub(super) fn skus_with_stock(&self) -> impl Iterator<Item = SkuId> {
        let with_stock = self.good.iter().filter(|(_, good)| self.listed && **good != 0);
        with_stock.map(|(sku, _)| *sku)
    }
}

#[derive(FromQueryResult)]
struct GoodRow {
    sku_id: Uuid,
    good: i64,
}

/// The good units of these SKUs, or of all at the facility.
pub(super) async fn goods(
    tx: &DatabaseTransaction,
    count: &Count,
    asked: &BTreeSet<SkuId>,
    whole: bool,
) -> Result<Goods, StoreError> {
    use levels::Column as C;
    let query = || {
        levels::Entity::find()
            .select_only()
            .column(C::SkuId)
            .column_as(Expr::cust("available + committed + reserved + safety_stock"), "good")
            .filter(C::FacilityId.eq(count.facility.0))
    };
    let mut found: Vec<GoodRow> = Vec::new();
    if whole {
        found = query().into_model().all(tx).await?;
    } else {
        let ids: Vec<Uuid> = asked.iter().map(|sku| sku.0).collect();
        for chunk in ids.chunks(IDS_MAX) {
            let some = query().filter(C::SkuId.is_in(chunk.iter().copied()));
            found.extend(some.into_model::<GoodRow>().all(tx).await?);
        }
    }
    let good = found.into_iter().map(|row| (SkuId(row.sku_id), row.good)).collect();
    Ok(Goods { good, listed: whole })
}

/// Good units that moved, and whether a customer took them.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) moved: Moved,
    pub(super) is_sale: bool,
}

#[derive(FromQueryResult)]
struct StepRow {
    sku_id: Uuid,
    effective_at: i64,
    change: i64,
    kind: String,
}

const LEFT: &str = "(CASE WHEN from_place IN ('available','committed','reserved','safety_stock') THEN 1 ELSE 0 END)";
const CAME: &str =
    "(CASE WHEN to_place IN ('available','committed','reserved','safety_stock') THEN 1 ELSE 0 END)";

/// What moved of each SKU after its time.
///
/// Nothing is effective after it was recorded, and `recorded_at` grows with `seq`: what was
/// recorded before the earliest of the times has nothing to say.
pub(super) async fn moved(
    tx: &DatabaseTransaction,
    count: &Count,
    since: &BTreeMap<SkuId, Micros>,
) -> Result<HashMap<SkuId, Vec<Step>>, StoreError> {
    use movements::Column as C;
    let Some(earliest) = since.values().min() else { return Ok(HashMap::new()) };
    let before: Option<i64> = movements::Entity::find()
        .select_only()
        .column(C::Seq)
        .filter(C::FacilityId.eq(count.facility.0))
        .filter(C::RecordedAt.lte(earliest.0))
        .order_by_desc(C::Seq)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    let query = || {
        movements::Entity::find()
            .select_only()
            .columns([C::SkuId, C::EffectiveAt, C::Kind])
            .column_as(Expr::cust(format!("quantity * ({CAME} - {LEFT})")), "change")
            .filter(C::FacilityId.eq(count.facility.0))
            .filter(C::Seq.gt(before.unwrap_or_default()))
            .filter(C::EffectiveAt.gt(earliest.0))
            .filter(Expr::cust(format!("{CAME} <> {LEFT}")))
    };
    let mut rows: Vec<StepRow> = Vec::new();
    // An old count would read all that has moved since.
    if since.len() <= MOVED_SKUS_MAX || count.status == CountStatus::Closed {
        let ids: Vec<Uuid> = since.keys().map(|sku| sku.0).collect();
        for chunk in ids.chunks(MOVED_SKUS_MAX) {
            let some = query().filter(C::SkuId.is_in(chunk.iter().copied()));
            rows.extend(some.into_model::<StepRow>().all(tx).await?);
        }
    } else {
        rows = query().into_model().all(tx).await?;
    }
    let mut moved: HashMap<SkuId, Vec<Step>> = HashMap::new();
    for row in rows {
        let (sku, at) = (SkuId(row.sku_id), Micros(row.effective_at));
        if since.get(&sku).is_some_and(|from| at > *from) {
            let is_sale = row.kind == MovementKind::Sale.code();
            let step = Step { moved: Moved { at, change: row.change }, is_sale };
            moved.entry(sku).or_default().push(step);
        }
    }
    Ok(moved)
}

/// What a SKU is called, and what a unit is worth.
pub(super) struct Label {
    pub(super) code: Option<String>,
    pub(super) title: String,
    pub(super) worth: Option<Money>,
}

#[derive(FromQueryResult)]
struct LabelRow {
    id: Uuid,
    code: Option<String>,
    option1: Option<String>,
    option2: Option<String>,
    option3: Option<String>,
    cost: Option<i64>,
    price: Option<i64>,
    title: String,
}

pub(super) async fn labels(
    tx: &DatabaseTransaction,
    ids: &BTreeSet<SkuId>,
) -> Result<HashMap<SkuId, Label>, StoreError> {
    use skus::Column as C;
    let product: RelationDef = skus::Entity::belongs_to(products::Entity)
        .from(C::ProductId)
        .to(products::Column::Id)
        .into();
    let ids: Vec<Uuid> = ids.iter().map(|sku| sku.0).collect();
    let mut labels = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_MAX) {
        let rows: Vec<LabelRow> = skus::Entity::find()
            .select_only()
            .columns([C::Id, C::Code, C::Option1, C::Option2, C::Option3, C::Cost, C::Price])
            .column(products::Column::Title)
            .join(JoinType::InnerJoin, product.clone())
            .filter(C::Id.is_in(chunk.iter().copied()))
            .into_model()
            .all(tx)
            .await?;
        labels.extend(rows.into_iter().map(|row| (SkuId(row.id), label_of(row))));
    }
    Ok(labels)
}

fn label_of(row: LabelRow) -> Label {
    let options = [row.option1, row.option2, row.option3];
    let title = options.into_iter().flatten().fold(row.title, |title, o| format!("{title} {o}"));
    Label { code: row.code, title, worth: row.cost.or(row.price).map(Money) }
}

pub(super) async fn late_scans(
    tx: &DatabaseTransaction,
    count: CountId,
) -> Result<u64, StoreError> {
    use count_scans::Column as C;
    let late = count_scans::Entity::find().filter(C::CountId.eq(count.0)).filter(C::Late.eq(true));
    Ok(late.count(tx).await?)
}
