//! `POST /counts/{id}/undo`

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, Permission, SkuId};
use onhand_store::counts::Undone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::close_count::reviewing;
use crate::{
    api::{ApiResult, counts::authorised, variances::said},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Lines that are to be taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoCount {
    /// Made by the client. A line is taken back at most once, whatever stands here.
    #[serde(rename = "id")]
    _id: Uuid,
    /// These; all where absent.
    sku_ids: Option<Vec<Uuid>>,
    /// What the person wants to say.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// A line that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UndoneLine {
    /// Which.
    sku_id: Uuid,
    /// The reversal of its movement; null where the line had found no difference.
    movement_id: Option<Uuid>,
}

/// What was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UndoneLines {
    /// The lines.
    undone: Vec<UndoneLine>,
}

/// Takes posted lines back, all or none: the stock is as if they had not been counted, whatever
/// came in between.
#[utoipa::path(
    post,
    path = "/counts/{id}/undo",
    operation_id = "undo_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = UndoCount, example = json!({
        "id": "01900000-0000-7000-8000-000000000002", "sku_ids": null, "note": "wrong shelf",
    })),
    responses((status = 200, description = "What was taken back", body = UndoneLines,
        example = json!({"undone": [{"sku_id": "01900000-0000-7000-8000-00000000000b",
            "movement_id": "01900000-0000-8000-8000-00000000000c"}]}))),
    extensions(("x-permission" = json!("count.review"))),
)]
pub(crate) async fn undo_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<UndoCount>,
) -> ApiResult<Json<UndoneLines>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountReview, id).await?;
    let scope = FacilityScope::Only([count.facility].into());
    let authority = reviewing(&state, &caller, count.facility, &allowed.by.rule).await?;
    let only = body.sku_ids.map(|ids| ids.into_iter().map(SkuId).collect::<BTreeSet<_>>());
    let note = said(body.note.as_deref());
    let why = (&authority, note.as_deref());
    let undone = state.store.undo_count(&allowed.by, &scope, count.id, only.as_ref(), why).await?;
    let line = |undone: Undone| UndoneLine {
        sku_id: undone.sku.0,
        movement_id: undone.movement.map(|id| id.0),
    };
    Ok(Json(UndoneLines { undone: undone.into_iter().map(line).collect() }))
}
