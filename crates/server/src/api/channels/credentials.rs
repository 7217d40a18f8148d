//! Secrets as a client sends them. They are read so that no refusal repeats any of them, kept
//! sealed, and never answered.

use onhand_domain::Micros;
use onhand_shopify::auth::{Credentials, Secret, Token};
use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::ToSchema;

use crate::wire::ApiTime;

/// Most characters of a secret.
const SECRET_CHARS_MAX: usize = 4_096;

/// How the shop knows who we are: one of three kinds.
///
/// Read by [`read_credentials`] alone: serde's own words would repeat a token that stands in the
/// wrong place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = NewCredentials)]
pub(super) enum NewCredentials {
    /// A token that does not end.
    Static {
        /// The token of an app that an admin of the shop has made.
        #[schema(value_type = String, write_only)]
        token: Secret,
    },
    /// An app's id and secret, by which tokens of a day are had: an app of the shop's own
    /// organisation.
    ClientCredentials {
        /// The app's id.
        client_id: String,
        /// The app's secret.
        #[schema(value_type = String, write_only)]
        client_secret: Secret,
    },
    /// What another organisation's app was given when a person let it in: a token of an hour, and
    /// a refresh token that changes with each use. Nobody else may use it from then on.
    Offline {
        /// The app's id.
        client_id: String,
        /// The app's secret.
        #[schema(value_type = String, write_only)]
        client_secret: Secret,
        /// By which the next token is had.
        #[schema(value_type = String, write_only)]
        refresh_token: Secret,
        /// The token of the moment; absent: one is asked for at once. With `expires_at`.
        #[schema(value_type = Option<String>, write_only, nullable = false)]
        access_token: Option<Secret>,
        /// When `access_token` ends.
        #[schema(nullable = false)]
        expires_at: Option<ApiTime>,
    },
}

const FORM: &str = "write {kind: \"static\", token}, {kind: \"client_credentials\", client_id, \
                    client_secret} or {kind: \"offline\", client_id, client_secret, \
                    refresh_token, access_token?, expires_at?}";

/// Reads credentials; what is refused is not repeated.
pub(super) fn read_credentials<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<NewCredentials, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let read: NewCredentials = serde_json::from_value(value).map_err(|_| D::Error::custom(FORM))?;
    for (name, text) in read.texts() {
        check(text).map_err(|why| D::Error::custom(format!("{name} {why}")))?;
    }
    if let NewCredentials::Offline { access_token, expires_at, .. } = &read
        && access_token.is_some() != expires_at.is_some()
    {
        return Err(D::Error::custom("access_token and expires_at belong together"));
    }
    Ok(read)
}

/// The same, where they may be absent.
pub(super) fn read_credentials_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<NewCredentials>, D::Error> {
    // null is as absent as nothing.
    let value = serde_json::Value::deserialize(deserializer)?;
    if value.is_null() {
        return Ok(None);
    }
    read_credentials(value).map(Some).map_err(D::Error::custom)
}

impl NewCredentials {
    fn texts(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Static { token } => vec![("token", token.expose())],
            Self::ClientCredentials { client_id, client_secret } => {
                vec![("client_id", client_id), ("client_secret", client_secret.expose())]
            }
            Self::Offline { client_id, client_secret, refresh_token, access_token, .. } => {
                let mut texts = vec![
                    ("client_id", client_id.as_str()),
                    ("client_secret", client_secret.expose()),
                    ("refresh_token", refresh_token.expose()),
                ];
                texts.extend(access_token.as_ref().map(|token| ("access_token", token.expose())));
                texts
            }
        }
    }

    /// As the shop's client takes them, with the token that came along.
    pub(super) fn into_parts(self, now: Micros) -> (Credentials, Option<Token>) {
        match self {
            Self::Static { token } => (Credentials::Static { token }, None),
            Self::ClientCredentials { client_id, client_secret } => {
                (Credentials::ClientCredentials { client_id, client_secret }, None)
            }
            Self::Offline { client_id, client_secret, refresh_token, access_token, expires_at } => {
                let token = access_token.map(|access| Token {
                    access,
                    obtained_at: now.0,
                    expires_at: expires_at.map(|at| at.0.0),
                    refresh: Some(refresh_token.clone()),
                    scope: String::new(),
                });
                (Credentials::Offline { client_id, client_secret, refresh_token }, token)
            }
        }
    }
}

/// A secret. Its `Debug` does not show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretText(pub(super) Secret);

/// Whether a text can be a secret, or an app's id.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    let length = text.chars().count();
    let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    if plain && (1..=SECRET_CHARS_MAX).contains(&length) {
        Ok(())
    } else {
        Err("must be a text without spaces, of at most 4096 characters")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let serde_json::Value::String(text) = value else {
            return Err(D::Error::custom("must be a text"));
        };
        check(&text).map_err(D::Error::custom)?;
        Ok(Self(Secret::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Micros = Micros(5);

    fn refusal(value: &Value) -> String {
        read_credentials(value.clone()).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        let offline = |more: Value| {
            let mut value = json!({"kind": "offline", "client_id": "app",
                "client_secret": "hidden", "refresh_token": "hidden"});
            let members = more.as_object().expect("members").clone();
            value.as_object_mut().expect("members").extend(members);
            value
        };
        for wrong in [
            json!("shpat_hidden"),
            json!(["shpat_hidden"]),
            json!({"kind": "shpat_hidden"}),
            json!({"kind": "static", "tokn": "shpat_hidden"}),
            json!({"kind": "static", "token": {"text": "shpat_hidden"}}),
            json!({"kind": "static", "token": "shpat hidden"}),
            json!({"kind": "static", "token": "shpat_hidden", "client_id": "shpat_hidden"}),
            json!({"kind": "client_credentials", "client_secret": "shpat_hidden"}),
            json!({"kind": "client_credentials", "client_id": "", "client_secret": "hidden"}),
            json!({"kind": "offline", "client_id": "app", "client_secret": "hidden"}),
            offline(json!({"refresh_token": "hid den"})),
            offline(json!({"access_token": "hidden"})),
            offline(json!({"expires_at": "2026-01-15T12:00:00Z"})),
            offline(json!({"expires_at": "hidden", "access_token": "hidden"})),
        ] {
            let words = refusal(&wrong);
            assert!(!words.contains("hid"), "{words}");
        }
        let number = serde_json::from_value::<SecretText>(json!({"a": "shpat_hidden"}));
        assert!(!number.expect_err("refused").to_string().contains("hidden"));
    }

    #[test]
    fn what_is_read_is_not_shown() {
        let good = json!({"kind": "static", "token": "shpat_hidden"});
        let read = read_credentials(good).expect("read");
        assert!(!format!("{read:?}").contains("hidden"));
        let token = Secret::new("shpat_hidden");
        assert_eq!(read.into_parts(NOW), (Credentials::Static { token }, None));
    }

    #[test]
    fn a_token_that_comes_along_is_used_until_its_end() {
        let read = read_credentials(json!({
            "kind": "offline", "client_id": "app", "client_secret": "hush",
            "refresh_token": "r1", "access_token": "a1", "expires_at": "1970-01-01T00:00:09Z",
        }));
        let (credentials, token) = read.expect("read").into_parts(NOW);
        let token = token.expect("a token");
        assert_eq!((token.access.expose(), token.obtained_at), ("a1", 5));
        assert_eq!((token.expires_at, token.refresh), (Some(9_000_000), Some(Secret::new("r1"))));
        assert_eq!(credentials.kind(), "offline");
        let none = read_credentials_if_any(Value::Null).expect("read");
        assert_eq!(none, None);
    }
}
