//! `onhand serve`

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use onhand_server::{AppState, ServerConfig};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{context::Context, output};

/// Serve the API and the web app
#[derive(Args)]
#[command(after_help = "\
SIGTERM and SIGINT drain: no new connections are taken, requests under way get their answers.

Examples:
  onhand serve
  onhand serve --listen 0.0.0.0:80 --database postgres://onhand@db/onhand --behind-tls-proxy
  ONHAND_PUBLIC_URL=https://onhand.example.com onhand serve   # shops tell what they sell at once
  ONHAND_DATABASE=sqlite:///var/lib/onhand/onhand.db onhand serve --log-format json")]
pub(crate) struct Serve {
    /// Where to listen.
    #[arg(
        long,
        value_name = "ADDR",
        help = "Where to listen; port 0 takes a free one [env: ONHAND_LISTEN] \
                [default: 127.0.0.1:8080]"
    )]
    listen: Option<String>,
    /// Whether a proxy of ours ends TLS.
    #[arg(
        long,
        help = "A proxy of yours ends TLS in front: send HSTS, believe its X-Forwarded-For \
                [env: ONHAND_BEHIND_TLS_PROXY]"
    )]
    behind_tls_proxy: bool,
}

impl Serve {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let address = self.listen.as_ref().unwrap_or(&context.config.listen);
        // First the port: a second server on the same one must not touch the database.
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("{address} can't be listened on; choose another with --listen")
        })?;
        let (secret_key, public_url) = (context.secret_key()?, context.public_url()?);
        let store = context.store().await?;
        let behind_tls_proxy = self.behind_tls_proxy || context.config.behind_tls_proxy;
        let config = ServerConfig { behind_tls_proxy, secret_key, public_url };
        let state = AppState::new(store, config);
        let shutdown = CancellationToken::new();
        stop_on_signals(shutdown.clone())?;
        let url = format!("http://{}", listener.local_addr()?);
        let started = serde_json::json!({ "listening": url });
        output::result(context.json, &started, || format!("Onhand listens on {url}"))?;
        onhand_server::serve(listener, state, shutdown).await?;
        Ok(ExitCode::SUCCESS)
    }
}

fn stop_on_signals(shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        shutdown.cancel();
    });
    Ok(())
}
