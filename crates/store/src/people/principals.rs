//! Whoever acts.

/// What kind of principal acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person.
    User,
    /// An API key.
    Key,
    /// Onhand itself, or somebody at its command line.
    System,
}

impl Kind {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Key => "key",
            Self::System => "system",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::User, Self::Key, Self::System].into_iter().find(|k| k.code() == code)
    }
}
