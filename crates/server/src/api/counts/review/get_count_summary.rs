//! `GET /counts/{id}/summary`

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use onhand_domain::{Permission, count};
use onhand_store::counts::CountLines;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    count_line::{LineStatus, amount},
    examples,
    filter::group_of,
    list_count_lines::lines_of,
    viewer::Viewer,
};
use crate::{
    api::{ApiResult, counts::authorised},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
    wire::ApiMoney,
};

/// How many lines of a group there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct GroupCounts {
    /// Those that wait for the caller.
    needs_me: usize,
    /// Worth so much that they are looked at first.
    large: usize,
    /// Something about them is strange.
    odd: usize,
    /// Differing a little.
    small: usize,
    /// The record may have been right.
    consistent: usize,
}

/// What all lines come to. Null, and no groups, for whoever may not know what the record expects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountSummary {
    /// How many lines stand how.
    #[schema(value_type = std::collections::HashMap<String, usize>)]
    lines: BTreeMap<LineStatus, usize>,
    /// How many are in which group.
    groups: Option<GroupCounts>,
    /// Units seen.
    counted_units: i64,
    /// Units that the record had of the SKUs seen.
    expected_units: Option<i64>,
    /// Counted − expected.
    variance_units: Option<i64>,
    /// What the differences are worth, losses and gains added up.
    gross_value: Option<ApiMoney>,
    /// What they are worth, losses against gains.
    net_value: Option<ApiMoney>,
    /// Lines that stand against closing.
    undecided: Option<usize>,
    /// Scans that came after their session had ended.
    late_scans: u64,
}

/// How far a count is, and what its lines come to.
#[utoipa::path(
    get,
    path = "/counts/{id}/summary",
    operation_id = "get_count_summary",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count")),
    responses((status = 200, description = "The summary", body = CountSummary,
        example = json!(examples::summary()))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn get_count_summary(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<CountSummary>> {
    let (count, _) = authorised(&state, &caller, Permission::CountCount, id).await?;
    let viewer = Viewer::of(&caller, count.facility);
    let all = lines_of(&state, &count).await?;
    Ok(Json(sum(&viewer, &all)))
}

fn sum(viewer: &Viewer, all: &CountLines) -> CountSummary {
    let mut summary = CountSummary { late_scans: all.late_scans, ..CountSummary::default() };
    let mut groups = GroupCounts::default();
    let (mut expected, mut gross, mut net) = (0_i64, 0_i128, 0_i128);
    let mut undecided = 0;
    for facts in all.lines.iter().filter(|facts| viewer.is_shown(facts, all)) {
        *summary.lines.entry(viewer.status(facts).into()).or_default() += 1;
        let Some(seen) = facts.line.seen.as_ref() else { continue };
        summary.counted_units = summary.counted_units.saturating_add(seen.counted);
        expected = expected.saturating_add(facts.line.expected.at_last);
        gross += i128::from(facts.at_stake());
        net += i128::from(facts.value().map_or(0, |value| value.0));
        undecided += usize::from(facts.line.blocks());
        groups.needs_me += usize::from(viewer.is_needed(all, facts));
        match group_of(all, facts) {
            Some(count::Group::Large) => groups.large += 1,
            Some(count::Group::Odd) => groups.odd += 1,
            Some(count::Group::Small) => groups.small += 1,
            Some(count::Group::Consistent) => groups.consistent += 1,
            None => {}
        }
    }
    if viewer.sees {
        summary.groups = Some(groups);
        summary.expected_units = Some(expected);
        summary.variance_units = Some(summary.counted_units.saturating_sub(expected));
        summary.gross_value = Some(amount(gross));
        summary.net_value = Some(amount(net));
        summary.undecided = Some(undecided);
    }
    summary
}
