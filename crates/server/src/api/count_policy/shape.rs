//! A policy as the API shows it.

use onhand_domain::count;
use onhand_store::counts;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{Actor, ApiResult},
    state::AppState,
    wire::{ApiMoney, ApiTime},
};

/// A line is accepted by itself where all of it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutoAccept {
    /// Whether any line that differs is.
    enabled: bool,
    /// At most so many units.
    units_max: i64,
    /// At most so much value.
    value_max: ApiMoney,
    /// At most so many percent of the record, or of 1 where that has none.
    percent_max: i64,
    /// Only what was scanned, not typed.
    scanned_only: bool,
    /// What one person's lines may come to in a day of the facility.
    person_day_value_max: ApiMoney,
}

/// A line is counted again where one of these holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AutoRecount {
    /// Whether any line is.
    enabled: bool,
    /// More units than this.
    units_over: i64,
    /// More value than this.
    value_over: ApiMoney,
    /// More percent of the record than this.
    percent_over: i64,
    /// Counted so many times, it is not counted again by itself.
    rounds_max: i64,
    /// Whether somebody else must do it.
    by_other: bool,
}

/// When a variance that somebody posted puts its SKU on the facility's list of that day (one of
/// both is enough), and how soon that list should be counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Triggers {
    /// So many units or more.
    variance_units_min: i64,
    /// So much value or more.
    variance_value_min: ApiMoney,
    /// In hours after the list was made.
    due_hours: i64,
}

/// What happens to lines without anybody asking, and who decides about the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// Accepts by itself.
    accept: AutoAccept,
    /// Asks for a recount by itself.
    recount: AutoRecount,
    /// Up to this value whoever reviews decides.
    manager_value_max: ApiMoney,
    /// Up to this value somebody of a higher rank does; beyond it two people.
    controller_value_max: ApiMoney,
    /// The rank of the roles that count as higher.
    controller_rank: i64,
    /// Which variances are a reason to count. Absent in a request: it stays as it is.
    #[serde(default)]
    triggers: Option<Triggers>,
}

/// A version of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountPolicy {
    /// The group that it is for; null for all.
    facility_group_id: Option<Uuid>,
    /// Its version; 0 is what was shipped.
    version: i64,
    /// What it says.
    #[serde(flatten)]
    policy: Policy,
    /// Who wrote it.
    author: Option<Actor>,
    /// When.
    created_at: Option<ApiTime>,
}

impl From<count::Policy> for Policy {
    fn from(it: count::Policy) -> Self {
        Self {
            accept: AutoAccept {
                enabled: it.accept.enabled,
                units_max: it.accept.units_max,
                value_max: ApiMoney(it.accept.value_max),
                percent_max: it.accept.percent_max,
                scanned_only: it.accept.scanned_only,
                person_day_value_max: ApiMoney(it.accept.person_day_value_max),
            },
            recount: AutoRecount {
                enabled: it.recount.enabled,
                units_over: it.recount.units_over,
                value_over: ApiMoney(it.recount.value_over),
                percent_over: it.recount.percent_over,
                rounds_max: it.recount.rounds_max,
                by_other: it.recount.by_other,
            },
            manager_value_max: ApiMoney(it.manager_value_max),
            controller_value_max: ApiMoney(it.controller_value_max),
            controller_rank: it.controller_rank,
            triggers: Some(Triggers {
                variance_units_min: it.triggers.variance_units_min,
                variance_value_min: ApiMoney(it.triggers.variance_value_min),
                due_hours: it.triggers.due_hours,
            }),
        }
    }
}

impl Policy {
    /// What it says, with the triggers of the policy before it where it has none.
    pub(super) fn after(self, before: &count::Policy) -> count::Policy {
        let it = self;
        let triggers = it.triggers.map(|triggers| count::Triggers {
            variance_units_min: triggers.variance_units_min,
            variance_value_min: triggers.variance_value_min.0,
            due_hours: triggers.due_hours,
        });
        count::Policy {
            accept: count::AutoAccept {
                enabled: it.accept.enabled,
                units_max: it.accept.units_max,
                value_max: it.accept.value_max.0,
                percent_max: it.accept.percent_max,
                scanned_only: it.accept.scanned_only,
                person_day_value_max: it.accept.person_day_value_max.0,
            },
            recount: count::AutoRecount {
                enabled: it.recount.enabled,
                units_over: it.recount.units_over,
                value_over: it.recount.value_over.0,
                percent_over: it.recount.percent_over,
                rounds_max: it.recount.rounds_max,
                by_other: it.recount.by_other,
            },
            manager_value_max: it.manager_value_max.0,
            controller_value_max: it.controller_value_max.0,
            controller_rank: it.controller_rank,
            triggers: triggers.unwrap_or_else(|| before.triggers.clone()),
        }
    }
}

impl CountPolicy {
    /// The policy with its author's name.
    pub(super) async fn of(state: &AppState, it: counts::CountPolicy) -> ApiResult<Self> {
        let names = state.store.people_named(&it.author.into_iter().collect()).await?;
        let author = it.author.and_then(|id| names.get(&id).cloned()).map(Actor::from);
        Ok(Self {
            facility_group_id: it.group.map(|group| group.0),
            version: it.version,
            policy: it.policy.into(),
            author,
            created_at: it.created_at.map(ApiTime),
        })
    }
}

/// What is shipped, as an example.
pub(super) fn policy() -> Value {
    serde_json::to_value(Policy::from(count::Policy::default())).unwrap_or_default()
}

/// A version of it.
pub(super) fn example(version: i64) -> Value {
    let mut example = policy();
    for (member, value) in [("facility_group_id", Value::Null), ("version", version.into())] {
        example[member] = value;
    }
    (example["author"], example["created_at"]) = (Value::Null, Value::Null);
    example
}
