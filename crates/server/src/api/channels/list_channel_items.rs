//! `GET /channels/{id}/items`

use axum::{Json, extract::State};
use onhand_domain::channel::ItemProblem;
use onhand_store::channels::{ItemCursor, ItemFilter, ItemMatch};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    channel, examples,
    item::{ChannelItem, items},
    read_word, viewer,
};
use crate::{
    api::{ApiResult, shapes::codes},
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which items.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListChannelItems {
    /// Only those with this problem.
    #[param(inline, value_type = Option<codes::ItemProblem>)]
    problem: Option<String>,
    /// Only the one that is this SKU.
    sku_id: Option<Uuid>,
    /// Only those that are a SKU and take no part yet.
    #[serde(default)]
    #[param(required = false)]
    not_live: bool,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The items of a shop as they were read last, by the shop's ids, with what they are here.
#[utoipa::path(
    get,
    path = "/channels/{id}/items",
    operation_id = "list_channel_items",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel"), ListChannelItems),
    responses((status = 200, description = "A page of items", body = Page<ChannelItem>,
        example = json!({"items": [examples::item()], "next_cursor": null}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channel_items(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListChannelItems>,
) -> ApiResult<Json<Page<ChannelItem>>> {
    viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let filter = ItemFilter {
        problem: read_word("problem", query.problem.as_deref(), ItemProblem::from_code)?,
        sku: query.sku_id.map(Into::into),
        not_live: query.not_live,
    };
    let after: Option<ItemCursor> = start_after(query.cursor.as_ref())?;
    let limit = query.limit.rows();
    let rows = state.store.list_channel_items(found.id, &filter, after.as_ref(), limit).await?;
    let page = Page::new(rows, query.limit, ItemCursor::after, |row: ItemMatch| row);
    let Page { items: rows, next_cursor } = page;
    Ok(Json(Page { items: items(&state, rows).await?, next_cursor }))
}
