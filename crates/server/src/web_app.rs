//! The web app, inside the binary.

use axum::{
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::Problem;

/// What `npm run build` left; empty where it has not run.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/build"]
#[allow_missing = true]
struct Files;

/// The page that every address of the app starts with.
const INDEX: &str = "index.html";
/// `SvelteKit` puts a hash of the content into the names below here: they never change.
const IMMUTABLE: &str = "_app/immutable/";
/// What to say where the app was not built.
const MISSING: &str = include_str!("web_app_missing.html");

/// The start page's text, or the hint where there is none.
pub(crate) fn index_html() -> String {
    Files::get(INDEX)
        .map_or_else(|| MISSING.to_owned(), |file| String::from_utf8_lossy(&file.data).into_owned())
}

/// Answers whatever no route does: a file of the app, or its start page for an address within
/// the app, which the app itself reads.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") || !matches!(method, Method::GET | Method::HEAD) {
        return Problem::unknown_route().into_response();
    }
    if let Some(file) = Files::get(path) {
        return answer(path, file, &headers);
    }
    // The address itself is for whoever types it, also with a program that accepts anything.
    if !path.is_empty() && !accepts_html(&headers) {
        return Problem::unknown_route().into_response();
    }
    match Files::get(INDEX) {
        Some(file) => answer(INDEX, file, &headers),
        None => Html(MISSING).into_response(),
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or("");
    accept.contains("text/html")
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    use std::fmt::Write as _;
    let digest = file.metadata.sha256_hash();
    let tag = digest.iter().take(16).fold(String::from("\""), |mut tag, byte| {
        let _ = write!(tag, "{byte:02x}");
        tag
    }) + "\"";
    let caching = if path.starts_with(IMMUTABLE) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let shared = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, caching.to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, shared).into_response();
    }
    (shared, [(header::CONTENT_TYPE, kind.to_string())], file.data.into_owned()).into_response()
}
