//! Which changes were settled a moment ago, or wait for a person: for the live feed.

use std::collections::BTreeSet;

use onhand_domain::{ChannelId, FacilityId, Micros};
use sea_orm::{FromQueryResult, Statement};
use uuid::Uuid;

use crate::{Store, StoreError};

/// How far back one look goes: what was settled by an older clock, or was committed late, is seen
/// by one of the looks within it.
const LOOK_BACK_MICROS: i64 = 10 * Micros::SECOND;
/// Pushes of one look. Where more were settled, whoever listens to any of them hears of it.
const LOOKED_AT_MAX: i64 = 2_000;

/// Whose changes of which shop; none for changes of no single facility.
pub(crate) type Settled = (ChannelId, Option<FacilityId>);

/// What was told of settled changes so far.
#[derive(Debug, Default)]
pub(crate) struct SettledTold(BTreeSet<(Uuid, bool)>);

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    channel_id: Uuid,
    facility_id: Option<Uuid>,
    settled: bool,
}

// The two halves have an index each: of what was settled by time, and of what is still open.
const LATELY: &str = "
    SELECT p.id AS id, p.channel_id AS channel_id, p.facility_id AS facility_id,
        TRUE AS settled
    FROM channel_pushes p
    WHERE p.channel_id IN (SELECT id FROM channels) AND p.settled_at >= $1
    ORDER BY p.settled_at DESC LIMIT $2";
const WAITING: &str = "
    SELECT p.id AS id, p.channel_id AS channel_id, p.facility_id AS facility_id,
        FALSE AS settled
    FROM channel_pushes p
    WHERE p.channel_id IN (SELECT id FROM channels) AND p.settled_at IS NULL
        AND p.status IN ('held', 'rejected')
    ORDER BY p.id DESC LIMIT $1";

impl SettledTold {
    /// Whose changes were settled, or began to wait for a person, since the look before.
    pub(crate) async fn look(&mut self, store: &Store) -> Result<BTreeSet<Settled>, StoreError> {
        let db = store.reader();
        let since = store.clock().now().plus(-LOOK_BACK_MICROS);
        let backend = db.get_database_backend();
        let lately = [since.0.into(), LOOKED_AT_MAX.into()];
        let lately = Statement::from_sql_and_values(backend, LATELY, lately);
        let waiting = [LOOKED_AT_MAX.into()];
        let waiting = Statement::from_sql_and_values(backend, WAITING, waiting);
        let mut rows = Row::find_by_statement(lately).all(&db).await?;
        rows.extend(Row::find_by_statement(waiting).all(&db).await?);
        let now: BTreeSet<(Uuid, bool)> = rows.iter().map(|row| (row.id, row.settled)).collect();
        let new = rows.iter().filter(|row| !self.0.contains(&(row.id, row.settled)));
        let told = new.map(|row| (row.channel_id.into(), row.facility_id.map(FacilityId)));
        let told = told.collect();
        self.0 = now;
        Ok(told)
    }
}
