//! `POST /variances`

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
    caller::{ANEW_MAX, Caller, RememberedCaller},
    extract::ApiJson,
    state::AppState,
};

/// Logs a variance: −1 damaged, +2 found.
///
/// It is posted at once where the caller may (`variance.post`, within their limits), and becomes
/// a request where they may report only or where it is above their limits.
#[utoipa::path(
    post,
    path = "/variances",
    operation_id = "create_variance",
    tag = "variances",
    request_body(content = NewVariance, example = json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a",
        "sku_id": "01900000-0000-7000-8000-00000000000b",
        "quantity": -1, "reason": "damaged", "note": "sole torn",
    })),
    responses((status = 200, description = "What came of it", body = VarianceAnswer,
        example = json!(examples::posted()))),
    extensions(("x-permission" = json!("variance.report"))),
)]
pub(crate) async fn create_variance(
    State(state): State<AppState>,
    caller: RememberedCaller,
    ApiJson(body): ApiJson<NewVariance>,
) -> ApiResult<Json<VarianceAnswer>> {
    let mut caller = caller.into_caller();
    for _ in 0..ANEW_MAX {
        match create(&state, &caller, &body).await {
            Err(problem) => caller = caller.anew(problem).await?,
            Ok(answer) => return Ok(Json(answer)),
        }
    }
    create(&state, &caller, &body).await.map(Json)
}

async fn create(
    state: &AppState,
    caller: &Caller,
    body: &NewVariance,
) -> ApiResult<VarianceAnswer> {
    let grounds = Grounds::of(caller, std::slice::from_ref(body)).await?;
    let site = grounds.sites.get(&body.facility_id.into());
    let asked =
        Asked { pointer: "", members: MEMBERS, facility: site.map(|site| site.name.as_str()) };
    let command = grounds.command(state, caller, body, &asked)?;
    let version = caller.directory().version();
    let outcome = state.store.post_as_of(version, vec![command]).await?.pop();
    let done = answers::done(outcome.ok_or_else(Problem::internal)?, &asked)?;
    answers::answers_to_new(state, caller, vec![done]).await?.pop().ok_or_else(Problem::internal)
}
