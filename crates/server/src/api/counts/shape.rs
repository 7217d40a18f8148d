//! A count as the API shows it, with what its caller may do with it now.

use onhand_domain::{Access, CountId, Permission, count};
use onhand_store::counts::{Count as Stored, CountDetail};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Problem,
    api::{Actor, ApiResult},
    caller::{Authorised, Caller},
    state::AppState,
    wire::ApiTime,
};

macro_rules! words {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident { $($(#[doc = $each:literal])* $variant:ident,)* }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[doc = $each])* $variant,)* }

        impl From<count::$name> for $name {
            fn from(it: count::$name) -> Self {
                match it { $(count::$name::$variant => Self::$variant,)* }
            }
        }

        impl From<$name> for count::$name {
            fn from(it: $name) -> Self {
                match it { $($name::$variant => Self::$variant,)* }
            }
        }
    )*};
}

words! {
    /// What a count covers.
    CountKind {
        /// A list of SKUs.
        Directed,
        /// Everything in an area, or in the whole facility.
        Area,
        /// One SKU, that somebody stands in front of.
        Spot,
    }
    /// How a count stands.
    CountStatus {
        /// Being prepared.
        Draft,
        /// Waits for its planned start.
        Scheduled,
        /// Being counted.
        Open,
        /// Counted; somebody decides line by line.
        InReview,
        /// Posted.
        Closed,
        /// Given up.
        Cancelled,
    }
    /// Why there is a count.
    CountOrigin {
        /// Somebody wanted one.
        Hand,
        /// It stood in a file.
        Import,
        /// A schedule was due.
        Schedule,
        /// A record gave itself away.
        Trigger,
    }
}

/// The order to look at the shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the API's names: item_count beside a Count")]
pub(crate) struct Count {
    /// Made by the client.
    id: Uuid,
    /// Where.
    facility_id: Uuid,
    /// What people call it.
    #[schema(example = "Shoes, back room")]
    name: String,
    /// What it covers.
    kind: CountKind,
    /// How it stands.
    status: CountStatus,
    /// Whether counters must not know what the record expects.
    blind: bool,
    /// Which part of the facility; all of it where null.
    area: Option<String>,
    /// Why it was made, in somebody's words.
    note: Option<String>,
    /// What made it.
    origin: CountOrigin,
    /// Planned start.
    start_at: Option<ApiTime>,
    /// When it should be done.
    due_at: Option<ApiTime>,
    /// Whether it should have been done by now.
    overdue: bool,
    /// How many SKUs were asked for; null for an area.
    item_count: Option<i64>,
    /// Who is to count; anybody who may where there is none.
    assignees: Vec<Actor>,
    /// Who made it.
    created_by: Option<Actor>,
    /// When.
    created_at: ApiTime,
    /// Who let the counting begin.
    opened_by: Option<Actor>,
    /// When.
    opened_at: Option<ApiTime>,
    /// Who said that counting is over.
    submitted_by: Option<Actor>,
    /// When.
    submitted_at: Option<ApiTime>,
    /// Who posted it.
    closed_by: Option<Actor>,
    /// When.
    closed_at: Option<ApiTime>,
    /// Who gave it up.
    cancelled_by: Option<Actor>,
    /// When.
    cancelled_at: Option<ApiTime>,
    /// Grows with each change of it, of its sessions and of its decisions.
    version: i64,
    /// How far it is.
    progress: CountProgress,
    /// The open session of the caller.
    my_session_id: Option<Uuid>,
    /// What the caller may do with it now.
    may: CountMay,
}

/// How far a count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountProgress {
    /// Sessions that still take scans.
    sessions_open: i64,
    /// Sessions whose counters are done.
    sessions_submitted: i64,
    /// Units seen: of each SKU those of its newest round.
    units: i64,
    /// SKUs of which anything was seen, or seen to be missing.
    skus_counted: i64,
    /// Codes that nobody has matched yet.
    unknown_codes: i64,
}

/// What the caller may do with a count now: by their roles, by how it stands, and by who is to
/// count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "one for each thing that can be done")]
pub(crate) struct CountMay {
    /// Let the counting begin.
    open: bool,
    /// Take part.
    count: bool,
    /// Say that counting is over.
    submit: bool,
    /// Decide about lines.
    review: bool,
    /// Post what was accepted.
    close: bool,
    /// Give it up.
    cancel: bool,
    /// See what the record expects.
    see_expected: bool,
}

