//! Reasons for variances.

mod create_reason;
mod list_reasons;
mod update_reason;

use onhand_domain::{self as domain, Direction, Effect, Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::shapes::codes;
use crate::{problem::Problem, state::AppState};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_reasons::list_reasons, create_reason::create_reason))
        .routes(routes!(update_reason::update_reason))
}

/// Which way a reason may move the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonDirection {
    /// Fewer.
    Loss,
    /// More.
    Gain,
    /// Either; the person chooses.
    Both,
}

impl From<Direction> for ReasonDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Loss => Self::Loss,
            Direction::Gain => Self::Gain,
            Direction::Both => Self::Both,
        }
    }
}

impl From<ReasonDirection> for Direction {
    fn from(direction: ReasonDirection) -> Self {
        match direction {
            ReasonDirection::Loss => Self::Loss,
            ReasonDirection::Gain => Self::Gain,
            ReasonDirection::Both => Self::Both,
        }
    }
}

/// Whether the units leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EffectKind {
    /// They leave for, or come from, an account of the outside world.
    External,
    /// They stay on the premises in another state.
    State,
}

/// Where the units go to or come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonEffect {
    /// Whether they leave.
    kind: EffectKind,
    /// `shrink`, `found`, `supplier`, `customer` …, or `damaged`, `quality_control`.
    #[schema(value_type = codes::Place, example = "shrink")]
    place: String,
}

impl From<Effect> for ReasonEffect {
    fn from(effect: Effect) -> Self {
        let kind = match effect {
            Effect::External(_) => EffectKind::External,
            Effect::State(_) => EffectKind::State,
        };
        Self { kind, place: effect.place().code().to_owned() }
    }
}

impl ReasonEffect {
    /// The effect, or what is wrong with it.
    fn read(&self) -> Result<Effect, Problem> {
        let wrong = || Problem::invalid("/effect/place", "is not a place that units go to");
        let effect = Place::from_code(&self.place).and_then(Effect::to).ok_or_else(wrong)?;
        if Self::from(effect).kind == self.kind {
            Ok(effect)
        } else {
            Err(Problem::invalid("/effect/kind", "does not fit the place"))
        }
    }
}

/// Why record and shelf differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// The stable word.
    #[schema(example = "damaged")]
    code: String,
    /// What people read.
    #[schema(example = "Damaged")]
    label: String,
    /// Which way it may go.
    direction: ReasonDirection,
    /// Where the units go to or come from.
    effect: ReasonEffect,
    /// The account of the general ledger.
    gl_account: Option<String>,
    /// Whether a note must say more.
    note_required: bool,
    /// Whether a person may choose it.
    selectable: bool,
    /// Whether it is in use.
    active: bool,
    /// Order in lists.
    position: i64,
    /// How often it was used at the facility that was asked for; null without one.
    uses: Option<i64>,
}

impl From<domain::Reason> for Reason {
    fn from(reason: domain::Reason) -> Self {
        Self {
            code: reason.code,
            label: reason.label,
            direction: reason.direction.into(),
            effect: reason.effect.into(),
            gl_account: reason.gl_account,
            note_required: reason.note_required,
            selectable: reason.selectable,
            active: reason.active,
            position: reason.position,
            uses: None,
        }
    }
}
