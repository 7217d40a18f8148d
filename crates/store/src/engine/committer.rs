//! The queue before the ledger, and who empties it.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use futures::FutureExt as _;
use onhand_domain::plan::{command::Command, outcome::Outcome};
use tokio::{
    runtime::Handle,
    sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
};

use super::{Ledger, Poster};
use crate::{Clock, Ids, StoreError, Version, open::Pools};

/// Requests that may wait. More are told to come back: better a clear 503 than a queue whose
/// end nobody lives to see.
const QUEUE_REQUESTS_MAX: usize = 4_096;
/// Lines (of all commands of all requests) that may wait, which bounds the memory of the queue.
/// A document with more lines than this still fits, alone.
const QUEUE_LINES_MAX: u32 = 65_536;
/// Commands that one transaction takes, unless a single request has more.
const BATCH_COMMANDS_MAX: usize = 256;

/// So long without a job, and the engine lets others write before it goes on.
const PAUSE_MIN: Duration = Duration::from_millis(2);

/// What one request waits for.
type Answers = Result<Vec<Outcome>, StoreError>;

/// A request's commands, on the way to a committer.
struct Job {
    commands: Vec<Command>,
    /// The directory that they rest on, where they rest on what was remembered of it.
    as_of: Option<Version>,
    answer: oneshot::Sender<Answers>,
    /// Its room in the queue, given back when it is answered.
    _room: OwnedSemaphorePermit,
}

/// The posting engine of one process.
#[derive(Clone)]
pub(crate) struct Engine {
    poster: Poster,
    /// `None` once the engine is stopping.
    queue: Arc<Mutex<Option<mpsc::Sender<Job>>>>,
    room: Arc<Semaphore>,
    /// Ends when the committer has.
    working: Arc<tokio::sync::Mutex<mpsc::Receiver<Infallible>>>,
    committed: Arc<Notify>,
}

impl Engine {
    /// Starts the committer.
    pub(crate) fn start(pools: &Pools, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let (at_work, working) = mpsc::channel(1);
        let committed = Arc::new(Notify::new());
        let poster = Poster { ledger: Ledger::of(pools), clock, ids };
        let worker = Committer {
            poster: poster.clone(),
            queue: receiver,
            committed: Arc::clone(&committed),
            _at_work: at_work,
        };
        match &poster.ledger {
            Ledger::Sqlite(_) => {
                let runtime = Handle::current();
                thread::spawn(move || runtime.block_on(worker.run()));
            }
            Ledger::Postgres(_) => drop(tokio::spawn(worker.run())),
        }
        Self {
            poster,
            queue: Arc::new(Mutex::new(Some(sender))),
            room: Arc::new(Semaphore::new(QUEUE_LINES_MAX as usize)),
            working: Arc::new(tokio::sync::Mutex::new(working)),
            committed,
        }
    }

    /// Does the commands, each as a whole or not at all, and answers when they are committed.
    pub(crate) async fn post(&self, commands: Vec<Command>, as_of: Option<Version>) -> Answers {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let lines: usize = commands.iter().map(|command| command.body.lines()).sum();
        let lines = u32::try_from(lines).unwrap_or(u32::MAX).min(QUEUE_LINES_MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(lines);
        let room = room.map_err(|_| StoreError::Busy)?;
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let queue = queue.ok_or(StoreError::Stopping)?;
        queue.try_send(Job { commands, as_of, answer, _room: room }).map_err(
            |error| match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => StoreError::Stopping,
            },
        )?;
        drop(queue);
        // A committer that panicked has rolled back: the write was not done.
        answered.await.unwrap_or(Err(StoreError::Stopping))
    }

    /// What the commands would do.
    pub(crate) async fn preview(&self, commands: &[Command]) -> Answers {
        self.poster.preview(commands).await
    }

    /// Wakes whenever something was committed by this process.
    pub(crate) fn committed(&self) -> Arc<Notify> {
        Arc::clone(&self.committed)
    }

    /// Takes no more, does what waits, and returns when the last answer is given.
    pub(crate) async fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        while self.working.lock().await.recv().await.is_some() {}
    }
}

/// Empties the queue, batch by batch. One for each node: a second one would mostly wait for the
/// first one's locks, with half of its jobs in hands.
struct Committer {
    poster: Poster,
    queue: mpsc::Receiver<Job>,
    committed: Arc<Notify>,
    _at_work: mpsc::Sender<Infallible>,
}

