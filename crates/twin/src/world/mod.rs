//! The shop itself: a state machine without a clock, randomness or I/O. `apply` alone changes it,
//! so that the journal of commands, replayed, gives the same shop to the last id.

mod access;
mod activation;
mod adjust;
mod bulk;
mod change;
mod edits;
pub(crate) mod genesis;
pub(crate) mod idempotency;
mod moves;
mod names;
mod orders;
mod payloads;
mod refunds;
mod returns;
mod set;
mod stock;
mod webhooks;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use access::{Access, Token, TokenAct};
pub(crate) use bulk::{Bulk, BulkAct, BulkStatus};
pub(crate) use change::{
    ChangeOutcome, InventoryChange, Line, MoveLine, SetLine, Terminal, UserError,
};
pub(crate) use edits::Edit;
pub(crate) use names::{ON_HAND, State};
pub(crate) use orders::{Deed, FulfillmentOrder, Order, RefundLine, Restock, Wanted};
pub(crate) use returns::{Decided, Disposed, Return};
pub(crate) use stock::{Actor, Group, Item, ItemId, Level, LevelKey, Location, LocationId, Micros};
pub(crate) use stock::{Change, Product};
pub(crate) use webhooks::{
    Delivery, SubscriptionInput, WebhookAct, WebhookSubscription, header_topic,
};

use crate::clock::ClockSetting;
use crate::faults::Faults;

/// Something that happens to the shop, and when by its clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Command {
    pub(crate) at: Micros,
    pub(crate) act: Act,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    /// A mutation of the inventory through the Admin API.
    Inventory {
        key: Option<String>,
        change: InventoryChange,
    },
    /// An attempt that broke down before it had an effect: its key is burnt.
    FailedAttempt {
        key: String,
        change: InventoryChange,
    },
    /// Trade, done by customers and at tills. `request` makes a repetition harmless.
    Trade {
        request: Option<String>,
        deed: Deed,
    },
    /// What people and other apps do in the admin.
    Edit(Edit),
    Webhook(WebhookAct),
    Bulk(BulkAct),
    Token(TokenAct),
    Clock(ClockSetting),
    Faults(Faults),
}

/// What came of a command.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Change(ChangeOutcome),
    /// The number of what was made or changed.
    Id(u64),
    /// An issued access token.
    Token(Token),
    /// It can't be done, with the HTTP status that says why.
    Refused(Refusal),
    Done,
}

/// Why the twin's own API refuses something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }
}

/// The whole shop.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) domain: String,
    /// Where it is served, for the addresses that it hands out. Not part of what happens.
    pub(crate) address: String,
    pub(crate) seed: u64,
    /// When the last command came: no later one may be earlier.
    pub(crate) now: Micros,
    pub(crate) clock: ClockSetting,
    pub(crate) faults: Faults,
    pub(crate) access: Access,
    pub(crate) locations: BTreeMap<LocationId, Location>,
    pub(crate) products: BTreeMap<u64, Product>,
    pub(crate) items: BTreeMap<ItemId, Item>,
    pub(crate) levels: BTreeMap<LevelKey, Level>,
    pub(crate) groups: Vec<Group>,
    pub(crate) orders: BTreeMap<u64, Order>,
    /// The order of each fulfilment order.
    pub(crate) fulfillment_orders: BTreeMap<u64, u64>,
    /// The order of each refund.
    pub(crate) refunds: BTreeMap<u64, u64>,
    /// Which order a reverse fulfilment order is of.
    pub(crate) reverse_orders: BTreeMap<u64, u64>,
    pub(crate) subscriptions: BTreeMap<u64, WebhookSubscription>,
    pub(crate) deliveries: BTreeMap<u64, Delivery>,
    pub(crate) bulks: BTreeMap<u64, Bulk>,
    keys: idempotency::Keys,
    trades: BTreeMap<String, Result<u64, (u16, String)>>,
    events: u64,
    others: u64,
}

