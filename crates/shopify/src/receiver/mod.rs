//! Receives what the shop does by itself: its orders, its till, its returns, its items and places.
//!
//! A message of the shop is a nudge: [`Door`] checks and keeps where to look, the receiver reads
//! what is there now, and the ledger posts the difference. Whoever is lost, doubled, forged or late
//! changes nothing: the shop's changed orders are asked for every [`POLL_EVERY`] as well.

mod door;
pub mod follow;
mod intake;
mod orders;
mod poll;
mod things;
mod watch;

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    time::Duration,
};

use onhand_domain::Micros;
use onhand_store::{
    Store, StoreError,
    channels::{Channel, ChannelError, DELIVERIES_MAX, Delivery, DeliveryKind, Handled},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use self::door::{Door, DoorError, SECRETS_KEPT_MAX, WEBHOOK_BYTES_MAX, add_secret};
pub(crate) use self::orders::Following;
pub(crate) use self::poll::take_in_changes;
pub use self::poll::{POLL_EVERY, PROBLEMS_MAX, TakenOrders, take_in_orders};
pub use self::watch::{TOPICS, WATCH_EVERY};

use crate::{
    budget::Share, client::Shop, code::Stop, judge::backoff, publisher, read::ReadError,
    reconciler::ReconcileError,
};

/// How often it is looked for what another node took in, or what is to be tried again.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Subjects that are read at once: enough that waiting for answers leaves the budget in use.
const AT_ONCE_MAX: usize = 4;
/// How often one message is tried, with pauses that grow to minutes.
const TRIES_MAX: i64 = 8;
/// How long messages are kept that are over: longer than the shop repeats any.
const KEPT_MICROS: i64 = 3 * 24 * 60 * 60 * Micros::SECOND;
/// How often those are forgotten.
const FORGET_EVERY_MICROS: i64 = 60 * 60 * Micros::SECOND;

/// Why something was not received.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The shop could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Our own side refuses; the same again would be refused again.
    #[error("{0}")]
    Refused(String),
}

impl From<ChannelError> for ReceiveError {
    fn from(error: ChannelError) -> Self {
        match error {
            ChannelError::Store(error) => Self::Store(error),
            ChannelError::Refused(refusal) => Self::Refused(refusal.to_string()),
        }
    }
}

impl From<ReconcileError> for ReceiveError {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::Read(error) => Self::Read(error),
            ReconcileError::Store(error) => Self::Store(error),
        }
    }
}

/// The receiver of one channel: one task beside the publisher, under its lease.
#[derive(Clone)]
pub(crate) struct Receiver {
    store: Store,
    shop: Shop,
    channel: Channel,
    /// Where the shop finds us; none where it can't.
    public_url: Option<String>,
}

impl Receiver {
    pub(crate) fn new(
        store: &Store,
        shop: &Shop,
        channel: &Channel,
        public_url: Option<String>,
    ) -> Self {
        // Sales that we don't know of are oversold: they go before the reconciler's reads.
        let shop = shop.reading_as(Share::Following);
        Self { store: store.clone(), shop, channel: channel.clone(), public_url }
    }

