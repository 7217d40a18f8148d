//! A session as it is shown: who counts what where, and how much there is of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_domain::{
    CountId, CountSessionId, FacilityId, FacilityScope, Micros, PrincipalId, SkuId,
    count::SessionStatus,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    refusal::SessionError,
    rows::{FIRST_ROUND, status_of},
    start::waiting_lines,
};
use crate::{
    Store,
    counts::{CountRefusal, codes, scans::effective},
    entities::{count_scans, count_sessions},
    error::StoreError,
    stock::Actor,
};

/// One person's share of a count. Nothing in it says what the book expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountSession {
    /// Id.
    pub id: CountSessionId,
    /// Of which count.
    pub count: CountId,
    /// Where.
    pub facility: FacilityId,
    /// Which part of the facility.
    pub area: Option<String>,
    /// 1, and more in a recount.
    pub round: i64,
    /// Who counts.
    pub counter: Actor,
    /// The device, as it names itself.
    pub device: Option<String>,
    /// How it stands.
    pub status: SessionStatus,
    /// When it began.
    pub started_at: Micros,
    /// When its counter was done.
    pub submitted_at: Option<Micros>,
    /// Units seen of known SKUs.
    pub units: i64,
    /// SKUs seen.
    pub skus: i64,
    /// Scans on the server, undone and late ones as well.
    pub scans: i64,
    /// Codes of which nobody has said what they are.
    pub unknown_codes: i64,
    /// Server clock − device clock at the last sending, in microseconds.
    pub clock_offset: Option<i64>,
    /// What is to be counted again, in a recount.
    pub recount: Vec<SkuId>,
}

/// To whom a session belongs, to ask what somebody may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionOwner {
    /// Where.
    pub facility: FacilityId,
    /// Of which count.
    pub count: CountId,
    /// Who counts.
    pub counter: PrincipalId,
}

/// Sums of a session's scans.
#[derive(Clone, Copy, Debug, Default, FromQueryResult)]
struct Sums {
    units: Option<i64>,
    skus: i64,
}

impl Store {
    /// To whom a session belongs.
    pub async fn count_session_owner(
        &self,
        id: CountSessionId,
    ) -> Result<Option<SessionOwner>, StoreError> {
        let row = count_sessions::Entity::find_by_id(id.0).one(&self.reader()).await?;
        Ok(row.map(|row| SessionOwner {
            facility: FacilityId(row.facility_id),
            count: CountId(row.count_id),
            counter: PrincipalId(row.counter_id),
        }))
    }

    /// The session with this id.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`].
    pub async fn count_session(&self, id: CountSessionId) -> Result<CountSession, SessionError> {
        let row = count_sessions::Entity::find_by_id(id.0).one(&self.reader()).await?;
        let row = row.ok_or(CountRefusal::Unknown("session"))?;
        Ok(self.session_of(row).await?)
    }

