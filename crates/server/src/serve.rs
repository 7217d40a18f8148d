//! Runs the server until it is told to stop.

use std::time::Duration;

use onhand_shopify::publisher;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    connections::{self, Limits},
    count_keeper, hooks,
    problem::chain,
    router::router,
    state::AppState,
    system, upkeep,
};

/// How long requests that are under way may take once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(35);
/// How often the metrics are tidied up.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Serves until `shutdown` ends, then drains: no new connections, streams of events end,
/// requests under way get their answers, and what they wrote is finished before the database
/// closes.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let stopping = state.stopping.clone();
    let recorder = system::recorder();
    let store = state.store.clone();
    match store.fail_interrupted_imports().await {
        Ok(0) => {}
        Ok(imports) => tracing::warn!(imports, "import.interrupted"),
        Err(error) => tracing::error!(error = %chain(&error), "import.interrupted not recorded"),
    }
    let tidying = tokio::spawn(upkeep::run(store.clone(), stopping.clone()));
    let keeping = tokio::spawn(count_keeper::run(store.clone(), stopping.clone()));
    let (key, public_url) = (state.config.secret_key.clone(), state.config.public_url.clone());
    let hooking = tokio::spawn(hooks::run(store.clone(), key.clone(), stopping.clone()));
    let publishing = publisher::run(store.clone(), key, public_url, stopping.clone());
    let publishing = tokio::spawn(publishing);
    let limits = Limits::of_this_process();
    let server = tokio::spawn(connections::run(listener, router(state), stopping.clone(), limits));
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep(METRICS_UPKEEP) => {
                if let Some(recorder) = recorder {
                    recorder.run_upkeep();
                }
                if server.is_finished() {
                    break;
                }
            }
        }
    }
    tracing::info!("server.stopping");
    stopping.cancel();
    let mut server = server;
    let drained = match tokio::time::timeout(DRAIN_TIMEOUT, &mut server).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(panic)) => Err(std::io::Error::other(panic)),
        Err(_) => {
            tracing::warn!(seconds = DRAIN_TIMEOUT.as_secs(), "server.drain gave up");
            server.abort();
            Ok(())
        }
    };
    if let Err(panic) = tidying.await {
        tracing::error!(error = %panic, "upkeep ended early");
    }
    if let Err(panic) = keeping.await {
        tracing::error!(error = %panic, "the keeper of counts ended early");
    }
    if let Err(panic) = publishing.await {
        tracing::error!(error = %panic, "the publisher ended early");
    }
    if let Err(panic) = hooking.await {
        tracing::error!(error = %panic, "the sender of webhooks ended early");
    }
    store.close().await;
    drained
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
    };

    use super::*;
    use crate::testing::TestState;

    #[tokio::test]
    async fn a_request_under_way_gets_its_answer_and_then_it_ends() {
        let state = TestState::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shutdown = CancellationToken::new();
        let server = tokio::spawn(serve(listener, state.app.clone(), shutdown.clone()));
        let mut client = TcpStream::connect(address).await.expect("connects");
        let head = "POST /api/v1/session HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                    content-type: application/json\r\ncontent-length: 2\r\n\r\n{";
        client.write_all(head.as_bytes()).await.expect("sent");
        // Let the request arrive before the end begins.
        tokio::time::sleep(Duration::from_millis(100)).await;
        shutdown.cancel();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!server.is_finished(), "did not wait for the request");
        client.write_all(b"}").await.expect("sent");
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
        server.await.expect("ended").expect("well");
        assert!(TcpStream::connect(address).await.is_err(), "still listens");
    }
}