impl CountMay {
    fn of(access: &Access, detail: &CountDetail) -> Self {
        use count::CountStatus as S;
        let Stored { status, facility, .. } = detail.count;
        let may = |permission| access.may(permission, facility);
        let manages = may(Permission::CountManage);
        let reviews = may(Permission::CountReview) && status == S::InReview;
        let takes_scans = status == S::Open || status == S::InReview && detail.recounts;
        let named = manages || detail.is_for(access.principal);
        let expected = Permission::StockViewExpected;
        Self {
            open: manages && matches!(status, S::Draft | S::Scheduled),
            count: may(Permission::CountCount) && named && takes_scans,
            submit: manages && status == S::Open,
            review: reviews,
            close: reviews,
            cancel: manages && !status.is_final(),
            see_expected: may(expected) && !access.counts_blind(expected, facility),
        }
    }
}

impl Count {
    fn seen_by(access: &Access, now: onhand_domain::Micros, detail: CountDetail) -> Self {
        let may = CountMay::of(access, &detail);
        let by = |done| detail.actor(done).map(Actor::from);
        let (opened_by, submitted_by) = (by(detail.count.opened), by(detail.count.submitted));
        let (closed_by, cancelled_by) = (by(detail.count.closed), by(detail.count.cancelled));
        let created_by = by(Some(detail.count.created));
        let (count, progress) = (detail.count, detail.progress);
        let at = |done: Option<onhand_store::counts::Done>| done.map(|done| ApiTime(done.at));
        Self {
            id: count.id.0,
            facility_id: count.facility.0,
            kind: count.kind.into(),
            status: count.status.into(),
            blind: count.blind,
            origin: count.origin.into(),
            start_at: count.start_at.map(ApiTime),
            due_at: count.due_at.map(ApiTime),
            overdue: count.is_overdue(now),
            item_count: detail.item_count,
            assignees: detail.assignees.into_iter().map(Actor::from).collect(),
            created_by,
            created_at: ApiTime(count.created.at),
            opened_by,
            opened_at: at(count.opened),
            submitted_by,
            submitted_at: at(count.submitted),
            closed_by,
            closed_at: at(count.closed),
            cancelled_by,
            cancelled_at: at(count.cancelled),
            version: count.version,
            progress: CountProgress {
                sessions_open: progress.sessions_open,
                sessions_submitted: progress.sessions_submitted,
                units: progress.units,
                skus_counted: progress.skus_counted,
                unknown_codes: progress.unknown_codes,
            },
            my_session_id: detail.my_session.map(|id| id.0),
            may,
            name: count.name,
            area: count.area,
            note: count.note,
        }
    }
}

/// A count, for whoever holds `permission` where it is: 404 where they may not know of it, 403
/// where they see it, but may not do this with it.
pub(crate) async fn authorised(
    state: &AppState,
    caller: &Caller,
    permission: Permission,
    id: Uuid,
) -> ApiResult<(Stored, Authorised)> {
    let seen = caller.access().scope(Permission::CountCount);
    let seen = seen.union(&caller.access().scope(permission));
    if let Some(count) = state.store.count(&seen, CountId(id)).await? {
        let authorised = caller.authorise(permission, Some(count.facility)).await?;
        return Ok((count, authorised));
    }
    caller.scope(permission).await?;
    Err(Problem::unknown("count"))
}

/// Counts as their caller sees them, in the same order.
pub(crate) async fn counts_for(
    state: &AppState,
    caller: &Caller,
    counts: Vec<Stored>,
) -> ApiResult<Vec<Count>> {
    let now = state.store.clock().now();
    let details = state.store.describe_counts(caller.id(), counts).await?;
    Ok(details.into_iter().map(|it| Count::seen_by(caller.access(), now, it)).collect())
}

/// A count as its caller sees it.
pub(crate) async fn count_for(
    state: &AppState,
    caller: &Caller,
    count: Stored,
) -> ApiResult<Count> {
    let now = state.store.clock().now();
    let detail = state.store.describe_count(caller.id(), count).await?;
    Ok(Count::seen_by(caller.access(), now, detail))
}