impl Committer {
    async fn run(mut self) {
        while let Some(first) = self.first().await {
            let batch = take_waiting(&mut self.queue, first);
            commit(&self.poster, batch).await;
            self.committed.notify_waiters();
        }
        // A turn that is kept would keep the database from closing.
        self.poster.rest();
    }

    async fn first(&mut self) -> Option<Job> {
        if let Ok(job) = tokio::time::timeout(PAUSE_MIN, self.queue.recv()).await {
            return job;
        }
        self.poster.rest();
        self.queue.recv().await
    }
}

/// The first job and whatever waits behind it, up to the size of a batch.
fn take_waiting(receiver: &mut mpsc::Receiver<Job>, first: Job) -> Vec<Job> {
    let mut commands = first.commands.len();
    let mut batch = vec![first];
    while commands < BATCH_COMMANDS_MAX {
        let Ok(job) = receiver.try_recv() else { break };
        commands += job.commands.len();
        batch.push(job);
    }
    batch
}

/// A job whose commands are under way among those of others.
struct Waiting {
    /// How many of them.
    commands: usize,
    as_of: Option<Version>,
    answer: oneshot::Sender<Answers>,
    _room: OwnedSemaphorePermit,
}

/// The commands of all jobs, one behind the other, and who waits for them.
fn together(batch: Vec<Job>) -> (Vec<Waiting>, Vec<Command>) {
    let mut all = Vec::with_capacity(batch.iter().map(|job| job.commands.len()).sum());
    let mut waiting = Vec::with_capacity(batch.len());
    for Job { commands, as_of, answer, _room: room } in batch {
        waiting.push(Waiting { commands: commands.len(), as_of, answer, _room: room });
        all.extend(commands);
    }
    (waiting, all)
}

async fn commit(poster: &Poster, batch: Vec<Job>) {
    let as_of = batch.iter().filter_map(|job| job.as_of).collect();
    let (batch, commands) = together(batch);
    let started = tokio::time::Instant::now();
    let done = post(poster, &commands, &as_of).await;
    metrics::histogram!("onhand_posting_seconds").record(started.elapsed().as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "a batch has far fewer than 2^52 commands")]
    metrics::histogram!("onhand_posting_batch_commands").record(commands.len() as f64);
    match done {
        Ok(outcomes) => answer(batch, outcomes),
        Err(error) if let Some(trouble) = error.trouble() => {
            tracing::error!(?error, requests = batch.len(), "posting.failed");
            for waiting in batch {
                send(waiting.answer, Err(StoreError::Storage(trouble)));
            }
        }
        // One request that the database chokes on must not fail its neighbours.
        Err(error) if batch.len() > 1 => {
            tracing::warn!(error = ?error, requests = batch.len(), "posting.batch_split");
            let mut commands = commands.as_slice();
            for waiting in batch {
                let (own, others) = commands.split_at(waiting.commands);
                commands = others;
                let as_of = waiting.as_of.into_iter().collect();
                send(waiting.answer, post(poster, own, &as_of).await);
            }
        }
        Err(error) => {
            if matches!(error, StoreError::Outdated) {
                tracing::debug!("posting.outdated");
            } else {
                tracing::error!(error = ?error, "posting.failed");
            }
            if let Some(waiting) = batch.into_iter().next() {
                send(waiting.answer, Err(error));
            }
        }
    }
}

/// A command that makes us panic is refused like one that the database chokes on. Its transaction
/// is rolled back; the committer lives on, or one bug would stop every write until a restart.
async fn post(poster: &Poster, commands: &[Command], as_of: &BTreeSet<Version>) -> Answers {
    let done = AssertUnwindSafe(poster.post(commands, as_of)).catch_unwind().await;
    done.unwrap_or_else(|_| {
        // The panic's own text went to standard error.
        tracing::error!(commands = commands.len(), "posting.panicked");
        Err(StoreError::Panicked)
    })
}

fn answer(batch: Vec<Waiting>, outcomes: Vec<Outcome>) {
    let mut outcomes = outcomes.into_iter();
    for waiting in batch {
        let own = outcomes.by_ref().take(waiting.commands).collect();
        send(waiting.answer, Ok(own));
    }
    assert!(outcomes.next().is_none(), "each command has one outcome");
}

/// A client that hung up gets no answer; its write stands, and its retry will find it.
fn send(answer: oneshot::Sender<Answers>, answers: Answers) {
    if answer.send(answers).is_err() {
        tracing::debug!("posting.client_gone");
    }
}
