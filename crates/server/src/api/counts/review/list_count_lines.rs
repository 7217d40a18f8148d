//! `GET /counts/{id}/lines`

use std::cmp::Reverse;

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::counts::{CountLines, LineFacts};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    count_line::CountLine,
    examples,
    filter::{Filter, GroupFilter},
    viewer::Viewer,
};
use crate::{
    Problem,
    api::{ApiResult, counts::authorised},
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// What stands first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineSort {
    /// What is worth most, whichever way.
    #[default]
    Value,
    /// What differs by most units, whichever way.
    Variance,
    /// By code.
    Sku,
    /// What was seen last.
    Time,
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCountLines {
    /// With one of these statuses, with commas between.
    #[param(example = "counted,recount")]
    status: Option<String>,
    /// Of this group.
    #[param(inline)]
    group: Option<GroupFilter>,
    /// With these words in code or name.
    q: Option<String>,
    /// What stands first.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: LineSort,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Where a line stands in the order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Rank {
    Most(Reverse<i64>),
    Text(bool, String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct LineCursor(Rank, Uuid);

/// The lines of a count, by what is at stake. Whoever may not know what the record expects sees
/// them by code, and nothing that tells of it.
#[utoipa::path(
    get,
    path = "/counts/{id}/lines",
    operation_id = "list_count_lines",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count"), ListCountLines),
    responses((status = 200, description = "A page of lines", body = Page<CountLine>,
        example = json!({"items": [examples::line()], "next_cursor": null}))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn list_count_lines(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListCountLines>,
) -> ApiResult<Json<Page<CountLine>>> {
    let (count, _) = authorised(&state, &caller, Permission::CountCount, id).await?;
    let viewer = Viewer::of(&caller, count.facility);
    let (status, q) = (query.status.as_deref(), query.q.as_deref());
    let filter = Filter::read(status, query.group, q, |member| format!("?{member}"))?;
    if filter.tells() {
        viewer.require_sight()?;
    }
    let sort = if viewer.sees { query.sort } else { LineSort::Sku };
    let after: Option<LineCursor> = start_after(query.cursor.as_ref())?;
    let all = lines_of(&state, &count).await?;
    let rows = page(&all, &viewer, &filter, (sort, after), query.limit);
    let names = state.store.line_names(rows.iter().map(|(_, facts)| *facts)).await?;
    let key = |(cursor, _): &(LineCursor, &LineFacts)| cursor.clone();
    let shown =
        |(_, facts): (LineCursor, &LineFacts)| CountLine::seen_by(&viewer, &all, facts, &names);
    let Page { items, next_cursor } = Page::new(rows, query.limit, key, shown);
    let items = items.into_iter().flatten().collect();
    Ok(Json(Page { items: CountLine::on_their_way(&state, items).await?, next_cursor }))
}

/// The lines of a count that the caller may know of.
pub(super) async fn lines_of(
    state: &AppState,
    count: &onhand_store::counts::Count,
) -> ApiResult<CountLines> {
    let scope = onhand_domain::FacilityScope::Only([count.facility].into());
    let all = state.store.count_lines(&scope, count.id).await?;
    all.ok_or_else(|| Problem::unknown("count"))
}

fn page<'a>(
    all: &'a CountLines,
    viewer: &Viewer,
    filter: &Filter,
    (sort, after): (LineSort, Option<LineCursor>),
    limit: Limit,
) -> Vec<(LineCursor, &'a LineFacts)> {
    let found = all.lines.iter().filter(|facts| filter.finds(viewer, all, facts));
    let mut rows: Vec<_> = found
        .map(|facts| (LineCursor(rank(sort, facts), facts.sku.0), facts))
        .filter(|(cursor, _)| after.as_ref().is_none_or(|after| cursor > after))
        .collect();
    let wanted = usize::try_from(limit.rows()).unwrap_or(usize::MAX);
    // Only the page needs an order.
    if rows.len() > wanted {
        rows.select_nth_unstable_by(wanted, |a, b| a.0.cmp(&b.0));
        rows.truncate(wanted);
    }
    rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    rows
}

fn rank(sort: LineSort, facts: &LineFacts) -> Rank {
    let variance = || facts.reading().map_or(0, |r| r.variance().saturating_abs());
    match sort {
        LineSort::Value => Rank::Most(Reverse(facts.at_stake())),
        LineSort::Variance => Rank::Most(Reverse(variance())),
        LineSort::Time => {
            let last = facts.line.seen.as_ref().map_or(0, |seen| seen.last_at.0);
            Rank::Most(Reverse(last))
        }
        // What has no code comes last.
        LineSort::Sku => Rank::Text(facts.code.is_none(), facts.code.clone().unwrap_or_default()),
    }
}
