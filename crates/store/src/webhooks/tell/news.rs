//! News without a number of the ledger: requests, decisions, closed counts, differences of shops.

use onhand_domain::{
    Micros, MovementId, SkuId, channel::DifferenceClass, count::CountStatus, hook::HookEvent,
    request::RequestStatus,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{ExprTrait as _, SelectStatement},
};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{Endpoint, OVERLAP_MICROS},
    body::{Draft, Names},
};
use crate::{
    Store, StoreError,
    entities::{channel_differences, counts, variance_requests, webhook_messages},
};

/// Most news of one kind that one look takes.
const NEWS_MAX: u64 = 500;

/// What an endpoint was not told of yet.
#[derive(Default)]
pub(super) struct News {
    pub(super) requests: Vec<(HookEvent, variance_requests::Model)>,
    pub(super) counts: Vec<counts::Model>,
    pub(super) drift: Vec<channel_differences::Model>,
}

/// The news since a time, and whether that is all of it.
pub(super) async fn read(
    store: &Store,
    endpoint: &Endpoint,
    since: Micros,
) -> Result<(News, bool), StoreError> {
    use variance_requests::Column as R;
    let mut news = News::default();
    let mut complete = true;
    let asks = |event| endpoint.events.contains(&event);
    let decided =
        |status: RequestStatus| R::DecidedAt.gte(since.0).and(R::Status.eq(status.code()));
    let requests = [
        (HookEvent::VarianceRequested, R::ReportedAt.gte(since.0), R::ReportedAt),
        (HookEvent::VarianceApproved, decided(RequestStatus::Approved), R::DecidedAt),
        (HookEvent::VarianceDeclined, decided(RequestStatus::Declined), R::DecidedAt),
    ];
    for (event, condition, order) in requests {
        if !asks(event) {
            continue;
        }
        let rows = variance_requests::Entity::find()
            .filter(condition)
            .filter(R::Id.not_in_subquery(told(endpoint, event, since)))
            .order_by_asc(order)
            .limit(NEWS_MAX)
            .all(&store.reader())
            .await?;
        complete &= (rows.len() as u64) < NEWS_MAX;
        news.requests.extend(rows.into_iter().map(|row| (event, row)));
    }
    if asks(HookEvent::CountClosed) {
        use counts::Column as C;
        news.counts = counts::Entity::find()
            .filter(C::ClosedAt.gte(since.0))
            .filter(C::Status.eq(CountStatus::Closed.code()))
            .filter(C::Id.not_in_subquery(told(endpoint, HookEvent::CountClosed, since)))
            .order_by_asc(C::ClosedAt)
            .limit(NEWS_MAX)
            .all(&store.reader())
            .await?;
        complete &= (news.counts.len() as u64) < NEWS_MAX;
    }
    if asks(HookEvent::DriftFound) {
        news.drift = drift(store, endpoint, since).await?;
    }
    Ok((news, complete))
}

/// What of an event the endpoint was told lately. A message is made after what it tells of, but
/// for what the clocks of two nodes differ.
fn told(endpoint: &Endpoint, event: HookEvent, since: Micros) -> SelectStatement {
    use webhook_messages::Column as C;
    webhook_messages::Entity::find()
        .select_only()
        .column(C::Subject)
        .filter(C::EndpointId.eq(endpoint.id))
        .filter(C::Event.eq(event.code()))
        .filter(C::CreatedAt.gte(since.plus(-OVERLAP_MICROS).0))
        .into_query()
}

/// Differences that have become certain. The newest: there are only those that stand, and where
/// a shop differs in more than are told, its list says more than messages.
async fn drift(
    store: &Store,
    endpoint: &Endpoint,
    since: Micros,
) -> Result<Vec<channel_differences::Model>, StoreError> {
    use channel_differences::Column as C;
    use webhook_messages::Column as M;
    let db = store.reader();
    let mut rows = channel_differences::Entity::find()
        .filter(C::ConfirmedAt.gte(since.0))
        .filter(C::Class.ne(DifferenceClass::InFlight.code()))
        .order_by_desc(C::ConfirmedAt)
        .limit(NEWS_MAX)
        .all(&db)
        .await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let told: Vec<Uuid> = webhook_messages::Entity::find()
        .select_only()
        .column(M::Subject)
        .filter(M::EndpointId.eq(endpoint.id))
        .filter(M::Event.eq(HookEvent::DriftFound.code()))
        .filter(M::Subject.is_in(rows.iter().map(subject)))
        .into_tuple()
        .all(&db)
        .await?;
    rows.retain(|row| !told.contains(&subject(row)));
    Ok(rows)
}

/// An id of its own for each time that a level drifts.
fn subject(row: &channel_differences::Model) -> Uuid {
    let role = format!("{}/{}", row.item, row.location);
    MovementId::derived(row.channel_id, &role, row.confirmed_at.unwrap_or_default()).0
}

impl News {
    pub(super) fn drafts(&self, names: &Names) -> Vec<Draft> {
        let request = |(event, row): &(HookEvent, variance_requests::Model)| {
            let decided = row.decided_at.unwrap_or(row.reported_at);
            let new = *event == HookEvent::VarianceRequested;
            let at = Micros(if new { row.reported_at } else { decided });
            Draft { event: *event, subject: row.id, at, data: names.request(row) }
        };
        let count = |row: &counts::Model| Draft {
            event: HookEvent::CountClosed,
            subject: row.id,
            at: Micros(row.closed_at.unwrap_or_default()),
            data: names.count(row),
        };
        let requests = self.requests.iter().map(request);
        let drift = self.drift.iter().map(|row| found(row, names));
        requests.chain(self.counts.iter().map(count)).chain(drift).collect()
    }
}

fn found(row: &channel_differences::Model, names: &Names) -> Draft {
    Draft {
        event: HookEvent::DriftFound,
        subject: subject(row),
        at: Micros(row.confirmed_at.unwrap_or_default()),
        data: json!({
            "channel_id": row.channel_id,
            "item": row.item,
            "location": row.location,
            "sku": names.sku(SkuId(row.sku_id)),
            "class": row.class,
            "has": row.has,
            "should": row.should,
        }),
    }
}
