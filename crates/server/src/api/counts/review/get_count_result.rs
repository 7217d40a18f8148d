//! `GET /counts/{id}/result`

use axum::{Json, extract::State};
use onhand_domain::{Permission, PrincipalId};
use onhand_store::counts as stored;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{count_line::amount, examples, list_count_lines::lines_of, viewer::Viewer};
use crate::{
    api::{Actor, ApiResult, counts::authorised},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
    wire::ApiMoney,
};

/// How right the record was, as shares of 1; null where nothing was counted, or had no worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CountAccuracy {
    /// Lines of which it was exactly right, or may have been.
    exact: Option<f64>,
    /// The lower end of its 95 % confidence interval, by Wilson.
    exact_low: Option<f64>,
    /// The upper one.
    exact_high: Option<f64>,
    /// Lines of which it was right enough by the policy.
    within_tolerance: Option<f64>,
    /// By value; errors don't offset each other.
    gross_value: Option<f64>,
    /// By value; they do.
    net_value: Option<f64>,
}

/// What lines with one reason come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReasonResult {
    /// What the reviewer wrote, or the policy's rule; empty where nobody wrote anything.
    reason: String,
    /// Lines that differ.
    lines: usize,
    /// Units that are missing.
    units_lost: i64,
    /// Units that turned up.
    units_gained: i64,
    /// What the missing ones were worth.
    value_lost: ApiMoney,
    /// What the surplus ones are worth.
    value_gained: ApiMoney,
    /// Gains less losses.
    value: ApiMoney,
}

/// How right the record was of what one person counted.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CounterResult {
    /// Who.
    counter: Actor,
    /// Lines they counted.
    lines: usize,
    /// Share of these of which the record was right.
    exact: Option<f64>,
}

/// What a count has found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CountResult {
    /// Lines that were counted.
    lines: usize,
    /// Lines that are in the ledger.
    posted: usize,
    /// Units that are missing, of posted lines.
    units_lost: i64,
    /// Units that turned up.
    units_gained: i64,
    /// What the missing ones were worth.
    value_lost: ApiMoney,
    /// What the surplus ones are worth.
    value_gained: ApiMoney,
    /// Gains less losses.
    net_value: ApiMoney,
    /// Gains and losses added up.
    gross_value: ApiMoney,
    /// How right the record was.
    accuracy: CountAccuracy,
    /// The posted lines by reason.
    by_reason: Vec<ReasonResult>,
    /// By who counted.
    by_counter: Vec<CounterResult>,
    /// Who decided.
    reviewers: Vec<Actor>,
    /// Movements that corrected posted lines since.
    late_corrections: u64,
    /// Lines that were taken back.
    undone: usize,
}

/// How right the record was, what was posted, by whom and why. With what was learned since it was
/// closed.
#[utoipa::path(
    get,
    path = "/counts/{id}/result",
    operation_id = "get_count_result",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    responses((status = 200, description = "The result", body = CountResult,
        example = json!(examples::result()))),
    extensions(("x-permission" = json!("export.read"))),
)]
pub(crate) async fn get_count_result(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<CountResult>> {
    let (count, _) = authorised(&state, &caller, Permission::ExportRead, id).await?;
    Viewer::of(&caller, count.facility).require_sight()?;
    let all = lines_of(&state, &count).await?;
    let result = state.store.count_result(&all).await?;
    let people = result.by_counter.keys().chain(&result.reviewers).copied().collect();
    let names = state.store.people_named(&people).await?;
    let actor = |id: &PrincipalId| names.get(id).cloned().map(Actor::from);
    Ok(Json(shown(result, actor)))
}

fn shown(
    result: stored::CountResult,
    actor: impl Fn(&PrincipalId) -> Option<Actor>,
) -> CountResult {
    let stored::Accuracy { exact, within_tolerance, gross_value, net_value } = result.accuracy;
    let totals = result.totals;
    let counter = |(id, (lines, right)): (&PrincipalId, &(usize, usize))| {
        let share = onhand_domain::count::Share::wilson(*right as u64, *lines as u64);
        Some(CounterResult {
            counter: actor(id)?,
            lines: *lines,
            exact: share.map(|share| share.share),
        })
    };
    CountResult {
        lines: result.lines,
        posted: result.posted,
        units_lost: totals.units_lost,
        units_gained: totals.units_gained,
        value_lost: amount(totals.value_lost),
        value_gained: amount(totals.value_gained),
        net_value: amount(totals.value_gained - totals.value_lost),
        gross_value: amount(totals.value_gained + totals.value_lost),
        accuracy: CountAccuracy {
            exact: exact.map(|share| share.share),
            exact_low: exact.map(|share| share.low),
            exact_high: exact.map(|share| share.high),
            within_tolerance,
            gross_value,
            net_value,
        },
        by_counter: result.by_counter.iter().filter_map(counter).collect(),
        by_reason: result.by_reason.into_iter().map(reason).collect(),
        reviewers: result.reviewers.iter().filter_map(&actor).collect(),
        late_corrections: result.late_corrections,
        undone: result.undone,
    }
}

fn reason((reason, totals): (String, stored::Totals)) -> ReasonResult {
    ReasonResult {
        reason,
        lines: totals.lines,
        units_lost: totals.units_lost,
        units_gained: totals.units_gained,
        value_lost: amount(totals.value_lost),
        value_gained: amount(totals.value_gained),
        value: amount(totals.value_gained - totals.value_lost),
    }
}