    /// Receives until `stopping`, or until the shop lets nobody in.
    pub(crate) async fn run(self, stopping: CancellationToken) {
        if self.channel.orders_from.is_none() {
            // It was made equal by a release that received nothing. What was sold before would be
            // sold again, and what is promised is missing: that takes a comparison.
            let channel = self.channel.id;
            tracing::error!(%channel, "receiver.not_taken_in: onhand channel start --anew");
            return stopping.cancelled().await;
        }
        let mut times = Times::default();
        while !stopping.is_cancelled() {
            let delivered = self.store.delivered();
            // Armed before the look, so that what comes in during it wakes us.
            let mut woken = pin!(delivered.notified());
            woken.as_mut().enable();
            let round = tokio::select! {
                () = stopping.cancelled() => return,
                round = self.round(&mut times) => round,
            };
            match round {
                Ok(After::Idle) => {}
                Ok(After::More) => continue,
                Ok(After::Stopped(stop)) => {
                    self.stop(stop).await;
                    return;
                }
                Err(error) => {
                    let channel = self.channel.id;
                    tracing::warn!(%channel, %error, "receiver.trouble");
                }
            }
            tokio::select! {
                () = stopping.cancelled() => return,
                () = woken => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// What is due by now: a page of messages at most, so that in a burst of them lost ones are
    /// asked for as well.
    async fn round(&self, times: &mut Times) -> Result<After, StoreError> {
        let now = self.store.clock().now();
        if Times::is_due(&mut times.watched, now, watch::WATCH_EVERY_MICROS)
            && let Some(stop) = self.watch().await
        {
            return Ok(After::Stopped(stop));
        }
        let poll = Times::is_due(&mut times.polled, now, poll::POLL_EVERY_MICROS);
        if poll && let Some(stop) = self.poll(times, now).await? {
            return Ok(After::Stopped(stop));
        }
        let after = self.handle_due().await?;
        if let Some(until) = times.to_note {
            // While one of these orders waits it is not noted; the next look tries again.
            if self.store.note_orders_until(self.channel.id, until).await? {
                times.to_note = times.asked_until.filter(|asked| *asked > until);
            }
        }
        if Times::is_due(&mut times.forgot, now, FORGET_EVERY_MICROS) {
            let before = now.plus(-KEPT_MICROS);
            while self.store.forget_deliveries(self.channel.id, before).await? > 0 {}
        }
        Ok(after)
    }

    /// Handles a page of the messages that are due.
    async fn handle_due(&self) -> Result<After, StoreError> {
        let due = self.store.due_deliveries(self.channel.id, self.store.clock().now()).await?;
        let after = if due.len() < DELIVERIES_MAX { After::Idle } else { After::More };
        let mut subjects: BTreeMap<Subject, BTreeSet<String>> = BTreeMap::new();
        for delivery in due {
            subjects.entry(Subject::of(&delivery)).or_default().insert(delivery.subject);
        }
        Ok(self.handle_all(subjects).await?.map_or(after, After::Stopped))
    }

    async fn handle_all(
        &self,
        subjects: BTreeMap<Subject, BTreeSet<String>>,
    ) -> Result<Option<Stopped>, StoreError> {
        let mut at_work = JoinSet::new();
        let mut waiting = subjects.into_iter();
        loop {
            while at_work.len() < AT_ONCE_MAX
                && let Some((subject, told)) = waiting.next()
            {
                let receiver = self.clone();
                at_work.spawn(async move { receiver.answer(&subject, &told).await });
            }
            let Some(joined) = at_work.join_next().await else { return Ok(None) };
            // After a panic, which standard error has, what it was about is tried again.
            if let Some(stop) = joined.map_err(|_| StoreError::Panicked)?? {
                return Ok(Some(stop));
            }
        }
    }

    /// Looks once at what messages are about, and settles with it all that had come in by then:
    /// in a burst an order has many, also beyond the page.
    async fn answer(
        &self,
        subject: &Subject,
        told: &BTreeSet<String>,
    ) -> Result<Option<Stopped>, StoreError> {
        let told = told.iter().map(String::as_str).collect();
        let (kind, location) = (subject.kind, subject.location());
        // Before the shop is read: what comes in later may be about something later.
        let deliveries =
            self.store.waiting_deliveries(self.channel.id, kind, &told, location).await?;
        if deliveries.is_empty() {
            return Ok(None);
        }
        let handled = self.handle(subject, &deliveries).await;
        self.settle(subject, &deliveries, handled).await
    }

    /// Reads what a message is about, and does what follows. What was left out, in words.
    async fn handle(
        &self,
        subject: &Subject,
        deliveries: &[Delivery],
    ) -> Result<Option<String>, ReceiveError> {
        match subject.kind {
            DeliveryKind::Order => self.following().follow(&subject.id).await,
            DeliveryKind::OrderPart => match self.shop.order_of_part(&subject.id).await? {
                Some(order) => self.following().follow(&order).await,
                None => Ok(Some(format!("the shop has no {}", subject.id))),
            },
            DeliveryKind::Level => self.look_at_levels(&subject.id, deliveries).await,
            DeliveryKind::Item => self.read_items(&subject.id).await,
            DeliveryKind::Product => self.read_product(&subject.id).await,
            DeliveryKind::Location => self.read_locations().await,
            DeliveryKind::Scopes => self.check_scopes().await,
            DeliveryKind::Installation => self.check_installation().await,
        }
    }

    fn following(&self) -> Following<'_> {
        Following { store: &self.store, shop: &self.shop, channel: &self.channel }
    }

    async fn settle(
        &self,
        subject: &Subject,
        deliveries: &[Delivery],
        handled: Result<Option<String>, ReceiveError>,
    ) -> Result<Option<Stopped>, StoreError> {
        let channel = self.channel.id;
        let tries = tries_of(deliveries);
        let mut stop = None;
        let handled = match handled {
            Ok(left_out) => Handled::Done { left_out },
            Err(ReceiveError::Refused(problem)) => Handled::Failed { problem },
            Err(ReceiveError::Read(ReadError::Stopped { reason, problem })) => {
                stop = Some(Stopped { reason, problem: problem.clone() });
                // Nothing is lost by it: once a person has acted it is tried again.
                Handled::Again { at: self.store.clock().now(), problem }
            }
            Err(ReceiveError::Store(error)) => return Err(error),
            Err(ReceiveError::Read(error)) if tries >= TRIES_MAX => {
                Handled::Failed { problem: error.to_string() }
            }
            Err(ReceiveError::Read(error)) => {
                let wait = backoff(u32::try_from(tries).unwrap_or(u32::MAX), rand::random());
                let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
                let at = self.store.clock().now().plus(wait);
                Handled::Again { at, problem: error.to_string() }
            }
        };
        if let Handled::Again { problem, .. } | Handled::Failed { problem } = &handled {
            tracing::warn!(%channel, subject = %subject.id, problem, "receiver.not_followed");
        }
        let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.id).collect();
        self.store.settle_deliveries(channel, &ids, &handled).await?;
        Ok(stop)
    }

    async fn stop(&self, stop: Stopped) {
        let Stopped { reason, problem } = stop;
        let done = publisher::stop(&self.store, self.channel.id, reason.code(), &problem).await;
        if let Err(error) = done {
            tracing::warn!(channel = %self.channel.id, %error, "receiver.not_stopped");
        }
    }
}

/// How often this has been tried now: as often as the youngest message about it. One that came in
/// during an outage has all its tries ahead of it, and takes along those that waited before.
fn tries_of(deliveries: &[Delivery]) -> i64 {
    deliveries.iter().map(|one| one.tries).min().unwrap_or(0).saturating_add(1)
}

/// What comes after a round.
enum After {
    /// Nothing is due.
    Idle,
    /// The next round at once: more may be due.
    More,
    /// Nothing, until a person acts.
    Stopped(Stopped),
}

/// Nothing works with the shop until a person acts.
struct Stopped {
    reason: Stop,
    problem: String,
}

/// When what was done last.
#[derive(Default)]
struct Times {
    watched: Option<Micros>,
    polled: Option<Micros>,
    forgot: Option<Micros>,
    /// A poll that had more pages than one round takes.
    under_way: Option<poll::Asked>,
    /// Up to when the shop was asked for its orders: all that had changed by then came in.
    asked_until: Option<Micros>,
    /// What of that is to be noted once all of it is followed. It stays until it is: in a burst
    /// there is always a later one to wait for.
    to_note: Option<Micros>,
}

impl Times {
    /// Whether something is to be done now, and then notes that it is.
    fn is_due(last: &mut Option<Micros>, now: Micros, every: i64) -> bool {
        let due = last.is_none_or(|last| now.0.saturating_sub(last.0) >= every || now < last);
        if due {
            *last = Some(now);
        }
        due
    }
}

/// What messages are about, as far as one look answers them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    kind: DeliveryKind,
    id: String,
}

impl Subject {
    fn of(delivery: &Delivery) -> Self {
        let id = match delivery.kind {
            // Levels of a location are read together.
            DeliveryKind::Level => delivery.location.clone().unwrap_or_default(),
            // They are read as a whole.
            DeliveryKind::Location | DeliveryKind::Scopes | DeliveryKind::Installation => {
                String::new()
            }
            _ => delivery.subject.clone(),
        };
        Self { kind: delivery.kind, id }
    }

    /// Where, of levels.
    fn location(&self) -> Option<&str> {
        (self.kind == DeliveryKind::Level && !self.id.is_empty()).then_some(&*self.id)
    }
}
