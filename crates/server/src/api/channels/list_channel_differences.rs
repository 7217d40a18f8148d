//! `GET /channels/{id}/differences`

use axum::{Json, extract::State};
use onhand_domain::channel::DifferenceClass;
use onhand_store::channels::{self as store, DifferenceCursor, DifferenceFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    channel,
    difference::{Difference, differences},
    examples, read_word, viewer,
};
use crate::{
    api::{ApiResult, shapes::codes},
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which differences.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListChannelDifferences {
    /// Only those that are certain, or only the others.
    confirmed: Option<bool>,
    /// Only those of this class.
    #[param(inline, value_type = Option<codes::DifferenceClass>)]
    class: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The levels at which the shop and the ledger differ beyond what is under way, by item.
#[utoipa::path(
    get,
    path = "/channels/{id}/differences",
    operation_id = "list_channel_differences",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel"), ListChannelDifferences),
    responses((status = 200, description = "A page of differences", body = Page<Difference>,
        example = json!({"items": [examples::difference()], "next_cursor": null}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channel_differences(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListChannelDifferences>,
) -> ApiResult<Json<Page<Difference>>> {
    let manages = viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let filter = DifferenceFilter {
        confirmed: query.confirmed,
        class: read_word("class", query.class.as_deref(), DifferenceClass::from_code)?,
    };
    let after: Option<DifferenceCursor> = start_after(query.cursor.as_ref())?;
    let limit = query.limit.rows();
    let rows = state.store.list_differences(found.id, &filter, after.as_ref(), limit).await?;
    let page = Page::new(rows, query.limit, DifferenceCursor::after, |row: store::Difference| row);
    let Page { items: rows, next_cursor } = page;
    let items = differences(&state, found.id, manages, rows).await?;
    Ok(Json(Page { items, next_cursor }))
}
