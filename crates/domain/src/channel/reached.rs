//! How far a movement is on its way to a shop.

use super::PushStatus;

words!(
    /// How far a movement is on its way to a shop.
    Reached {
        /// It is in the ledger, and the shop is to be told.
        Saved = "saved",
        /// It was sent, with no answer yet.
        Sent = "sent",
        /// The shop has it.
        Confirmed = "confirmed",
        /// It is larger than the channel's limit and waits for a person.
        Held = "held",
        /// The shop refuses it.
        Rejected = "rejected",
        /// It was given up, or the shop was compared anew since.
        Skipped = "skipped",
        /// There is nothing to tell.
        None = "none",
    }
);

/// How far a movement is, by its pushes to one shop: the one that needs a person most, then the one
/// that is furthest behind. Without any it depends on whether the shop's publisher has `read` the
/// ledger up to it.
pub fn reached(pushes: impl IntoIterator<Item = PushStatus>, read: bool) -> Reached {
    let worst = pushes.into_iter().map(rank).min_by_key(|(rank, _)| *rank);
    match worst {
        Some((_, reached)) => reached,
        None if read => Reached::None,
        None => Reached::Saved,
    }
}

const fn rank(push: PushStatus) -> (u8, Reached) {
    match push {
        PushStatus::Rejected => (0, Reached::Rejected),
        PushStatus::Held => (1, Reached::Held),
        PushStatus::Pending => (2, Reached::Saved),
        PushStatus::Sending => (3, Reached::Sent),
        PushStatus::Skipped => (4, Reached::Skipped),
        PushStatus::Confirmed | PushStatus::NoOp => (5, Reached::Confirmed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_a_person_is_told_first() {
        use PushStatus as P;
        for (pushes, read, expected) in [
            (&[][..], false, Reached::Saved),
            (&[], true, Reached::None),
            (&[P::Confirmed, P::NoOp], true, Reached::Confirmed),
            (&[P::Confirmed, P::Sending], true, Reached::Sent),
            (&[P::Sending, P::Pending], true, Reached::Saved),
            (&[P::Pending, P::Held], true, Reached::Held),
            (&[P::Held, P::Rejected, P::Confirmed], true, Reached::Rejected),
            (&[P::Skipped, P::Confirmed], true, Reached::Skipped),
        ] {
            assert_eq!(reached(pushes.iter().copied(), read), expected, "{pushes:?}");
        }
    }
}
