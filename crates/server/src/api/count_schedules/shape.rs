//! A schedule as the API shows it.

use std::collections::BTreeSet;

use jiff::civil::Time;
use onhand_domain::{
    FacilityScope, Permission,
    count::schedule::{Rule, Schedule, Skip},
};
use onhand_store::counts::CountSchedule as Stored;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Problem,
    api::{ApiResult, counts::CountFilter},
    caller::{Authorised, Caller},
    state::AppState,
    wire::ApiTime,
};

/// What a schedule makes, and on which days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum ScheduleRule {
    /// On these days of the week: of an area, of the SKUs that a filter chooses on that day, or
    /// of the whole facility.
    Weekly {
        /// 1 is Monday, 7 is Sunday.
        #[schema(example = json!([1, 4]))]
        weekdays: BTreeSet<i8>,
        /// Which part of the facility.
        #[serde(default)]
        area: Option<String>,
        /// Which SKUs.
        #[serde(default)]
        filter: Option<CountFilter>,
    },
    /// Each day those whose turn it is: each SKU so often a year by its class. A makes up 80
    /// percent of the cost of sales of the last 12 months, B the next 15.
    Abc {
        /// How often A items.
        #[schema(example = 4)]
        a: u32,
        /// How often B items.
        #[schema(example = 2)]
        b: u32,
        /// How often C items.
        #[schema(example = 1)]
        c: u32,
    },
    /// Each day so many SKUs at random, each as likely as any other: an honest sample.
    Random {
        /// How many.
        #[schema(example = 20)]
        skus_a_day: u32,
    },
}

impl From<ScheduleRule> for Rule {
    fn from(rule: ScheduleRule) -> Self {
        match rule {
            ScheduleRule::Weekly { weekdays, area, filter } => {
                Self::Weekly { weekdays, area, filter: filter.map(Into::into) }
            }
            ScheduleRule::Abc { a, b, c } => Self::Abc { a, b, c },
            ScheduleRule::Random { skus_a_day } => Self::Random { skus_a_day },
        }
    }
}

impl From<Rule> for ScheduleRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Weekly { weekdays, area, filter } => {
                Self::Weekly { weekdays, area, filter: filter.map(Into::into) }
            }
            Rule::Abc { a, b, c } => Self::Abc { a, b, c },
            Rule::Random { skus_a_day } => Self::Random { skus_a_day },
        }
    }
}

/// Makes counts by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountSchedule {
    /// Made by the client.
    id: Uuid,
    /// Where.
    facility_id: Uuid,
    /// What its counts are called, with the day.
    #[schema(example = "Monday round")]
    name: String,
    /// What it makes, and on which days.
    rule: ScheduleRule,
    /// Whether its counts are blind.
    blind: bool,
    /// At what time of the facility's day its counts begin.
    #[schema(example = "07:30")]
    at: String,
    /// When its counts are due, in hours after their beginning.
    due_after_hours: Option<u32>,
    /// Whether it goes on.
    active: bool,
    /// When it is due next.
    next_at: Option<ApiTime>,
    /// The count that it made last.
    last_count_id: Option<Uuid>,
    /// When it was due last and made nothing.
    last_skipped_at: Option<ApiTime>,
    /// Why.
    #[schema(example = "unfinished")]
    last_skipped_because: Option<SkipReason>,
}

/// Why a schedule made no count though it was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SkipReason {
    /// Its last count is neither closed nor cancelled (`weekly` and `random`).
    Unfinished,
    /// It is no SKU's turn.
    NothingToCount,
    /// It asks for more SKUs than a count may have.
    Refused,
}

impl From<Skip> for SkipReason {
    fn from(why: Skip) -> Self {
        match why {
            Skip::Unfinished => Self::Unfinished,
            Skip::Nothing => Self::NothingToCount,
            Skip::Refused => Self::Refused,
        }
    }
}

impl From<Stored> for CountSchedule {
    fn from(stored: Stored) -> Self {
        let Schedule { rule, blind, at, due_after_hours } = stored.schedule;
        Self {
            id: stored.id,
            facility_id: stored.facility.0,
            name: stored.name,
            rule: rule.into(),
            blind,
            at: at.strftime("%H:%M").to_string(),
            due_after_hours,
            active: stored.active,
            next_at: stored.next_at.map(ApiTime),
            last_count_id: stored.last_count,
            last_skipped_at: stored.last_skipped.map(|(at, _)| ApiTime(at)),
            last_skipped_because: stored.last_skipped.map(|(_, why)| why.into()),
        }
    }
}

/// `07:30`
pub(super) fn read_time(text: &str) -> ApiResult<Time> {
    let time = if text.len() == 5 { Time::strptime("%H:%M", text).ok() } else { None };
    time.ok_or_else(|| Problem::invalid("/at", "write a time of the day as in 07:30"))
}

/// A schedule, for whoever may change it.
pub(super) async fn authorised(
    state: &AppState,
    caller: &Caller,
    id: Uuid,
) -> ApiResult<(Stored, Authorised, FacilityScope)> {
    let scope = caller.scope(Permission::CountManage).await?;
    let found = state.store.count_schedule(&scope, id).await?;
    let schedule = found.ok_or_else(|| Problem::unknown("schedule"))?;
    let facility = schedule.facility;
    let authorised = caller.authorise(Permission::CountManage, Some(facility)).await?;
    Ok((schedule, authorised, FacilityScope::Only([facility].into())))
}

pub(super) fn example() -> Value {
    json!({
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a", "name": "Monday round",
        "rule": {"kind": "weekly", "weekdays": [1], "area": "Back room", "filter": null},
        "blind": true, "at": "07:30", "due_after_hours": 12, "active": true,
        "next_at": "2026-03-02T06:30:00Z", "last_count_id": null, "last_skipped_at": null,
        "last_skipped_because": null,
    })
}
