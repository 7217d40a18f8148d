//! `POST /count-sessions/{id}/codes`

use axum::{Json, extract::State};
use onhand_domain::{CountSessionId, Permission, SkuId};
use onhand_store::counts::CodeMatch;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{examples, list_session_codes::SessionCode, shape::own_or_managed};
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::nullable,
};

/// What a code is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchCode {
    /// As it was read.
    #[schema(example = "4006381333931", max_length = 200)]
    code: String,
    /// What it is; null where its scans shall not count.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    #[expect(clippy::option_option, reason = "what is forgotten is not what is taken out")]
    sku_id: Option<Option<Uuid>>,
    /// Whether the SKU is found by it from now on, everywhere.
    #[serde(default)]
    save_barcode: bool,
}

/// Says what a code of a session is, or that it is nothing; also otherwise than before. For its
/// counter, or for whoever manages counts there; `save_barcode` needs `catalog.import` there.
///
/// A code that was taken out and is scanned again waits again.
#[utoipa::path(
    post,
    path = "/count-sessions/{id}/codes",
    operation_id = "match_code",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session")),
    request_body(content = MatchCode, example = json!({
        "code": "4006381333931", "sku_id": "01900000-0000-7000-8000-00000000000b",
    })),
    responses((status = 200, description = "The code", body = SessionCode,
        example = json!(examples::code()))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn match_code(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<MatchCode>,
) -> ApiResult<Json<SessionCode>> {
    let (owner, mut allowed) = own_or_managed(&state, &caller, id).await?;
    let Some(sku) = body.sku_id else {
        return Err(Problem::invalid("/sku_id", "say which SKU it is, or null for none"));
    };
    if body.save_barcode {
        if sku.is_none() {
            return Err(Problem::invalid("/save_barcode", "can't be saved for no SKU"));
        }
        allowed = caller.authorise_blindly(Permission::CatalogImport, owner.facility).await?;
    }
    let said = CodeMatch { code: body.code, sku: sku.map(SkuId), save: body.save_barcode };
    let code = state.store.match_session_code(&allowed.by, CountSessionId(id), &said).await?;
    Ok(Json(code.into()))
}
