//! Work orders: closed once, by one command, with all of its lines and nobody else's.

use std::collections::BTreeMap;

use onhand_domain::{
    CountId, FacilityId,
    count::CountStatus,
    plan::{command::Count, view::WorkOrder},
};

use super::{Checked, asked::Asked, must};
use crate::{
    client::{Ask, Op},
    store::Tables,
};

/// Work orders as they were last seen.
#[derive(Default)]
pub(super) struct WorkOrders(BTreeMap<CountId, WorkOrder>);

impl WorkOrders {
    /// Somebody made or changed one, outside of the ledger.
    pub(super) fn set(&mut self, id: CountId, order: WorkOrder) {
        self.0.insert(id, order);
    }

    /// One that the ledger wrote: closed, from what it was just before.
    pub(super) fn check(
        &mut self,
        id: CountId,
        asked: &Asked,
        ops: &[Op],
        tables: &Tables,
    ) -> Checked {
        let (Some(before), Some(row)) = (self.0.get(&id).copied(), tables.counts.get(&id)) else {
            must!(false, "the work order {id} was made by the ledger");
            return Ok(());
        };
        must!(
            before.status == CountStatus::InReview,
            "the work order {id} was closed as {row:?}, and was {before:?}"
        );
        let (status, version) = (CountStatus::Closed, before.version + 1);
        let right = WorkOrder { status, version, closed_by: row.closed_by, ..before };
        must!(*row == right, "the work order {id} was {before:?} and became {row:?}");
        self.0.insert(id, *row);
        check_lines(id, row, asked, ops, tables)
    }

    /// All of them, from what was asked.
    pub(super) fn check_all(&self, asked: &Asked, ops: &[Op], tables: &Tables) -> Checked {
        must!(self.0 == tables.counts, "a work order was changed by nobody");
        self.0.iter().try_for_each(|(id, row)| check_lines(*id, row, asked, ops, tables))
    }
}

/// Of all who would close it, one did: their lines are there, and no line of the others.
fn check_lines(
    id: CountId,
    row: &WorkOrder,
    asked: &Asked,
    ops: &[Op],
    tables: &Tables,
) -> Checked {
    let closed = row.status == CountStatus::Closed;
    must!(closed == row.closed_by.is_some(), "the work order {id} is {row:?}");
    let closers: Vec<(&Ask, &Count)> = asked.closers(id, ops).collect();
    let by_one = closers.iter().any(|(ask, count)| closes(row, ask, count));
    must!(by_one || !closed, "nobody asked to close {id} as it is: {row:?}");
    let mut winners = 0;
    for (ask, count) in closers {
        let there = count.lines.iter().filter(|line| {
            let place = tables.anchor_ids.get(&line.id);
            asked.uses(line.id.0) == 1 && place == Some(&((count.facility, line.sku), line.at))
        });
        if there.count() == 0 {
            continue;
        }
        winners += 1;
        must!(closed && closes(row, ask, count), "{ask:?} posted lines, and {id} is {row:?}");
        must!(all_there(count.facility, count, tables), "{ask:?} posted some of its lines");
    }
    must!(winners <= 1, "the work order {id} was closed with the lines of {winners} commands");
    Ok(())
}

/// Whether this command may be the one that closed it.
fn closes(row: &WorkOrder, ask: &Ask, count: &Count) -> bool {
    let version = count.closes.map(|closing| closing.version + 1);
    row.closed_by == Some(ask.actor)
        && row.facility == count.facility
        && version == Some(row.version)
}

fn all_there(facility: FacilityId, count: &Count, tables: &Tables) -> bool {
    count.lines.iter().all(|line| {
        let anchors = tables.anchors.get(&(facility, line.sku));
        let anchor = anchors.and_then(|anchors| anchors.get(&line.at));
        anchor.is_some_and(|anchor| anchor.id == line.id)
    })
}
