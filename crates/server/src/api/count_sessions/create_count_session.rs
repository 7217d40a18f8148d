//! `POST /counts/{id}/sessions`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{CountSessionId, FacilityScope, Permission};
use onhand_store::counts::NewSession;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{examples, shape::CountSession};
use crate::{
    api::{ApiResult, counts::authorised},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::ApiTime,
};

/// A session that is to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCountSession {
    /// Made by the device: the same again is a retry.
    id: Uuid,
    /// Which part of the facility.
    #[schema(example = "Back room", max_length = 120)]
    area: Option<String>,
    /// The device, as it names itself.
    #[schema(example = "Handheld 3", max_length = 120)]
    device: Option<String>,
    /// When it began, by the device's clock, where that was without network.
    started_at: Option<ApiTime>,
    /// What the device's clock shows at sending: not part of the content that a retry repeats.
    sent_at: Option<ApiTime>,
}

/// Begins a session of the caller. Many may count at once, also in one area. The count must be
/// open, or lines of it must wait for a recount.
///
/// A session that a device began in time (`started_at`), but tells of only once the counting is
/// over, is there at once as `submitted`, and its scans are kept as late ones.
#[utoipa::path(
    post,
    path = "/counts/{id}/sessions",
    operation_id = "create_count_session",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = CreateCountSession, example = json!({
        "id": "01900000-0000-7000-8000-000000000002", "area": "Back room",
        "device": "Handheld 3",
    })),
    responses((status = 201, description = "The session", body = CountSession,
        example = json!(examples::session()))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn create_count_session(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<CreateCountSession>,
) -> ApiResult<(StatusCode, Json<CountSession>)> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountCount, id).await?;
    let new = NewSession {
        id: CountSessionId(body.id),
        count: count.id,
        area: body.area,
        device: body.device,
        started_at: body.started_at.map(|at| at.0),
        sent_at: body.sent_at.map(|at| at.0),
    };
    let scope = FacilityScope::Only([count.facility].into());
    let session = state.store.start_count_session(&allowed.by, &scope, &new).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}
