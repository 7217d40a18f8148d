//! Movements as people read them: with the names of what they name by id.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    FacilityId, FacilityScope, Micros, Money, Movement, MovementId, MovementKind, OrderId, Origin,
    Place, PrincipalId, ProductId, Quantities, SkuId, encode::Hash,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{ExprTrait as _, SelectStatement, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::labels::{Actor, Labels, SkuLabel, Wanted};
use crate::{
    Store, StoreError,
    entities::{facilities, movements, order_lines, orders, skus, variance_requests},
};

/// Most movements that are described in one go: a page of an export, a bulk's answers. Keeps a
/// query's list of ids below SQLite's 32,766 parameters.
pub const DESCRIBED_MAX: usize = 1_000;

/// Most corrections that one late movement causes: a variance that changes its sign is corrected
/// at both of its accounts.
const CORRECTIONS_MAX: u32 = 2;

/// A movement with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementDetail {
    /// The movement as the ledger has it.
    pub movement: Movement,
    /// What moved.
    pub sku: SkuLabel,
    /// Who said so; for an approved request whoever approved it.
    pub actor: Actor,
    /// Who saw it, for an approved request.
    pub reported_by: Option<Actor>,
    /// What people read for the reason.
    pub reason_label: Option<String>,
    /// The reason's account of the general ledger.
    pub gl_account: Option<String>,
    /// Its reversal, if it was undone.
    pub reversed_by: Option<MovementId>,
    /// The customer's order that it belongs to.
    pub order: Option<OrderLabel>,
}

/// What people know an order by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLabel {
    /// The order.
    pub id: OrderId,
    /// What the shop calls it.
    pub name: String,
    /// Where it came from: a word, or the id of a connected shop.
    pub channel: String,
}

/// Which movements to list. The facilities are the scope's.
#[derive(Clone, Debug, Default)]
pub struct MovementFilter {
    /// Of this SKU.
    pub sku: Option<SkuId>,
    /// Of any SKU of this product.
    pub product: Option<ProductId>,
    /// Of this kind.
    pub kind: Option<MovementKind>,
    /// With this reason.
    pub reason: Option<String>,
    /// By this actor.
    pub actor: Option<PrincipalId>,
    /// Recorded at this time or later.
    pub from: Option<Micros>,
    /// Recorded before this time.
    pub to: Option<Micros>,
    /// Only variances and their reversals.
    pub variances: bool,
}

/// Where the next page starts: `recorded_at`, `seq` and facility of the last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovementCursor(i64, i64, Uuid);

impl MovementCursor {
    /// The cursor of whatever comes after this movement.
    pub const fn after(movement: &Movement) -> Self {
        Self::at(movement.recorded_at, movement.seq, movement.facility)
    }

    /// The cursor of whatever comes after the movement with this number.
    pub(super) const fn at(recorded_at: Micros, seq: i64, facility: FacilityId) -> Self {
        Self(recorded_at.0, seq, facility.0)
    }
}

impl Store {
    /// Movements, newest first, at most `limit`.
    ///
    /// Each way to ask has an index to read a page by, but for a SKU or product at more than one
    /// facility: all of its movements are sorted to find the newest.
    pub async fn list_movements(
        &self,
        scope: &FacilityScope,
        filter: &MovementFilter,
        after: Option<MovementCursor>,
        limit: u64,
    ) -> Result<Vec<MovementDetail>, StoreError> {
        let query = query(scope, filter, after);
        let rows = query.limit(limit).all(&self.reader()).await?;
        let found = rows.into_iter().map(movement_of).collect::<Result<Vec<_>, _>>()?;
        self.describe_movements(found).await
    }

    /// The movement with this id.
    pub async fn movement(&self, id: MovementId) -> Result<Option<Movement>, StoreError> {
        let row = movements::Entity::find()
            .filter(movements::Column::Id.eq(id.0))
            .one(&self.reader())
            .await?;
        row.map(movement_of).transpose()
    }

