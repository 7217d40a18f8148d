//! The rounds of one channel: derive, freeze, send, settle.

use std::{collections::BTreeSet, pin::pin, time::Duration};

use onhand_domain::{
    ChannelId,
    channel::{CallKind, ChannelStatus, Urgency},
};
use onhand_store::{
    Store, StoreError,
    channels::{Bad, Call, Channel, Draft, Lease, SENT_PATIENCE_MICROS, Settlement},
};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    LEASE, payload,
    send::{After, send},
};
use crate::{
    budget::{Share, Work},
    client::{Permit, Shop},
    code::Stop,
    connection, documents,
    receiver::Receiver,
    reconciler,
    sealed::Key,
};

/// Movements that one transaction turns into pushes.
const DERIVE_MAX: u32 = 1_000;
/// How many such transactions follow one another before it is looked what may be sent: a ledger of
/// a million movements keeps neither the lease nor the shop waiting.
const DERIVED_IN_A_ROW_MAX: usize = 8;
/// Calls under way at once: enough that waiting for an answer leaves the budget in use, few enough
/// that what becomes urgent meanwhile finds its turn.
const CALLS_MAX: usize = 4;
/// Besides those, calls that keep the shop from selling what is not there.
const URGENT_CALLS_MAX: usize = 2;
/// How long what another node committed, or a retry that is due, waits at most to be seen.
const POLL: Duration = Duration::from_millis(250);
/// Pause after a failure of the database, or while another node publishes.
const PAUSE: Duration = Duration::from_secs(2);
/// A lease is renewed when less than this is left of it.
const LEASE_RENEWED: Duration = Duration::from_secs(5);

/// What runs beside the publishing of a channel, under the same lease and with the same budget.
struct Beside {
    stopping: CancellationToken,
    tasks: [JoinHandle<()>; 2],
}

impl Beside {
    fn start(
        rounds: &Rounds,
        shop: &Shop,
        channel: &Channel,
        stopping: &CancellationToken,
    ) -> Self {
        let stopping = stopping.child_token();
        let receiver = Receiver::new(&rounds.store, shop, channel, rounds.public_url.clone());
        let receiving = tokio::spawn(receiver.run(stopping.clone()));
        let (store, shop) = (rounds.store.clone(), shop.clone());
        let looking = reconciler::run(store, shop, channel.id, stopping.clone());
        Self { stopping, tasks: [receiving, tokio::spawn(looking)] }
    }

    /// Whether one of them can't go on: then all begin anew.
    fn has_ended(&self) -> bool {
        self.tasks.iter().any(JoinHandle::is_finished)
    }

    async fn stop(self) {
        self.stopping.cancel();
        for task in self.tasks {
            if let Err(panic) = task.await {
                tracing::error!(error = %panic, "what runs beside the publisher ended early");
            }
        }
    }
}

/// One channel's task.
pub(super) struct Rounds {
    store: Store,
    node: Uuid,
    channel: ChannelId,
    key: Key,
    public_url: Option<String>,
}

/// A call's key, whether it is urgent, and what became of it.
type Ended = (Uuid, bool, Result<After, StoreError>);

/// What is under way to a shop.
struct Traffic {
    shop: Shop,
    /// Tasks of their own: one that holds the writer of the database goes on while we wait for it.
    calls: JoinSet<Ended>,
    keys: BTreeSet<Uuid>,
    urgent: usize,
    /// Until then the budget has no room for what is not urgent: nobody needs to put it together.
    ordinary_from: Instant,
    /// Before the first look: what the last holder had under way is ours to send again.
    took_over: bool,
}

impl Rounds {
    pub(super) fn new(
        store: &Store,
        node: Uuid,
        channel: ChannelId,
        key: Key,
        public_url: Option<String>,
    ) -> Self {
        Self { store: store.clone(), node, channel, key, public_url }
    }

