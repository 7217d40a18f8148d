//! What the clients know: what they asked for, and what was acknowledged.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

/// A variance that a client asks for.
#[derive(Clone, Debug)]
pub(crate) struct Posting {
    pub(crate) id: Uuid,
    pub(crate) facility: Uuid,
    pub(crate) sku: Uuid,
    /// Signed; not 0.
    pub(crate) quantity: i64,
    pub(crate) reason: &'static str,
}

impl Posting {
    /// As the API wants it.
    pub(crate) fn body(&self) -> Value {
        json!({
            "id": self.id,
            "facility_id": self.facility,
            "sku_id": self.sku,
            "quantity": self.quantity,
            "reason": self.reason,
        })
    }

    /// From where to where its units move, by the reasons that the product ships with.
    pub(crate) fn ends(&self) -> (&'static str, &'static str) {
        match self.reason {
            "found" => ("found", "available"),
            "damaged" => ("available", "damaged"),
            _ => ("available", "shrink"),
        }
    }
}

/// What became of it, as far as its client knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server said that it is in the ledger.
    Acknowledged,
    /// Its client gave up: it may be there, or not.
    Unknown,
}

/// All that clients asked for, and how they were answered.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) postings: Vec<(Posting, Fate)>,
    /// Answers by status and problem; 0 where there was no answer.
    pub(crate) answers: BTreeMap<(u16, String), u64>,
    /// Answers of 503 that did not say when to come back.
    pub(crate) without_retry_after: u64,
}

impl History {
    pub(crate) fn merge(&mut self, other: Self) {
        self.postings.extend(other.postings);
        for (answer, count) in other.answers {
            *self.answers.entry(answer).or_default() += count;
        }
        self.without_retry_after += other.without_retry_after;
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.postings.iter().filter(|(_, fate)| *fate == Fate::Acknowledged).count()
    }

    /// Answers with this status.
    pub(crate) fn count(&self, status: u16) -> u64 {
        self.answers.iter().filter(|((s, _), _)| *s == status).map(|(_, count)| count).sum()
    }

    /// Fails where somebody was told anything but "done" or "come back then": a fault of the
    /// surroundings is neither the client's fault (4xx) nor a mystery (500).
    pub(crate) fn check_answers(&self) -> anyhow::Result<()> {
        for ((status, problem), count) in &self.answers {
            let fine = matches!(status, 0 | 200 | 503);
            anyhow::ensure!(fine, "{count} answers were {status} {problem}");
        }
        let blunt = self.without_retry_after;
        anyhow::ensure!(blunt == 0, "{blunt} answers were 503 without Retry-After");
        Ok(())
    }

    /// The answers in a line.
    pub(crate) fn answers_text(&self) -> String {
        let named = |((status, problem), count): (&(u16, String), &u64)| match status {
            0 => format!("{count} × no answer"),
            _ => format!("{count} × {status} {problem}").trim_end().to_owned(),
        };
        self.answers.iter().map(named).collect::<Vec<_>>().join(", ")
    }
}
