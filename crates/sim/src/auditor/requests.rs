//! Requests: decided once, by somebody else, and posted exactly where they were approved.

use std::collections::BTreeMap;

use onhand_domain::{
    MovementId, MovementKind,
    request::{Because, Request, RequestStatus},
};

use super::{Checked, must};
use crate::{store::Tables, world};

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

/// Whether a request says what its reporter could not do alone. What was used of a day is not
/// known any more when this is asked.
fn has_its_causes(row: &Request) -> bool {
    let says = |because| row.because.contains(&because);
    let Some(limits) = world::limits(row.reported_by, row.facility) else {
        return row.because == [Because::NoPermission];
    };
    let units = limits.variance_units_max.is_some_and(|max| row.quantity.abs() > max);
    let value = limits.variance_value_max.is_some_and(|max| row.value.is_some_and(|v| v > max));
    let day = limits.day_value_max.is_some() || !says(Because::DayValue);
    let right = (says(Because::Units), says(Because::Value)) == (units, value);
    !row.because.is_empty() && !says(Because::NoPermission) && right && day
}

/// A request's row by itself, and against the ledger.
pub(super) fn check_row(id: MovementId, tables: &Tables) -> Checked {
    let Some(row) = tables.requests.get(&id) else {
        must!(false, "the request {id} is gone");
        return Ok(());
    };
    must!(has_its_causes(row), "the request {row:?} has other causes");
    let movement = tables.movement(id).filter(|m| m.facility == row.facility);
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
