//! What cancelling and fulfilling have in common: who may, and what is answered.

use std::collections::BTreeSet;

use onhand_domain::{
    FacilityId, FacilityScope, OrderId, Permission,
    plan::{
        command::{Body, Command},
        outcome::Outcome,
    },
};

use super::{Order, order};
use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::{self, Asked},
        stock::recorder,
    },
    caller::Caller,
    state::AppState,
};

/// Closes an order, which needs `movement.record` at the facility of each of its lines.
pub(super) async fn close(
    state: &AppState,
    caller: &Caller,
    id: OrderId,
    body: Body,
    members: &[&str],
) -> ApiResult<Order> {
    let permission = Permission::MovementRecord;
    // Whoever may record nowhere is told so, and not which ids there are.
    caller.scope(permission).await?;
    let visible = caller.access().scope(Permission::StockView);
    let unknown = || Problem::unknown("order");
    if state.store.order(&visible, id).await?.is_none() {
        return Err(unknown());
    }
    let whole = state.store.order(&FacilityScope::All, id).await?.ok_or_else(unknown)?;
    let facilities: BTreeSet<FacilityId> = whole.order.lines.iter().map(|l| l.facility).collect();
    let recorder = recorder(state, caller, &facilities).await?;
    let mut authority = None;
    for facility in &facilities {
        let own = recorder.authority(state, caller, *facility, "");
        // The order is known to the caller; that it has other facilities is no secret of them.
        authority.get_or_insert(own.map_err(|_| Problem::not_permitted(permission))?);
    }
    let authority = authority.ok_or_else(unknown)?;
    match state.store.post(vec![Command { authority, body }]).await?.pop() {
        Some(Outcome::Ordered(_)) => {
            let detail = state.store.order(&visible, id).await?.ok_or_else(unknown)?;
            order(state, detail).await
        }
        Some(Outcome::Refused(refusal)) => {
            Err(refusals::problem(&refusal, &Asked { pointer: "", members, facility: None }))
        }
        _ => Err(Problem::internal()),
    }
}
