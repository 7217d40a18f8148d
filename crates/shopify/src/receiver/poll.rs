//! Asks the shop which orders have changed: so a lost message costs half a minute, not a day.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use onhand_domain::Micros;
use onhand_store::{
    Store, StoreError,
    channels::{Channel, DeliveryKind, NewDelivery},
};

use super::{Following, ReceiveError, Receiver, Stopped, Times};
use crate::{
    client::Shop,
    read::{OrderHead, ReadError},
};

/// How often the shop is asked for changed orders.
pub const POLL_EVERY: Duration = Duration::from_secs(30);
pub(super) const POLL_EVERY_MICROS: i64 = 30 * Micros::SECOND;
/// How far back it is asked beyond what is known: its search lags behind, and so may its clock.
const OVERLAP_MICROS: i64 = 2 * 60 * Micros::SECOND;
/// An order that was changed this short a time ago may change once more within the same second.
const CALM_MICROS: i64 = 10 * Micros::SECOND;
/// Pages of one poll; the next goes on where it ended.
const POLL_PAGES_MAX: usize = 40;
/// Pages of open orders that are taken in before a shop is made equal.
const TAKE_IN_PAGES_MAX: usize = 1_000;

/// What of a shop's orders was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenOrders {
    /// Orders that were followed.
    pub orders: u64,
    /// What was left out or refused, in words, at most [`PROBLEMS_MAX`].
    pub problems: Vec<String>,
    /// Which: one that changes while they are read is followed again.
    ids: BTreeSet<String>,
}

/// Problems that are told of when orders are taken in; each stands with its order later, too.
pub const PROBLEMS_MAX: usize = 20;

impl TakenOrders {
    fn add(&mut self, order: &OrderHead, left_out: Option<String>) {
        self.orders = self.orders.saturating_add(u64::from(self.ids.insert(order.id.clone())));
        let told = left_out.filter(|problem| !self.problems.contains(problem));
        let room = PROBLEMS_MAX.saturating_sub(self.problems.len());
        self.problems.extend(told.into_iter().take(room));
    }
}

