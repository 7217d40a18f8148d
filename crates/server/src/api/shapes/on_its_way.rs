//! How far movements are on their way to the shops.

use std::collections::BTreeMap;

use onhand_domain::MovementId;
use onhand_store::channels::MovementState;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::codes;
use crate::{api::ApiResult, state::AppState, wire::ApiTime};

/// How far a movement is on its way to a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OnItsWay {
    /// The shop.
    channel_id: Uuid,
    /// What people call it.
    #[schema(example = "Acme")]
    channel: String,
    /// How far.
    #[schema(value_type = codes::Reached, example = "confirmed")]
    status: &'static str,
    /// When it was sent first.
    sent_at: Option<ApiTime>,
    /// When the shop had all of it.
    confirmed_at: Option<ApiTime>,
    /// The shop's id of the change.
    adjustment: Option<String>,
    /// Why not, in words.
    problem: Option<String>,
}

impl From<MovementState> for OnItsWay {
    fn from(state: MovementState) -> Self {
        Self {
            channel_id: state.channel.0,
            channel: state.name,
            status: state.reached.code(),
            sent_at: state.sent_at.map(ApiTime),
            confirmed_at: state.confirmed_at.map(ApiTime),
            adjustment: state.adjustment,
            problem: state.problem,
        }
    }
}

/// How far the movements of a page are: looked up for all of them at once.
///
/// Only for what is read. The answer to a write must be the same at each retry, and by then the
/// shop may have it: there it is left null.
pub(crate) struct Ways(BTreeMap<MovementId, Vec<OnItsWay>>);

impl Ways {
    /// Of movements that the caller may see.
    pub(crate) async fn of(
        state: &AppState,
        movements: impl IntoIterator<Item = MovementId>,
    ) -> ApiResult<Self> {
        let movements: Vec<MovementId> = movements.into_iter().collect();
        let states = state.store.movement_states(&movements).await?;
        let ways = |(id, all): (MovementId, Vec<MovementState>)| {
            (id, all.into_iter().map(OnItsWay::from).collect())
        };
        Ok(Self(states.into_iter().map(ways).collect()))
    }

    /// Of one of them, in each shop that is told of its facility.
    pub(crate) fn get(&self, movement: MovementId) -> Vec<OnItsWay> {
        self.0.get(&movement).cloned().unwrap_or_default()
    }
}
