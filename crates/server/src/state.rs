//! What every handler works with. No state of a request lives here: any node answers any request.

use std::{collections::HashMap, ops::Deref, sync::Arc};

use axum::http::Method;
use onhand_shopify::sealed::Key;
use onhand_store::Store;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{denials::Denials, password::Passwords};

/// How the server is run.
#[derive(Clone, Debug, Default)]
pub struct ServerConfig {
    /// Behind a proxy of ours that ends TLS: send HSTS, and believe its `X-Forwarded-For`.
    pub behind_tls_proxy: bool,
    /// What the shops' credentials are sealed with; without it no shop is told anything.
    pub secret_key: Option<Key>,
    /// Where the shops find this server, such as `https://onhand.example.com`; without it they are
    /// asked what has changed.
    pub public_url: Option<String>,
}

/// The application: cheap to clone, which every layer around a handler does for each request.
#[derive(Clone)]
pub struct AppState(Arc<App>);

/// What the application has.
pub struct App {
    /// The database.
    pub store: Store,
    /// Ends when the server stops: streams of events end with it.
    pub stopping: CancellationToken,
    pub(crate) config: ServerConfig,
    pub(crate) passwords: Passwords,
    pub(crate) operations: Operations,
    /// Room for those who listen to live changes.
    pub(crate) streams: Arc<Semaphore>,
    /// Room for jobs on shops.
    pub(crate) channel_jobs: Arc<Semaphore>,
    /// How often whom something was denied in this minute.
    pub(crate) denials: Denials,
}

impl AppState {
    /// The application on an open database.
    pub fn new(store: Store, config: ServerConfig) -> Self {
        Self::with_passwords(store, config, Passwords::default())
    }

    pub(crate) fn with_passwords(store: Store, config: ServerConfig, passwords: Passwords) -> Self {
        Self(Arc::new(App {
            store,
            stopping: CancellationToken::new(),
            config,
            passwords,
            operations: Operations::of(&crate::openapi()),
            streams: Arc::new(Semaphore::new(crate::api::STREAMS_MAX)),
            channel_jobs: Arc::new(Semaphore::new(crate::api::CHANNEL_JOBS_MAX)),
            denials: Denials::default(),
        }))
    }
}

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

/// The operations' names, by path and method: for the audit, the logs and the metrics.
#[derive(Debug)]
pub(crate) struct Operations(HashMap<String, HashMap<Method, Arc<str>>>);

impl Operations {
    /// Those of the API's description.
    pub(crate) fn of(api: &utoipa::openapi::OpenApi) -> Self {
        let mut by_path: HashMap<String, HashMap<Method, Arc<str>>> = HashMap::new();
        for op in crate::document::operations(api) {
            by_path.entry(op.path).or_default().insert(op.method, op.id.into());
        }
        Self(by_path)
    }

    /// The operation's id; the path itself for what is not part of the API's description.
    pub(crate) fn id(&self, method: &Method, path: &str) -> Arc<str> {
        let known = self.0.get(path).and_then(|methods| methods.get(method));
        known.map_or_else(|| path.into(), Arc::clone)
    }
}
