//! Secrets that the server makes: session tokens and API keys.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use onhand_store::people::KeySecret;

use crate::caller::KEY_PREFIX;

/// Random bytes of a secret: nothing to guess.
pub const SECRET_BYTES: usize = 32;
/// How much of a key is shown later, to recognise it by.
const SHOWN_CHARS: usize = 8;

/// A new session's token.
pub(crate) fn new_token() -> [u8; SECRET_BYTES] {
    rand::random()
}

/// A new API key: `ohk_`, four characters to recognise it by, and the rest of 32 random bytes.
pub fn new_api_key() -> KeySecret {
    let random: [u8; SECRET_BYTES] = rand::random();
    let key = format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
    KeySecret { prefix: key.chars().take(SHOWN_CHARS).collect(), key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_recognised_and_never_the_same() {
        let (a, b) = (new_api_key(), new_api_key());
        assert_ne!(a.key, b.key);
        assert!(a.key.starts_with("ohk_") && a.key.starts_with(&a.prefix));
        assert_eq!(a.key.len(), "ohk_".len() + 43);
    }
}