    /// The level after the late corrections that these movements caused when they were posted;
    /// those that caused none are absent.
    pub async fn levels_after_corrections(
        &self,
        causes: &[MovementId],
    ) -> Result<BTreeMap<MovementId, Quantities>, StoreError> {
        let corrections = self.corrections_of(causes).await?;
        let last = |(cause, all): (MovementId, Vec<Movement>)| Some((cause, all.last()?.after));
        Ok(corrections.into_iter().filter_map(last).collect())
    }

    /// The late corrections that these movements caused when they were posted, in the order of
    /// the ledger; those that caused none are absent.
    pub async fn corrections_of(
        &self,
        causes: &[MovementId],
    ) -> Result<BTreeMap<MovementId, Vec<Movement>>, StoreError> {
        let derived: BTreeMap<Uuid, MovementId> = causes
            .iter()
            .flat_map(|cause| (0..CORRECTIONS_MAX).map(move |n| (correction(*cause, n), *cause)))
            .collect();
        if derived.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = movements::Entity::find()
            .filter(movements::Column::Id.is_in(derived.keys().copied()))
            .order_by_asc(movements::Column::FacilityId)
            .order_by_asc(movements::Column::Seq)
            .all(&self.reader())
            .await?;
        let mut corrections: BTreeMap<MovementId, Vec<Movement>> = BTreeMap::new();
        for row in rows {
            if let Some(cause) = derived.get(&row.id) {
                corrections.entry(*cause).or_default().push(movement_of(row)?);
            }
        }
        Ok(corrections)
    }

    /// Adds the names, in the same order. At most [`DESCRIBED_MAX`] at a time go into one set of
    /// queries.
    pub async fn describe_movements(
        &self,
        movements: Vec<Movement>,
    ) -> Result<Vec<MovementDetail>, StoreError> {
        let mut described = Vec::with_capacity(movements.len());
        for chunk in movements.chunks(DESCRIBED_MAX) {
            described.extend(describe(self, chunk).await?);
        }
        Ok(described)
    }
}

/// The movements that a filter asks for, newest first, from the cursor on.
pub(super) fn query(
    scope: &FacilityScope,
    filter: &MovementFilter,
    after: Option<MovementCursor>,
) -> Select<movements::Entity> {
    let mut query = movements::Entity::find().filter(condition(scope, filter));
    let one = matches!(scope, FacilityScope::Only(ids) if ids.len() == 1);
    if one && filter.product.is_none() && !filter.variances {
        // `recorded_at` grows with `seq`; the index of a SKU's movements has `seq`.
        query = query.order_by_desc(movements::Column::Seq);
        if let Some(MovementCursor(_, seq, _)) = after {
            query = query.filter(movements::Column::Seq.lt(seq));
        }
    } else {
        query = query
            .order_by_desc(movements::Column::RecordedAt)
            .order_by_desc(movements::Column::Seq)
            .order_by_desc(movements::Column::FacilityId);
        if let Some(after) = after {
            query = query.filter(older(after));
        }
    }
    query
}

