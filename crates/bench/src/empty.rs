//! The yardstick of HTTP: a server of the same kind that takes a body and does nothing with it.

use anyhow::Result;
use axum::{
    Json, Router,
    body::Bytes,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use tokio::net::TcpListener;

/// What it answers.
const ANSWER: &str = r#"{"status":"posted"}"#;

/// Serves until the process is ended. Says on standard output where, as `onhand serve` does.
pub(crate) async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("an empty server listens on http://{}", listener.local_addr()?);
    let router = Router::new()
        .route("/api/v1/variances", post(take))
        .route("/readyz", get(|| async { Json("ok") }))
        .fallback(get(|| async { ([(header::CONTENT_TYPE, "application/json")], ANSWER) }));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn take(body: Bytes) -> impl IntoResponse {
    let status = if body.is_empty() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    (status, [(header::CONTENT_TYPE, "application/json")], ANSWER)
}
