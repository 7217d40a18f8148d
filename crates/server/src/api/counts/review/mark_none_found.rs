//! `POST /counts/{id}/none-found`

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{
    FacilityScope, Permission, SkuId,
    count::{CountKind, LINES_MAX},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::viewer::Viewer;
use crate::{
    Problem,
    api::{ApiResult, counts::authorised},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// What nobody found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkNoneFound {
    /// These; all that nobody has seen yet where absent.
    sku_ids: Option<Vec<Uuid>>,
}

/// How many lines were marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct NoneFound {
    /// Lines that are observed as 0 by it.
    marked: usize,
}

/// Somebody has looked and found none: SKUs that are on the list, or on record, and that nobody
/// has seen are observed as 0, now. What was seen stays as it is.
///
/// Who counts in a part of a facility can't know that there is none elsewhere: of a named area
/// nothing is marked.
#[utoipa::path(
    post,
    path = "/counts/{id}/none-found",
    operation_id = "mark_none_found",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = MarkNoneFound, example = json!({"sku_ids": null})),
    responses((status = 200, description = "How many", body = NoneFound,
        example = json!({"marked": 3}))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn mark_none_found(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<MarkNoneFound>,
) -> ApiResult<Json<NoneFound>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountCount, id).await?;
    if !caller.access().may(Permission::CountManage, count.facility) {
        let detail = state.store.describe_count(caller.id(), count.clone()).await?;
        if !detail.is_for(caller.id()) {
            return Err(Problem::not_permitted(Permission::CountManage));
        }
    }
    let only = body.sku_ids.map(|ids| ids.into_iter().map(SkuId).collect::<BTreeSet<_>>());
    if only.as_ref().is_some_and(|only| only.len() > LINES_MAX) {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "too-many", "That is too much for once")
            .at("/sku_ids", format!("at most {LINES_MAX}"))
            .with("max", LINES_MAX));
    }
    // How many there are that nobody saw says what the record has.
    let tells = only.is_none() && count.kind == CountKind::Area;
    if tells && !Viewer::of(&caller, count.facility).sees {
        let title = "You don't see what the record has here";
        return Err(Problem::new(StatusCode::FORBIDDEN, "expected-hidden", title)
            .detail("name the SKUs that you have looked for")
            .at("/sku_ids", "name them"));
    }
    let scope = FacilityScope::Only([count.facility].into());
    let marked = state.store.mark_none_found(&allowed.by, &scope, count.id, only.as_ref()).await?;
    Ok(Json(NoneFound { marked }))
}
