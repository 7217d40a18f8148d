//! `GET /channels/{id}/deliveries`

use axum::{Json, extract::State};
use onhand_store::channels::{DeliveryCursor, DeliveryFilter, DeliveryStatus};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    channel,
    delivery::{ChannelDelivery, example},
    read_word, viewer,
};
use crate::{
    api::{ApiResult, shapes::codes},
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListChannelDeliveries {
    /// Only those that stand like this.
    #[param(inline, value_type = Option<codes::DeliveryStatus>)]
    status: Option<String>,
    /// Only those of which something was left out, or that failed.
    #[serde(default)]
    problems: bool,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// What the shop has told, the latest first: which of its orders, levels and items were looked at
/// for it, and what could not be followed. Those that are over are forgotten after some days.
#[utoipa::path(
    get,
    path = "/channels/{id}/deliveries",
    operation_id = "list_channel_deliveries",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel"), ListChannelDeliveries),
    responses((status = 200, description = "A page of messages", body = Page<ChannelDelivery>,
        example = json!({"items": [example()], "next_cursor": null}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channel_deliveries(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListChannelDeliveries>,
) -> ApiResult<Json<Page<ChannelDelivery>>> {
    let manages = viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let filter = DeliveryFilter {
        status: read_word("status", query.status.as_deref(), DeliveryStatus::from_code)?,
        with_problem: query.problems,
    };
    let after: Option<DeliveryCursor> = start_after(query.cursor.as_ref())?;
    let limit = query.limit.rows();
    let rows = state.store.list_deliveries(found.id, filter, after, limit).await?;
    let shown = |row| ChannelDelivery::seen(row, manages);
    Ok(Json(Page::new(rows, query.limit, DeliveryCursor::after, shown)))
}
