//! Starts the twin and serves it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::http::{self, Cut};
use crate::shop::Shop;
use crate::throttle::{Bucket, Plan};
use crate::world::genesis::Genesis;
use crate::{bulk, clock, deliver, graphql};

/// How a twin is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A product export of Shopify (CSV), as bytes.
    pub catalog: Vec<u8>,
    /// How many locations the shop has.
    pub locations: u64,
    /// What they are called, from the first on; `Location N` beyond these.
    pub location_names: Vec<String>,
    /// At how many of them, from the first on, each item is stocked. Elsewhere it has no level.
    pub stocked_at: u64,
    /// How the shop calls itself.
    pub domain: String,
    /// The access token that never expires.
    pub token: String,
    /// The app's id.
    pub client_id: String,
    /// The app's secret: it gets tokens, and webhooks are signed with it.
    pub client_secret: String,
    /// How much may be asked.
    pub plan: Plan,
    /// From which tokens and ids of webhooks follow.
    pub seed: u64,
    /// The file that keeps the shop through a kill.
    pub state: Option<PathBuf>,
}

/// A twin that listens.
#[derive(Debug)]
pub struct Twin {
    listener: TcpListener,
    address: String,
    shop: Arc<Shop>,
}

impl Twin {
    /// Reads the catalogue and the state, and listens. Errors say what can't be used.
    pub async fn open(options: Options) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("can't listen on {}", options.listen))?;
        let address = format!("http://{}", listener.local_addr()?);
        let genesis = Genesis {
            domain: options.domain,
            seed: options.seed,
            locations: options.locations,
            location_names: options.location_names,
            stocked_at: options.stocked_at,
            at: clock::machine_micros(),
            client_id: options.client_id,
            client_secret: options.client_secret,
            token: options.token,
        };
        let (state, own) = (options.state, address.clone());
        let bucket = Bucket::new(options.plan);
        let catalog = options.catalog;
        let open = move || {
            // Parsed before anybody waits for an answer.
            graphql::schema();
            Shop::open(genesis, &catalog, state, bucket, own)
        };
        let shop = Arc::new(tokio::task::spawn_blocking(open).await??);
        Ok(Self { listener, address, shop })
    }

    /// The address it listens on, with `http://`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// How many locations and items the shop has.
    pub fn size(&self) -> (usize, usize) {
        let world = self.shop.read();
        (world.locations.len(), world.items.len())
    }

    /// Serves until the process ends.
    pub async fn serve(self) -> anyhow::Result<()> {
        tokio::spawn(deliver::run(Arc::clone(&self.shop)));
        bulk::resume(&self.shop);
        let router = http::router(self.shop);
        loop {
            let (stream, _) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                // Such as too many open files: the next attempt may do.
                Err(error) => {
                    eprintln!("onhand-twin: a connection can't be accepted: {error}");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            };
            let _ = stream.set_nodelay(true);
            let router = router.clone();
            let service = service_fn(move |request: Request<Incoming>| {
                let router = router.clone();
                async move { uncut(router.oneshot(request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move {
                // A caller that goes away, and a connection that is cut on purpose, end here.
                let _ = connection.await;
            });
        }
    }
}

/// An answer that is to be cut becomes an error: the connection is closed without a byte.
fn uncut(
    answer: Result<Response<Body>, std::convert::Infallible>,
) -> Result<Response<Body>, std::io::Error> {
    match answer {
        Ok(response) if response.extensions().get::<Cut>().is_some() => {
            Err(std::io::Error::other("cut on purpose"))
        }
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}
