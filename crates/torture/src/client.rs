//! One client: a connection that is made again when it breaks.

use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) has_retry_after: bool,
    pub(crate) body: Value,
}

impl Reply {
    /// The code of a problem document, as in `busy`.
    pub(crate) fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.rsplit(':').next().unwrap_or_default()
    }
}

/// A connection to one node.
pub(crate) struct Client {
    address: String,
    key: String,
    timeout: Duration,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// Of a node at `url`; a request that takes longer than `timeout` has failed.
    pub(crate) fn new(url: &str, key: &str, timeout: Duration) -> Self {
        let address = url.trim_start_matches("http://").to_owned();
        Self { address, key: key.to_owned(), timeout, sender: None }
    }

    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Reply> {
        self.send(Method::GET, path, Bytes::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.send(Method::POST, path, body.to_string().into()).await
    }

    async fn send(&mut self, method: Method, path: &str, body: Bytes) -> anyhow::Result<Reply> {
        let limit = self.timeout;
        // Taken out: a request that was given up leaves a connection that nobody may use.
        let sender = self.sender.take();
        let exchange = exchange(sender, &self.address, &self.key, method, path, body);
        let (sender, reply) =
            tokio::time::timeout(limit, exchange).await.context("no answer")??;
        self.sender = Some(sender);
        Ok(reply)
    }
}

async fn exchange(
    kept: Option<SendRequest<Full<Bytes>>>,
    address: &str,
    key: &str,
    method: Method,
    path: &str,
    body: Bytes,
) -> anyhow::Result<(SendRequest<Full<Bytes>>, Reply)> {
    let mut sender = match kept.filter(|sender| !sender.is_closed()) {
        Some(sender) => sender,
        None => connect(address).await?,
    };
    sender.ready().await?;
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, address)
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(body))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    let has_retry_after = answer.headers().contains_key(header::RETRY_AFTER);
    let body = answer.into_body().collect().await?.to_bytes();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Ok((sender, Reply { status, has_retry_after, body }))
}

async fn connect(address: &str) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the sender, or when the server hangs up: then the sender says so.
    tokio::spawn(connection);
    Ok(sender)
}
