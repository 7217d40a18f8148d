//! Runs the server until it is told to stop.

use std::{net::SocketAddr, time::Duration};

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{router::router, state::AppState, system};

/// How long requests that are under way may take once the server stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(35);
/// How often the metrics are tidied up.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Serves until `shutdown` ends, then drains: no new connections, streams of events end,
/// requests under way get their answers.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let stopping = state.stopping.clone();
    let recorder = system::recorder();
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let stop = stopping.clone();
    let server = axum::serve(listener, service)
        .with_graceful_shutdown(async move { stop.cancelled().await });
    let server = tokio::spawn(server.into_future());
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
    match tokio::time::timeout(DRAIN_TIMEOUT, &mut server).await {
        Ok(Ok(result)) => result,
        Ok(Err(panic)) => Err(std::io::Error::other(panic)),
        Err(_) => {
            tracing::warn!(seconds = DRAIN_TIMEOUT.as_secs(), "server.drain gave up");
            server.abort();
            Ok(())
        }
    }
}