    /// The sessions of a count, in the order in which they began. There are at most
    /// [`onhand_domain::count::SESSIONS_MAX`].
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`] where the count does not lie within the scope.
    pub async fn list_count_sessions(
        &self,
        scope: &FacilityScope,
        count: CountId,
    ) -> Result<Vec<CountSession>, SessionError> {
        if self.count(scope, count).await?.is_none() {
            return Err(CountRefusal::Unknown("count").into());
        }
        let rows = count_sessions::Entity::find()
            .filter(count_sessions::Column::CountId.eq(count.0))
            .order_by_asc(count_sessions::Column::StartedAt)
            .order_by_asc(count_sessions::Column::Id)
            .all(&self.reader())
            .await?;
        Ok(self.sessions_of(rows).await?)
    }

    /// One row as it is shown.
    pub(in crate::counts) async fn session_of(
        &self,
        row: count_sessions::Model,
    ) -> Result<CountSession, StoreError> {
        let id = row.id;
        self.sessions_of(vec![row]).await?.pop().ok_or_else(|| StoreError::Inconsistent {
            table: "count_sessions",
            what: format!("{id} was read and is gone"),
        })
    }

    /// Rows as they are shown: a few queries, however many there are.
    async fn sessions_of(
        &self,
        rows: Vec<count_sessions::Model>,
    ) -> Result<Vec<CountSession>, StoreError> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let counters: BTreeSet<PrincipalId> =
            rows.iter().map(|row| PrincipalId(row.counter_id)).collect();
        let actors = self.actors(&counters).await?;
        let mut sums = self.sums(&ids).await?;
        let mut scans = self.scans_of(&ids).await?;
        let mut unknown = codes::unknown_of(&self.reader(), &ids).await?;
        let mut recounts = self.recounts(&rows).await?;
        rows.into_iter()
            .map(|row| {
                let status = status_of(&row)?;
                let counter = PrincipalId(row.counter_id);
                let sums = sums.remove(&row.id).unwrap_or_default();
                Ok(CountSession {
                    id: CountSessionId(row.id),
                    count: CountId(row.count_id),
                    facility: FacilityId(row.facility_id),
                    area: row.area,
                    round: row.round,
                    counter: actors.get(&counter).cloned().ok_or_else(|| nobody(counter))?,
                    device: row.device,
                    status,
                    started_at: Micros(row.started_at),
                    submitted_at: row.submitted_at.map(Micros),
                    units: sums.units.unwrap_or_default(),
                    skus: sums.skus,
                    scans: scans.remove(&row.id).unwrap_or_default(),
                    unknown_codes: unknown.remove(&row.id).unwrap_or_default(),
                    clock_offset: row.clock_offset,
                    recount: recounts.remove(&row.id).unwrap_or_default(),
                })
            })
            .collect()
    }

    async fn sums(&self, sessions: &[Uuid]) -> Result<HashMap<Uuid, Sums>, StoreError> {
        #[derive(FromQueryResult)]
        struct Row {
            session_id: Uuid,
            units: Option<i64>,
            skus: i64,
        }
        let rows: Vec<Row> = effective::counted()
            .column(count_scans::Column::SessionId)
            .expr_as(count_scans::Column::Quantity.sum().cast_as(Alias::new("BIGINT")), "units")
            .expr_as(effective::sku().count_distinct(), "skus")
            .filter(count_scans::Column::SessionId.is_in(sessions.iter().copied()))
            .filter(effective::sku().is_not_null())
            .group_by(count_scans::Column::SessionId)
            .into_model()
            .all(&self.reader())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.session_id, Sums { units: row.units, skus: row.skus }))
            .collect())
    }

    async fn scans_of(&self, sessions: &[Uuid]) -> Result<BTreeMap<Uuid, i64>, StoreError> {
        let rows: Vec<(Uuid, i64)> = count_scans::Entity::find()
            .select_only()
            .column(count_scans::Column::SessionId)
            .column_as(Expr::col(count_scans::Column::Id).count(), "scans")
            .filter(count_scans::Column::SessionId.is_in(sessions.iter().copied()))
            .group_by(count_scans::Column::SessionId)
            .into_tuple()
            .all(&self.reader())
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// What sessions of a recount are about. Sessions of a list belong to one count.
    async fn recounts(
        &self,
        rows: &[count_sessions::Model],
    ) -> Result<HashMap<Uuid, Vec<SkuId>>, StoreError> {
        let mut recounts = HashMap::new();
        let again = rows.iter().filter(|row| row.round > FIRST_ROUND);
        let Some(count) = again.clone().map(|row| CountId(row.count_id)).next() else {
            return Ok(recounts);
        };
        let waiting = waiting_lines(&self.reader(), count).await?;
        for row in again.filter(|row| row.count_id == count.0) {
            let own = waiting.iter().filter(|(_, round)| *round <= row.round);
            recounts.insert(row.id, own.map(|(sku, _)| *sku).collect());
        }
        Ok(recounts)
    }
}

fn nobody(id: PrincipalId) -> StoreError {
    StoreError::Inconsistent {
        table: "count_sessions",
        what: format!("its counter {id} is not there"),
    }
}
