//! A session as the API shows it, and who may do what with it.

use axum::http::StatusCode;
use onhand_domain::{CountSessionId, Permission, count};
use onhand_store::counts::{self, SessionOwner};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Problem,
    api::{Actor, ApiResult},
    caller::{Authorised, Caller},
    state::AppState,
    wire::ApiTime,
};

/// Microseconds of a millisecond.
pub(super) const MICROS_PER_MILLI: i64 = 1_000;

/// How a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionStatus {
    /// Takes scans.
    Open,
    /// Its counter is done.
    Submitted,
    /// Counts no more; its scans stay on record.
    Discarded,
}

/// One person's share of a count, on one device. Nothing in it says what the record expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountSession {
    /// Made by the device.
    id: Uuid,
    /// Of which count.
    count_id: Uuid,
    /// Where.
    facility_id: Uuid,
    /// Which part of the facility.
    #[schema(example = "Back room")]
    area: Option<String>,
    /// 1, and more in a recount.
    round: i64,
    /// Who counts.
    counter: Actor,
    /// The device, as it names itself.
    device: Option<String>,
    /// How it stands.
    status: SessionStatus,
    /// When it began.
    started_at: ApiTime,
    /// When its counter was done.
    submitted_at: Option<ApiTime>,
    /// Units seen of known SKUs.
    units: i64,
    /// SKUs seen.
    skus: i64,
    /// Scans on the server, undone and late ones as well.
    scans: i64,
    /// Codes of which nobody has said what they are.
    unknown_codes: i64,
    /// Server clock − device clock at the last sending.
    clock_offset_ms: Option<i64>,
    /// What is to be counted again, in a recount.
    recount_sku_ids: Vec<Uuid>,
}

impl From<counts::CountSession> for CountSession {
    fn from(session: counts::CountSession) -> Self {
        Self {
            id: session.id.0,
            count_id: session.count.0,
            facility_id: session.facility.0,
            area: session.area,
            round: session.round,
            counter: session.counter.into(),
            device: session.device,
            status: match session.status {
                count::SessionStatus::Open => SessionStatus::Open,
                count::SessionStatus::Submitted => SessionStatus::Submitted,
                count::SessionStatus::Discarded => SessionStatus::Discarded,
            },
            started_at: ApiTime(session.started_at),
            submitted_at: session.submitted_at.map(ApiTime),
            units: session.units,
            skus: session.skus,
            scans: session.scans,
            unknown_codes: session.unknown_codes,
            clock_offset_ms: session.clock_offset.map(|offset| offset / MICROS_PER_MILLI),
            recount_sku_ids: session.recount.into_iter().map(|sku| sku.0).collect(),
        }
    }
}

/// A session for whoever it belongs to and counts there, or manages counts there. One at a
/// facility where the caller has nothing to do with counts is as unknown as one that does not
/// exist.
pub(super) async fn own_or_managed(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
) -> ApiResult<(SessionOwner, Authorised)> {
    let owner = state.store.count_session_owner(CountSessionId(id)).await?;
    let own = owner.is_some_and(|owner| owner.counter == caller.id());
    let permission = if own { Permission::CountCount } else { Permission::CountManage };
    authorised(caller, owner, permission).await
}

/// A session for whoever holds the permission where it is.
pub(super) async fn with_permission(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
    permission: Permission,
) -> ApiResult<(SessionOwner, Authorised)> {
    let owner = state.store.count_session_owner(CountSessionId(id)).await?;
    authorised(caller, owner, permission).await
}

async fn authorised(
    caller: &Caller,
    owner: Option<SessionOwner>,
    permission: Permission,
) -> ApiResult<(SessionOwner, Authorised)> {
    let Some(owner) = owner else {
        // Whoever may do it nowhere is told so, and not which ids there are.
        caller.scope(permission).await?;
        return Err(Problem::unknown("session"));
    };
    match caller.authorise(permission, Some(owner.facility)).await {
        Ok(allowed) => Ok((owner, allowed)),
        // Its counter knows of it, also when they are not let in any more.
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            let own = owner.counter == caller.id();
            let seen = caller.access().may(Permission::CountCount, owner.facility);
            let known = own || seen;
            Err(if known {
                Problem::not_permitted(permission)
            } else {
                Problem::unknown("session")
            })
        }
        Err(problem) => Err(problem),
    }
}
