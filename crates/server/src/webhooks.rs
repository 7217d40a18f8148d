//! Where shops tell what they did. Not part of the API: whoever is signed by the shop comes in.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use onhand_domain::ChannelId;
use onhand_shopify::receiver::{Door, DoorError, WEBHOOK_BYTES_MAX};
use uuid::Uuid;

use crate::{
    problem::{Problem, chain},
    state::AppState,
};

/// The path; the shops' subscriptions name it.
pub(crate) const PATH: &str = "/webhooks/shopify/{channel}";

/// The route, with its own limit: an order may be large.
pub(crate) fn route() -> MethodRouter<AppState> {
    post(take_in).layer(DefaultBodyLimit::max(WEBHOOK_BYTES_MAX))
}

/// Keeps where the message says to look, and answers. The shop waits five seconds, and gives up a
/// subscription that was not answered for hours: so nothing else is done here.
async fn take_in(
    State(state): State<AppState>,
    Path(channel): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let unknown = || Problem::unknown("channel");
    let Ok(channel) = Uuid::try_parse(&channel).map(ChannelId) else {
        return unknown().into_response();
    };
    let door = Door { store: &state.store, key: state.config.secret_key.as_ref() };
    match door.take_in(channel, &headers, &body).await {
        // Twice the same is taken for good, too: the shop would send it again.
        Ok(_) => StatusCode::OK.into_response(),
        Err(DoorError::Unknown) => unknown().into_response(),
        Err(DoorError::Forged) => {
            tracing::warn!(%channel, "webhook.forged");
            let title = "The message is not signed by the shop";
            Problem::new(StatusCode::UNAUTHORIZED, "not-signed", title).into_response()
        }
        Err(DoorError::Unreadable(problem)) => {
            tracing::warn!(%channel, problem, "webhook.unreadable");
            let title = "The message can't be read";
            Problem::new(StatusCode::BAD_REQUEST, "malformed", title).into_response()
        }
        Err(DoorError::Sealed(error)) => {
            tracing::error!(%channel, %error, "webhook.secrets");
            Problem::busy("the shop's secrets can't be read").into_response()
        }
        Err(DoorError::Store(error)) => {
            tracing::warn!(%channel, error = %chain(&error), "webhook.not_kept");
            Problem::busy("the database can't be written").into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Method, Request},
    };
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use onhand_shopify::{
        auth::{Credentials, Secret},
        sealed::Key,
    };
    use onhand_store::{
        By, Store,
        channels::{DeliveryFilter, NewChannel, Sealed},
        clock::System,
    };
    use sha2::{Digest as _, Sha256};
    use std::sync::Arc;
    use tower::ServiceExt as _;

    use super::*;
    use crate::{password::Passwords, state::ServerConfig};

    const CHANNEL: ChannelId = ChannelId(Uuid::from_u128(1));

    struct Door {
        store: Store,
        app: AppState,
        _folder: tempfile::TempDir,
    }

    /// HMAC-SHA256 by its definition (RFC 2104).
    fn sign(secret: &str, body: &[u8]) -> String {
        let pad = |byte: u8| {
            let mut block = [byte; 64];
            block.iter_mut().zip(secret.bytes()).for_each(|(at, key)| *at ^= key);
            block
        };
        let inner = Sha256::digest([&pad(0x36), body].concat());
        STANDARD.encode(Sha256::digest([&pad(0x5c)[..], &inner].concat()))
    }

    impl Door {
        async fn open() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let url = format!("sqlite://{}", folder.path().join("door.db").display());
            let store = Store::open(&url, Arc::new(System), Arc::new(System)).await.expect("opens");
            let key = Key::random();
            let credentials = Credentials::ClientCredentials {
                client_id: "app".to_owned(),
                client_secret: Secret::new("secret"),
            };
            let new = NewChannel {
                id: CHANNEL,
                name: "Acme".to_owned(),
                shop: "https://acme.example".to_owned(),
                api_version: "2026-10".to_owned(),
                credential_kind: onhand_domain::channel::CredentialKind::ClientCredentials,
                credentials: Sealed(key.seal_value(CHANNEL.0, &credentials)),
                scopes: Vec::new(),
            };
            store.create_channel(&By::command_line("test"), new).await.expect("made");
            let config = ServerConfig { secret_key: Some(key), ..ServerConfig::default() };
            let app = AppState::with_passwords(store.clone(), config, Passwords::cheap());
            Self { store, app, _folder: folder }
        }

        async fn knock(&self, channel: &str, secret: &str, body: &[u8]) -> StatusCode {
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("/webhooks/shopify/{channel}"))
                .header("x-shopify-hmac-sha256", sign(secret, body))
                .header("x-shopify-topic", "orders/create")
                .header("x-shopify-webhook-id", "d-1")
                .body(Body::from(body.to_vec()))
                .expect("a request");
            crate::router(self.app.clone()).oneshot(request).await.expect("an answer").status()
        }

        async fn kept(&self) -> usize {
            let all = self.store.list_deliveries(CHANNEL, DeliveryFilter::default(), None, 9);
            all.await.expect("read").len()
        }
    }

    #[tokio::test]
    async fn what_the_shop_has_signed_is_taken_and_nothing_else() {
        let door = Door::open().await;
        let ours = CHANNEL.to_string();
        let body = br#"{"id": 7}"#;
        let forged = door.knock(&ours, "another", body).await;
        assert_eq!((forged, door.kept().await), (StatusCode::UNAUTHORIZED, 0));
        for _ in 0..2 {
            assert_eq!(door.knock(&ours, "secret", body).await, StatusCode::OK);
        }
        assert_eq!(door.kept().await, 1);
        assert_eq!(door.knock(&ours, "secret", b"no JSON").await, StatusCode::BAD_REQUEST);
        let nobody = Uuid::from_u128(2).to_string();
        for channel in [nobody.as_str(), "acme"] {
            assert_eq!(door.knock(channel, "secret", body).await, StatusCode::NOT_FOUND);
        }
        let large = vec![b' '; WEBHOOK_BYTES_MAX + 1];
        assert_eq!(door.knock(&ours, "secret", &large).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(door.kept().await, 1);
    }
}