impl World {
    /// Lets a command happen.
    pub(crate) fn apply(&mut self, command: &Command) -> Outcome {
        self.now = self.now.max(command.at);
        match &command.act {
            Act::Inventory { key, change } => {
                Outcome::Change(self.change_once(key.as_deref(), change))
            }
            Act::FailedAttempt { key, change } => {
                self.fail_attempt(key, change);
                Outcome::Done
            }
            Act::Trade { request, deed } => answer(self.trade_once(request.as_deref(), deed)),
            Act::Edit(edit) => answer(self.edit(edit)),
            Act::Webhook(act) => answer(self.webhook(act)),
            Act::Bulk(act) => answer(self.bulk(act)),
            Act::Token(act) => self.token(act),
            Act::Clock(setting) => {
                self.clock = setting.clone();
                Outcome::Done
            }
            Act::Faults(faults) => {
                self.faults = faults.clone();
                Outcome::Done
            }
        }
    }

    /// A number for whatever has no range of its own.
    fn other_id(&mut self) -> u64 {
        self.others += 1;
        stock::base::OTHER + self.others - 1
    }

    /// Trade that is asked for twice under one name happens once.
    fn trade_once(&mut self, request: Option<&str>, deed: &Deed) -> Result<u64, Refusal> {
        if let Some(known) = request.and_then(|request| self.trades.get(request)) {
            return known.clone().map_err(|(status, message)| Refusal { status, message });
        }
        let result = self.trade(deed);
        if let Some(request) = request {
            let kept = result.clone().map_err(|refusal| (refusal.status, refusal.message));
            self.trades.insert(request.to_owned(), kept);
        }
        result
    }

    /// Changes a quantity for whoever isn't bound by the API's rules, and tells the subscribers.
    fn shift(&mut self, key: LevelKey, state: State, delta: i64) -> Vec<Change> {
        let at = self.now;
        if delta == 0 || !self.items.get(&key.0).is_some_and(|item| item.tracked) {
            return Vec::new();
        }
        self.level_or_new(key).add(state, delta, at);
        let row = |name| Change { name, delta, item: key.0, location: key.1, ledger: None };
        let mirrored = state.is_on_hand().then(|| row(ON_HAND));
        std::iter::once(row(state.name())).chain(mirrored).collect()
    }

    /// The level, made inactive where the item was never stocked.
    fn level_or_new(&mut self, key: LevelKey) -> &mut Level {
        let id = stock::base::LEVEL + self.levels.len() as u64;
        let at = self.now;
        self.levels.entry(key).or_insert_with(|| Level::new(id, false, at))
    }

    /// Records what changed, and announces the levels whose available quantity did.
    fn record(&mut self, actor: Actor, reason: &str, changes: Vec<Change>) -> Option<u64> {
        let group = Group {
            id: 0,
            at: self.now,
            actor,
            reason: reason.to_owned(),
            reference: None,
            key: None,
            changes,
        };
        self.record_group(group)
    }

    fn record_group(&mut self, mut group: Group) -> Option<u64> {
        if group.changes.is_empty() {
            return None;
        }
        group.id = stock::base::GROUP + self.groups.len() as u64;
        let mut told: Vec<LevelKey> = Vec::new();
        for change in &group.changes {
            let key = (change.item, change.location);
            if change.name == State::Available.name() && !told.contains(&key) {
                told.push(key);
            }
        }
        let id = group.id;
        self.groups.push(group);
        for key in told {
            self.announce_level(key);
        }
        Some(id)
    }

    pub(crate) fn group(&self, id: u64) -> Option<&Group> {
        let index = usize::try_from(id.checked_sub(stock::base::GROUP)?).ok()?;
        self.groups.get(index)
    }

    pub(crate) fn item_of_variant(&self, variant: u64) -> Option<&Item> {
        let index = variant.checked_sub(stock::base::VARIANT)?;
        self.items.get(&(stock::base::ITEM + index))
    }
}

fn answer(result: Result<u64, Refusal>) -> Outcome {
    match result {
        Ok(id) => Outcome::Id(id),
        Err(refusal) => Outcome::Refused(refusal),
    }
}
