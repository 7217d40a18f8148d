//! `GET /variances`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::stock::{MovementCursor, MovementDetail};

use super::filter::variance_query;
use crate::{
    api::{
        ApiResult,
        shapes::{Movement, examples, movements_seen},
    },
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

variance_query! {
    /// Which variances.
    ListVariances {
        /// The `next_cursor` of the page before.
        cursor: Option<Cursor>,
        /// Entries of the page.
        #[serde(default)]
        #[param(required = false)]
        limit: Limit,
    }
}

/// Variances and their reversals, newest first.
#[utoipa::path(
    get,
    path = "/variances",
    operation_id = "list_variances",
    tag = "variances",
    params(ListVariances),
    responses((status = 200, description = "A page of movements", body = Page<Movement>,
        example = json!({"items": [examples::movement_on_its_way()], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_variances(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListVariances>,
) -> ApiResult<Json<Page<Movement>>> {
    let scope = query.scope(&caller, Permission::StockView).await?;
    let after: Option<MovementCursor> = start_after(query.cursor.as_ref())?;
    let limit = query.limit.rows();
    let rows = state.store.list_movements(&scope, &query.filter(), after, limit).await?;
    let key = |detail: &MovementDetail| MovementCursor::after(&detail.movement);
    let Page { items: rows, next_cursor } = Page::new(rows, query.limit, key, |row| row);
    Ok(Json(Page { items: movements_seen(&state, caller.access(), rows).await?, next_cursor }))
}
