//! Variances that wait for somebody who may post them, with the facts to decide by.

use std::collections::BTreeSet;

use onhand_domain::{
    FacilityScope, Micros, Money, MovementId, Quantities, SkuId,
    request::{Because, Request, RequestStatus},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::labels::{Actor, Labels, SkuLabel, Wanted};
use crate::{Store, StoreError, entities::variance_requests};

/// A request with names and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestDetail {
    /// The request.
    pub request: Request,
    /// What it is about.
    pub sku: SkuLabel,
    /// What people read for the reason.
    pub reason_label: String,
    /// Who saw it.
    pub reported_by: Actor,
    /// Who decided.
    pub decided_by: Option<Actor>,
    /// The level as of now.
    pub level: Quantities,
    /// What approval would make of it; the same as `level` once decided.
    pub level_after: Quantities,
}

/// Which requests to list. The facilities are the scope's.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Only those that stand like this.
    pub status: Option<RequestStatus>,
    /// Only those about this SKU.
    pub sku: Option<SkuId>,
}

/// Where the next page starts: `reported_at` and id of the last entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCursor(i64, Uuid);

impl RequestCursor {
    /// The cursor of whatever comes after this request.
    pub const fn after(request: &Request) -> Self {
        Self(request.reported_at.0, request.id.0)
    }
}

impl Store {
    /// Requests, newest first, at most `limit`.
    pub async fn list_requests(
        &self,
        scope: &FacilityScope,
        filter: &RequestFilter,
        after: Option<RequestCursor>,
        limit: u64,
    ) -> Result<Vec<RequestDetail>, StoreError> {
        use variance_requests::Column as C;
        let within = match scope {
            FacilityScope::Only(ids) => Some(C::FacilityId.is_in(ids.iter().map(|id| id.0))),
            FacilityScope::All => None,
        };
        let older = after.map(|RequestCursor(at, id)| {
            let same = Condition::all().add(C::ReportedAt.eq(at)).add(C::Id.lt(id));
            Condition::any().add(C::ReportedAt.lt(at)).add(same)
        });
        let rows = variance_requests::Entity::find()
            .filter(
                Condition::all()
                    .add_option(within)
                    .add_option(filter.status.map(|status| C::Status.eq(status.code())))
                    .add_option(filter.sku.map(|sku| C::SkuId.eq(sku.0)))
                    .add_option(older),
            )
            .order_by_desc(C::ReportedAt)
            .order_by_desc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        let found = rows.into_iter().map(request_of).collect::<Result<Vec<_>, _>>()?;
        self.describe_requests(found).await
    }

    /// The request with this id.
    pub async fn request(&self, id: MovementId) -> Result<Option<Request>, StoreError> {
        let row = variance_requests::Entity::find_by_id(id.0).one(&self.reader()).await?;
        row.map(request_of).transpose()
    }

    /// Adds names and levels, in the same order.
    pub async fn describe_requests(
        &self,
        requests: Vec<Request>,
    ) -> Result<Vec<RequestDetail>, StoreError> {
        let reporters = requests.iter().map(|r| r.reported_by);
        let wanted = Wanted {
            skus: requests.iter().map(|r| r.sku).collect(),
            actors: reporters.chain(requests.iter().filter_map(|r| r.decided_by)).collect(),
            reasons: requests.iter().map(|r| r.reason.clone()).collect(),
        };
        let labels = Labels::load(self, &wanted).await?;
        let keys: BTreeSet<_> = requests.iter().map(|r| (r.facility, r.sku)).collect();
        let levels = self.quantities(&keys).await?;
        let detail = |request: Request| {
            let level = levels.get(&(request.facility, request.sku)).copied().unwrap_or_default();
            let reason = labels.reason(&request.reason);
            let ends = reason.map(|r| r.ends(request.quantity));
            let after = ends
                .filter(|_| request.status == RequestStatus::Pending)
                .and_then(|(from, to)| level.after(request.quantity.abs(), from, to).ok());
            Ok(RequestDetail {
                sku: labels.sku(request.sku)?,
                reason_label: reason.map_or(request.reason.clone(), |r| r.label.clone()),
                reported_by: labels.actor(request.reported_by)?,
                decided_by: request.decided_by.map(|id| labels.actor(id)).transpose()?,
                level,
                level_after: after.unwrap_or(level),
                request,
            })
        };
        requests.into_iter().map(detail).collect()
    }
}

fn request_of(row: variance_requests::Model) -> Result<Request, StoreError> {
    let impossible = |what: String| StoreError::Inconsistent { table: "variance_requests", what };
    let because = row
        .because
        .split_whitespace()
        .map(|code| Because::from_code(code).ok_or_else(|| impossible(format!("because {code:?}"))))
        .collect::<Result<_, _>>()?;
    let status = RequestStatus::from_code(&row.status)
        .ok_or_else(|| impossible(format!("the status {:?}", row.status)))?;
    let fingerprint = row
        .fingerprint
        .as_slice()
        .try_into()
        .map_err(|_| impossible(format!("a hash of {} bytes", row.fingerprint.len())))?;
    Ok(Request {
        id: row.id.into(),
        facility: row.facility_id.into(),
        sku: row.sku_id.into(),
        quantity: row.quantity,
        reason: row.reason,
        note: row.note,
        effective_at: Micros(row.effective_at),
        reported_by: row.reported_by.into(),
        reported_at: Micros(row.reported_at),
        device: row.device,
        because,
        value: row.value.map(Money),
        fingerprint,
        status,
        decided_by: row.decided_by.map(Into::into),
        decided_at: row.decided_at.map(Micros),
        decision_note: row.decision_note,
    })
}
