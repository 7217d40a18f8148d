//! Clients that post variances and repeat each, with the same id, until it is acknowledged.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use onhand_testkit::node::{Node, Retailer};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use crate::client::{Client, Reply};
use crate::history::{Fate, History, Posting};

/// After this, clients that were told to stop give up what was not acknowledged.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// Pause before a retry, in milliseconds.
const RETRY_PAUSE: std::ops::Range<u64> = 5..40;
/// Of 100 attempts that failed, so many are given up: their writes may be there or not.
const GIVE_UP_PERCENT: u32 = 5;
/// Of 100 requests, so many carry several variances.
const BULK_PERCENT: u32 = 10;
/// Variances of such a request.
const BULK: usize = 12;
/// Of 100 acknowledged requests, so many are sent once more, as by a device that missed the answer.
const REPEAT_PERCENT: u32 = 5;
/// All clients at a pace have begun after this.
const FLOOD_BEGINS_WITHIN: Duration = Duration::from_secs(1);
/// Milliseconds since 1970 in the first client's first id: ids must not depend on the clock, so
/// that the same seed gives the same ids.
const FIRST_ID_MILLIS: u64 = 1_750_000_000_000;

/// How the clients work.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) clients: u32,
    /// Longest wait for an answer.
    pub(crate) timeout: Duration,
    /// All postings go to the first facility and SKU.
    pub(crate) one_row: bool,
    /// Each client begins a request so often, whatever became of the last one, and repeats none;
    /// `None` for clients that ask as soon as they are answered, and repeat.
    pub(crate) pace: Option<Duration>,
    /// So many are acknowledged, and the clients stop; `None` for as many as they get done.
    pub(crate) amount: Option<usize>,
}

impl Default for Plan {
    fn default() -> Self {
        let timeout = Duration::from_secs(5);
        Self { clients: 8, timeout, one_row: false, pace: None, amount: None }
    }
}

/// Clients at work.
pub(crate) struct Load {
    stop: watch::Sender<bool>,
    clients: JoinSet<History>,
    board: Arc<Board>,
}

/// What all clients were told so far.
#[derive(Default)]
struct Board {
    acknowledged: Mutex<Vec<Uuid>>,
    /// Answers by the problem's code.
    problems: Mutex<BTreeMap<String, u64>>,
    /// All answers.
    answered: AtomicU32,
}

impl Load {
    /// Starts the clients. They spread over the nodes, and try the next one after a failure.
    pub(crate) fn start(
        plan: &Plan,
        retailer: &Retailer,
        nodes: &[&Node],
        rng: &mut StdRng,
    ) -> anyhow::Result<Self> {
        let ids = |texts: &[String]| texts.iter().map(|id| id.parse()).collect::<Result<_, _>>();
        let shelves = Arc::new(Shelves {
            facilities: ids(retailer.facilities()).context("a facility's id")?,
            skus: ids(retailer.skus()).context("a SKU's id")?,
        });
        let (stop, stopped) = watch::channel(false);
        let board = Arc::new(Board::default());
        let mut clients = JoinSet::new();
        for number in 0..plan.clients {
            let connect = |node: &&Node| Client::new(node.url(), retailer.key(), plan.timeout);
            let mut nodes: Vec<Client> = nodes.iter().map(connect).collect();
            let first = usize::try_from(number)? % nodes.len();
            nodes.rotate_left(first);
            let upto = |n: u32| plan.amount.map(|all| all * n as usize / plan.clients as usize);
            let left = upto(number + 1).zip(upto(number)).map(|(next, this)| next - this);
            let worker = Worker {
                nodes,
                shelves: Arc::clone(&shelves),
                rng: StdRng::seed_from_u64(rng.random()),
                whims: StdRng::seed_from_u64(rng.random()),
                left,
                one_row: plan.one_row,
                pace: plan.pace,
                stopped: stopped.clone(),
                board: Arc::clone(&board),
                history: History::default(),
                made: 0,
            };
            clients.spawn(worker.work());
        }
        Ok(Self { stop, clients, board })
    }

