//! `GET /channels/{id}/jobs`

use axum::{Json, extract::State};
use onhand_domain::channel::JobKind;
use onhand_store::channels::{Job, JobCursor};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::ChannelJob;
use crate::{
    api::{
        ApiResult,
        channels::{channel, examples, read_word, viewer},
        shapes::codes,
    },
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListChannelJobs {
    /// Only those of this kind.
    #[param(inline, value_type = Option<codes::ChannelJobKind>)]
    kind: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The jobs of a shop, newest first, without single differences.
#[utoipa::path(
    get,
    path = "/channels/{id}/jobs",
    operation_id = "list_channel_jobs",
    tag = "channels",
    params(("id" = Uuid, Path, description = "The channel"), ListChannelJobs),
    responses((status = 200, description = "A page of jobs", body = Page<ChannelJob>,
        example = json!({"items": [examples::job()], "next_cursor": null}))),
    extensions(("x-permission" = json!("channels.view or channels.manage"))),
)]
pub(crate) async fn list_channel_jobs(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListChannelJobs>,
) -> ApiResult<Json<Page<ChannelJob>>> {
    viewer(&caller).await?;
    let found = channel(&state, id).await?;
    let kind = read_word("kind", query.kind.as_deref(), JobKind::from_code)?;
    let after: Option<JobCursor> = start_after(query.cursor.as_ref())?;
    let rows = state.store.list_channel_jobs(found.id, kind, after, query.limit.rows()).await?;
    let page = Page::new(rows, query.limit, JobCursor::after, |row: Job| row);
    let Page { items: rows, next_cursor } = page;
    Ok(Json(Page { items: ChannelJob::in_short(&state, rows).await?, next_cursor }))
}