async fn describe(store: &Store, chunk: &[Movement]) -> Result<Vec<MovementDetail>, StoreError> {
    if chunk.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<Uuid> = chunk.iter().map(|m| m.id.0).collect();
    let reversals: Vec<(Option<Uuid>, Uuid)> = movements::Entity::find()
        .select_only()
        .column(movements::Column::Reverses)
        .column(movements::Column::Id)
        .filter(movements::Column::Reverses.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&store.reader())
        .await?;
    let reversed_by: BTreeMap<Option<Uuid>, Uuid> = reversals.into_iter().collect();
    let reporters: Vec<(Uuid, Uuid)> = variance_requests::Entity::find()
        .select_only()
        .column(variance_requests::Column::Id)
        .column(variance_requests::Column::ReportedBy)
        .filter(variance_requests::Column::Id.is_in(ids))
        .into_tuple()
        .all(&store.reader())
        .await?;
    let reporters: BTreeMap<Uuid, Uuid> = reporters.into_iter().collect();
    let actors = chunk.iter().map(|m| m.actor);
    let wanted = Wanted {
        skus: chunk.iter().map(|m| m.sku).collect(),
        actors: actors.chain(reporters.values().map(|id| PrincipalId(*id))).collect(),
        reasons: chunk.iter().filter_map(|m| m.reason.clone()).collect(),
    };
    let labels = Labels::load(store, &wanted).await?;
    let orders = orders_of(store, chunk).await?;
    let detail = |movement: &Movement| {
        let reason = movement.reason.as_deref().and_then(|code| labels.reason(code));
        let reporter = reporters.get(&movement.id.0).map(|id| labels.actor(PrincipalId(*id)));
        Ok(MovementDetail {
            sku: labels.sku(movement.sku)?,
            actor: labels.actor(movement.actor)?,
            reported_by: reporter.transpose()?,
            reason_label: reason.map(|r| r.label.clone()),
            gl_account: reason.and_then(|r| r.gl_account.clone()),
            reversed_by: reversed_by.get(&Some(movement.id.0)).copied().map(MovementId),
            order: movement.order_line.and_then(|line| orders.get(&line.0).cloned()),
            movement: movement.clone(),
        })
    };
    chunk.iter().map(detail).collect()
}

/// The orders that movements belong to, by their lines.
async fn orders_of(
    store: &Store,
    movements: &[Movement],
) -> Result<BTreeMap<Uuid, OrderLabel>, StoreError> {
    let lines: BTreeSet<Uuid> =
        movements.iter().filter_map(|m| m.order_line).map(|l| l.0).collect();
    if lines.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found: Vec<(Uuid, Uuid)> = order_lines::Entity::find()
        .select_only()
        .column(order_lines::Column::Id)
        .column(order_lines::Column::OrderId)
        .filter(order_lines::Column::Id.is_in(lines))
        .into_tuple()
        .all(&store.reader())
        .await?;
    let ids: BTreeSet<Uuid> = found.iter().map(|(_, order)| *order).collect();
    let label = |row: orders::Model| {
        (row.id, OrderLabel { id: row.id.into(), name: row.name, channel: row.channel })
    };
    let orders: BTreeMap<Uuid, OrderLabel> = orders::Entity::find()
        .filter(orders::Column::Id.is_in(ids))
        .all(&store.reader())
        .await?
        .into_iter()
        .map(label)
        .collect();
    let of_line = |(line, order): (Uuid, Uuid)| Some((line, orders.get(&order)?.clone()));
    Ok(found.into_iter().filter_map(of_line).collect())
}

/// The id of the `n`-th correction that a late movement caused.
fn correction(cause: MovementId, n: u32) -> Uuid {
    MovementId::derived(cause.0, "late_correction", n).0
}

/// What a filter asks for, within the scope.
pub(super) fn condition(scope: &FacilityScope, filter: &MovementFilter) -> Condition {
    use movements::Column as C;
    let kinds = [MovementKind::Variance.code(), MovementKind::Reversal.code()];
    let variances = Condition::all().add(C::Reason.is_not_null()).add(C::Kind.is_in(kinds));
    let text = |column: C, value: Option<&str>| value.map(|v| column.eq(v));
    let id = |column: C, value: Option<Uuid>| value.map(|v| column.eq(v));
    Condition::all()
        .add_option(within(scope, filter))
        .add_option(filter.variances.then_some(variances))
        .add_option(id(C::SkuId, filter.sku.map(|sku| sku.0)))
        .add_option(filter.product.map(|product| C::SkuId.in_subquery(skus_of(product))))
        .add_option(id(C::ActorId, filter.actor.map(|actor| actor.0)))
        .add_option(text(C::Kind, filter.kind.map(MovementKind::code)))
        .add_option(text(C::Reason, filter.reason.as_deref()))
        .add_option(filter.from.map(|from| C::RecordedAt.gte(from.0)))
        .add_option(filter.to.map(|to| C::RecordedAt.lt(to.0)))
}

