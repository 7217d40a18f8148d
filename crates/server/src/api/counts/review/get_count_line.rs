//! `GET /counts/{id}/lines/{sku_id}`

use axum::{Json, extract::State};
use onhand_domain::{FacilityScope, Permission, SkuId};
use onhand_store::counts as stored;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    count_line::{CountLine, Decision, How},
    examples,
    viewer::Viewer,
};
use crate::{
    Problem,
    api::{
        Actor, ApiResult,
        counts::authorised,
        photos::{Photo, photos_for},
        shapes::{Movement, movements_seen},
    },
    caller::Caller,
    extract::ApiPath,
    state::AppState,
    wire::ApiTime,
};

/// A scan of a line, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StoryScan {
    /// Made by the device.
    id: Uuid,
    /// When, by the server's clock.
    at: ApiTime,
    /// When the server took it.
    received_at: ApiTime,
    /// How many; negative in an undo.
    quantity: i64,
    /// In which way.
    how: How,
    /// What was read.
    code: Option<String>,
    /// Who.
    counter: Option<Actor>,
    /// Where.
    area: Option<String>,
    /// In which session.
    session_id: Uuid,
    /// Of which round; those of the newest count.
    round: i64,
    /// By how much its time may be wrong, in milliseconds.
    uncertainty_ms: i64,
    /// Whether it came after its session had ended, and so does not count.
    late: bool,
    /// What it takes back.
    undoes: Option<Uuid>,
}

/// A decision about a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StoryDecision {
    /// What.
    decision: Decision,
    /// Who; null where the policy did.
    by: Option<Actor>,
    /// When.
    at: ApiTime,
    /// Why.
    reason: Option<String>,
    /// By which rule.
    rule: String,
}

/// A SKU in a count that is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SkuCount {
    /// Which count.
    count_id: Uuid,
    /// What people call it.
    name: String,
    /// When it was counted.
    at: ApiTime,
    /// Units seen.
    counted: i64,
    /// Counted − expected, with what was learned since; 0 where it was taken back.
    variance: i64,
    /// Whether it was taken back.
    undone: bool,
    /// When the count was closed.
    closed_at: Option<ApiTime>,
}

impl From<stored::PastCount> for SkuCount {
    fn from(past: stored::PastCount) -> Self {
        Self {
            count_id: past.count.0,
            name: past.name,
            at: ApiTime(past.at),
            counted: past.counted,
            variance: past.variance,
            undone: past.undone,
            closed_at: past.closed_at.map(ApiTime),
        }
    }
}

/// A line with all that a reviewer may ask about it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CountLineStory {
    /// The line.
    line: CountLine,
    /// All scans, by time; at most 200.
    scans: Vec<StoryScan>,
    /// What moved within four hours of the scans, by event time; at most 200.
    movements: Vec<Movement>,
    /// Of these: what was sold within 15 minutes after the last scan.
    basket_sales: Vec<Movement>,
    /// The SKU's last counts at the facility, newest first.
    counts: Vec<SkuCount>,
    /// What was decided, oldest first.
    decisions: Vec<StoryDecision>,
    /// Pictures, oldest first.
    photos: Vec<Photo>,
}

/// What stands behind a line: its scans, the movements around them, its decisions, the SKU's last
/// counts, pictures.
#[utoipa::path(
    get,
    path = "/counts/{id}/lines/{sku_id}",
    operation_id = "get_count_line",
    tag = "counts",
    params(
        ("id" = Uuid, Path, description = "The count"),
        ("sku_id" = Uuid, Path, description = "The SKU",
            example = "01900000-0000-7000-8000-00000000000b"),
    ),
    responses((status = 200, description = "The line", body = CountLineStory,
        example = json!(examples::story()))),
    extensions(("x-permission" = json!("count.review"))),
)]
pub(crate) async fn get_count_line(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, sku)): ApiPath<(Uuid, Uuid)>,
) -> ApiResult<Json<CountLineStory>> {
    let (count, _) = authorised(&state, &caller, Permission::CountReview, id).await?;
    let viewer = Viewer::of(&caller, count.facility);
    viewer.require_sight()?;
    let scope = FacilityScope::Only([count.facility].into());
    let unknown = || Problem::unknown("line");
    let all = state.store.count_lines(&scope, count.id).await?.ok_or_else(unknown)?;
    let facts = all.of(SkuId(sku)).ok_or_else(unknown)?;
    let names = state.store.line_names([facts]).await?;
    let line = CountLine::seen_by(&viewer, &all, facts, &names).ok_or_else(unknown)?;
    let line = CountLine::on_their_way(&state, vec![line]).await?.pop().ok_or_else(unknown)?;
    let story = state.store.line_story(&all, SkuId(sku)).await?;
    let photos = photos_for(&state, &story.photos).await?;
    Ok(Json(CountLineStory {
        line,
        scans: story.scans.into_iter().map(scan).collect(),
        movements: movements_seen(&state, caller.access(), story.movements).await?,
        basket_sales: movements_seen(&state, caller.access(), story.basket_sales).await?,
        counts: story.counts.into_iter().map(SkuCount::from).collect(),
        decisions: story.decisions.into_iter().map(decision).collect(),
        photos,
    }))
}

fn scan(scan: stored::LineScan) -> StoryScan {
    /// Microseconds of a millisecond.
    const MILLI: i64 = 1_000;
    StoryScan {
        id: scan.id,
        at: ApiTime(scan.at),
        received_at: ApiTime(scan.received_at),
        quantity: scan.quantity,
        how: scan.how.into(),
        code: scan.code,
        counter: scan.counter.map(Actor::from),
        area: scan.area,
        session_id: scan.session,
        round: scan.round,
        uncertainty_ms: scan.uncertainty / MILLI,
        late: scan.late,
        undoes: scan.undoes,
    }
}

fn decision(decision: stored::LineDecision) -> StoryDecision {
    StoryDecision {
        decision: decision.decision.into(),
        by: decision.by.map(Actor::from),
        at: ApiTime(decision.at),
        reason: decision.reason,
        rule: decision.rule,
    }
}
