//! The load generator: so many clients, each with one connection that stays open.
//!
//! Closed loop: each client sends its next call when it has the answer to the one before.
//! Open loop: calls arrive at a rate of their own, and a call's latency begins when it arrives,
//! whether or not a client is free to send it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use crate::{http::Connection, stats::Latencies};

/// Calls of an open loop that may wait for a client before the run is given up.
const ARRIVALS_WAITING_MAX: usize = 100_000;

/// What one client calls.
pub(crate) trait Calls: Send + 'static {
    /// The next request.
    fn next(&mut self) -> &[u8];
    /// Looks at the answer to it, and remembers what was acknowledged.
    fn check(&mut self, body: &[u8]) -> Result<()>;
    /// Whether that was the last call of what is timed as one: a page may need several.
    fn complete(&self) -> bool {
        true
    }
}

/// How long a run takes. Calls during the warm-up are made and checked, but not timed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// What a run gave.
pub(crate) struct Run<C> {
    /// Calls answered per second.
    pub(crate) rate: f64,
    pub(crate) latencies: Latencies,
    pub(crate) clients: Vec<C>,
}

/// Runs the clients in a closed loop, spread evenly over the servers.
pub(crate) async fn closed<C: Calls>(
    addresses: &[&str],
    clients: Vec<C>,
    timing: Timing,
) -> Result<Run<C>> {
    let mut ready = Vec::new();
    for (client, address) in clients.into_iter().zip(addresses.iter().cycle()) {
        ready.push((Connection::open(address).await?, client));
    }
    let from = Instant::now() + timing.warm_up;
    let until = from + timing.measured;
    let start = |(connection, client)| tokio::spawn(repeat(connection, client, from, until));
    let tasks: Vec<_> = ready.into_iter().map(start).collect();
    gather(tasks).await
}

async fn repeat<C: Calls>(
    mut connection: Connection,
    mut calls: C,
    from: Instant,
    until: Instant,
) -> Result<Part<C>> {
    let mut latencies = Latencies::default();
    let mut begun = None;
    let mut sent = Instant::now();
    let mut answered = sent;
    // At least one call is timed, however long calls take.
    while sent < until || latencies.len() == 0 {
        let body = connection.call(calls.next()).await?;
        answered = Instant::now();
        calls.check(body)?;
        if !calls.complete() {
            continue;
        }
        if sent >= from {
            begun.get_or_insert(sent);
            latencies.record(answered - sent);
        }
        sent = Instant::now();
    }
    // From its own first call to its own last answer: what is under way at the end of the run is
    // neither lost nor counted for free.
    let span = begun.map_or(Duration::ZERO, |begun| answered - begun);
    Ok(Part { rate: per_second(latencies.len(), span), latencies, calls })
}

fn per_second(calls: usize, span: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 calls")]
    let calls = calls as f64;
    calls / span.as_secs_f64()
}

/// Runs the clients in an open loop of so many calls a second, at random moments.
pub(crate) async fn open<C: Calls>(
    addresses: &[&str],
    clients: Vec<C>,
    rate: f64,
    timing: Timing,
) -> Result<Run<C>> {
    let (arrivals, waiting) = mpsc::channel(ARRIVALS_WAITING_MAX);
    let waiting = Arc::new(Mutex::new(waiting));
    let mut ready = Vec::new();
    for (client, address) in clients.into_iter().zip(addresses.iter().cycle()) {
        ready.push((Connection::open(address).await?, client));
    }
    let from = Instant::now() + timing.warm_up;
    let until = from + timing.measured;
    // A thread of its own: the runtime's timer counts whole milliseconds.
    let pace = std::thread::spawn(move || arrive(&arrivals, rate, until));
    let start = |(connection, client)| {
        tokio::spawn(serve_arrivals(connection, client, Arc::clone(&waiting), from))
    };
    let tasks: Vec<_> = ready.into_iter().map(start).collect();
    let run = gather(tasks).await?;
    pace.join().ok().context("the pacing thread ended early")??;
    Ok(run)
}

/// Exponentially distributed gaps: calls of clients that don't know of one another.
fn arrive(arrivals: &mpsc::Sender<Instant>, rate: f64, until: Instant) -> Result<()> {
    let mut random = Random::new(7);
    let mut next = Instant::now();
    while next < until {
        let now = Instant::now();
        if next > now {
            std::thread::sleep(next - now);
        }
        match arrivals.try_send(next) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => bail!("the server can't follow {rate}/s"),
            // The clients failed; they say why.
            Err(mpsc::error::TrySendError::Closed(_)) => return Ok(()),
        }
        next += Duration::from_secs_f64(-random.unit().ln() / rate);
    }
    Ok(())
}

async fn serve_arrivals<C: Calls>(
    mut connection: Connection,
    mut calls: C,
    waiting: Arc<Mutex<mpsc::Receiver<Instant>>>,
    from: Instant,
) -> Result<Part<C>> {
    let mut latencies = Latencies::default();
    let begun = Instant::now();
    loop {
        let arrived = waiting.lock().await.recv().await;
        let Some(arrived) = arrived else {
            let rate = per_second(latencies.len(), begun.elapsed());
            return Ok(Part { calls, latencies, rate });
        };
        let body = connection.call(calls.next()).await?;
        let latency = arrived.elapsed();
        calls.check(body)?;
        if arrived >= from {
            latencies.record(latency);
        }
    }
}

/// One client's part of a run.
struct Part<C> {
    calls: C,
    latencies: Latencies,
    rate: f64,
}

async fn gather<C: Calls>(tasks: Vec<JoinHandle<Result<Part<C>>>>) -> Result<Run<C>> {
    let mut run = Run { rate: 0.0, latencies: Latencies::default(), clients: Vec::new() };
    for task in tasks {
        let part = task.await??;
        run.clients.push(part.calls);
        run.latencies.extend(part.latencies);
        run.rate += part.rate;
    }
    ensure!(run.latencies.len() > 0 && run.rate.is_finite(), "not one call was timed");
    Ok(run)
}

/// A cheap source of random numbers (splitmix64) that gives the same ones in each run.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`, which is greater than 0 and small.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let high = (u128::from(self.next()) * end as u128) >> 64;
        usize::try_from(high).unwrap_or_default()
    }

    /// Greater than 0, at most 1.
    fn unit(&mut self) -> f64 {
        let part = u32::try_from(self.next() >> 32).unwrap_or_default();
        (f64::from(part) + 1.0) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_stay_in_range_and_fill_it() {
        let mut random = Random::new(1);
        let mut seen = [0; 10];
        for _ in 0..10_000 {
            seen[random.below(10)] += 1;
            let unit = random.unit();
            assert!(unit > 0.0 && unit <= 1.0);
        }
        assert!(seen.iter().all(|n| (800..1_200).contains(n)), "{seen:?}");
    }

    #[test]
    fn arrivals_come_at_their_rate() {
        // A moment that has passed: nothing sleeps, so the test does not depend on the machine.
        let (sender, mut receiver) = mpsc::channel(ARRIVALS_WAITING_MAX);
        let until = Instant::now();
        let mut random = Random::new(7);
        let gaps: f64 = (0..10_000).map(|_| -random.unit().ln()).sum();
        assert!((9_500.0..10_500.0).contains(&gaps), "{gaps}");
        arrive(&sender, 1_000.0, until).unwrap();
        assert!(receiver.try_recv().is_err(), "the run was over before it began");
    }
}
