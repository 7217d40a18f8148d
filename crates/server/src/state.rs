//! What every handler works with. No state of a request lives here: any node answers any request.

use std::{collections::HashMap, sync::Arc};

use axum::http::Method;
use onhand_store::Store;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{denials::Denials, password::Passwords};

/// How the server is run.
#[derive(Clone, Debug, Default)]
pub struct ServerConfig {
    /// Behind a proxy of ours that ends TLS: send HSTS, and believe its `X-Forwarded-For`.
    pub behind_tls_proxy: bool,
}

/// The application: cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub store: Store,
    /// Ends when the server stops: streams of events end with it.
    pub stopping: CancellationToken,
    pub(crate) config: Arc<ServerConfig>,
    pub(crate) passwords: Passwords,
    pub(crate) operations: Arc<Operations>,
    /// Room for those who listen to live changes.
    pub(crate) streams: Arc<Semaphore>,
    /// How often whom something was denied in this minute.
    pub(crate) denials: Arc<Denials>,
}

impl AppState {
    /// The application on an open database.
    pub fn new(store: Store, config: ServerConfig) -> Self {
        Self {
            store,
            stopping: CancellationToken::new(),
            config: Arc::new(config),
            passwords: Passwords::default(),
            operations: Arc::new(Operations::of(&crate::openapi())),
            streams: Arc::new(Semaphore::new(crate::api::STREAMS_MAX)),
            denials: Arc::default(),
        }
    }
}

/// The operations' names, by method and path: for the audit, the logs and the metrics.
#[derive(Debug)]
pub(crate) struct Operations(HashMap<(Method, String), String>);

impl Operations {
    /// Those of the API's description.
    pub(crate) fn of(api: &utoipa::openapi::OpenApi) -> Self {
        let operations = crate::document::operations(api);
        Self(operations.into_iter().map(|op| ((op.method, op.path), op.id)).collect())
    }

    /// The operation's id; the path itself for what is not part of the API's description.
    pub(crate) fn id<'a>(&'a self, method: &Method, path: &'a str) -> &'a str {
        let key = (method.clone(), path.to_owned());
        self.0.get(&key).map_or(path, String::as_str)
    }
}
