//! Outgoing webhooks: what other systems are told of, and how that stands.

words!(
    /// What other systems can be told of.
    HookEvent {
        /// A variance changed the ledger.
        VariancePosted = "variance.posted",
        /// A variance waits for somebody who may post it.
        VarianceRequested = "variance.requested",
        /// Such a variance was approved.
        VarianceApproved = "variance.approved",
        /// It was declined.
        VarianceDeclined = "variance.declined",
        /// A variance was undone.
        VarianceReversed = "variance.reversed",
        /// A count was posted.
        CountClosed = "count.closed",
        /// Orders can't be filled any more from where they were promised.
        OrdersAtRisk = "orders.at_risk",
        /// A shop's quantity is certainly not the ledger's.
        DriftFound = "drift.found",
        /// Somebody tries whether messages arrive.
        Ping = "ping",
    }
);

words!(
    /// How a message to another system stands.
    HookStatus {
        /// It is to be sent, for the first time or again.
        Waiting = "waiting",
        /// The other system has it.
        Delivered = "delivered",
        /// It was tried as often as it is.
        Failed = "failed",
    }
);

words!(
    /// Why messages to an address were stopped without anybody asking for it.
    HookOff {
        /// The other system said that it wants none any more.
        Gone = "gone",
        /// For days none arrived.
        Failing = "failing",
    }
);

impl HookEvent {
    /// Whether an address can ask for it; it is not sent because somebody tries.
    pub const fn can_be_chosen(self) -> bool {
        !matches!(self, Self::Ping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_is_nothing_to_choose() {
        let chosen = HookEvent::ALL.iter().filter(|event| event.can_be_chosen()).count();
        assert_eq!(chosen, HookEvent::ALL.len() - 1);
        assert_eq!(HookEvent::from_code("orders.at_risk"), Some(HookEvent::OrdersAtRisk));
    }
}
