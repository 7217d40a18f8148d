//! The canonical byte form that fingerprints and the hash chain are computed over.
//!
//! Every field is written with its kind and length, so that no two different contents share a
//! form ("ab" + "c" is not "a" + "bc", and nothing is not the empty text). The form is part of
//! the ledger: changing it breaks the chain of every existing database.

use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// Writes fields one after the other into a SHA-256 digest.
pub struct Encoder(Sha256);

impl Encoder {
    /// Starts a form of its own kind; the same fields under another `kind` hash differently.
    pub fn new(kind: &str) -> Self {
        Self(Sha256::new()).text(kind)
    }

    /// A text.
    #[must_use]
    pub fn text(self, value: &str) -> Self {
        self.field(b't', value.as_bytes())
    }

    /// Raw bytes: an id or another hash.
    #[must_use]
    pub fn bytes(self, value: &[u8]) -> Self {
        self.field(b'b', value)
    }

    /// A whole number.
    #[must_use]
    pub fn int(self, value: i64) -> Self {
        self.field(b'i', &value.to_be_bytes())
    }

    /// A text that may be absent.
    #[must_use]
    pub fn maybe_text(self, value: Option<&str>) -> Self {
        match value {
            Some(v) => self.text(v),
            None => self.field(b'n', &[]),
        }
    }

    /// An id that may be absent.
    #[must_use]
    pub fn maybe_id(self, value: Option<uuid::Uuid>) -> Self {
        match value {
            Some(v) => self.bytes(v.as_bytes()),
            None => self.field(b'n', &[]),
        }
    }

    /// A number that may be absent.
    #[must_use]
    pub fn maybe_int(self, value: Option<i64>) -> Self {
        match value {
            Some(v) => self.int(v),
            None => self.field(b'n', &[]),
        }
    }

    /// The digest of all that was written.
    pub fn hash(self) -> Hash {
        self.0.finalize().into()
    }

    fn field(mut self, kind: u8, value: &[u8]) -> Self {
        self.0.update([kind]);
        self.0.update((value.len() as u64).to_be_bytes());
        self.0.update(value);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let ab_c = Encoder::new("k").text("ab").text("c").hash();
        let a_bc = Encoder::new("k").text("a").text("bc").hash();
        let none = Encoder::new("k").maybe_text(None).hash();
        let empty = Encoder::new("k").maybe_text(Some("")).hash();
        assert_ne!(ab_c, a_bc);
        assert_ne!(none, empty);
    }
}
