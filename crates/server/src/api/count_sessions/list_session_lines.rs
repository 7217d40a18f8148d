//! `GET /count-sessions/{id}/lines`

use axum::{Json, extract::State};
use onhand_domain::CountSessionId;
use onhand_store::counts::{self, SessionLineCursor};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{examples, shape::own_or_managed};
use crate::{
    api::{ApiResult, shapes::SkuRef},
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{ApiTime, Cursor, Limit, Page, start_after},
};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionLinesQuery {
    /// Where the page starts.
    cursor: Option<Cursor>,
    /// How many lines.
    limit: Option<Limit>,
}

/// A SKU that a session has seen. What the record expects is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SessionLine {
    /// What.
    sku: SkuRef,
    /// Units that this session has seen.
    #[schema(example = 12)]
    counted: i64,
    /// Whether it is asked for.
    listed: bool,
    /// When the last one was seen.
    last_scanned_at: ApiTime,
}

impl From<counts::SessionLine> for SessionLine {
    fn from(line: counts::SessionLine) -> Self {
        Self {
            sku: line.sku.into(),
            counted: line.counted,
            listed: line.listed,
            last_scanned_at: ApiTime(line.last_scanned_at),
        }
    }
}

/// What a session has seen, the last seen first. For its counter, or for whoever manages counts
/// there.
#[utoipa::path(
    get,
    path = "/count-sessions/{id}/lines",
    operation_id = "list_session_lines",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session"), SessionLinesQuery),
    responses((status = 200, description = "The lines", body = Page<SessionLine>,
        example = json!({"items": [{
            "sku": examples::sku(), "counted": 12, "listed": true,
            "last_scanned_at": "2026-03-01T09:30:00Z",
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn list_session_lines(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<SessionLinesQuery>,
) -> ApiResult<Json<Page<SessionLine>>> {
    own_or_managed(&state, &caller, id).await?;
    let after: Option<SessionLineCursor> = start_after(query.cursor.as_ref())?;
    let limit = query.limit.unwrap_or_default();
    let lines = state.store.session_lines(CountSessionId(id), after, limit.rows()).await?;
    let key = |line: &counts::SessionLine| SessionLineCursor {
        last_scanned_at: line.last_scanned_at,
        sku: line.sku.id,
    };
    Ok(Json(Page::new(lines, limit, key, SessionLine::from)))
}
