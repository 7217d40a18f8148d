//! A server that answers as told, however badly.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::http::HeaderMap;
use async_trait::async_trait;
use onhand_shopify::auth::{Credentials, Endpoint, KeepError, Secret, Token, TokenKeeper, Tokens};
use onhand_shopify::client::{Base, Limits, Shop};
use onhand_store::clock::System;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const POLL: Duration = Duration::from_millis(5);

/// What is answered to one request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// The connection is closed without a byte.
    Cut,
    /// Nothing, for as long as the other side waits.
    Silence,
}

impl Answer {
    pub(crate) fn raw(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }

    pub(crate) fn ok(body: &str) -> Self {
        Self::raw(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The headers, for whoever reads them by name.
    pub(crate) fn headers(&self) -> HeaderMap {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }
}

pub(crate) struct StandIn {
    base: Base,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

struct NoKeeper;

#[async_trait]
impl TokenKeeper for NoKeeper {
    async fn load(&self) -> Result<Option<Token>, KeepError> {
        Ok(None)
    }

    async fn keep(&self, _: &Token) -> Result<(), KeepError> {
        Ok(())
    }
}

impl StandIn {
    /// Answers requests in this order, each on a connection of its own.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut answers: VecDeque<Answer> = answers.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Base::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut connection, _)) = listener.accept().await {
                let Some(request) = read(&mut connection).await else { continue };
                seen.lock().unwrap().push(request);
                match answers.pop_front().unwrap_or(Answer::Cut) {
                    Answer::Bytes(bytes) => {
                        // Whoever has read enough may have gone.
                        let _ = connection.write_all(&bytes).await;
                        let _ = connection.shutdown().await;
                    }
                    Answer::Cut => drop(connection),
                    Answer::Silence => silent.push(connection),
                }
            }
        });
        Self { base, requests, task }
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The first two requests, as soon as they are there.
    pub(crate) async fn first_requests(&self) -> [Request; 2] {
        loop {
            if let [first, second, ..] = self.requests().as_slice() {
                return [first.clone(), second.clone()];
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Listens no more.
    pub(crate) async fn stop(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    /// The shop that this is, with a token that never ends.
    pub(crate) fn shop(&self, limits: Limits) -> Shop {
        let credentials = Credentials::Static { token: Secret::new("shpat_test") };
        let endpoint = Endpoint::open(&self.base, limits).unwrap();
        let tokens = Tokens::new(credentials, endpoint, Arc::new(NoKeeper), Arc::new(System));
        Shop::open(&self.base, "2026-10", Arc::new(tokens), limits).unwrap()
    }
}

async fn read(connection: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).ok()?;
    let length = head
        .to_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let mut body = bytes.split_off(head_end);
    while body.len() < length.unwrap_or(0) {
        if connection.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { head, body })
}
