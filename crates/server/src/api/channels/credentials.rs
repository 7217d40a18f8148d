//! Secrets as a client sends them. They are read so that no refusal repeats any of them, kept
//! sealed, and never answered.

use onhand_shopify::auth::{Credentials, Secret};
use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::ToSchema;

/// Most characters of a secret.
const SECRET_CHARS_MAX: usize = 4_096;

/// How the shop knows who we are: `static` with `token`, or `client_credentials` with `client_id`
/// and `client_secret`.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = NewCredentials)]
pub(super) struct NewCredentials {
    /// Which kind.
    #[schema(inline)]
    kind: NewCredentialKind,
    /// The token of an app that an admin of the shop has made.
    #[schema(value_type = Option<String>, write_only, nullable = false)]
    token: Option<SecretText>,
    /// The app's id.
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// The app's secret.
    #[schema(value_type = Option<String>, write_only, nullable = false)]
    client_secret: Option<SecretText>,
}

/// Which kind of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum NewCredentialKind {
    /// A token that does not end.
    Static,
    /// An app's id and secret, by which tokens of a day are had.
    ClientCredentials,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    kind: NewCredentialKind,
    token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl<'de> Deserialize<'de> for NewCredentials {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own words would repeat a token that stands in the wrong place.
        let wrong = || {
            D::Error::custom(
                "write {kind: \"static\", token} or \
                 {kind: \"client_credentials\", client_id, client_secret}",
            )
        };
        let value = serde_json::Value::deserialize(deserializer)?;
        let raw: Raw = serde_json::from_value(value).map_err(|_| wrong())?;
        let secret = |name: &str, text: Option<String>| {
            let read = text.map(SecretText::read).transpose();
            read.map_err(|why| D::Error::custom(format!("{name} {why}")))
        };
        let read = Self {
            kind: raw.kind,
            token: secret("token", raw.token)?,
            client_id: raw.client_id,
            client_secret: secret("client_secret", raw.client_secret)?,
        };
        if read.clone().into_credentials().is_none() { Err(wrong()) } else { Ok(read) }
    }
}

impl NewCredentials {
    /// As the shop's client takes them; none where members are missing or too many.
    pub(super) fn into_credentials(self) -> Option<Credentials> {
        match (self.kind, self.token, self.client_id, self.client_secret) {
            (NewCredentialKind::Static, Some(token), None, None) => {
                Some(Credentials::Static { token: token.0 })
            }
            (NewCredentialKind::ClientCredentials, None, Some(client_id), Some(secret)) => {
                Some(Credentials::ClientCredentials { client_id, client_secret: secret.0 })
            }
            _ => None,
        }
    }
}

/// A secret. Its `Debug` does not show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SecretText(pub(super) Secret);

impl SecretText {
    fn read(text: String) -> Result<Self, &'static str> {
        let length = text.chars().count();
        let plain = !text.chars().any(|c| c.is_control() || c.is_whitespace());
        if plain && (1..=SECRET_CHARS_MAX).contains(&length) {
            Ok(Self(Secret::new(text)))
        } else {
            Err("must be a text without spaces, of at most 4096 characters")
        }
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let serde_json::Value::String(text) = value else {
            return Err(D::Error::custom("must be a text"));
        };
        Self::read(text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refusal(value: &Value) -> String {
        serde_json::from_value::<NewCredentials>(value.clone()).expect_err("refused").to_string()
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        for wrong in [
            json!("shpat_hidden"),
            json!(["shpat_hidden"]),
            json!({"kind": "shpat_hidden"}),
            json!({"kind": "static", "tokn": "shpat_hidden"}),
            json!({"kind": "static", "token": {"text": "shpat_hidden"}}),
            json!({"kind": "static", "token": "shpat hidden"}),
            json!({"kind": "static", "token": "shpat_hidden", "client_id": "shpat_hidden"}),
            json!({"kind": "client_credentials", "client_secret": "shpat_hidden"}),
        ] {
            let words = refusal(&wrong);
            assert!(!words.contains("hidden"), "{words}");
        }
        let number = serde_json::from_value::<SecretText>(json!({"a": "shpat_hidden"}));
        assert!(!number.expect_err("refused").to_string().contains("hidden"));
    }

    #[test]
    fn what_is_read_is_not_shown() {
        let good = json!({"kind": "static", "token": "shpat_hidden"});
        let read: NewCredentials = serde_json::from_value(good).expect("read");
        assert!(!format!("{read:?}").contains("hidden"));
        let token = Secret::new("shpat_hidden");
        assert_eq!(read.into_credentials(), Some(Credentials::Static { token }));
    }
}
