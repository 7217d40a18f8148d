//! The queue before the ledger, and the tasks that empty it.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};

use futures::FutureExt as _;
use onhand_domain::plan::{command::Command, outcome::Outcome};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
};

use super::Poster;
use crate::{Clock, Ids, StoreError, open::Pools};

/// Requests that may wait. More are told to come back: better a clear 503 than a queue whose
/// end nobody lives to see.
const QUEUE_REQUESTS_MAX: usize = 4_096;
/// Lines (of all commands of all requests) that may wait, which bounds the memory of the queue.
/// A document with more lines than this still fits, alone.
const QUEUE_LINES_MAX: u32 = 65_536;
/// Commands that one transaction takes, unless a single request has more.
const BATCH_COMMANDS_MAX: usize = 256;
/// Committers on PostgreSQL. Two keep one transaction working while the other waits for its
/// commit to reach the disk.
const POSTGRES_COMMITTERS: usize = 2;

/// What one request waits for.
type Answers = Result<Vec<Outcome>, StoreError>;

/// A request's commands, on the way to a committer.
struct Job {
    commands: Vec<Command>,
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
    committers: Arc<Mutex<Vec<JoinHandle<()>>>>,
    committed: Arc<Notify>,
}

impl Engine {
    /// Starts the committers.
    pub(crate) fn start(pools: Pools, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        let committers = match pools {
            Pools::Sqlite { .. } => 1,
            Pools::Postgres(_) => POSTGRES_COMMITTERS,
        };
        let poster = Poster { pools, clock, ids };
        let (sender, receiver) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
        let committed = Arc::new(Notify::new());
        let tasks = (0..committers)
            .map(|_| {
                tokio::spawn(commit_batches(
                    poster.clone(),
                    Arc::clone(&receiver),
                    Arc::clone(&committed),
                ))
            })
            .collect();
        Self {
            poster,
            queue: Arc::new(Mutex::new(Some(sender))),
            room: Arc::new(Semaphore::new(QUEUE_LINES_MAX as usize)),
            committers: Arc::new(Mutex::new(tasks)),
            committed,
        }
    }

    /// Does the commands, each as a whole or not at all, and answers when they are committed.
    pub(crate) async fn post(&self, commands: Vec<Command>) -> Answers {
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
        queue.try_send(Job { commands, answer, _room: room }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopping,
        })?;
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
        let tasks =
            std::mem::take(&mut *self.committers.lock().unwrap_or_else(PoisonError::into_inner));
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "posting.committer_failed");
            }
        }
    }
}

async fn commit_batches(
    poster: Poster,
    receiver: Arc<tokio::sync::Mutex<mpsc::Receiver<Job>>>,
    committed: Arc<Notify>,
) {
    loop {
        let batch = {
            let mut receiver = receiver.lock().await;
            let Some(first) = receiver.recv().await else { return };
            take_waiting(&mut receiver, first)
        };
        commit(&poster, batch).await;
        committed.notify_waiters();
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

async fn commit(poster: &Poster, batch: Vec<Job>) {
    let commands: Vec<Command> = batch.iter().flat_map(|job| job.commands.clone()).collect();
    let started = tokio::time::Instant::now();
    let done = post(poster, &commands).await;
    metrics::histogram!("onhand_posting_seconds").record(started.elapsed().as_secs_f64());
    #[expect(clippy::cast_precision_loss, reason = "a batch has far fewer than 2^52 commands")]
    metrics::histogram!("onhand_posting_batch_commands").record(commands.len() as f64);
    match done {
        Ok(outcomes) => answer(batch, outcomes),
        // One request that the database chokes on must not fail its neighbours.
        Err(error) if batch.len() > 1 => {
            tracing::warn!(error = ?error, requests = batch.len(), "posting.batch_split");
            for job in batch {
                let answers = post(poster, &job.commands).await;
                send(job.answer, answers);
            }
        }
        Err(error) => {
            tracing::error!(error = ?error, "posting.failed");
            if let Some(job) = batch.into_iter().next() {
                send(job.answer, Err(error));
            }
        }
    }
}

/// A command that makes us panic is refused like one that the database chokes on. Its transaction
/// is rolled back; the committer lives on, or one bug would stop every write until a restart.
async fn post(poster: &Poster, commands: &[Command]) -> Answers {
    let done = AssertUnwindSafe(poster.post(commands)).catch_unwind().await;
    done.unwrap_or_else(|_| {
        // The panic's own text went to standard error.
        tracing::error!(commands = commands.len(), "posting.panicked");
        Err(StoreError::Panicked)
    })
}

fn answer(batch: Vec<Job>, outcomes: Vec<Outcome>) {
    let mut outcomes = outcomes.into_iter();
    for job in batch {
        let own = outcomes.by_ref().take(job.commands.len()).collect();
        send(job.answer, Ok(own));
    }
    assert!(outcomes.next().is_none(), "each command has one outcome");
}

/// A client that hung up gets no answer; its write stands, and its retry will find it.
fn send(answer: oneshot::Sender<Answers>, answers: Answers) {
    if answer.send(answers).is_err() {
        tracing::debug!("posting.client_gone");
    }
}
