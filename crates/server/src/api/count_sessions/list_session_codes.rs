//! `GET /count-sessions/{id}/codes`

use axum::{Json, extract::State};
use onhand_domain::CountSessionId;
use onhand_store::counts;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{examples, shape::own_or_managed};
use crate::{
    api::{ApiResult, shapes::SkuRef},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
    wire::ApiTime,
};

/// A code that named no SKU, or several, when it was scanned, with the scans around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SessionCode {
    /// What was read.
    #[schema(example = "4006381333931")]
    code: String,
    /// Units that were scanned with it.
    quantity: i64,
    /// How often.
    scans: i64,
    /// When, for the first time.
    first_scanned_at: ApiTime,
    /// What was scanned before that.
    before: Option<SkuRef>,
    /// What was scanned after it.
    after: Option<SkuRef>,
    /// What it is, as somebody has said.
    sku: Option<SkuRef>,
    /// Whether somebody has said that it is nothing to count.
    removed: bool,
}

impl From<counts::SessionCode> for SessionCode {
    fn from(code: counts::SessionCode) -> Self {
        Self {
            code: code.code,
            quantity: code.quantity,
            scans: code.scans,
            first_scanned_at: ApiTime(code.first_scanned_at),
            before: code.before.map(Into::into),
            after: code.after.map(Into::into),
            sku: code.sku.map(Into::into),
            removed: code.removed,
        }
    }
}

/// Codes of a session: at most 500.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionCodes {
    /// Those that wait first, then in the order in which they were scanned.
    items: Vec<SessionCode>,
}

/// The codes of a session that named no SKU, or several. For its counter, or for whoever manages
/// counts there.
#[utoipa::path(
    get,
    path = "/count-sessions/{id}/codes",
    operation_id = "list_session_codes",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session")),
    responses((status = 200, description = "The codes", body = SessionCodes,
        example = json!({"items": [examples::code()]}))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn list_session_codes(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<SessionCodes>> {
    own_or_managed(&state, &caller, id).await?;
    let codes = state.store.session_codes(CountSessionId(id)).await?;
    Ok(Json(SessionCodes { items: codes.into_iter().map(Into::into).collect() }))
}
