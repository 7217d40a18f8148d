//! Why a change of settings or people was not made: answers for a person, not failures.

use uuid::Uuid;

use crate::error::StoreError;

/// Why a change was not made. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The id belongs to something with other content.
    #[error("this id was used before with other content")]
    IdReused,
    /// Codes name things for people: two with the same one would be mixed up.
    #[error("the code {0} is taken")]
    CodeTaken(String),
    /// Two people can't sign in with one address.
    #[error("somebody else signs in with this e-mail address")]
    EmailTaken,
    /// The thing to be changed does not exist.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// A member of the request does not fit.
    #[error("{pointer}: {detail}")]
    Invalid {
        /// A JSON pointer into the request.
        pointer: String,
        /// What is wrong and what would be right.
        detail: String,
    },
    /// Nobody would be left who can give rights back.
    #[error("somebody must keep the right to manage people, everywhere and not locked out")]
    LastAdmin,
    /// Nobody widens (or drops) their own rights.
    #[error("nobody changes their own roles or locks themselves out: ask another admin")]
    OwnGrants,
}

impl Refusal {
    /// A member of the request does not fit.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { pointer: pointer.into(), detail: detail.into() }
    }

    /// A facility that the request names.
    pub(crate) fn no_facility(pointer: impl Into<String>, id: Uuid) -> Self {
        Self::invalid(pointer, format!("there is no facility {id}"))
    }

    /// A group that the request names.
    pub(crate) fn no_group(pointer: impl Into<String>, id: Uuid) -> Self {
        Self::invalid(pointer, format!("there is no facility group {id}"))
    }
}

/// A write was refused, or the database failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The change was refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<sea_orm::DbErr> for WriteError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// Longest name, label or title that people give to things, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// Longest code, in characters.
pub const CODE_CHARS_MAX: usize = 40;

/// A name that people read: something, in one line, not endless.
pub(crate) fn check_name(pointer: &str, name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if name.trim().is_empty() || name.trim() != name {
        return Err(Refusal::invalid(pointer, "must have a text without blanks around it"));
    }
    if length > NAME_CHARS_MAX {
        return Err(Refusal::invalid(pointer, format!("at most {NAME_CHARS_MAX} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Refusal::invalid(pointer, "must be one line of plain text"));
    }
    Ok(())
}

/// A code as it stands on labels and in files: letters, digits, `-`, `_` and `.`.
pub(crate) fn check_code(pointer: &str, code: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if code.is_empty() || code.len() > CODE_CHARS_MAX || !code.chars().all(fits) {
        let detail = format!("1 to {CODE_CHARS_MAX} letters, digits, '-', '_' or '.'");
        return Err(Refusal::invalid(pointer, detail));
    }
    Ok(())
}

/// A stable word of roles and reasons: `[a-z0-9_]+`.
pub(crate) fn check_word(pointer: &str, word: &str) -> Result<(), Refusal> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if word.is_empty() || word.len() > CODE_CHARS_MAX || !word.chars().all(fits) {
        let detail = format!("1 to {CODE_CHARS_MAX} small letters, digits or '_'");
        return Err(Refusal::invalid(pointer, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_texts_for_people() {
        assert!(check_name("/name", "Straße 1 · 東京").is_ok());
        for bad in ["", "  ", " x", "a\nb", &"x".repeat(NAME_CHARS_MAX + 1)] {
            assert!(check_name("/name", bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn words_are_small() {
        assert!(check_word("/code", "shelf_wear2").is_ok());
        for bad in ["", "Upper", "a-b", "ä"] {
            assert!(check_word("/code", bad).is_err(), "{bad:?}");
        }
    }
}
