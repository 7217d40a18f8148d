//! How a person lets an app into a shop: the address to send them to, and what they come back with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use onhand_domain::Micros;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use url::Url;

use super::Secret;
use crate::client::Base;

/// How old an answer may be, in seconds. The shop sends people back at once.
pub const CALLBACK_AGE_MAX_SECONDS: i64 = 600;
/// The longest query that is read, in bytes.
pub const QUERY_MAX: usize = 4096;
const STATE_BYTES: usize = 32;
const SHOP_SUFFIX: &str = ".myshopify.com";

/// What the person came back with, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Callback {
    /// To be exchanged for a token, once.
    pub code: Secret,
    /// The shop's host.
    pub shop: String,
}

/// Why it is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CallbackError {
    /// Something is missing, twice there, or too long.
    #[error("the answer of the shop is not complete")]
    Form,
    /// Not signed by the shop.
    #[error("the signature doesn't fit")]
    Forged,
    /// Not what this person was sent away with.
    #[error("it answers another request")]
    State,
    /// Too old, or of the future.
    #[error("it is too old; connect the shop again")]
    Old,
    /// Another shop than the one that was asked.
    #[error("another shop answers than was asked")]
    Shop,
}

/// A text that ties the answer to the browser that asked: to be kept there, and compared.
pub fn new_state() -> Secret {
    let random: [u8; STATE_BYTES] = rand::random();
    Secret::new(URL_SAFE_NO_PAD.encode(random))
}

/// Where to send a person who lets the app in.
pub fn authorize_url(
    base: &Base,
    client_id: &str,
    scopes: &[&str],
    redirect: &Url,
    state: &Secret,
) -> Url {
    let mut url = base.join("admin/oauth/authorize");
    url.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("scope", &scopes.join(","))
        .append_pair("redirect_uri", redirect.as_str())
        .append_pair("state", state.expose());
    url
}

/// What ties an answer to who asked, as it stands in the query; nothing of it is checked yet.
pub fn state_of(query: &str) -> Option<Secret> {
    if query.len() > QUERY_MAX {
        return None;
    }
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "state");
    let state = found.next().map(|(_, value)| Secret::new(value))?;
    found.next().is_none().then_some(state)
}

/// Whether somebody said no, in the form of RFC 6749, section 4.1.2.1.
pub fn is_refusal(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == "error")
}

/// Whether an app can be let in there: a shop under its own name, or a stand-in on this machine.
pub fn lets_people_in(base: &Base) -> bool {
    is_shop(base.host()) || base.is_here()
}

/// Checks what a person came back with: the query as it stands in the address, without `?`.
pub fn check_callback(
    query: &str,
    base: &Base,
    client_secret: &Secret,
    state: &Secret,
    now: Micros,
) -> Result<Callback, CallbackError> {
    if query.len() > QUERY_MAX {
        return Err(CallbackError::Form);
    }
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let one = |name: &str| {
        let mut found = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        found.next().filter(|value| !value.is_empty() && found.next().is_none())
    };
    let hmac = one("hmac").and_then(|hmac| from_hex(hmac)).ok_or(CallbackError::Form)?;
    if !bool::from(signature(&pairs, client_secret).ct_eq(&hmac)) {
        return Err(CallbackError::Forged);
    }
    let (Some(code), Some(shop), Some(given)) = (one("code"), one("shop"), one("state")) else {
        return Err(CallbackError::Form);
    };
    if Secret::new(given.as_str()) != *state || state.expose().is_empty() {
        return Err(CallbackError::State);
    }
    let written: i64 =
        one("timestamp").and_then(|text| text.parse().ok()).ok_or(CallbackError::Form)?;
    let age = (now.0 / Micros::SECOND).saturating_sub(written);
    if age.saturating_abs() > CALLBACK_AGE_MAX_SECONDS {
        return Err(CallbackError::Old);
    }
    // A stand-in on this machine calls itself whatever it likes.
    let is_asked = shop == base.host() && is_shop(shop) || base.is_here() && is_shop(shop);
    if !is_asked {
        return Err(CallbackError::Shop);
    }
    Ok(Callback { code: Secret::new(code.as_str()), shop: shop.clone() })
}

/// Over all pairs but the signature itself, in the order of their names, written as a form.
fn signature(pairs: &[(String, String)], secret: &Secret) -> Vec<u8> {
    let mut signed: Vec<_> =
        pairs.iter().filter(|(key, _)| key != "hmac" && key != "signature").collect();
    signed.sort();
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(signed);
    // A key of any length is a key for this; the error is for other kinds.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return Vec::new();
    };
    mac.chain_update(text.finish()).finalize().into_bytes().to_vec()
}

