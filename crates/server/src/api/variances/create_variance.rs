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
    caller::Caller,
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
    caller: Caller,
    ApiJson(body): ApiJson<NewVariance>,
) -> ApiResult<Json<VarianceAnswer>> {
    let variances = [body];
    let grounds = Grounds::of(&state, &caller, &variances).await?;
    let [body] = &variances;
    let site = grounds.sites.get(&body.facility_id.into());
    let asked =
        Asked { pointer: "", members: MEMBERS, facility: site.map(|site| site.name.as_str()) };
    let command = grounds.command(&state, &caller, body, &asked)?;
    let outcome = state.store.post(vec![command]).await?.pop().ok_or_else(Problem::internal)?;
    answers::answer_posted(&state, &caller, outcome, &asked).await.map(Json)
}
