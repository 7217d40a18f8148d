//! The words of channels, and how pushes and calls stand.

words!(
    /// How a channel stands.
    ChannelStatus {
        /// Known, but the shop was not yet made equal.
        Connected = "connected",
        /// The shop is kept equal.
        Running = "running",
        /// Somebody has stopped it.
        Stopped = "stopped",
        /// The shop does not let us in; somebody must connect it anew.
        Broken = "broken",
    }
);

words!(
    /// How a shop knows who we are.
    CredentialKind {
        /// A token that never changes.
        Static = "static",
        /// An id and a secret, by which tokens of a day are had.
        ClientCredentials = "client_credentials",
        /// A token of an hour with another one by which the next is had.
        Offline = "offline",
    }
);

words!(
    /// By what a shop's item was recognised.
    MatchedBy {
        /// A barcode.
        Barcode = "barcode",
        /// The SKU code.
        Code = "code",
        /// The product's handle with the option values.
        Options = "options",
        /// Somebody said so.
        Person = "person",
    }
);

words!(
    /// Why nothing is told of an item.
    ItemProblem {
        /// Several SKUs fit, or another item has the one that fits.
        Twice = "twice",
        /// No SKU fits.
        None = "none",
        /// The shop keeps no stock of it.
        Untracked = "untracked",
        /// The shop has it no more.
        Gone = "gone",
    }
);

words!(
    /// Whether a lane takes part.
    LaneStatus {
        /// Changes are derived and sent.
        Live = "live",
        /// Changes are derived and wait.
        Frozen = "frozen",
        /// Nothing is derived: what the shop has is to be read before it takes part again.
        Closed = "closed",
    }
);

words!(
    /// What is done to a quantity.
    CallKind {
        /// It changes by a number.
        Adjust = "adjust",
        /// Units go from one quantity to another.
        Move = "move",
        /// It becomes a number, if it still is what it was.
        Set = "set",
    }
);

words!(
    /// How a push stands.
    PushStatus {
        /// Larger than the channel allows without asking: waits for a person.
        Held = "held",
        /// Waits to be sent.
        Pending = "pending",
        /// In a call whose outcome is not known yet.
        Sending = "sending",
        /// The shop has it.
        Confirmed = "confirmed",
        /// The shop had it already.
        NoOp = "no_op",
        /// The shop does not take it: waits for a person.
        Rejected = "rejected",
        /// Will not be sent: settled in another way.
        Skipped = "skipped",
    }
);

impl PushStatus {
    /// Whether it is over: nothing of it waits, and what comes behind it in its lane may go.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Confirmed | Self::NoOp | Self::Skipped)
    }
}

words!(
    /// How a call stands.
    CallStatus {
        /// Written down, never sent.
        Frozen = "frozen",
        /// Sent at least once; what became of it is not known.
        Unknown = "unknown",
        /// Done.
        Confirmed = "confirmed",
        /// Done already, or nothing to do.
        NoOp = "no_op",
        /// Refused: nothing of it was done.
        Rejected = "rejected",
        /// Refused, and sent again with another key.
        Superseded = "superseded",
        /// Never answered before the shop forgets its key: only the shop's quantities tell.
        Expired = "expired",
    }
);

impl CallStatus {
    /// Whether its outcome is known, or never will be.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Frozen | Self::Unknown)
    }
}

/// What may not wait. Lower goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// The shop may sell what is not there: fewer units, and none is left.
    Oversell,
    /// Fewer units.
    Fall,
    /// Everything else.
    Rise,
}

impl Urgency {
    /// Of a change of available that leaves `target_after` to be sold.
    pub const fn of(change: i64, target_after: i64) -> Self {
        match (change < 0, target_after <= 0) {
            (true, true) => Self::Oversell,
            (true, false) => Self::Fall,
            (false, _) => Self::Rise,
        }
    }

    /// Its rank: 0, 1, 2.
    pub const fn rank(self) -> i64 {
        match self {
            Self::Oversell => 0,
            Self::Fall => 1,
            Self::Rise => 2,
        }
    }

    /// The one of that rank.
    pub const fn from_rank(rank: i64) -> Option<Self> {
        match rank {
            0 => Some(Self::Oversell),
            1 => Some(Self::Fall),
            2 => Some(Self::Rise),
            _ => None,
        }
    }
}
