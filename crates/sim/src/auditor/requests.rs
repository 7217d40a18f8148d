//! Requests: decided once, by somebody else, and posted exactly where they were approved.

use std::collections::BTreeMap;

use onhand_domain::{
    MovementId, MovementKind,
    request::{Request, RequestStatus},
};

use super::{Checked, must};
use crate::store::Tables;

/// The requests as they were last seen.
#[derive(Default)]
pub(super) struct Requests(BTreeMap<MovementId, Request>);

impl Requests {
    /// A request that was written, against what it was before.
    pub(super) fn check(&mut self, id: MovementId, tables: &Tables) -> Checked {
        check_row(id, tables)?;
        let Some(row) = tables.requests.get(&id) else { return Ok(()) };
        if let Some(before) = self.0.get(&id) {
            let same = asked_for(before) == asked_for(row);
            must!(same, "the request {id} was changed from {before:?} to {row:?}");
            let decided = before.status != RequestStatus::Pending;
            must!(
                !decided || before == row,
                "the request {id} was decided twice: {before:?} {row:?}"
            );
        }
        self.0.insert(id, row.clone());
        Ok(())
    }
}

/// What of a request may never change.
pub(super) fn asked_for(request: &Request) -> Request {
    Request {
        status: RequestStatus::Pending,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        ..request.clone()
    }
}

/// A request's row by itself, and against the ledger.
pub(super) fn check_row(id: MovementId, tables: &Tables) -> Checked {
    let Some(row) = tables.requests.get(&id) else {
        must!(false, "the request {id} is gone");
        return Ok(());
    };
    must!(!row.because.is_empty(), "the request {id} has no cause");
    let movement = tables.movement(id);
    match row.status {
        RequestStatus::Pending => must!(row.decided_by.is_none(), "{id} is decided and pending"),
        RequestStatus::Approved | RequestStatus::Declined => {
            must!(row.decided_by.is_some(), "the request {id} was decided by nobody");
            must!(row.decided_by != Some(row.reported_by), "{id} was decided by its reporter");
        }
    }
    if row.status != RequestStatus::Approved {
        must!(movement.is_none(), "{id} is {:?}, and is in the ledger: {movement:?}", row.status);
        return Ok(());
    }
    let Some(m) = movement else {
        must!(false, "the request {id} is approved, and not in the ledger");
        return Ok(());
    };
    let right = m.kind == MovementKind::Variance
        && (m.facility, m.sku) == (row.facility, row.sku)
        && m.quantity == row.quantity.abs()
        && m.effective_at == row.effective_at.min(m.recorded_at)
        && Some(m.actor) == row.decided_by
        && m.reason.as_deref() == Some(row.reason.as_str());
    must!(right, "the request {row:?} was posted as {m:?}");
    Ok(())
}
