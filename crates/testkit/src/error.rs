use std::fmt;

/// Why a cluster could not be started or used, in words that say what to do.
pub struct PgError(String);

impl PgError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for PgError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// As the text itself: this is what a test that unwraps it shows.
impl fmt::Debug for PgError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for PgError {}
