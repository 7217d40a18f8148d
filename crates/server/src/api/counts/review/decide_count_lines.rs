//! `POST /counts/{id}/decisions`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{FacilityScope, Permission, SkuId, count};
use onhand_store::counts::{
    Count as Stored, CountLines, DECISIONS_MAX, Decisions, LineFacts, NOTE_CHARS_MAX, Target,
    Verdict, Wish,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    count_line::{Decision, LineStatus},
    filter::{Filter, GroupFilter},
    refusals::refused,
    viewer::Viewer,
};
use crate::{
    Problem,
    api::{ApiResult, counts::authorised, variances::said},
    caller::{Authorised, Caller},
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Most refusals that the answer to a filter names.
const REFUSALS_TOLD_MAX: usize = 200;

/// A decision about one line.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// Which line.
    sku_id: Uuid,
    /// What.
    decision: Decision,
    /// Why; needed to reject.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Which lines.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineFilter {
    /// With one of these statuses, with commas between.
    #[schema(example = "counted")]
    status: Option<String>,
    /// Of this group.
    group: Option<GroupFilter>,
    /// With these words in code or name.
    q: Option<String>,
}

/// Decisions: about lines one by one, or one about all that a filter finds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideCountLines {
    /// About these lines; at most 1,000.
    decisions: Option<Vec<NewDecision>>,
    /// About all that this finds.
    filter: Option<LineFilter>,
    /// What, about what the filter finds.
    decision: Option<Decision>,
    /// Why, about what the filter finds.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DecisionResult {
    /// Which line.
    sku_id: Uuid,
    /// How it stands now; null where nothing was done.
    status: Option<LineStatus>,
    /// Why nothing was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// What came of all of them.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DecisionResults {
    /// Each, in the order asked; of a filter the first 200 of which nothing was done.
    results: Vec<DecisionResult>,
    /// How many lines have a new decision.
    changed: usize,
}

impl From<Decision> for count::Decision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Accept => Self::Accept,
            Decision::Reject => Self::Reject,
            Decision::Recount => Self::Recount,
        }
    }
}

/// Accepts, rejects or sends back lines of a count in review. Nobody decides about what they
/// counted.
#[utoipa::path(
    post,
    path = "/counts/{id}/decisions",
    operation_id = "decide_count_lines",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    request_body(content = DecideCountLines, example = json!({"decisions": [
        {"sku_id": "01900000-0000-7000-8000-00000000000b", "decision": "accept"},
    ]})),
    responses((status = 200, description = "What came of each", body = DecisionResults,
        example = json!({"results": [{"sku_id": "01900000-0000-7000-8000-00000000000b",
            "status": "accepted"}], "changed": 1}))),
    extensions(("x-permission" = json!("count.review"))),
)]
pub(crate) async fn decide_count_lines(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<DecideCountLines>,
) -> ApiResult<Json<DecisionResults>> {
    let (count, allowed) = authorised(&state, &caller, Permission::CountReview, id).await?;
    let viewer = Viewer::of(&caller, count.facility);
    match (body.decisions, body.filter, body.decision) {
        (Some(named), None, None) => {
            let wishes = named_wishes(named)?;
            let decided =
                decide(&state, &allowed, &count, &viewer, &Target::Named(&wishes)).await?;
            Ok(Json(answer(decided, usize::MAX, |_| true)))
        }
        (None, Some(filter), Some(decision)) => {
            viewer.require_sight()?;
            let reason = reason_of(body.reason.as_deref(), "/reason")?;
            if matches!(decision, Decision::Reject) && reason.is_none() {
                return Err(Problem::invalid("/reason", "say why they are rejected"));
            }
            let (status, q) = (filter.status.as_deref(), filter.q.as_deref());
            let found = Filter::read(status, filter.group, q, |at| format!("/filter/{at}"))?;
            let finds = |all: &CountLines, facts: &LineFacts| found.finds(&viewer, all, facts);
            let target = Target::Found(decision.into(), reason, &finds);
            let decided = decide(&state, &allowed, &count, &viewer, &target).await?;
            let undone = |verdict: &Verdict| !matches!(verdict, Verdict::Done(_));
            Ok(Json(answer(decided, REFUSALS_TOLD_MAX, undone)))
        }
        _ => Err(Problem::invalid("", "send either decisions, or a filter and a decision")),
    }
}

async fn decide(
    state: &AppState,
    allowed: &Authorised,
    count: &Stored,
    viewer: &Viewer,
    target: &Target<'_>,
) -> ApiResult<Decisions> {
    let scope = FacilityScope::Only([count.facility].into());
    let reviewer = &viewer.reviewer;
    Ok(state.store.decide_count_lines(&allowed.by, &scope, count.id, reviewer, target).await?)
}

fn named_wishes(named: Vec<NewDecision>) -> ApiResult<Vec<Wish>> {
    if named.len() > DECISIONS_MAX {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "too-many", "That is too much for once")
            .at("/decisions", format!("at most {DECISIONS_MAX}; for more use a filter"))
            .with("max", DECISIONS_MAX));
    }
    let wish = |(n, new): (usize, NewDecision)| {
        let reason = reason_of(new.reason.as_deref(), &format!("/decisions/{n}/reason"))?;
        Ok(Wish { sku: SkuId(new.sku_id), decision: new.decision.into(), reason })
    };
    named.into_iter().enumerate().map(wish).collect()
}

fn reason_of(reason: Option<&str>, pointer: &str) -> ApiResult<Option<String>> {
    let reason = said(reason);
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > NOTE_CHARS_MAX) {
        return Err(Problem::invalid(pointer, format!("at most {NOTE_CHARS_MAX} characters")));
    }
    Ok(reason)
}

fn answer(decided: Decisions, max: usize, told: impl Fn(&Verdict) -> bool) -> DecisionResults {
    let result = |(sku, verdict): (SkuId, Verdict)| DecisionResult {
        sku_id: sku.0,
        status: match &verdict {
            Verdict::Done(status) => Some((*status).into()),
            _ => None,
        },
        problem: refused(&verdict),
    };
    let results = decided.results.into_iter().filter(|(_, verdict)| told(verdict));
    DecisionResults { results: results.take(max).map(result).collect(), changed: decided.changed }
}