/// Follows all that the shop has promised and not sent, and what has changed since it was followed
/// last. To be done before a shop is compared: on hand is what lies there, also for these orders.
///
/// The first time, its orders are followed from now on.
pub async fn take_in_orders(
    store: &Store,
    shop: &Shop,
    channel: &Channel,
) -> Result<TakenOrders, ReceiveError> {
    let now = store.clock().now();
    // The shop writes times to the second: what happens in the rest of this one is ours.
    let began = now.plus(-now.0.rem_euclid(Micros::SECOND));
    store.follow_orders_from(channel.id, began).await?;
    let channel = store.find_channel(channel.id).await?.unwrap_or_else(|| channel.clone());
    let following = Following { store, shop, channel: &channel };
    let mut taken = TakenOrders::default();
    let mut after: Option<String> = None;
    for _ in 0..TAKE_IN_PAGES_MAX {
        let page = shop.open_orders(after.as_deref()).await?;
        for order in page.orders.iter().filter(|order| order.may_be_open()) {
            taken.add(order, follow(&following, order).await?);
        }
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    if after.is_some() {
        let most = TAKE_IN_PAGES_MAX.saturating_mul(crate::read::ORDERS_PAGE);
        return Err(ReceiveError::Refused(format!("the shop has more than {most} open orders")));
    }
    let since = channel.orders_until.unwrap_or(began);
    take_in_changes(&following, since, &mut taken).await?;
    store.note_orders_until(channel.id, began).await?;
    Ok(taken)
}

/// Follows what has changed since a moment; how many orders.
pub(crate) async fn take_in_changes(
    following: &Following<'_>,
    since: Micros,
    taken: &mut TakenOrders,
) -> Result<u64, ReceiveError> {
    let mut changed: u64 = 0;
    let mut after: Option<String> = None;
    for _ in 0..TAKE_IN_PAGES_MAX {
        let page = following.shop.orders_since(timestamp(since), after.as_deref()).await?;
        for order in page.orders.iter().filter(|order| micros(order.updated_at) >= since) {
            taken.add(order, follow(following, order).await?);
            changed = changed.saturating_add(1);
        }
        after = page.after;
        if after.is_none() {
            break;
        }
    }
    Ok(changed)
}

/// One that the ledger refuses stands in nobody's way.
async fn follow(
    following: &Following<'_>,
    order: &OrderHead,
) -> Result<Option<String>, ReceiveError> {
    match following.follow(&order.id).await {
        Err(ReceiveError::Refused(problem)) => Ok(Some(problem)),
        done => done,
    }
}

impl Receiver {
    /// Puts every order that has changed into the inbox. Up to when the shop was asked stands in
    /// `times` then.
    pub(super) async fn poll(
        &self,
        times: &mut Times,
        now: Micros,
    ) -> Result<Option<Stopped>, StoreError> {
        let mut asked = match times.under_way.take() {
            Some(asked) => asked,
            None => self.new_poll(times, now).await?,
        };
        for _ in 0..POLL_PAGES_MAX {
            let since = timestamp(asked.since);
            let found = match self.shop.orders_since(since, asked.after.as_deref()).await {
                Ok(found) => found,
                Err(ReadError::Stopped { reason, problem }) => {
                    return Ok(Some(Stopped { reason, problem }));
                }
                Err(error) => {
                    tracing::warn!(channel = %self.channel.id, %error, "receiver.not_polled");
                    return Ok(None);
                }
            };
            self.put_changed(&asked, &found.orders, now).await?;
            self.store.note_channel_reply(self.channel.id, now).await?;
            asked.after = found.after;
            if asked.after.is_none() {
                times.asked_until = Some(asked.began);
                times.to_note.get_or_insert(asked.began);
                return Ok(None);
            }
        }
        // What was found so far goes first; then at once on from here.
        times.under_way = Some(asked);
        times.polled = None;
        Ok(None)
    }

    /// Puts the changed ones of a page into the inbox. One that waits there since before the shop
    /// was asked is read after all its changes: amid a burst the poll adds what was lost, no more.
    async fn put_changed(
        &self,
        asked: &Asked,
        orders: &[OrderHead],
        now: Micros,
    ) -> Result<(), StoreError> {
        let ids: BTreeSet<&str> = orders.iter().map(|order| order.id.as_str()).collect();
        let waiting =
            self.store.waiting_deliveries(self.channel.id, DeliveryKind::Order, &ids, None).await?;
        let waits = |order: &OrderHead| {
            waiting.iter().any(|one| one.subject == order.id && one.received_at < asked.began)
        };
        let changed = orders.iter().filter(|order| micros(order.updated_at) >= asked.since);
        let new: Vec<_> =
            changed.filter(|order| !waits(order)).map(|order| polled(order, now)).collect();
        self.store.put_deliveries(self.channel.id, &new).await?;
        Ok(())
    }

    /// What is found goes into the inbox, which loses nothing: so the next poll goes on where this
    /// one ended, and only a new receiver asks from what is noted as followed.
    async fn new_poll(&self, times: &mut Times, now: Micros) -> Result<Asked, StoreError> {
        let known = self.store.find_channel(self.channel.id).await?;
        let noted = known.and_then(|channel| channel.orders_until);
        // Whoever takes orders in notes them, too.
        times.to_note = times.to_note.filter(|until| noted < Some(*until));
        let until = times.asked_until.max(noted).unwrap_or(now);
        Ok(Asked { began: now, since: until.plus(-OVERLAP_MICROS), after: None })
    }
}

/// A poll that is under way.
pub(super) struct Asked {
    /// When it began: all that had changed by then is found by it.
    began: Micros,
    /// From when on.
    since: Micros,
    /// Where the page before ended.
    after: Option<String>,
}

/// A changed order, as if the shop had told of it. The same change is the same message; while it is
/// fresh it may be another change of the same second.
fn polled(order: &OrderHead, now: Micros) -> NewDelivery {
    let fresh = now.0.saturating_sub(micros(order.updated_at).0) < CALM_MICROS;
    let calm = if fresh { "fresh" } else { "calm" };
    NewDelivery {
        delivery: format!("poll {} {} {calm}", order.id, order.updated_at),
        event: None,
        topic: "poll".to_owned(),
        kind: DeliveryKind::Order,
        subject: order.id.clone(),
        location: None,
        triggered_at: Some(micros(order.updated_at)),
    }
}

fn micros(at: Timestamp) -> Micros {
    at.into()
}

fn timestamp(at: Micros) -> Timestamp {
    at.to_timestamp().unwrap_or(Timestamp::UNIX_EPOCH)
}
