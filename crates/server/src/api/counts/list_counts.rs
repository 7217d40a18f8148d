//! `GET /counts`

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission, count};
use onhand_store::counts::{CountCursor, CountsFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Count, CountOrigin, counts_for, examples};
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which counts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCounts {
    /// At this facility; everywhere that the caller may see where absent.
    facility_id: Option<Uuid>,
    /// Only those that stand like one of these, with commas between them.
    #[param(example = "open,in_review")]
    status: Option<String>,
    /// Only those that the caller is to count, or has a session of.
    #[serde(default)]
    #[param(required = false)]
    mine: bool,
    /// Only those that were made by this.
    #[param(inline)]
    origin: Option<CountOrigin>,
    /// Only those whose name has this in it.
    q: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Counts: overdue first, then by due time, then the newest; what is over comes last.
#[utoipa::path(
    get,
    path = "/counts",
    operation_id = "list_counts",
    tag = "counts",
    params(ListCounts),
    responses((status = 200, description = "A page of counts", body = Page<Count>,
        example = json!({"items": [examples::count()], "next_cursor": null}))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn list_counts(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListCounts>,
) -> ApiResult<Json<Page<Count>>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::CountCount, facility).await?;
    let after: Option<CountCursor> = start_after(query.cursor.as_ref())?;
    let now = after.map_or_else(|| state.store.clock().now(), |after| after.now());
    let filter = CountsFilter {
        status: read_status(query.status.as_deref().unwrap_or_default())?,
        of: query.mine.then(|| caller.id()),
        origin: query.origin.map(Into::into),
        q: query.q,
    };
    let rows = state.store.list_counts(&scope, &filter, now, after, query.limit.rows()).await?;
    let page = Page::new(rows, query.limit, |count| CountCursor::after(count, now), |it| it);
    let items = counts_for(&state, &caller, page.items).await?;
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// `open,in_review`
fn read_status(text: &str) -> ApiResult<BTreeSet<count::CountStatus>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            count::CountStatus::from_code(word).ok_or_else(|| {
                let known: Vec<_> =
                    count::CountStatus::ALL.iter().map(|status| status.code()).collect();
                let detail = format!("{word:?} is none of {}", known.join(", "));
                Problem::malformed("invalid-query", format!("?status: {detail}"))
                    .at("?status", detail)
            })
        })
        .collect()
}
