//! `GET /settings`

use axum::{Json, extract::State};
use onhand_domain::Permission;

use super::Settings;
use crate::{api::ApiResult, caller::Caller, state::AppState};

/// What holds for the retailer as a whole.
#[utoipa::path(
    get,
    path = "/settings",
    operation_id = "get_settings",
    tag = "settings",
    responses((status = 200, description = "The settings", body = Settings,
        example = json!({"currency": "EUR", "currencies": ["CHF", "EUR", "USD"]}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn get_settings(
    State(state): State<AppState>,
    caller: Caller,
) -> ApiResult<Json<Settings>> {
    // Whoever sees stock sees amounts, and has to know what they are in.
    caller.scope(Permission::StockView).await?;
    Ok(Json(state.store.settings().await?.into()))
}
