//! Takes connections, within limits: nobody holds one who neither sends nor reads.
//!
//! `axum::serve` has none of these: connections that never send a request, or never read an answer,
//! would pile up until the process has no memory or no file descriptor left.

mod stall;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    response::{IntoResponse as _, Response},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use crate::problem::Problem;
use stall::Stalling;

/// Connections at a time. More are told to come back. One has at most one request under way, and
/// holds some 20 KB while it waits.
const CONNECTIONS_MAX: usize = 8_192;
/// Requests under way at a time, as many as the queue of writes takes. More are told to come back
/// at once: behind so many, each would wait for longer than its client does.
const REQUESTS_MAX: usize = 4_096;
/// Files that are for the database and the log, not for connections.
const FILES_RESERVED: u64 = 256;
/// Longest wait for a request's head, and between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait for a client to take some of its answer.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Largest head of a request, and most of a body that is read ahead, in bytes.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// Pause after the operating system gave no connection: it has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Refusals that are being written at a time; beyond, a connection is just closed.
const REFUSALS_MAX: usize = 256;
/// Longest time for one.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(1);
/// What is said to a connection too many.
const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/problem+json\r\nretry-after: 1\r\nconnection: close\r\n\
    content-length: 120\r\n\r\n\
    {\"type\":\"urn:onhand:problem:busy\",\"title\":\"The server is busy\",\"status\":503,\
    \"detail\":\"too many connections\",\"errors\":[]}";

/// How much is taken, and how long is waited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    connections: usize,
    requests: usize,
    head: Duration,
    write: Duration,
}

impl Limits {
    /// As many connections as the process may have open files for, which it asks for first.
    pub(crate) fn of_this_process() -> Self {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        // A shell's soft limit of 1,024 is for programs that use `select`. Refused, it stays.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let files = usize::try_from(files.saturating_sub(FILES_RESERVED)).unwrap_or(usize::MAX);
        let connections = CONNECTIONS_MAX.min(files.max(1));
        let requests = REQUESTS_MAX;
        Self { connections, requests, head: HEAD_TIMEOUT, write: WRITE_TIMEOUT }
    }
}

/// Serves until `stop`, then until the last request is answered.
pub(crate) async fn run(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    limits: Limits,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let refusals = Arc::new(Semaphore::new(REFUSALS_MAX));
    let turns = Arc::new(Semaphore::new(limits.requests));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // One that was reset before it was taken is nobody's concern, nor worth a pause;
                // telling the kinds apart is not worth it either.
                tracing::warn!(%error, "connection.not_taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        if let Ok(room) = Arc::clone(&room).try_acquire_owned() {
            let service = Service { router: router.clone(), address, turns: Arc::clone(&turns) };
            let stop = stop.clone();
            connections.spawn(async move {
                serve(stream, service, stop, limits).await;
                drop(room);
            });
        } else {
            metrics::counter!("onhand_connections_refused_total").increment(1);
            if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                connections.spawn(async move {
                    // However it ends, the connection is closed.
                    let _ = tokio::time::timeout(REFUSAL_TIMEOUT, refuse(stream)).await;
                    drop(turn);
                });
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// What answers the requests of one connection.
#[derive(Clone)]
struct Service {
    router: Router,
    address: SocketAddr,
    turns: Arc<Semaphore>,
}

impl Service {
    async fn answer(self, request: hyper::Request<Incoming>) -> Result<Response, Infallible> {
        // Held until the answer begins: a stream of events is no work under way.
        let Ok(_turn) = self.turns.try_acquire() else {
            metrics::counter!("onhand_requests_refused_total").increment(1);
            return Ok(Problem::busy("too many requests are under way").into_response());
        };
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.address));
        self.router.oneshot(request).await
    }
}

async fn serve(stream: TcpStream, service: Service, stop: CancellationToken, limits: Limits) {
    // An answer is one packet and must not wait for the next; where that fails, it is only slower.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| service.clone().answer(request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(Stalling::new(stream, limits.write)), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection.broke");
    }
}

/// Says it, and reads what has come meanwhile: closing with something unread would take the answer
/// back.
async fn refuse(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(REFUSAL).await?;
    stream.shutdown().await?;
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);
    /// Longer than any of the limits in these tests.
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn server(connections: usize, requests: usize) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let large = || async { vec![b'x'; 64 << 20] };
        let router = Router::new().route("/", get(|| async { "ok" })).route("/large", get(large));
        let limits = Limits { connections, requests, head: SHORT, write: SHORT };
        tokio::spawn(run(listener, router, stop.clone(), limits));
        (address, stop)
    }

    async fn ask(address: SocketAddr, request: &str) -> TcpStream {
        let mut client = TcpStream::connect(address).await.expect("connects");
        client.write_all(request.as_bytes()).await.expect("sent");
        client
    }

    async fn answer(mut client: TcpStream) -> String {
        let mut text = Vec::new();
        let read = client.read_to_end(&mut text);
        tokio::time::timeout(PATIENCE, read).await.expect("it ends").expect("an answer");
        String::from_utf8_lossy(&text).into_owned()
    }

    #[tokio::test]
    async fn who_never_finishes_a_head_is_hung_up_on() {
        let (address, _stop) = server(10, 10).await;
        let half = ask(address, "GET / HTTP/1.1\r\nhost: x\r\n").await;
        let silent = ask(address, "").await;
        let idle = ask(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert!(!answer(half).await.contains("200 OK"));
        assert_eq!(answer(silent).await, "");
        assert!(answer(idle).await.contains("200 OK"));
    }

    #[tokio::test]
    async fn who_never_reads_is_hung_up_on() {
        let (address, _stop) = server(1, 10).await;
        let unread = ask(address, "GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let whole = async {
            loop {
                // There is room again once the first one is cut off.
                let next = ask(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
                if answer(next).await.contains("200 OK") {
                    break;
                }
                tokio::time::sleep(SHORT).await;
            }
        };
        tokio::time::timeout(PATIENCE, whole).await.expect("there is room again");
        drop(unread);
    }

    #[tokio::test]
    async fn one_too_many_is_told_to_come_back() {
        let (address, _stop) = server(0, 10).await;
        let refused = answer(ask(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await).await;
        let (head, body) = refused.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 503") && head.contains("retry-after: 1"), "{head}");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{refused}");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["type"], "urn:onhand:problem:busy");
    }

    #[tokio::test]
    async fn a_request_too_many_is_told_to_come_back() {
        let (address, _stop) = server(10, 0).await;
        let refused = answer(ask(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await).await;
        assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
        assert!(refused.contains("retry-after: 1") && refused.contains(":busy"), "{refused}");
    }

    #[tokio::test]
    async fn it_stops_with_idle_connections_open() {
        let (address, stop) = server(10, 10).await;
        let _idle = ask(address, "").await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        stop.cancel();
        let refused = async { while TcpStream::connect(address).await.is_ok() {} };
        tokio::time::timeout(PATIENCE, refused).await.expect("it stops listening");
    }
}