    /// Until the channel runs no more, or the node stops. Calls that are under way then are sent
    /// again by whoever goes on, the same under the same keys.
    pub(super) async fn run(self, stopping: CancellationToken) {
        while let Err(error) = self.publish(&stopping).await {
            tracing::warn!(channel = %self.channel, %error, "publisher.trouble");
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn publish(&self, stopping: &CancellationToken) -> Result<(), StoreError> {
        let Some(channel) = self.store.find_channel(self.channel).await? else { return Ok(()) };
        let Some(lease) = self.lease(stopping).await? else { return Ok(()) };
        let shop = match connection::open(&self.store, &channel, &self.key) {
            Ok(shop) => shop,
            Err(problem) => {
                self.stop(Stop::Reconnect.code(), &problem.to_string()).await?;
                return Ok(());
            }
        };
        let mut traffic = Traffic {
            shop,
            calls: JoinSet::new(),
            keys: BTreeSet::new(),
            urgent: 0,
            ordinary_from: Instant::now(),
            took_over: true,
        };
        let beside = Beside::start(self, &traffic.shop, &channel, stopping);
        let done = self.rounds(&channel, lease, (&mut traffic, &beside), stopping).await;
        beside.stop().await;
        self.store.drop_channel_lease(&lease).await?;
        done
    }

    /// Waits for the right to publish; none once the node stops or the channel does.
    async fn lease(&self, stopping: &CancellationToken) -> Result<Option<Lease>, StoreError> {
        loop {
            let until = self.store.clock().now().plus(micros(LEASE));
            let taken = self.store.take_channel_lease(self.channel, self.node, until).await?;
            if taken.is_some() {
                return Ok(taken);
            }
            tokio::select! {
                () = stopping.cancelled() => return Ok(None),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn rounds(
        &self,
        began: &Channel,
        mut lease: Lease,
        (traffic, beside): (&mut Traffic, &Beside),
        stopping: &CancellationToken,
    ) -> Result<(), StoreError> {
        let committed = self.store.committed();
        loop {
            // Armed before the look, so that what is committed during it wakes us.
            let mut woken = pin!(committed.notified());
            woken.as_mut().enable();
            let now = self.store.clock().now();
            if lease.until.0.saturating_sub(now.0) < micros(LEASE_RENEWED) {
                let until = now.plus(micros(LEASE));
                match self.store.take_channel_lease(self.channel, self.node, until).await? {
                    Some(renewed) if renewed.term == lease.term => lease = renewed,
                    // Another node had it meanwhile: what we think of the lanes is old.
                    _ => return Ok(()),
                }
            }
            let Some(channel) = self.store.find_channel(self.channel).await? else { return Ok(()) };
            let same = channel.status == ChannelStatus::Running && channel.version == began.version;
            if !same || beside.has_ended() {
                return Ok(());
            }
            let wait = self.fill(&lease, traffic).await?.min(POLL);
            tokio::select! {
                () = stopping.cancelled() => return Ok(()),
                Some(joined) = traffic.calls.join_next() => {
                    let Ok((key, urgent, ended)) = joined else {
                        // A panic, which standard error has. The call is sent again by and by.
                        return Ok(());
                    };
                    traffic.ended(key, urgent);
                    if let After::Stop { reason, problem } = ended? {
                        self.stop(reason.code(), &problem).await?;
                        return Ok(());
                    }
                }
                () = woken => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Derives what is new and puts on its way what may go. How long to wait for the next look.
    async fn fill(&self, lease: &Lease, traffic: &mut Traffic) -> Result<Duration, StoreError> {
        let mut wait = if self.derive().await? { Duration::ZERO } else { POLL };
        let now = self.store.clock().now();
        // Those under way were marked as sent, and are not due before they have failed.
        let due = if traffic.took_over { now.plus(SENT_PATIENCE_MICROS) } else { now };
        let room = (CALLS_MAX + URGENT_CALLS_MAX) as u64;
        let calls = self.store.due_calls(self.channel, due, room).await?;
        // As long as more than fit were found, there may be others that were taken over.
        traffic.took_over &= calls.len() as u64 == room;
        for call in calls {
            if traffic.keys.contains(&call.key) || !traffic.has_room(call.urgency) {
                continue;
            }
            let size = usize::try_from(call.lines).unwrap_or(usize::MAX);
            match traffic.admit(call.kind, size, call.urgency) {
                Ok(permit) => traffic.start(&self.store, call, permit),
                Err(after) => wait = wait.min(after),
            }
        }
        Ok(wait.min(self.send_new(lease, traffic).await?))
    }

    /// Derives what is new; whether there is more.
    async fn derive(&self) -> Result<bool, StoreError> {
        for _ in 0..DERIVED_IN_A_ROW_MAX {
            if !self.store.derive_pushes(self.channel, DERIVE_MAX).await?.more {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts together what waits, and sends it where there is room. How long to wait for more.
    async fn send_new(&self, lease: &Lease, traffic: &mut Traffic) -> Result<Duration, StoreError> {
        let mut wait = POLL;
        if !traffic.has_room(Urgency::Oversell) {
            return Ok(wait);
        }
        let most = traffic.free();
        let closed = traffic.ordinary_from.checked_duration_since(Instant::now());
        wait = wait.min(closed.unwrap_or(POLL));
        let all = closed.is_none() && traffic.has_room(Urgency::Fall);
        let drafts = if all {
            self.store.draft_calls(self.channel, most).await?
        } else {
            self.store.draft_urgent_calls(self.channel, most).await?
        };
        for draft in drafts.iter().filter(|draft| !draft.lines.is_empty()) {
            if !traffic.has_room(draft.urgency) {
                continue;
            }
            match traffic.admit(draft.kind, draft.lines.len(), draft.urgency) {
                Ok(permit) => self.freeze(lease, draft, permit, traffic).await?,
                Err(after) => wait = wait.min(after),
            }
        }
        if all && drafts.is_empty() && traffic.calls.is_empty() {
            self.store.note_channel_in_step(self.channel).await?;
        }
        Ok(wait)
    }

    /// Writes a call down and sends it.
    async fn freeze(
        &self,
        lease: &Lease,
        draft: &Draft,
        permit: Permit,
        traffic: &mut Traffic,
    ) -> Result<(), StoreError> {
        let key = self.store.ids().next();
        let (text, problem) = match payload::of(draft, key) {
            Ok(Some(text)) => (text, None),
            Ok(None) => (String::new(), None),
            Err(problem) => (String::new(), Some(problem.to_string())),
        };
        let empty = text.is_empty();
        if !self.store.freeze_call(lease, key, draft, text).await? {
            return Ok(());
        }
        if let Some(problem) = problem {
            let code = "NOT_SENDABLE".to_owned();
            let refused = Settlement::Refused { bad: Bad::All, code, problem };
            self.store.settle_call(key, refused).await?;
        } else if empty {
            self.store.settle_call(key, Settlement::NoOp).await?;
        } else if let Some(call) = self.store.find_call(key).await? {
            traffic.start(&self.store, call, permit);
        }
        Ok(())
    }

    async fn stop(&self, reason: &str, problem: &str) -> Result<(), StoreError> {
        super::stop(&self.store, self.channel, reason, problem).await
    }
}

impl Traffic {
    /// Whether one more call may go. What is urgent has slots of its own.
    fn has_room(&self, urgency: Urgency) -> bool {
        let ordinary = self.calls.len() - self.urgent;
        match urgency {
            Urgency::Oversell => self.free() > 0,
            Urgency::Fall | Urgency::Rise => ordinary < CALLS_MAX,
        }
    }

    /// How many calls may go at most.
    fn free(&self) -> usize {
        (CALLS_MAX + URGENT_CALLS_MAX).saturating_sub(self.calls.len())
    }

    /// Room in the shop's budget, or how long there is none.
    fn admit(&mut self, kind: CallKind, size: usize, urgency: Urgency) -> Result<Permit, Duration> {
        let document = match kind {
            CallKind::Adjust => documents::ADJUST,
            CallKind::Set => documents::SET,
            CallKind::Move => documents::MOVE,
        };
        let share = match urgency {
            Urgency::Oversell => Share::Urgent,
            Urgency::Fall | Urgency::Rise => Share::Ordinary,
        };
        let admitted = self.shop.try_admit(Work { name: document.name, size }, share);
        if let (Err(wait), Share::Ordinary) = (&admitted, share) {
            // No longer than this: an answer may say that there is more than was thought.
            self.ordinary_from = Instant::now() + (*wait).min(POLL);
        }
        admitted
    }

    fn start(&mut self, store: &Store, call: Call, permit: Permit) {
        let urgent = call.urgency == Urgency::Oversell;
        let (store, shop) = (store.clone(), self.shop.clone());
        self.keys.insert(call.key);
        self.urgent += usize::from(urgent);
        let sent = async move {
            let ended = send(&store, &shop, permit, &call).await;
            (call.key, urgent, ended)
        };
        self.calls.spawn(sent);
    }

    fn ended(&mut self, key: Uuid, urgent: bool) {
        self.keys.remove(&key);
        self.urgent -= usize::from(urgent);
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