    /// Variances acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        lock(&self.board.acknowledged).len()
    }

    /// Their ids.
    pub(crate) fn acknowledged_ids(&self) -> Vec<Uuid> {
        lock(&self.board.acknowledged).clone()
    }

    /// Answers so far that were this problem.
    pub(crate) fn answers(&self, problem: &str) -> u64 {
        lock(&self.board.problems).get(problem).copied().unwrap_or_default()
    }

    /// Answers so far, of any kind.
    pub(crate) fn answered(&self) -> u32 {
        self.board.answered.load(Ordering::Relaxed)
    }

    /// Waits until so many more were acknowledged; how long it took.
    pub(crate) async fn progress(&self, more: usize, limit: Duration) -> anyhow::Result<Duration> {
        let (began, target) = (Instant::now(), self.acknowledged() + more);
        while self.acknowledged() < target {
            let waited = began.elapsed();
            anyhow::ensure!(waited < limit, "no progress within {} s", limit.as_secs());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(began.elapsed())
    }

    /// Waits until the clients have stopped: those at a pace where they are. What was not answered
    /// may be there or not.
    pub(crate) async fn abandon(self) -> History {
        self.stop.send_replace(true);
        self.complete().await
    }

    /// Waits until the clients stop by themselves, because they have done their amount.
    pub(crate) async fn complete(self) -> History {
        let mut history = History::default();
        for done in self.clients.join_all().await {
            history.merge(done);
        }
        history
    }

    /// Lets each client finish what it has begun.
    pub(crate) async fn finish(self) -> anyhow::Result<History> {
        let history = self.abandon().await;
        anyhow::ensure!(history.acknowledged() > 0, "nothing was acknowledged");
        Ok(history)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where there is something to post to.
struct Shelves {
    facilities: Vec<Uuid>,
    skus: Vec<Uuid>,
}

struct Worker {
    nodes: Vec<Client>,
    shelves: Arc<Shelves>,
    /// What it asks for.
    rng: StdRng,
    /// How it takes answers. Apart, or what it meets would change what it asks for.
    whims: StdRng,
    /// Postings that are still to be acknowledged, where there is an end.
    left: Option<usize>,
    one_row: bool,
    pace: Option<Duration>,
    stopped: watch::Receiver<bool>,
    board: Arc<Board>,
    history: History,
    made: u64,
}

impl Worker {
    async fn work(mut self) -> History {
        if let Some(pace) = self.pace {
            return self.work_at(pace).await;
        }
        while !*self.stopped.borrow() && self.left != Some(0) {
            let count = if self.rng.random_ratio(BULK_PERCENT, 100) { BULK } else { 1 };
            let count = self.left.map_or(count, |left| left.min(count));
            let postings: Vec<Posting> = (0..count).map(|_| self.invent()).collect();
            let fate = self.post(&postings).await;
            if let (Fate::Acknowledged, Some(left)) = (fate, &mut self.left) {
                *left -= count;
            }
            self.history.postings.extend(postings.into_iter().map(|posting| (posting, fate)));
        }
        self.history
    }

    /// One request after the other, each tried once.
    async fn work_at(mut self, pace: Duration) -> History {
        let mut stopped = self.stopped.clone();
        // Not all at once, and yet all of them soon.
        let mut next = Instant::now() + pace.min(FLOOD_BEGINS_WITHIN).mul_f64(self.rng.random());
        while !*self.stopped.borrow() {
            let posting = self.invent();
            let body = posting.body();
            let attempt = async {
                tokio::time::sleep_until(next).await;
                self.nodes[0].post("/api/v1/variances", &body).await
            };
            let reply = tokio::select! {
                reply = attempt => Some(reply),
                _ = stopped.wait_for(|stopped| *stopped) => None,
            };
            let done = reply.is_some_and(|reply| self.note(&reply, std::slice::from_ref(&posting)));
            let fate = if done { Fate::Acknowledged } else { Fate::Unknown };
            self.history.postings.push((posting, fate));
            next += pace;
        }
        self.history
    }

    fn invent(&mut self) -> Posting {
        let pick = |rng: &mut StdRng, from: &[Uuid], first: bool| {
            from[if first { 0 } else { rng.random_range(0..from.len()) }]
        };
        let facility = pick(&mut self.rng, &self.shelves.facilities, self.one_row);
        let sku = pick(&mut self.rng, &self.shelves.skus, self.one_row);
        let reason = ["found", "lost", "damaged"][self.rng.random_range(0..3)];
        let units = self.rng.random_range(1..4);
        let quantity = if reason == "found" { units } else { -units };
        let millis = FIRST_ID_MILLIS + self.made;
        self.made += 1;
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &self.rng.random()).into_uuid();
        Posting { id, facility, sku, quantity, reason }
    }

    /// Sends them until they are acknowledged, or given up.
    async fn post(&mut self, postings: &[Posting]) -> Fate {
        let (path, body) = match postings {
            [single] => ("/api/v1/variances", single.body()),
            several => {
                let variances: Vec<Value> = several.iter().map(Posting::body).collect();
                ("/api/v1/variances/bulk", json!({ "variances": variances }))
            }
        };
        let mut deadline = Instant::now() + DRAIN_TIMEOUT;
        loop {
            let reply = self.nodes[0].post(path, &body).await;
            if self.note(&reply, postings) {
                break;
            }
            if !*self.stopped.borrow() {
                deadline = Instant::now() + DRAIN_TIMEOUT;
            }
            if Instant::now() >= deadline || self.whims.random_ratio(GIVE_UP_PERCENT, 100) {
                return Fate::Unknown;
            }
            let pause = self.whims.random_range(RETRY_PAUSE);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.nodes.rotate_left(1);
        }
        lock(&self.board.acknowledged).extend(postings.iter().map(|posting| posting.id));
        if self.whims.random_ratio(REPEAT_PERCENT, 100) {
            let reply = self.nodes[0].post(path, &body).await;
            // It has been acknowledged: whatever becomes of the second one, the first stands.
            self.note(&reply, postings);
        }
        Fate::Acknowledged
    }

    /// Counts the answer; whether it acknowledges all of them.
    fn note(&mut self, reply: &anyhow::Result<Reply>, postings: &[Posting]) -> bool {
        let (status, what, done) = match reply {
            Err(_) => (0, String::new(), false),
            Ok(reply) if reply.status == 200 => {
                let refused = refusal(&reply.body, postings);
                // A refusal in a 200 counts as what it would have been alone.
                let status = if refused.is_some() { 422 } else { 200 };
                (status, refused.clone().unwrap_or_default(), refused.is_none())
            }
            Ok(reply) => {
                let blunt = reply.status == 503 && !reply.has_retry_after;
                self.history.without_retry_after += u64::from(blunt);
                (reply.status, reply.problem().to_owned(), false)
            }
        };
        if status != 0 {
            self.board.answered.fetch_add(1, Ordering::Relaxed);
        }
        if status != 200 {
            *lock(&self.board.problems).entry(what.clone()).or_default() += 1;
        }
        *self.history.answers.entry((status, what)).or_default() += 1;
        done
    }
}

/// What an answer of 200 says against the variances, or that it answers something else.
fn refusal(body: &Value, postings: &[Posting]) -> Option<String> {
    let results = match body["results"].as_array() {
        Some(results) => results.iter().collect(),
        None => vec![body],
    };
    if results.len() != postings.len() {
        return Some(format!("{} answers to {} variances", results.len(), postings.len()));
    }
    results.iter().zip(postings).find_map(|(result, posting)| {
        let same = result["id"].as_str() == Some(&posting.id.to_string());
        let posted = result["status"] == "posted";
        (!same || !posted).then(|| result.to_string().chars().take(300).collect())
    })
}
