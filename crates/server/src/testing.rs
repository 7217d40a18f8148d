//! A whole server in a test: an embedded database in a directory of its own, a clock that stands
//! still, ids that count up, and the router called in-process.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use onhand_domain::{FacilityId, Micros, PrincipalId, Scope};
use onhand_store::{
    By, Store,
    clock::Fixed,
    facilities::NewFacility,
    people::{KeySecret, NewApiKey, NewGrant, NewUser},
};
use onhand_testkit::PgCluster;
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{
    caller::{KEY_PREFIX, SESSION_COOKIE},
    password::Passwords,
    state::{AppState, ServerConfig},
};

/// Now, in tests: 2026-01-15T12:00:00Z.
pub(crate) const NOW: Micros = Micros(1_768_478_400_000_000);
/// The password of everybody in tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server with its database and clock.
pub(crate) struct TestState {
    pub(crate) app: AppState,
    pub(crate) clock: Arc<Fixed>,
    router: Router,
    next: AtomicU64,
    _dir: tempfile::TempDir,
}

/// Somebody who can call.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) id: PrincipalId,
    pub(crate) email: String,
    headers: HeaderMap,
}

impl TestState {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        Self::on(&url, dir).await
    }

    /// The same on PostgreSQL.
    pub(crate) async fn postgres() -> Self {
        let url = tokio::task::spawn_blocking(|| PgCluster::shared().fresh_database());
        let dir = tempfile::tempdir().expect("a directory");
        Self::on(&url.await.expect("a database"), dir).await
    }

    /// One that can seal and open credentials.
    pub(crate) async fn with_key() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        let secret_key = Some(onhand_shopify::sealed::Key::random());
        let config = ServerConfig { secret_key, ..ServerConfig::default() };
        Self::with_config(&url, dir, config).await
    }

    /// One that knows its address from outside as well: shops send people back to it.
    pub(crate) async fn at(public_url: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        let secret_key = Some(onhand_shopify::sealed::Key::random());
        let public_url = Some(public_url.to_owned());
        let config = ServerConfig { secret_key, public_url, ..ServerConfig::default() };
        Self::with_config(&url, dir, config).await
    }

    async fn on(url: &str, dir: tempfile::TempDir) -> Self {
        Self::with_config(url, dir, ServerConfig::default()).await
    }

    async fn with_config(url: &str, dir: tempfile::TempDir, config: ServerConfig) -> Self {
        let clock = Arc::new(Fixed::at(NOW));
        let store = Store::open(url, clock.clone(), clock.clone()).await.expect("opens");
        let app = AppState::with_passwords(store, config, Passwords::cheap());
        let router = crate::router(app.clone());
        Self { app, clock, router, next: AtomicU64::new(1), _dir: dir }
    }

    /// An id that a client made.
    pub(crate) fn id(&self) -> Uuid {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u128(0x0191_0000_0000_7000_8000_0000_0000_0000 + u128::from(n))
    }

    pub(crate) async fn facility(&self, code: &str) -> FacilityId {
        let new = NewFacility {
            id: FacilityId(self.id()),
            code: code.to_owned(),
            name: format!("Store {code}"),
            time_zone: "Europe/Berlin".to_owned(),
            opened_on: None,
            group_ids: [].into(),
        };
        let by = By::command_line("test");
        self.app.store.create_facility(&by, new).await.expect("created").id
    }

    /// A person with one role and a session.
    pub(crate) async fn user(&self, role: &str, scope: Scope) -> Who {
        self.person(vec![NewGrant { role: role.to_owned(), scope }]).await
    }

    /// A person without any role, signed in.
    pub(crate) async fn nobody(&self) -> Who {
        self.person(Vec::new()).await
    }

    /// A person with these roles and a session.
    pub(crate) async fn person(&self, grants: Vec<NewGrant>) -> Who {
        let id = PrincipalId(self.id());
        let email = format!("{}@example.com", id.0.simple());
        let password_hash = self.app.passwords.hash(PASSWORD).await.expect("hashed");
        let name = "Test Person".to_owned();
        let new = NewUser { id, email: email.clone(), name, password_hash, grants };
        let by = By::command_line("test");
        self.app.store.create_user(&by, new).await.expect("created");
        let token = id.0.as_bytes();
        self.app.store.begin_session(id, token, None).await.expect("begun");
        let encoded =
            base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, token);
        Who { id, email, headers: cookie(&format!("{SESSION_COOKIE}={encoded}")) }
    }

    /// A program with a key.
    pub(crate) async fn key(&self, role: &str, scope: Scope) -> Who {
        let id = PrincipalId(self.id());
        let key = format!("{KEY_PREFIX}{}", id.0.simple());
        let secret = KeySecret { prefix: key.chars().take(8).collect(), key: key.clone() };
        let grant = NewGrant { role: role.to_owned(), scope };
        let new = NewApiKey { id, name: "test".to_owned(), grant, expires_at: None };
        let by = By::command_line("test");
        self.app.store.create_api_key(&by, new, &secret).await.expect("created");
        Who { id, email: String::new(), headers: bearer(&key) }
    }

    /// Calls as somebody.
    pub(crate) fn as_<'a>(&'a self, who: &'a Who) -> Client<'a> {
        Client { state: self, headers: who.headers.clone() }
    }

    /// Calls signed out, or with headers of the test's own.
    pub(crate) fn with(&self, headers: HeaderMap) -> Client<'_> {
        Client { state: self, headers }
    }
}

pub(crate) fn cookie(value: &str) -> HeaderMap {
    [(header::COOKIE, value.parse().expect("a header"))].into_iter().collect()
}

pub(crate) fn bearer(key: &str) -> HeaderMap {
    let value = format!("Bearer {key}").parse().expect("a header");
    [(header::AUTHORIZATION, value)].into_iter().collect()
}

/// Calls the API; paths are relative to `/api/v1`.
pub(crate) struct Client<'a> {
    state: &'a TestState,
    headers: HeaderMap,
}

impl Client<'_> {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |json| Body::from(json.to_string()));
        self.send(request.body(body).expect("a request")).await
    }

    /// An answer that goes on for as long as one listens.
    pub(crate) async fn open(&self, path: &str) -> axum::response::Response {
        let request = Request::builder().uri(format!("/api/v1{path}"));
        let mut request = request.body(Body::empty()).expect("a request");
        request.headers_mut().extend(self.headers.clone());
        self.state.router.clone().oneshot(request).await.expect("infallible")
    }

    /// Any request, with this client's credentials.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Reply {
        request.headers_mut().extend(self.headers.clone());
        let response = self.state.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        // A stream of events has no end to wait for.
        let stream =
            parts.headers.get(header::CONTENT_TYPE).is_some_and(|v| v == "text/event-stream");
        let bytes = if stream {
            Vec::new()
        } else {
            body.collect().await.expect("a body").to_bytes().to_vec()
        };
        Reply { status: parts.status, headers: parts.headers, bytes }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }

    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        self.expect(200)
    }

    #[track_caller]
    pub(crate) fn created(&self) -> Value {
        self.expect(201)
    }

    /// A problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["type"], format!("urn:onhand:problem:{code}"), "{body}");
        assert_eq!(self.headers[header::CONTENT_TYPE], crate::problem::PROBLEM_JSON);
        body
    }
}