fn skus_of(product: ProductId) -> SelectStatement {
    let skus = skus::Entity::find().select_only().column(skus::Column::Id);
    skus.filter(skus::Column::ProductId.eq(product.0)).into_query()
}

fn within(scope: &FacilityScope, filter: &MovementFilter) -> Option<SimpleExpr> {
    let column = movements::Column::FacilityId;
    let of_some_sku = filter.sku.is_some() || filter.product.is_some();
    match scope {
        // Said twice over, the facilities are no key to SQLite: it goes by time and stops at the
        // end of the page, where it would sort all that ever moved at these facilities.
        FacilityScope::Only(ids) if ids.len() > 1 && !of_some_sku && !filter.variances => {
            Some(column.is_in(ids.iter().map(|id| id.0)).not().not())
        }
        FacilityScope::Only(ids) => Some(column.is_in(ids.iter().map(|id| id.0))),
        // Every index of a SKU's movements begins with the facility: naming them all finds a few
        // hundred rows where the whole ledger would be read.
        FacilityScope::All if of_some_sku => {
            let all = facilities::Entity::find().select_only().column(facilities::Column::Id);
            Some(column.in_subquery(all.into_query()))
        }
        FacilityScope::All => None,
    }
}

fn older(MovementCursor(at, seq, facility): MovementCursor) -> Condition {
    use movements::Column as C;
    let same_seq = Condition::all().add(C::Seq.eq(seq)).add(C::FacilityId.lt(facility));
    let same_time = Condition::all()
        .add(C::RecordedAt.eq(at))
        .add(Condition::any().add(C::Seq.lt(seq)).add(same_seq));
    Condition::all()
        // Says nothing new, but is the range that an index can start from.
        .add(C::RecordedAt.lte(at))
        .add(Condition::any().add(C::RecordedAt.lt(at)).add(same_time))
}

/// A row as the domain knows it.
pub(crate) fn movement_of(row: movements::Model) -> Result<Movement, StoreError> {
    Ok(Movement {
        id: row.id.into(),
        facility: row.facility_id.into(),
        seq: row.seq,
        sku: row.sku_id.into(),
        kind: code(MovementKind::from_code, &row.kind)?,
        quantity: row.quantity,
        from: code(Place::from_code, &row.from_place)?,
        to: code(Place::from_code, &row.to_place)?,
        reason: row.reason,
        effective_at: Micros(row.effective_at),
        recorded_at: Micros(row.recorded_at),
        actor: row.actor_id.into(),
        device: row.device,
        origin: code(Origin::from_code, &row.origin)?,
        origin_key: row.origin_key,
        note: row.note,
        reverses: row.reverses.map(Into::into),
        corrects: row.corrects.map(Into::into),
        order_line: row.order_line_id.map(Into::into),
        unit_cost: row.unit_cost.map(Money),
        after: Quantities {
            available: row.after_available,
            committed: row.after_committed,
            reserved: row.after_reserved,
            damaged: row.after_damaged,
            quality_control: row.after_quality_control,
            safety_stock: row.after_safety_stock,
        },
        fingerprint: hash(&row.fingerprint)?,
        hash: hash(&row.hash)?,
    })
}

fn code<T>(read: impl Fn(&str) -> Option<T>, text: &str) -> Result<T, StoreError> {
    read(text).ok_or_else(|| StoreError::Inconsistent {
        table: "movements",
        what: format!("{text:?} as {}", std::any::type_name::<T>()),
    })
}

fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|_| StoreError::Inconsistent {
        table: "movements",
        what: format!("a hash of {} bytes", bytes.len()),
    })
}
