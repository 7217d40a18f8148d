//! `POST /counts/{id}/cancel`

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, Permission};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Count, authorised, count_for, examples};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelCount {
    /// For whoever asks later.
    reason: Option<String>,
}

/// Gives a count up; once more changes nothing. Its scans stay on record.
#[utoipa::path(
    post,
    path = "/counts/{id}/cancel",
    operation_id = "cancel_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = CancelCount, example = json!({"reason": "stocktaking tomorrow"})),
    responses((status = 200, description = "The count", body = Count,
        example = json!(examples::count_that_is("cancelled")))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn cancel_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<CancelCount>,
) -> ApiResult<Json<Count>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountManage, id).await?;
    let scope = FacilityScope::Only([count.facility].into());
    let reason = body.reason.as_deref();
    let count = state.store.cancel_count(&allowed.by, &scope, count.id, reason).await?;
    count_for(&state, &caller, count).await.map(Json)
}
