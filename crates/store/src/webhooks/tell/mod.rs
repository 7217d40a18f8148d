//! Makes messages of what has happened.

mod body;
mod moved;
mod news;

use std::collections::BTreeMap;

use onhand_domain::{Micros, hook::HookStatus};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Statement,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    Endpoint, OVERLAP_MICROS,
    rows::{endpoint_of, lock},
};
use crate::{
    Store, StoreError,
    entities::{webhook_cursors, webhook_endpoints, webhook_messages},
    unit::begin_write,
};

pub use body::PAYLOAD_BYTES_MAX;
pub(super) use body::body_of;
use body::{Draft, Names};

/// Rows of one statement: well below the parameters that SQLite takes.
const ROWS_MAX: usize = 1_000;
/// How often it is written down that there was nothing to tell.
const TOLD_EVERY_MICROS: i64 = 60 * Micros::SECOND;

/// What one look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Messages that were made, or found to be made already.
    pub messages: u64,
    /// Whether there is more to tell.
    pub more: bool,
}

/// What is to be written for an endpoint.
struct Found {
    drafts: Vec<Draft>,
    /// Facilities with the number at which they were read from and the one that was reached.
    read: BTreeMap<Uuid, (i64, i64)>,
    /// Up to when news without a number was looked for.
    told_at: i64,
    more: bool,
}

impl Store {
    /// Makes messages of what has happened, for each endpoint that is on. Several nodes may do it
    /// at once: each event becomes one message.
    pub async fn tell_webhooks(&self) -> Result<Told, StoreError> {
        let on = webhook_endpoints::Entity::find()
            .filter(webhook_endpoints::Column::Active.eq(true))
            .order_by_asc(webhook_endpoints::Column::Id)
            .all(&self.reader())
            .await?;
        let mut told = Told::default();
        for row in on {
            let endpoint = endpoint_of(row.clone())?;
            let found = find(self, &endpoint, &row).await?;
            let quiet = found.drafts.is_empty() && found.read.is_empty();
            if quiet && found.told_at < row.told_at.saturating_add(TOLD_EVERY_MICROS) {
                continue;
            }
            told.more |= found.more;
            told.messages += keep(self, &row, found).await?;
        }
        Ok(told)
    }
}

async fn find(
    store: &Store,
    endpoint: &Endpoint,
    row: &webhook_endpoints::Model,
) -> Result<Found, StoreError> {
    let now = store.clock().now();
    let since = Micros(row.told_at).plus(-OVERLAP_MICROS).max(Micros(row.since));
    let (moved, read, left) = moved::read(store, endpoint).await?;
    let (news, complete) = news::read(store, endpoint, since).await?;
    let names = Names::load(store, &moved, &news).await?;
    let mut drafts = moved.drafts(&names);
    drafts.extend(news.drafts(&names));
    // Otherwise the rest lies in the same time.
    let told_at = if complete { now.0.max(row.told_at) } else { row.told_at };
    Ok(Found { drafts, read, told_at, more: left || !complete })
}

/// Writes the messages and how far was read: all of it, or nothing where another node was faster.
async fn keep(
    store: &Store,
    row: &webhook_endpoints::Model,
    found: Found,
) -> Result<u64, StoreError> {
    use webhook_messages::Column as M;
    let tx = begin_write(store).await?;
    let still = lock(&tx, row.id).await?;
    let same = still.is_some_and(|now| now.active && now.version == row.version);
    if !same || !as_read(&tx, row.id, &found.read).await? {
        return Ok(0);
    }
    let now = store.clock().now();
    let messages = found.drafts.len() as u64;
    let rows: Vec<_> = found
        .drafts
        .into_iter()
        .map(|draft| message(store, row.id, draft, now).into_active_model().reset_all())
        .collect();
    let once = OnConflict::columns([M::EndpointId, M::Event, M::Subject]).do_nothing().to_owned();
    for chunk in rows.chunks(ROWS_MAX) {
        webhook_messages::Entity::insert_many(chunk.to_vec())
            .on_conflict(once.clone())
            .exec_without_returning(&tx)
            .await?;
    }
    let reached = found.read.into_iter().map(|(facility, (_, reached))| (facility, reached));
    put_cursors(&tx, row.id, reached.collect()).await?;
    webhook_endpoints::Entity::update_many()
        .col_expr(webhook_endpoints::Column::ToldAt, Expr::value(found.told_at))
        .filter(webhook_endpoints::Column::Id.eq(row.id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(messages)
}

fn message(store: &Store, endpoint: Uuid, draft: Draft, now: Micros) -> webhook_messages::Model {
    webhook_messages::Model {
        id: store.ids().next(),
        endpoint_id: endpoint,
        event: draft.event.code().to_owned(),
        subject: draft.subject,
        payload: body_of(draft.event, draft.at, draft.data),
        status: HookStatus::Waiting.code().to_owned(),
        tries: 0,
        next_at: now.0,
        created_at: now.0,
        delivered_at: None,
        http_status: None,
        problem: None,
    }
}

/// Whether the cursors still stand where reading began.
async fn as_read(
    tx: &impl ConnectionTrait,
    endpoint: Uuid,
    read: &BTreeMap<Uuid, (i64, i64)>,
) -> Result<bool, StoreError> {
    let rows = webhook_cursors::Entity::find()
        .filter(webhook_cursors::Column::EndpointId.eq(endpoint))
        .all(tx)
        .await?;
    let now: BTreeMap<Uuid, i64> = rows.into_iter().map(|row| (row.facility_id, row.seq)).collect();
    let at = |facility| now.get(facility).copied().unwrap_or_default();
    Ok(read.iter().all(|(facility, (from, _))| at(facility) == *from))
}

async fn put_cursors(
    tx: &impl ConnectionTrait,
    endpoint: Uuid,
    reached: Vec<(Uuid, i64)>,
) -> Result<(), StoreError> {
    use webhook_cursors::Column as C;
    let again =
        OnConflict::columns([C::EndpointId, C::FacilityId]).update_columns([C::Seq]).to_owned();
    for chunk in reached.chunks(ROWS_MAX) {
        let row = |(facility_id, seq): &(Uuid, i64)| {
            let row = webhook_cursors::Model {
                endpoint_id: endpoint,
                facility_id: *facility_id,
                seq: *seq,
            };
            row.into_active_model().reset_all()
        };
        webhook_cursors::Entity::insert_many(chunk.iter().map(row))
            .on_conflict(again.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// What was recorded so far is no news for this endpoint. A facility without a cursor is one that
/// was made later: all of its ledger is news.
pub(super) async fn start_here(
    tx: &impl ConnectionTrait,
    endpoint: Uuid,
) -> Result<(), StoreError> {
    const HEADS: &str = "
        INSERT INTO webhook_cursors (endpoint_id, facility_id, seq)
        SELECT $1, facility_id, seq FROM ledger_heads";
    let own = webhook_cursors::Column::EndpointId.eq(endpoint);
    webhook_cursors::Entity::delete_many().filter(own).exec(tx).await?;
    let ask = Statement::from_sql_and_values(tx.get_database_backend(), HEADS, [endpoint.into()]);
    tx.execute_raw(ask).await?;
    Ok(())
}
