//! The life of a count and of its sessions: which step may follow which.

words!(
    /// What a count covers.
    CountKind {
        /// A list of SKUs.
        Directed = "directed",
        /// Everything in an area, or in the whole facility.
        Area = "area",
        /// One SKU, that somebody stands in front of.
        Spot = "spot",
    }
);

words!(
    /// Why there is a count.
    CountOrigin {
        /// Somebody wanted one.
        Hand = "hand",
        /// It stood in a file.
        Import = "import",
        /// A schedule was due.
        Schedule = "schedule",
        /// A record gave itself away.
        Trigger = "trigger",
    }
);

words!(
    /// How a count stands.
    CountStatus {
        /// Being prepared.
        Draft = "draft",
        /// Waits for its planned start.
        Scheduled = "scheduled",
        /// Being counted.
        Open = "open",
        /// Counted; somebody decides line by line.
        InReview = "in_review",
        /// Posted. The end.
        Closed = "closed",
        /// Given up. The end.
        Cancelled = "cancelled",
    }
);

words!(
    /// How a session stands.
    SessionStatus {
        /// Takes scans.
        Open = "open",
        /// Its counter is done.
        Submitted = "submitted",
        /// Counts no more; its scans stay on record.
        Discarded = "discarded",
    }
);

words!(
    /// How a unit was seen.
    How {
        /// By a hardware scanner.
        Scanned = "scanned",
        /// By hand: a search and a number.
        Typed = "typed",
        /// By the device's camera.
        Camera = "camera",
        /// Somebody looked where it should be, and there was none.
        NoneFound = "none_found",
    }
);

words!(
    /// What happens to a count.
    Step {
        /// It was made.
        Create = "create",
        /// It got a planned start.
        Schedule = "schedule",
        /// Counting may begin.
        Open = "open",
        /// Counting is over.
        Submit = "submit",
        /// Counting goes on after all.
        Reopen = "reopen",
        /// All accepted lines were posted.
        Close = "close",
        /// Given up.
        Cancel = "cancel",
        /// Posted lines were taken back.
        Undo = "undo",
    }
);

/// A step that the count's status does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the count is {}: {}", .status.code(), .remedy)]
pub struct NotNow {
    /// How the count stands.
    pub status: CountStatus,
    /// What to do instead.
    pub remedy: &'static str,
}

impl CountStatus {
    /// Whether nothing happens to it any more, but an undo.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }

    /// How the count stands after a step. The same step once more is no error: a retry changes
    /// nothing.
    ///
    /// # Errors
    /// [`NotNow`] where the step can't follow.
    pub const fn after(self, step: Step) -> Result<Self, NotNow> {
        use CountStatus as S;
        let remedy = match (step, self) {
            (Step::Create, _) => return Ok(S::Draft),
            (Step::Schedule, S::Draft | S::Scheduled) => return Ok(S::Scheduled),
            (Step::Open, S::Draft | S::Scheduled | S::Open)
            | (Step::Reopen, S::InReview | S::Open) => return Ok(S::Open),
            (Step::Submit, S::Open | S::InReview) => return Ok(S::InReview),
            (Step::Close, S::InReview | S::Closed) | (Step::Undo, S::Closed) => {
                return Ok(S::Closed);
            }
            (Step::Cancel, S::Draft | S::Scheduled | S::Open | S::InReview | S::Cancelled) => {
                return Ok(S::Cancelled);
            }
            (_, S::Draft | S::Scheduled) => "open it first",
            (_, S::Open) => "submit it first",
            (_, S::InReview) => "it is being reviewed",
            (_, S::Closed) => "its lines are posted; undo them, or count again",
            (_, S::Cancelled) => "make a new one",
        };
        Err(NotNow { status: self, remedy })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_goes_forward_and_a_retry_changes_nothing() {
        let steps = [Step::Schedule, Step::Open, Step::Submit, Step::Close];
        let mut status = CountStatus::Draft;
        for step in steps {
            status = status.after(step).unwrap();
            assert_eq!(status.after(step), Ok(status), "{step:?} once more");
        }
        assert_eq!(status, CountStatus::Closed);
    }

    #[test]
    fn nothing_follows_the_end_but_an_undo() {
        for step in Step::ALL.iter().copied() {
            let may = matches!(step, Step::Create | Step::Close | Step::Undo);
            assert_eq!(CountStatus::Closed.after(step).is_ok(), may, "closed, {step:?}");
            let may = matches!(step, Step::Create | Step::Cancel);
            assert_eq!(CountStatus::Cancelled.after(step).is_ok(), may, "cancelled, {step:?}");
        }
    }

    #[test]
    fn what_was_not_submitted_is_not_closed() {
        for status in [CountStatus::Draft, CountStatus::Scheduled, CountStatus::Open] {
            assert!(status.after(Step::Close).is_err());
            assert_eq!(status.after(Step::Cancel), Ok(CountStatus::Cancelled));
        }
        assert_eq!(CountStatus::InReview.after(Step::Reopen), Ok(CountStatus::Open));
    }

    #[test]
    fn words_lead_back_to_what_they_mean() {
        for how in How::ALL {
            assert_eq!(How::from_code(how.code()), Some(*how));
        }
        assert_eq!(CountStatus::from_code("review"), None);
    }
}
