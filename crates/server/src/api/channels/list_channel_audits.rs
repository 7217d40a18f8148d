//! `GET /channels/{id}/audits`

use axum::{Json, extract::State};
use onhand_store::channels::AuditCursor;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{channel, examples, jobs::Audit, viewer};
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which audits.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListChannelAudits {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The audits of a shop, newest first: every level of it against the ledger.
#[utoipa::path(
    get,
    path = "/channels/{id}/audits",
    operation_id = "list_channel_audits",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel"), ListChannelAudits),
    responses((status = 200, description = "A page of audits", body = Page<Audit>,
        example = json!({"items": [examples::audit()], "next_cursor": null}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channel_audits(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListChannelAudits>,
) -> ApiResult<Json<Page<Audit>>> {
    viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let after: Option<AuditCursor> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_audits(found.id, after, query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, AuditCursor::after, Audit::from)))
}
