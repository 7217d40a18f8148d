//! What is said in the end.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::customers::Deeds;
use super::proof::{Books, Proven};
use super::stage::Stage;
use crate::audit::Audited;
use crate::history::History;

/// The report, line by line.
pub(super) struct Report {
    began: Instant,
    busy: Duration,
    rest: Duration,
    deeds: Deeds,
    lines: Vec<(&'static str, String)>,
}

/// Rounds after which something is said, in a long run.
const SAID_EVERY: u32 = 5;

impl Report {
    pub(super) fn begin() -> Self {
        let (busy, rest) = (Duration::ZERO, Duration::ZERO);
        Self { began: Instant::now(), busy, rest, deeds: Deeds::new(), lines: Vec::new() }
    }

    pub(super) fn progress(&self, round: u32, rounds: u32, history: &History) {
        if round.is_multiple_of(SAID_EVERY) {
            let seconds = self.began.elapsed().as_secs();
            let changes = history.acknowledged();
            println!("  round {round} of {rounds}: {changes} changes, {seconds} s");
        }
    }

    pub(super) fn busy_until_now(&mut self) {
        self.busy = self.began.elapsed();
    }

    pub(super) fn at_rest_now(&mut self) {
        self.rest = self.began.elapsed().saturating_sub(self.busy);
    }

    pub(super) fn add_deeds(&mut self, deeds: &Deeds) {
        for (name, count) in deeds {
            *self.deeds.entry(name).or_default() += count;
        }
    }

    pub(super) async fn ended(
        &mut self,
        stage: &Stage,
        history: &History,
        audited: &Audited,
        proven: &Proven,
        books: &Books,
    ) -> anyhow::Result<()> {
        let counted = stage.twin.counted().await?;
        let named = |prefix: &str| {
            let found = counted.iter().filter_map(|(name, count)| {
                name.strip_prefix(prefix).map(|name| format!("{count} {name}"))
            });
            found.collect::<Vec<_>>().join(", ")
        };
        let Proven { changes, levels, calls, repeated, superseded } = proven;
        let (busy, rest) = (self.busy.as_secs_f64(), self.rest.as_secs_f64());
        let placed = ["online", "at a till"].iter().filter_map(|name| self.deeds.get(name));
        let rate = f64::from(u32::try_from(*changes)?) / busy;
        let (starts, failures) = stage.mended();
        let texts = [
            (
                "changes",
                format!(
                    "{changes} in {busy:.1} s ({rate:.0} a second), at rest {rest:.1} s later; answers: {}",
                    history.answers_text()
                ),
            ),
            ("orders", format!("{}: {}", placed.sum::<u64>(), list(&self.deeds))),
            ("followed", list(books.followed.iter().map(|(kind, count)| (kind, count)))),
            ("kills", list(&stage.kills)),
            (
                "a person",
                format!("started the broken channel again {starts} times, {failures} in vain"),
            ),
            ("faults", named("fault.")),
            ("webhooks", named("webhooks.")),
            (
                "calls",
                format!(
                    "{calls} applied, {repeated} sent again under their key, {superseded} refused and made anew"
                ),
            ),
            ("ledger", audited.to_string()),
            (
                "exactly once",
                format!(
                    "{changes} of {changes} changes: each is one push in one confirmed call, whose key the shop has applied once, with these differences alone; nothing else was applied"
                ),
            ),
            ("levels", format!("{levels} of {levels} equal, in each state")),
        ];
        self.lines.extend(texts);
        Ok(())
    }
}

fn list<K: fmt::Display, V: fmt::Display>(counts: impl IntoIterator<Item = (K, V)>) -> String {
    let named = counts.into_iter().map(|(name, count)| format!("{count} {name}"));
    named.collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|(name, text)| writeln!(out, "  {name:12} {text}"))
    }
}