/// Whether a host is a shop's own.
fn is_shop(host: &str) -> bool {
    host.strip_suffix(SHOP_SUFFIX).is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let mut pairs = text.as_bytes().chunks_exact(2);
    let bytes = pairs.by_ref().map(|pair| Some(digit(&pair[0])? << 4 | digit(&pair[1])?));
    let bytes = bytes.collect::<Option<Vec<u8>>>()?;
    pairs.remainder().is_empty().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = Micros(1_795_435_200 * Micros::SECOND);

    fn base() -> Base {
        Base::parse("acme.myshopify.com").unwrap()
    }

    fn secret() -> Secret {
        Secret::new("hush")
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    fn query(pairs: &[(&str, &str)]) -> String {
        let owned: Vec<_> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.append_pair("hmac", &hex(&signature(&owned, &secret()))).extend_pairs(pairs);
        text.finish()
    }

    const PAIRS: [(&str, &str); 5] = [
        ("timestamp", "1795435190"),
        ("code", "0907a61c0c8d55e99db179b68161bc00"),
        ("shop", "acme.myshopify.com"),
        ("state", "s"),
        ("host", "YWNtZQ=="),
    ];

    fn check(query: &str) -> Result<Callback, CallbackError> {
        check_callback(query, &base(), &secret(), &Secret::new("s"), NOW)
    }

    /// The example of the shop's documentation.
    #[test]
    fn the_signature_is_the_documented_one() {
        let pairs = [
            ("shop", "some-shop.myshopify.com"),
            ("timestamp", "1337178173"),
            ("code", "0907a61c0c8d55e99db179b68161bc00"),
            ("state", "0.6784241404160823"),
        ];
        let owned: Vec<_> =
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let expected = "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf";
        assert_eq!(hex(&signature(&owned, &secret())), expected);
    }

    #[test]
    fn whoever_was_sent_away_comes_back() {
        let callback = check(&query(&PAIRS)).unwrap();
        assert_eq!(callback.code.expose(), "0907a61c0c8d55e99db179b68161bc00");
        assert_eq!(callback.shop, "acme.myshopify.com");
        assert!(!format!("{callback:?}").contains("0907"));
    }

    #[test]
    fn anything_else_is_refused() {
        let with = |index: usize, value: &'static str| {
            let mut pairs = PAIRS;
            pairs[index].1 = value;
            check(&query(&pairs)).unwrap_err()
        };
        assert_eq!(with(0, "1795434000"), CallbackError::Old);
        assert_eq!(with(0, "1795436000"), CallbackError::Old);
        assert_eq!(with(0, "-9223372036854775808"), CallbackError::Old);
        assert_eq!(with(0, "soon"), CallbackError::Form);
        assert_eq!(with(1, ""), CallbackError::Form);
        assert_eq!(with(2, "other.myshopify.com"), CallbackError::Shop);
        assert_eq!(with(3, "t"), CallbackError::State);
        let good = query(&PAIRS);
        for forged in [good.replace("0907", "0908"), format!("{good}&more=1")] {
            assert_eq!(check(&forged).unwrap_err(), CallbackError::Forged, "{forged}");
        }
        for broken in ["", "hmac=zz", "hmac=abc", &format!("{good}&hmac=00")] {
            assert_eq!(check(broken).unwrap_err(), CallbackError::Form, "{broken}");
        }
        let twice = [PAIRS.as_slice(), &[("code", "other")]].concat();
        assert_eq!(check(&query(&twice)).unwrap_err(), CallbackError::Form);
        assert_eq!(check(&"a".repeat(QUERY_MAX + 1)).unwrap_err(), CallbackError::Form);
    }

    #[test]
    fn an_unfit_host_is_no_shop() {
        for host in [".myshopify.com", "-a.myshopify.com", "a.b.myshopify.com", "a.example.com"] {
            assert!(!is_shop(host), "{host}");
        }
    }

    #[test]
    fn the_way_out_names_everything() {
        let redirect = Url::parse("https://onhand.example/shopify/back?x=1").unwrap();
        let state = Secret::new("a&b");
        let scopes = ["read_inventory", "write_inventory"];
        let url = authorize_url(&base(), "id", &scopes, &redirect, &state);
        assert_eq!(url.path(), "/admin/oauth/authorize");
        let pairs: Vec<_> = url.query_pairs().into_owned().map(|(_, value)| value).collect();
        let expected = [
            "id",
            "read_inventory,write_inventory",
            "https://onhand.example/shopify/back?x=1",
            "a&b",
        ];
        assert_eq!(pairs, expected);
        assert_ne!(new_state(), new_state());
    }
}
