//! `POST /variances/{id}/reversal`

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{
    MovementId, Permission,
    plan::command::{Body, Command, Mandate, Reverse},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answers,
    commands::{authority, said},
};
use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::Asked,
        shapes::{VarianceAnswer, examples},
    },
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// An undo.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReverseVariance {
    /// Made by the client; becomes the reversal's.
    id: Uuid,
    /// What the person wants to say.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// Undoes a variance: stock, evidence and risk come back. Once only; the reversal itself stands
/// in the history.
///
/// Other movements that are reversible by themselves (a receipt that was a mistake) are undone
/// the same way.
#[utoipa::path(
    post,
    path = "/variances/{id}/reversal",
    operation_id = "reverse_variance",
    tag = "variances",
    params(("id" = Uuid, Path, description = "The variance")),
    request_body(content = ReverseVariance, example = json!({
        "id": "01900000-0000-7000-8000-000000000002", "note": "wrong shoe",
    })),
    responses((status = 200, description = "The reversal", body = VarianceAnswer,
        example = json!(examples::reversed()))),
    extensions(("x-permission" = json!("variance.post"))),
)]
pub(crate) async fn reverse_variance(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<ReverseVariance>,
) -> ApiResult<Json<VarianceAnswer>> {
    let unknown = || Problem::unknown("movement");
    let target = state.store.movement(MovementId(id)).await?;
    let Some(target) = target else {
        // Whoever may not undo anywhere is told so, and not which ids there are.
        caller.scope(Permission::VariancePost).await?;
        return Err(unknown());
    };
    let permission = Permission::VariancePost;
    let authorised = caller.authorise(permission, Some(target.facility)).await;
    let authorised = authorised.map_err(|problem| match problem.status() {
        StatusCode::NOT_FOUND => unknown(),
        _ => problem,
    })?;
    let limits = caller.access().limits(permission, target.facility);
    let limits = limits.ok_or_else(|| Problem::not_permitted(permission))?;
    let sites = state.store.sites(&BTreeSet::from([target.facility])).await?;
    let site = sites.get(&target.facility).ok_or_else(unknown)?;
    let mandate = Mandate::Post(limits);
    let authority = authority(&state, &caller, site, mandate, authorised.by.rule, None);
    let reverse =
        Reverse { id: body.id.into(), target: target.id, note: said(body.note.as_deref()) };
    let command = Command { authority, body: Body::Reverse(reverse) };
    let outcome = state.store.post(vec![command]).await?.pop().ok_or_else(Problem::internal)?;
    let asked = Asked { pointer: "", members: &["id", "note"], facility: Some(&site.name) };
    answers::answer_posted(&state, &caller, outcome, &asked).await.map(Json)
}
