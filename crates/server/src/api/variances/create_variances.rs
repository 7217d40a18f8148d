//! `POST /variances/bulk`

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    NewVariance, answers,
    answers::Done,
    commands::{Grounds, MEMBERS},
};
use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::Asked,
        shapes::{VarianceAnswer, codes},
    },
    caller::{ANEW_MAX, Caller, RememberedCaller},
    extract::ApiJson,
    state::AppState,
};

/// Most variances of one call.
pub(crate) const VARIANCES_MAX: usize = 1_000;

/// Several variances, as when a box of damaged goods is scanned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateVariances {
    /// At most 1,000; each is done or refused by itself.
    #[schema(max_items = 1_000)]
    variances: Vec<NewVariance>,
}

/// What came of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VarianceResults {
    /// In the order asked.
    results: Vec<VarianceResult>,
}

/// What came of one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum VarianceResult {
    /// It was posted or requested.
    Done(Box<VarianceAnswer>),
    /// It was refused; nothing of it was written.
    Rejected(Box<RejectedVariance>),
}

/// A variance that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectedVariance {
    /// The id that the client made.
    id: Uuid,
    /// `rejected`.
    #[schema(value_type = codes::Rejected, example = "rejected")]
    status: &'static str,
    /// Why; its pointers lead into the body of the call.
    problem: Problem,
}

/// Logs several variances, each with a result of its own.
#[utoipa::path(
    post,
    path = "/variances/bulk",
    operation_id = "create_variances",
    tag = "variances",
    request_body(content = CreateVariances, example = json!({"variances": [{
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a",
        "sku_id": "01900000-0000-7000-8000-00000000000b",
        "quantity": -1, "reason": "damaged",
    }]})),
    responses((status = 200, description = "What came of each", body = VarianceResults,
        example = json!({"results": [{
            "id": "01900000-0000-7000-8000-000000000001", "status": "rejected",
            "problem": {
                "type": "urn:onhand:problem:zero-quantity", "title": "Nothing would change",
                "status": 422, "detail": "The quantity is 0: nothing would change.",
                "errors": [{"pointer": "/variances/0/quantity",
                    "detail": "write how many units, at least 1"}],
            },
        }]}))),
    extensions(("x-permission" = json!("variance.report"))),
)]
pub(crate) async fn create_variances(
    State(state): State<AppState>,
    caller: RememberedCaller,
    ApiJson(body): ApiJson<CreateVariances>,
) -> ApiResult<Json<VarianceResults>> {
    let variances = body.variances;
    if variances.len() > VARIANCES_MAX {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let detail = format!("at most {VARIANCES_MAX}; these are {}", variances.len());
        return Err(Problem::new(status, "too-many", "Too many at a time")
            .detail(format!("Send at most {VARIANCES_MAX} variances at a time."))
            .at("/variances", detail)
            .with("max", VARIANCES_MAX));
    }
    let mut caller = caller.into_caller();
    for _ in 0..ANEW_MAX {
        match create(&state, &caller, &variances).await {
            Err(problem) => caller = caller.anew(problem).await?,
            Ok(results) => return Ok(Json(VarianceResults { results })),
        }
    }
    let results = create(&state, &caller, &variances).await?;
    Ok(Json(VarianceResults { results }))
}

async fn create(
    state: &AppState,
    caller: &Caller,
    variances: &[NewVariance],
) -> ApiResult<Vec<VarianceResult>> {
    let grounds = Grounds::of(caller, variances).await?;
    let mut done = post(state, caller, &grounds, variances).await?;
    let kept: Vec<Done> = done.iter_mut().filter_map(|d| d.as_mut().ok()?.take()).collect();
    let mut answers = answers::answers_to_new(state, caller, kept).await?.into_iter();
    let result = |(variance, done): (&NewVariance, Result<Option<Done>, Problem>)| match done {
        Ok(_) => answers.next().map(|answer| VarianceResult::Done(Box::new(answer))),
        Err(problem) => Some(VarianceResult::Rejected(Box::new(RejectedVariance {
            id: variance.id,
            status: "rejected",
            problem,
        }))),
    };
    Ok(variances.iter().zip(done).filter_map(result).collect())
}

/// Posts what can be asked for in one go; the rest keeps its problem. In the order asked.
async fn post(
    state: &AppState,
    caller: &Caller,
    grounds: &Grounds,
    variances: &[NewVariance],
) -> ApiResult<Vec<Result<Option<Done>, Problem>>> {
    let pointers: Vec<String> = (0..variances.len()).map(|n| format!("/variances/{n}")).collect();
    let asked = |n: usize, variance: &NewVariance| Asked {
        pointer: pointers.get(n).map_or("", String::as_str),
        members: MEMBERS,
        facility: grounds.sites.get(&variance.facility_id.into()).map(|site| site.name.as_str()),
    };
    let commands: Vec<_> = variances
        .iter()
        .enumerate()
        .map(|(n, v)| grounds.command(state, caller, v, &asked(n, v)))
        .collect();
    if commands.iter().any(Result::is_err) {
        caller.require_current().await?;
    }
    let good = commands.iter().filter_map(|c| c.as_ref().ok().cloned()).collect();
    let version = caller.directory().version();
    let mut outcomes = state.store.post_as_of(version, good).await?.into_iter();
    let result = |(n, (variance, command)): (usize, (&NewVariance, Result<_, Problem>))| {
        command?;
        let outcome = outcomes.next().ok_or_else(Problem::internal)?;
        answers::done(outcome, &asked(n, variance)).map(Some)
    };
    Ok(variances.iter().zip(commands).enumerate().map(result).collect())
}
