//! What the ledger's movements are news of.

use std::collections::{BTreeMap, HashMap, HashSet};

use onhand_domain::{
    FacilityScope, Movement, MovementId, MovementKind, hook::HookEvent, plan::view::Key,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use uuid::Uuid;

use super::{
    super::Endpoint,
    body::{Draft, Names},
};
use crate::{
    Store, StoreError,
    entities::movements,
    stock::{OrderAtRisk, Shortfall, movement_of},
};

/// Most movements that one look goes past, of all facilities together.
const MOVEMENTS_MAX: i64 = 5_000;
/// Facilities of one statement.
const FACILITIES_A_QUERY_MAX: usize = 100;

/// A facility whose ledger goes on behind the cursor.
#[derive(Clone, Copy, Debug, FromQueryResult)]
struct Ahead {
    facility_id: Uuid,
    seq: i64,
    head: i64,
}

const AHEAD: &str = "
    SELECT h.facility_id, COALESCE(k.seq, 0) AS seq, h.seq AS head
    FROM ledger_heads h
    LEFT JOIN webhook_cursors k ON k.facility_id = h.facility_id AND k.endpoint_id = $1
    WHERE h.seq > COALESCE(k.seq, 0) ORDER BY h.facility_id";

/// The movements that an endpoint is told of.
#[derive(Default)]
pub(super) struct Moved {
    variances: Vec<Movement>,
    reversals: Vec<Movement>,
    /// Those after which more is promised than is there, with the orders that this is about.
    short: Vec<(Movement, Vec<OrderAtRisk>)>,
}

impl Moved {
    pub(super) fn all(&self) -> impl Iterator<Item = &Movement> {
        let short = self.short.iter().map(|(movement, _)| movement);
        self.variances.iter().chain(&self.reversals).chain(short)
    }

    pub(super) fn drafts(&self, names: &Names) -> Vec<Draft> {
        let draft = |event, it: &Movement, data| Draft {
            event,
            subject: it.id.0,
            at: it.recorded_at,
            data,
        };
        let posted = |it: &Movement| draft(HookEvent::VariancePosted, it, names.movement(it));
        let undone = |it: &Movement| draft(HookEvent::VarianceReversed, it, names.movement(it));
        let risk = |(it, orders): &(Movement, Vec<OrderAtRisk>)| {
            draft(HookEvent::OrdersAtRisk, it, names.at_risk(it, orders))
        };
        let variances = self.variances.iter().map(posted);
        let reversals = self.reversals.iter().map(undone);
        variances.chain(reversals).chain(self.short.iter().map(risk)).collect()
    }
}

/// What lies behind the cursors; where each facility was read from and to; whether more is left.
pub(super) async fn read(
    store: &Store,
    endpoint: &Endpoint,
) -> Result<(Moved, BTreeMap<Uuid, (i64, i64)>, bool), StoreError> {
    let db = store.reader();
    let values = [endpoint.id.into()];
    let ask = Statement::from_sql_and_values(db.get_database_backend(), AHEAD, values);
    let ahead = Ahead::find_by_statement(ask).all(&db).await?;
    let facilities = i64::try_from(ahead.len()).unwrap_or(i64::MAX).max(1);
    // All of them share the limit, so that a count of one keeps no other waiting.
    let share = (MOVEMENTS_MAX / facilities).max(1);
    let end = |one: &Ahead| one.head.min(one.seq.saturating_add(share));
    let left = ahead.iter().any(|one| end(one) < one.head);
    let read = ahead.iter().map(|one| (one.facility_id, (one.seq, end(one)))).collect();
    let moved = match wanted(endpoint) {
        Some(kinds) => sort(store, endpoint, rows(&db, &read, &kinds).await?).await?,
        None => Moved::default(),
    };
    Ok((moved, read, left))
}

/// Which movements the endpoint is told of, as a condition; none where of none.
fn wanted(endpoint: &Endpoint) -> Option<Condition> {
    use movements::Column as C;
    let asks = |event| endpoint.events.contains(&event);
    let kind = |event, kind: MovementKind| asks(event).then(|| C::Kind.eq(kind.code()));
    let variances = kind(HookEvent::VariancePosted, MovementKind::Variance);
    let reversals = kind(HookEvent::VarianceReversed, MovementKind::Reversal);
    let short = asks(HookEvent::OrdersAtRisk).then(|| C::AfterAvailable.lt(0));
    let any = variances.is_some() || reversals.is_some() || short.is_some();
    let wanted = Condition::any().add_option(variances).add_option(reversals).add_option(short);
    any.then_some(wanted)
}

async fn rows(
    db: &impl ConnectionTrait,
    read: &BTreeMap<Uuid, (i64, i64)>,
    wanted: &Condition,
) -> Result<Vec<Movement>, StoreError> {
    use movements::Column as C;
    let parts: Vec<Condition> = read
        .iter()
        .map(|(facility, (from, to))| {
            let of = Condition::all().add(C::FacilityId.eq(*facility));
            of.add(C::Seq.gt(*from)).add(C::Seq.lte(*to))
        })
        .collect();
    let mut found = Vec::new();
    for chunk in parts.chunks(FACILITIES_A_QUERY_MAX) {
        let any = chunk.iter().cloned().fold(Condition::any(), Condition::add);
        let rows = movements::Entity::find()
            .filter(any)
            .filter(wanted.clone())
            .order_by_asc(C::FacilityId)
            .order_by_asc(C::Seq)
            .all(db)
            .await?;
        for row in rows {
            found.push(movement_of(row)?);
        }
    }
    Ok(found)
}

async fn sort(
    store: &Store,
    endpoint: &Endpoint,
    found: Vec<Movement>,
) -> Result<Moved, StoreError> {
    let asks = |event| endpoint.events.contains(&event);
    let undone: Vec<MovementId> = found.iter().filter_map(|it| it.reverses).collect();
    let variances = variances_among(store, &undone).await?;
    let mut moved = Moved::default();
    let mut short: HashMap<Key, Movement> = HashMap::new();
    for it in found {
        let of_variance = it.reverses.is_some_and(|id| variances.contains(&id.0));
        if asks(HookEvent::OrdersAtRisk) && it.after.available < 0 && it.available_change() < 0 {
            // The last one of each level: it says how much is missing now.
            short.insert((it.facility, it.sku), it.clone());
        }
        match it.kind {
            MovementKind::Variance if asks(HookEvent::VariancePosted) => moved.variances.push(it),
            MovementKind::Reversal if of_variance && asks(HookEvent::VarianceReversed) => {
                moved.reversals.push(it);
            }
            _ => {}
        }
    }
    let mut short: Vec<Movement> = short.into_values().collect();
    short.sort_by_key(|it| (it.recorded_at, it.facility, it.seq));
    let shortfalls: Vec<Shortfall> =
        short.iter().map(|it| Shortfall::at(it.facility, it.sku, it.after.available)).collect();
    let orders = match shortfalls.as_slice() {
        [] => Vec::new(),
        some => store.orders_at_risk(&FacilityScope::All, some).await?,
    };
    // Without an order nobody waits for what is missing.
    moved.short = short.into_iter().zip(orders).filter(|(_, orders)| !orders.is_empty()).collect();
    Ok(moved)
}

/// Which of these movements are variances.
async fn variances_among(store: &Store, ids: &[MovementId]) -> Result<HashSet<Uuid>, StoreError> {
    use movements::Column as C;
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    // At most as many as one look goes past: fewer than a statement takes.
    let found: Vec<Uuid> = movements::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(C::Kind.eq(MovementKind::Variance.code()))
        .into_tuple()
        .all(&store.reader())
        .await?;
    Ok(found.into_iter().collect())
}
