//! `PUT /channels/{id}/items/{number}/sku`

use axum::{Json, extract::State};
use onhand_domain::SkuId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    channel, examples,
    item::{ChannelItem, item_named, items},
    manager,
};
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::nullable,
};

/// Which SKU an item is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutChannelItemSku {
    /// The SKU; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>, required)]
    #[expect(clippy::option_option, reason = "absent, null and a value are three things")]
    sku_id: Option<Option<Uuid>>,
}

/// Says which SKU an item of the shop is, or that it is none. No later reading changes it.
#[utoipa::path(
    put,
    path = "/channels/{id}/items/{number}/sku",
    operation_id = "put_channel_item_sku",
    tag = "channels",
    params(
        ("id" = Uuid, Path, description = "The channel"),
        ("number" = String, Path, description = "The last part of the shop's id of the item",
            example = "1"),
    ),
    request_body(content = PutChannelItemSku, example = json!({
        "sku_id": "01900000-0000-7000-8000-00000000000b",
    })),
    responses((status = 200, description = "The item", body = ChannelItem,
        example = json!(examples::item()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn put_channel_item_sku(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, number)): ApiPath<(Uuid, String)>,
    ApiJson(body): ApiJson<PutChannelItemSku>,
) -> ApiResult<Json<ChannelItem>> {
    let by = manager(&caller).await?.by;
    let found = channel(&state, id).await?;
    let item = item_named(&number);
    let missing = || Problem::invalid("/sku_id", "name the SKU, or null where it is none");
    let sku = body.sku_id.ok_or_else(missing)?.map(SkuId);
    state.store.match_channel_item(&by, found.id, &item, sku).await?;
    let row = state.store.find_channel_item(found.id, &item).await?;
    let shown = items(&state, row.into_iter().collect()).await?.pop();
    shown.map(Json).ok_or_else(|| Problem::unknown("item"))
}
