//! Credentials at rest: XChaCha20-Poly1305 under a key that stands outside the database.
//!
//! The channel's id is bound in, so that a row copied to another channel doesn't open there. The
//! form is a byte that names it, 24 random bytes, and the sealed text.

use std::fmt;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// Length of a key, in bytes.
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// The form that is written; another one gets another byte.
const FORM: u8 = 1;
/// The largest file that is read as a key, in bytes: nothing but a key is that small.
const FILE_MAX: u64 = 1024;

/// A key to seal with.
#[derive(Clone)]
pub struct Key([u8; KEY_BYTES]);

/// Why there is no key. None of them shows any of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes in hexadecimal digits or base64.
    #[error(
        "the key must be 32 random bytes, as 64 hexadecimal digits or 44 characters of base64; \
         make one with: openssl rand -base64 32"
    )]
    Form,
    /// All bytes are the same: a place holder.
    #[error("the key is a place holder; make one with: openssl rand -base64 32")]
    PlaceHolder,
    /// The file can't be read.
    #[error("the key file {path} can't be read: {why}")]
    File {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

/// Why something doesn't open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OpenError {
    /// Written in a form that this program doesn't know.
    #[error("sealed in a form that this version doesn't know")]
    Form,
    /// Another key, another channel, or changed bytes: which of them can't be told.
    #[error("can't be opened: it was sealed with another key, or is damaged")]
    Key,
    /// It opened, and isn't what was looked for.
    #[error("opened, but it is something else")]
    Content,
}

impl Key {
    /// Reads a key written in hexadecimal digits or base64, such as out of the environment.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let bytes = if text.len() == 2 * KEY_BYTES { from_hex(text) } else { from_base64(text) };
        let key = bytes.and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes).ok());
        let key = key.ok_or(KeyError::Form)?;
        if key.iter().all(|byte| *byte == key[0]) {
            return Err(KeyError::PlaceHolder);
        }
        Ok(Self(key))
    }

    /// Reads a key from a file, written as for [`Self::parse`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let file = |why: String| KeyError::File { path: path.display().to_string(), why };
        let length = fs::metadata(path).map_err(|failure| file(failure.to_string()))?.len();
        if length > FILE_MAX {
            return Err(file(format!("{length} bytes are more than a key has")));
        }
        let text = fs::read_to_string(path).map_err(|failure| file(failure.to_string()))?;
        Self::parse(&text)
    }

    /// A new key.
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// Seals bytes for a channel. Twice the same never looks the same.
    pub fn seal(&self, channel: Uuid, text: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: text, aad: channel.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        // Fails above 256 GiB alone.
        let sealed = sealed.unwrap_or_default();
        [&[FORM][..], &nonce, &sealed].concat()
    }

    /// Opens what was sealed for this channel with this key.
    pub fn open(&self, channel: Uuid, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let Some((&FORM, rest)) = sealed.split_first() else { return Err(OpenError::Form) };
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(OpenError::Form)?;
        let payload = Payload { msg: text, aad: channel.as_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| OpenError::Key)
    }

    /// Seals a value, as JSON.
    pub fn seal_value(&self, channel: Uuid, value: &impl Serialize) -> Vec<u8> {
        // What is sealed here are our own structures of texts and numbers, which JSON always takes.
        self.seal(channel, &serde_json::to_vec(value).unwrap_or_default())
    }

    /// Opens a value.
    pub fn open_value<T: DeserializeOwned>(
        &self,
        channel: Uuid,
        sealed: &[u8],
    ) -> Result<T, OpenError> {
        // The parser's own words could quote a secret.
        serde_json::from_slice(&self.open(channel, sealed)?).map_err(|_| OpenError::Content)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Either alphabet, padded or not: tools differ.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let alphabets = [base64::alphabet::STANDARD, base64::alphabet::URL_SAFE];
    alphabets.iter().find_map(|alphabet| GeneralPurpose::new(alphabet, config).decode(text).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Credentials, Secret};

    const CHANNEL: Uuid = Uuid::from_u128(1);
    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
    const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn what_is_sealed_opens_with_the_same_key_for_the_same_channel() {
        let key = Key::parse(HEX).unwrap();
        let sealed = key.seal(CHANNEL, b"shpat_1");
        assert_eq!(key.open(CHANNEL, &sealed).unwrap(), b"shpat_1");
        assert_ne!(key.seal(CHANNEL, b"shpat_1"), sealed);
        assert!(!sealed.windows(5).any(|part| part == b"shpat"));
        assert_eq!(key.open(Uuid::from_u128(2), &sealed), Err(OpenError::Key));
        assert_eq!(Key::random().open(CHANNEL, &sealed), Err(OpenError::Key));
    }

    #[test]
    fn changed_bytes_do_not_open() {
        let key = Key::parse(HEX).unwrap();
        let sealed = key.seal(CHANNEL, b"shpat_1");
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key.open(CHANNEL, &changed).is_err(), "{index}");
            assert!(key.open(CHANNEL, &sealed[..index]).is_err(), "{index}");
        }
    }

    #[test]
    fn keys_are_read_in_every_usual_form() {
        let same = |text: &str| Key::parse(text).unwrap().0;
        let expected: Vec<u8> = (0..32).collect();
        for text in [HEX, BASE64, BASE64.trim_end_matches('='), &format!(" {BASE64}\n")] {
            assert_eq!(same(text)[..], expected[..], "{text}");
        }
        let url_safe = "_-".to_owned() + &BASE64[2..];
        assert_eq!(same(&url_safe), same(&url_safe.replace('_', "/").replace('-', "+")));
    }

    #[test]
    fn what_is_no_key_is_told_without_showing_it() {
        for text in ["", "secret", &HEX[2..], &format!("{HEX}00"), &HEX.replace('0', "g")] {
            let error = Key::parse(text).unwrap_err();
            assert!(matches!(error, KeyError::Form), "{text}");
            assert!(text.is_empty() || !error.to_string().contains(text));
        }
        assert!(matches!(Key::parse(&"00".repeat(32)), Err(KeyError::PlaceHolder)));
        assert_eq!(format!("{:?}", Key::parse(HEX).unwrap()), "Key(…)");
    }

    #[test]
    fn a_key_is_read_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(matches!(Key::read(&path), Err(KeyError::File { .. })), "none there");
        fs::write(&path, format!("{BASE64}\n")).unwrap();
        assert_eq!(Key::read(&path).unwrap().0, Key::parse(HEX).unwrap().0);
        fs::write(&path, "x".repeat(2000)).unwrap();
        assert!(matches!(Key::read(&path), Err(KeyError::File { .. })), "too large");
    }

    #[test]
    fn credentials_are_sealed_whole_and_never_shown() {
        let key = Key::random();
        let all = [
            Credentials::Static { token: Secret::new("shpat_hidden") },
            Credentials::ClientCredentials {
                client_id: "app".to_owned(),
                client_secret: Secret::new("hidden"),
            },
            Credentials::Offline {
                client_id: "app".to_owned(),
                client_secret: Secret::new("hidden"),
                refresh_token: Secret::new("hidden too"),
            },
        ];
        for credentials in all {
            let sealed = key.seal_value(CHANNEL, &credentials);
            assert_eq!(key.open_value::<Credentials>(CHANNEL, &sealed).unwrap(), credentials);
            assert_eq!(key.open_value::<u8>(CHANNEL, &sealed), Err(OpenError::Content));
            assert!(!format!("{credentials:?}").contains("hidden"));
        }
    }
}
