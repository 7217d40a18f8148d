//! Takes the ledger to where the shop has an order.

use std::collections::BTreeSet;

use onhand_domain::{
    Origin, PrincipalId,
    access::Limits,
    plan::{
        command::{Authority, Body, Command, Mandate},
        outcome::Outcome,
    },
};
use onhand_store::{Store, StoreError, channels::Channel};
use tokio::time::{Duration, sleep};

use super::{
    ReceiveError,
    follow::{Terms, meaning, order_id},
};
use crate::{
    client::Shop,
    read::{Order, RETURNS_SCOPE},
};

/// How often a full queue of the ledger is asked again, and the pause between.
const BUSY_TRIES_MAX: usize = 20;
const BUSY_PAUSE: Duration = Duration::from_millis(100);

/// Follows orders of one channel.
#[derive(Clone, Copy)]
pub(crate) struct Following<'a> {
    /// The database.
    pub(crate) store: &'a Store,
    /// The way to the shop.
    pub(crate) shop: &'a Shop,
    /// The channel, as it stands.
    pub(crate) channel: &'a Channel,
}

impl Following<'_> {
    /// Reads an order and takes the ledger to where it is. What was left out, in words.
    ///
    /// # Errors
    /// [`ReceiveError::Refused`] where the ledger refuses, or the order is larger than is ever
    /// read: half an order would release the other half.
    pub(crate) async fn follow(&self, order: &str) -> Result<Option<String>, ReceiveError> {
        match self.shop.order(order).await? {
            Some(order) if order.cut => {
                let problem = format!("{} is larger than can be read", order.head.name);
                Err(ReceiveError::Refused(problem))
            }
            Some(order) if order.has_returns => self.follow_with_returns(order).await,
            Some(order) => self.post(&order).await,
            None => Ok(Some(format!("the shop has no {order}"))),
        }
    }

    /// The returns of an order are read by themselves. Where they can't be, the rest is followed.
    async fn follow_with_returns(&self, mut order: Order) -> Result<Option<String>, ReceiveError> {
        let name = order.head.name.clone();
        let missing = if self.may_see_returns().await? {
            let returns = self.shop.returns_of(&order.head.id).await?;
            order.returns = returns.all;
            returns.cut.then(|| format!("{name} has more returns than can be read"))
        } else {
            Some(format!("returns of {name} can't be read: the app lacks {RETURNS_SCOPE}"))
        };
        let left_out = self.post(&order).await?;
        let words: Vec<String> = missing.into_iter().chain(left_out).collect();
        Ok((!words.is_empty()).then(|| words.join("; ")))
    }

    /// As it is known by now: somebody may have allowed it meanwhile.
    pub(super) async fn may_see_returns(&self) -> Result<bool, StoreError> {
        let channel = self.store.find_channel(self.channel.id).await?;
        Ok(channel.is_some_and(|it| it.scopes.iter().any(|scope| scope == RETURNS_SCOPE)))
    }

    async fn post(&self, order: &Order) -> Result<Option<String>, ReceiveError> {
        let channel = self.channel.id;
        let assigned = order.assignments.iter().flat_map(|part| &part.lines);
        let items: BTreeSet<&str> = assigned
            .filter_map(|line| line.item.as_deref())
            .chain(order.lines.iter().filter_map(|line| line.item.as_deref()))
            .collect();
        let id = order_id(channel, &order.head.id);
        let ground = self.store.order_ground(channel, id, &items).await?;
        let from = self.channel.orders_from;
        let meaning = meaning(Terms { channel, from, ground: &ground }, order);
        let left_out = meaning.left_out();
        if meaning.is_empty() && ground.lines.is_empty() {
            return Ok(left_out);
        }
        let authority = Authority {
            actor: PrincipalId::SYSTEM,
            mandate: Mandate::Post(Limits::NONE),
            rule: "the shop has done it".to_owned(),
            // Facts don't count towards anybody's day.
            day: String::new(),
            origin: Origin::Shopify,
            device: None,
        };
        let command = Command { authority, body: Body::FollowOrder(meaning.order) };
        match self.post_one(command).await? {
            Outcome::Refused(refusal) => {
                Err(ReceiveError::Refused(format!("{}: {refusal}", order.head.name)))
            }
            _ => Ok(left_out),
        }
    }

    async fn post_one(&self, command: Command) -> Result<Outcome, StoreError> {
        for _ in 0..BUSY_TRIES_MAX {
            match self.store.post(vec![command.clone()]).await {
                Err(StoreError::Busy) => sleep(BUSY_PAUSE).await,
                done => return done?.pop().ok_or(StoreError::Panicked),
            }
        }
        Err(StoreError::Busy)
    }
}
