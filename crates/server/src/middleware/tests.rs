//! What every answer has, whatever was asked.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, header},
};
use onhand_domain::Scope;
use serde_json::json;

use super::BODY_BYTES_MAX;
use crate::testing::{Reply, TestState};

async fn send(state: &TestState, method: Method, uri: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    state.with(HeaderMap::new()).send(request.body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn every_answer_makes_browsers_careful() {
    let state = TestState::new().await;
    for uri in ["/", "/api/v1/me", "/api/v1/nothing", "/healthz", "/api/docs", "/nothing.js"] {
        let reply = send(&state, Method::GET, uri, &[]).await;
        let policy = reply.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("frame-ancestors 'none'"), "{uri}: {policy}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{uri}");
        assert_eq!(reply.headers["cross-origin-opener-policy"], "same-origin", "{uri}");
        assert!(reply.headers.contains_key("x-request-id"), "{uri}");
        assert!(!reply.headers.contains_key("strict-transport-security"), "{uri}");
        if uri.starts_with("/api/v1") {
            assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store", "{uri}");
        }
    }
}

#[tokio::test]
async fn another_site_writes_nothing() {
    let state = TestState::new().await;
    let ann = state.user("admin", Scope::All).await;
    for headers in [
        [("sec-fetch-site", "cross-site"), ("host", "onhand.example")],
        [("sec-fetch-site", "same-site"), ("host", "onhand.example")],
        [("origin", "https://evil.example"), ("host", "onhand.example")],
    ] {
        let mut request = Request::builder().method(Method::DELETE).uri("/api/v1/session");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::empty()).expect("a request");
        state.as_(&ann).send(request).await.problem(403, "cross-origin");
    }
    state.as_(&ann).get("/me").await.ok();
    let own = [("origin", "https://onhand.example"), ("host", "onhand.example")];
    let reply = send(&state, Method::DELETE, "/api/v1/session", &own).await;
    reply.problem(401, "signed-out");
}

#[tokio::test]
async fn what_can_not_be_read_is_a_problem() {
    let state = TestState::new().await;
    let json = [("content-type", "application/json")];
    send(&state, Method::POST, "/api/v1/session", &json).await.problem(422, "invalid-request");
    let text = [("content-type", "text/plain")];
    let reply = send(&state, Method::POST, "/api/v1/session", &text).await;
    reply.problem(415, "unsupported-media-type");
    send(&state, Method::GET, "/api/v1/nothing", &[]).await.problem(404, "unknown-route");
    send(&state, Method::PUT, "/api/v1/me", &[]).await.problem(405, "method-not-allowed");
    let ann = state.user("admin", Scope::All).await;
    let body = json!({"email": "x".repeat(BODY_BYTES_MAX), "password": "x"});
    state.as_(&ann).post("/session", &body).await.problem(413, "too-large");
    state.as_(&ann).get("/facilities?limit=x").await.problem(400, "invalid-query");
    state.as_(&ann).patch("/facilities/x", &json!({})).await.problem(400, "invalid-path");
}

#[tokio::test]
async fn a_panic_tells_nothing() {
    use axum::{Router, routing::get};
    use tower::ServiceExt as _;

    let state = TestState::new().await;
    let routes = Router::new().route(
        "/boom",
        get(|| async {
            let nothing: Option<&str> = std::hint::black_box(None);
            nothing.expect("the secret of our insides")
        }),
    );
    let headers = super::SecurityHeaders::new("", true);
    let app = super::wrap(routes, state.app.clone(), headers);
    let request = Request::get("/boom").body(Body::empty()).expect("a request");
    let answer = app.oneshot(request).await.expect("infallible");
    assert_eq!(answer.status(), 500);
    assert!(answer.headers().contains_key("strict-transport-security"));
    let body = axum::body::to_bytes(answer.into_body(), BODY_BYTES_MAX).await.expect("a body");
    let body = String::from_utf8_lossy(&body);
    assert!(body.contains("urn:onhand:problem:internal") && !body.contains("insides"), "{body}");
}

#[tokio::test]
async fn operators_see_whether_it_lives_and_writes() {
    let state = TestState::new().await;
    send(&state, Method::GET, "/healthz", &[]).await.expect(200);
    send(&state, Method::GET, "/readyz", &[]).await.expect(200);
    // The recorder begins with the server, here with the first look at it.
    send(&state, Method::GET, "/metrics", &[]).await.expect(200);
    send(&state, Method::GET, "/api/v1/me", &[]).await.expect(401);
    let metrics = send(&state, Method::GET, "/metrics", &[]).await;
    let line = "onhand_http_requests_total{operation=\"get_me\",status=\"401\"}";
    assert!(metrics.text().contains(line), "{}", metrics.text());
    let api = send(&state, Method::GET, "/api/v1/openapi.json", &[]).await.ok();
    assert_eq!(api["openapi"], "3.1.0");
    let docs = send(&state, Method::GET, "/api/docs", &[]).await;
    assert!(docs.text().contains("src=\"/api/docs.js\""));
    assert!(!docs.text().contains("http"), "a foreign address");
    state.app.stopping.cancel();
    send(&state, Method::GET, "/readyz", &[]).await.problem(503, "not-ready");
}
