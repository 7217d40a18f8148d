//! Signatures by the Standard Webhooks specification: HMAC-SHA256 over id, time and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Bytes of a new secret; the specification takes 24 to 64.
const SECRET_BYTES: usize = 32;
/// What a secret begins with as it is shown.
const PREFIX: &str = "whsec_";

/// A new secret.
pub(crate) fn new_secret() -> [u8; SECRET_BYTES] {
    rand::random()
}

/// A secret as it is shown, once.
pub(crate) fn secret_text(secret: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// The header `webhook-signature` of a message.
pub(super) fn sign(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    // A key of any length is a key for this; the error is for other kinds.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    let mac = mac.chain_update(format!("{id}.{seconds}.")).chain_update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the specification's own libraries are tested with.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        assert_eq!(secret_text(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signature = sign(&secret, id, 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn no_two_secrets_are_the_same() {
        assert_ne!(new_secret(), new_secret());
        assert_eq!(secret_text(&new_secret()).len(), PREFIX.len() + 44);
    }
}
