//! The budget with a clock, shared by all who ask a shop.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::budget::{Budget, Share, Ticket, Work};
use crate::reply::Reply;

/// A shop that sends away requests without saying for how long is left alone for this long.
const SENT_AWAY_WAIT: Duration = Duration::from_secs(1);
const TOO_MANY_REQUESTS: u16 = 429;

/// A shop's budget.
pub struct Pace {
    budget: Mutex<Budget>,
    beginning: Instant,
}

impl Default for Pace {
    fn default() -> Self {
        Self { budget: Mutex::default(), beginning: Instant::now() }
    }
}

/// Room for one request. Dropped unused, it is given back.
#[must_use]
pub struct Permit {
    pace: Arc<Pace>,
    ticket: Option<Ticket>,
}

impl Pace {
    /// Waits for room. First come is not first served: who may leave less goes first.
    pub(crate) async fn admit(self: &Arc<Self>, work: Work, share: Share) -> Permit {
        loop {
            match self.try_admit(work, share) {
                Ok(permit) => return permit,
                Err(wait) => sleep(wait).await,
            }
        }
    }

    pub(crate) fn try_admit(
        self: &Arc<Self>,
        work: Work,
        share: Share,
    ) -> Result<Permit, Duration> {
        let ticket = self.budget().take(self.now(), work, share)?;
        Ok(Permit { pace: Arc::clone(self), ticket: Some(ticket) })
    }

    /// What some work is taken to cost, in points.
    pub fn cost_of(&self, work: Work) -> f64 {
        self.budget().cost_of(work)
    }

    fn now(&self) -> Duration {
        self.beginning.elapsed()
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        // Whoever panicked left numbers, and numbers are put right by the next answer.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// The request came to an end.
    pub(crate) fn settle(mut self, reply: &Reply) {
        let Some(ticket) = self.ticket.take() else { return };
        let now = self.pace.now();
        let mut budget = self.pace.budget();
        match reply {
            Reply::NotSent { .. } | Reply::NoToken { .. } => budget.give_back(now, ticket),
            Reply::Unknown { .. } => budget.settle(now, ticket, None),
            Reply::Answered(answer) => {
                budget.settle(now, ticket, reply.cost());
                if answer.status == TOO_MANY_REQUESTS {
                    budget.close(now, answer.retry_after.unwrap_or(SENT_AWAY_WAIT));
                }
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let now = self.pace.now();
            self.pace.budget().give_back(now, ticket);
        }
    }
}
