//! A page for people: look at the stock, buy, sell, edit, break things.

use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::problem;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; form-action 'none'; base-uri 'none'";

pub(super) async fn page() -> Response {
    serve("text/html; charset=utf-8", include_str!("../page/index.html"))
}

pub(super) async fn file(Path(file): Path<String>) -> Response {
    match file.as_str() {
        "page.js" => serve("text/javascript; charset=utf-8", include_str!("../page/page.js")),
        "page.css" => serve("text/css; charset=utf-8", include_str!("../page/page.css")),
        _ => problem(404, "Not Found"),
    }
}

fn serve(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY)], text).into_response()
}
