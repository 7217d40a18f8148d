//! `POST /variances/preview`

use axum::{Json, extract::State};

use super::{
    NewVariance, answers,
    commands::{Grounds, MEMBERS},
};
use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::Asked,
        shapes::{VarianceAnswer, examples},
    },
    caller::Caller,
    extract::ApiJson,
    state::AppState,
};

/// Says what a variance would do. Nothing is written.
#[utoipa::path(
    post,
    path = "/variances/preview",
    operation_id = "preview_variance",
    tag = "variances",
    request_body(content = NewVariance, example = json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a",
        "sku_id": "01900000-0000-7000-8000-00000000000b",
        "quantity": -4, "reason": "damaged",
    })),
    responses((status = 200, description = "What would come of it", body = VarianceAnswer,
        example = json!(examples::would_post()))),
    extensions(("x-permission" = json!("variance.report"))),
)]
pub(crate) async fn preview_variance(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<NewVariance>,
) -> ApiResult<Json<VarianceAnswer>> {
    let variances = [body];
    let grounds = Grounds::of(&caller, &variances).await?;
    let [body] = &variances;
    let site = grounds.sites.get(&body.facility_id.into());
    let asked =
        Asked { pointer: "", members: MEMBERS, facility: site.map(|site| site.name.as_str()) };
    let command = grounds.command(&state, &caller, body, &asked)?;
    let outcome = state.store.preview(&[command]).await?.pop().ok_or_else(Problem::internal)?;
    let done = answers::done(outcome, &asked)?;
    answers::preview_answer(&state, &caller, done).await.map(Json)
}
