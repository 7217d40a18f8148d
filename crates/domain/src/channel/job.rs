//! What somebody asks of a shop that takes longer than a request.

words!(
    /// What is done.
    JobKind {
        /// The shop is read and compared; nothing is changed in it.
        Check = "check",
        /// It is made equal, or told on from where it stood.
        Start = "start",
        /// Every level is read in bulk and judged.
        Audit = "audit",
    }
);

words!(
    /// How it stands.
    JobStatus {
        /// A node works on it.
        Running = "running",
        /// It ended well.
        Done = "done",
        /// It did not.
        Failed = "failed",
    }
);
