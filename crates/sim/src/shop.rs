//! A shop: its orders change, and anybody may have read any of their states, at any time, any
//! number of times.

use std::collections::VecDeque;

use onhand_domain::{
    FacilityId, Micros, MovementId, OrderId, OrderLineId, SkuId,
    plan::command::{FollowLine, FollowOrder, FollowReturn, FollowSale},
};

use crate::{
    dice::Dice,
    world::{MINUTE, World},
};

/// Orders that still change.
const ORDERS_MAX: usize = 8;
/// States of one order.
const STATES_MAX: usize = 12;

/// What its orders were like, from the first state on.
#[derive(Debug, Default)]
pub(crate) struct Shop(VecDeque<Vec<FollowOrder>>);

impl Shop {
    /// Somebody looks at an order: at one as it is after something has happened to it, or at one
    /// as it was a while ago.
    pub(crate) fn look(&self, dice: &mut Dice, world: &World, now: Micros) -> FollowOrder {
        let known = self.0.get(dice.index(self.0.len()));
        let Some(states) = known.filter(|_| !dice.per_mille(200)) else {
            return happen(world, new_order(dice, now), 0);
        };
        let newest = states.last().filter(|_| states.len() < STATES_MAX && dice.per_mille(600));
        match (newest, states.get(dice.index(states.len()))) {
            (Some(newest), _) => happen(world, newest.clone(), states.len()),
            (None, Some(any)) => any.clone(),
            (None, None) => new_order(dice, now),
        }
    }

    /// A state was read. Each has its own version, so that there is one newest.
    pub(crate) fn read(&mut self, state: &FollowOrder) {
        let known = self.0.iter_mut().find(|states| states.iter().any(|s| s.id == state.id));
        let Some(states) = known else {
            if self.0.len() == ORDERS_MAX {
                self.0.pop_front();
            }
            return self.0.push_back(vec![state.clone()]);
        };
        if states.last().is_none_or(|last| last.version < state.version) {
            states.push(state.clone());
        }
    }
}

fn new_order(dice: &mut Dice, now: Micros) -> FollowOrder {
    FollowOrder {
        id: OrderId(MovementId::derived(dice.id(), "shop order", 0).0),
        name: format!("#{}", dice.below(1_000)),
        channel: "shop".to_owned(),
        placed_at: now,
        due_at: None,
        version: now,
        cancelled: false,
        lines: Vec::new(),
        sales: Vec::new(),
        returns: Vec::new(),
    }
}

/// The order after something has happened to it. The shop decides what, not who looks: of two who
/// look at the same time, both see the same.
fn happen(world: &World, mut order: FollowOrder, changes: usize) -> FollowOrder {
    let own =
        MovementId::derived(order.id.0, "what happens", i64::try_from(changes).unwrap_or_default())
            .0;
    let dice = &mut Dice::new(own.as_u64_pair().0);
    order.version = order.version.plus(dice.between(1, MINUTE));
    let (Some(facility), Some((sku, _))) =
        (dice.one_of(&world.facilities), dice.one_of(&world.skus))
    else {
        return order;
    };
    let at = order.version.plus(-dice.between(0, 60 * MINUTE));
    let units = dice.between(1, 4);
    let id = MovementId::derived(dice.id(), "shop event", 0);
    match dice.below(10) {
        0..4 => line_at(&mut order, facility, sku).open = dice.between(0, 5),
        4..7 => {
            let origin_key = "shop/fulfilments".to_owned();
            // Mostly what is promised leaves, sometimes what nobody knew of.
            let promised =
                order.lines.iter().find(|line| line.open > 0).map(|l| (l.facility, l.sku));
            let (facility, sku) =
                promised.filter(|_| dice.per_mille(800)).unwrap_or((facility, sku));
            let till = order.lines.is_empty() && dice.per_mille(500);
            let named = (!till).then(|| line_at(&mut order, facility, sku));
            let line = named.map(|line| {
                line.open = (line.open - units).max(0);
                line.id
            });
            order.sales.push(FollowSale {
                id,
                line,
                facility,
                sku,
                quantity: units,
                at,
                origin_key,
            });
        }
        7 => {
            let origin_key = "shop/refunds".to_owned();
            order.returns.push(FollowReturn { id, facility, sku, quantity: units, at, origin_key });
        }
        8 => {
            let line = line_at(&mut order, facility, sku);
            line.dropped = dice.between(0, 3);
            line.dropped_at = dice.per_mille(700).then_some(at);
        }
        _ if dice.per_mille(500) => {
            order.cancelled = true;
            order.lines.iter_mut().for_each(|line| line.open = 0);
        }
        // All but the first are elsewhere: an order that is known has a line.
        _ => order.lines.truncate(1),
    }
    order
}

fn line_at(order: &mut FollowOrder, facility: FacilityId, sku: SkuId) -> &mut FollowLine {
    let here = |line: &FollowLine| (line.facility, line.sku) == (facility, sku);
    let at = order.lines.iter().position(here).unwrap_or_else(|| {
        let id = MovementId::derived(order.id.0, &format!("{facility} {sku}"), 0);
        let id = OrderLineId(id.0);
        let new =
            FollowLine { id, facility, sku, ordered: 5, open: 0, dropped: 0, dropped_at: None };
        order.lines.push(new);
        order.lines.len() - 1
    });
    &mut order.lines[at]
}
