//! How many denials are written down: an integration that repeats a call it may not make, day and
//! night, would fill the disk with rows that all say the same.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use onhand_domain::{Micros, PrincipalId};

/// Denials of one principal that this process records in a minute. A person who tries what they
/// may not do stays far below; a program in a loop writes at most so many rows, and the first of
/// them say all that the others would.
pub(crate) const DENIALS_PER_PRINCIPAL_AND_MINUTE_MAX: u32 = 20;
/// The time over which they are counted, in microseconds.
const MINUTE_MICROS: i64 = 60 * Micros::SECOND;

/// What to do with a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Record it.
    Record,
    /// Record it, and that it is the last one of this minute: an auditor must not take the end of
    /// the rows for the end of the denials.
    RecordAsLast,
    /// Count it.
    Count,
}

/// The denials of the minute that runs. It knows nothing of the last one, and so no more
/// principals than call within a minute.
#[derive(Debug, Default)]
pub(crate) struct Denials(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    of: HashMap<PrincipalId, u32>,
}

impl Denials {
    /// One more denial of this principal.
    pub(crate) fn count(&self, principal: PrincipalId, now: Micros) -> Verdict {
        let number = now.0.div_euclid(MINUTE_MICROS);
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            *minute = Minute { number, of: HashMap::new() };
        }
        let denied = minute.of.entry(principal).or_default();
        *denied = denied.saturating_add(1);
        match (*denied).cmp(&DENIALS_PER_PRINCIPAL_AND_MINUTE_MAX) {
            std::cmp::Ordering::Less => Verdict::Record,
            std::cmp::Ordering::Equal => Verdict::RecordAsLast,
            std::cmp::Ordering::Greater => Verdict::Count,
        }
    }
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use super::*;
    use crate::{
        system::recorder,
        testing::{TestState, Who},
    };

    /// So many calls without the permission.
    const TRIES: u32 = DENIALS_PER_PRINCIPAL_AND_MINUTE_MAX + 5;

    async fn tries(state: &TestState, who: &Who) {
        for _ in 0..TRIES {
            state.as_(who).get("/users").await.problem(403, "not-permitted");
        }
    }

    /// The rules of what was recorded, newest first.
    async fn recorded(state: &TestState, admin: &Who, who: &Who) -> Vec<String> {
        let path = format!("/audit?limit=200&actor_id={}", who.id);
        let audit = state.as_(admin).get(&path).await.ok();
        let items = audit["items"].as_array().expect("a list").iter();
        items.map(|i| i["rule"].as_str().expect("a rule").to_owned()).collect()
    }

    #[tokio::test]
    async fn an_integration_that_is_denied_on_and_on_does_not_fill_the_disk() {
        let recorder = recorder().expect("a recorder");
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let (till, other) =
            (state.key("auditor", Scope::All).await, state.key("auditor", Scope::All).await);
        tries(&state, &till).await;
        let kept = recorded(&state, &admin, &till).await;
        let max = usize::try_from(DENIALS_PER_PRINCIPAL_AND_MINUTE_MAX).expect("small");
        assert_eq!(kept.len(), max);
        let last = |rule: &&String| rule.contains("only counted");
        assert_eq!(kept.iter().filter(last).count(), 1, "the last one says that more follow");
        assert!(recorder.render().contains("onhand_denials_unrecorded_total"));
        // Nobody else is drowned out, and the next minute begins anew.
        state.as_(&other).get("/users").await.problem(403, "not-permitted");
        assert_eq!(recorded(&state, &admin, &other).await.len(), 1);
        state.clock.advance(MINUTE_MICROS);
        tries(&state, &till).await;
        assert_eq!(recorded(&state, &admin, &till).await.len(), 2 * max);
    }

    #[test]
    fn the_minute_that_is_over_is_forgotten() {
        let denials = Denials::default();
        for n in 0..100 {
            denials.count(PrincipalId(uuid::Uuid::from_u128(n)), Micros(0));
        }
        denials.count(PrincipalId::SYSTEM, Micros(MINUTE_MICROS));
        assert_eq!(denials.0.lock().expect("free").of.len(), 1);
    }
}
