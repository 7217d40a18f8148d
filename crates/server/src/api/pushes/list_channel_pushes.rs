//! `GET /channels/{id}/pushes`

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, channel::PushStatus};
use onhand_store::channels::{self as store, PushCursor, PushFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Push, example, pushes};
use crate::{
    api::{
        ApiResult,
        channels::{channel, read_word, viewer},
        shapes::codes,
    },
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which pushes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListChannelPushes {
    /// Only those that stand like this.
    #[param(inline, value_type = Option<codes::PushStatus>)]
    status: Option<String>,
    /// Only those of this SKU.
    sku_id: Option<Uuid>,
    /// Only those of this movement.
    movement_id: Option<Uuid>,
    /// Only what is not over.
    #[serde(default)]
    #[param(required = false)]
    open: bool,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// What a shop was told, is told and is to be told, newest first.
#[utoipa::path(
    get,
    path = "/channels/{id}/pushes",
    operation_id = "list_channel_pushes",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel"), ListChannelPushes),
    responses((status = 200, description = "A page of pushes", body = Page<Push>,
        example = json!({"items": [example()], "next_cursor": null}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channel_pushes(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListChannelPushes>,
) -> ApiResult<Json<Page<Push>>> {
    let manages = viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let filter = PushFilter {
        channel: Some(found.id),
        status: read_word("status", query.status.as_deref(), PushStatus::from_code)?,
        sku: query.sku_id.map(Into::into),
        movements: query.movement_id.map(|id| vec![id.into()]),
        open: query.open,
    };
    let after: Option<PushCursor> = start_after(query.cursor.as_ref())?;
    // Whoever sees a shop sees all of it.
    let scope = FacilityScope::All;
    let rows = state.store.list_pushes(&scope, &filter, after, query.limit.rows()).await?;
    let page = Page::new(rows, query.limit, PushCursor::after, |row: store::Push| row);
    let Page { items: rows, next_cursor } = page;
    Ok(Json(Page { items: pushes(&state, found.id, manages, rows).await?, next_cursor }))
}
