//! `POST /admin/api/{version}/graphql.json`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{Cut, State, problem};
use crate::graphql::{Call, Executor, FieldError, GraphError, Prepared, Request, VERSION, prepare};
use crate::resolve;
use crate::shop::Shop;
use crate::throttle::ThrottleStatus;
use crate::world::Act;

const NO_TOKEN: &str =
    "[API] Invalid API key or access token (unrecognized login or wrong password)";
/// The fields that the fault `access_denied` takes away if none are named.
const DENIED: [&str; 1] = ["Order.fulfillmentOrders"];

pub(super) async fn serve(
    axum::extract::State(shop): State,
    Path(version): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // On its own: a caller that gives up does not stop what it asked for.
    let work = tokio::spawn(async move { answer(&shop, &version, &headers, &body).await });
    let mut response = work.await.unwrap_or_else(|_| problem(500, "Internal Server Error"));
    response.headers_mut().insert("x-shopify-api-version", HeaderValue::from_static(VERSION));
    response
}

async fn answer(shop: &Arc<Shop>, version: &str, headers: &HeaderMap, body: &[u8]) -> Response {
    shop.stats.count("requests");
    if !is_version(version) {
        return problem(404, "Not Found");
    }
    let token = headers.get("x-shopify-access-token").and_then(|value| value.to_str().ok());
    let now = shop.now();
    if !token.is_some_and(|token| shop.read().access.admits(token, now)) {
        shop.stats.count("requests.unauthorized");
        return problem(401, NO_TOKEN);
    }
    let Ok(request) = serde_json::from_slice::<Request>(body) else {
        return problem(400, "Bad Request");
    };
    let prepared = match prepare(&request) {
        Ok(prepared) => prepared,
        Err(errors) => {
            shop.stats.count("requests.invalid");
            return respond(None, &errors, None);
        }
    };
    let roots = prepared.roots();
    for root in &roots {
        shop.stats.count(&format!("field.{root}"));
    }
    let faults = shop.read().faults.clone();
    let hits = shop.pending.of_request(&faults, &roots);
    for hit in &hits {
        shop.stats.count(&format!("fault.{hit}"));
    }
    let is_hit = |fault: &str| hits.contains(&fault);
    if let Some(refusal) = refusal(&hits, faults.retry_after_seconds) {
        return refusal;
    }
    if is_hit("throttled") {
        return throttled(&prepared, shop.bucket.give_back(0.0, now));
    }
    if let Err(status) = shop.bucket.take(prepared.requested, now) {
        shop.stats.count("requests.throttled");
        return throttled(&prepared, status);
    }
    let plan = Plan {
        delay: Duration::from_millis(if is_hit("slow") { faults.slow_ms } else { 0 }),
        internal: is_hit("internal_error"),
        burns_key: is_hit("previous_attempt_failed"),
        denied: match (is_hit("access_denied"), faults.denied_fields.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => DENIED.map(ToOwned::to_owned).to_vec(),
            (true, false) => faults.denied_fields,
        },
    };
    let (data, errors, actual) = execute(shop, &prepared, plan).await;
    let status = shop.bucket.give_back(prepared.requested - actual, shop.now());
    if is_hit("cut_after_commit") {
        return Cut.into_response();
    }
    let cost = cost(prepared.requested, Some(actual), status);
    respond(Some(data), &errors, Some(cost))
}

/// The answer to a request that a fault keeps from being executed.
fn refusal(hits: &[&str], retry_after_seconds: f64) -> Option<Response> {
    let is_hit = |fault: &str| hits.contains(&fault);
    if is_hit("token_expired") {
        return Some(problem(401, NO_TOKEN));
    }
    if is_hit("http_429") {
        let mut response = problem(429, "Exceeded call limit. Reduce request rates to resume.");
        if let Ok(value) = HeaderValue::from_str(&format!("{retry_after_seconds:.1}")) {
            response.headers_mut().insert("retry-after", value);
        }
        return Some(response);
    }
    if is_hit("http_502") {
        let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
        return Some((StatusCode::BAD_GATEWAY, axum::response::Html(page)).into_response());
    }
    is_hit("cut_before_commit").then(|| Cut.into_response())
}

/// What is to go wrong while a request is executed.
struct Plan {
    delay: Duration,
    internal: bool,
    burns_key: bool,
    denied: Vec<String>,
}

async fn execute(
    shop: &Arc<Shop>,
    prepared: &Prepared,
    plan: Plan,
) -> (Value, Vec<GraphError>, f64) {
    let mut executor = Executor::new(prepared.parts(), plan.denied.clone());
    if !prepared.is_mutation() {
        tokio::time::sleep(plan.delay).await;
        if plan.internal {
            return (Value::Null, vec![GraphError::at(internal(), &[])], 0.0);
        }
        let data = executor.query(&shop.read());
        // What isn't used is given back, never more than was taken.
        let actual = executor.cost.clamp(0.0, prepared.requested);
        return (data, executor.errors, actual);
    }
    let mut data = Map::new();
    for (key, fields) in executor.root_fields("Mutation") {
        let Some(field) = fields.first() else { continue };
        let result = match executor.arguments(field) {
            Ok(arguments) => {
                let call = Call { field: &field.name, arguments };
                root(shop, &call, idempotency_key(prepared, field).as_deref(), &plan).await
            }
            Err(error) => Err(error),
        };
        let value = executor.payload(&shop.read(), &fields, result);
        data.insert(key.to_owned(), value);
    }
    let actual = executor.cost.clamp(0.0, prepared.requested);
    (Value::Object(data), executor.errors, actual)
}

async fn root(
    shop: &Arc<Shop>,
    call: &Call<'_>,
    key: Option<&str>,
    plan: &Plan,
) -> Result<crate::graphql::Val, FieldError> {
    let scope = resolve::scope_of("Mutation", call.field);
    if let Some(scope) = scope.filter(|scope| !shop.read().access.has_scope(scope)) {
        let field = call.field;
        let message =
            format!("Access denied for {field} field. Required access: `{scope}` access scope.");
        return Err(FieldError::new("ACCESS_DENIED", message));
    }
    if plan.burns_key
        && let (Some(change), Some(key)) = (resolve::read_change(call, key)?, key)
    {
        let act = Act::FailedAttempt { key: key.to_owned(), change };
        // Burnt or not: the caller learns no more than that something broke.
        let _ = shop.apply(act).await;
        return Err(internal());
    }
    if plan.internal {
        return Err(internal());
    }
    resolve::mutate(shop, call, key, plan.delay).await
}

fn internal() -> FieldError {
    FieldError::new("INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong.")
}

/// The key in a field's directive `@idempotent`.
fn idempotency_key(
    prepared: &Prepared,
    field: &apollo_compiler::executable::Field,
) -> Option<String> {
    prepared.directive_text(field, "idempotent", "key")
}

/// `2026-10` and the like, or `unstable`.
fn is_version(version: &str) -> bool {
    let month = version.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && ["01", "04", "07", "10"].contains(&month)
    });
    month || version == "unstable"
}

fn cost(requested: f64, actual: Option<f64>, status: ThrottleStatus) -> Value {
    json!({
        "requestedQueryCost": whole(requested),
        "actualQueryCost": actual.map(whole),
        "throttleStatus": status,
    })
}

/// Points are written as whole numbers.
fn whole(points: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a query costs at most some thousands")]
    let whole = points.round() as i64;
    whole
}

fn throttled(prepared: &Prepared, status: ThrottleStatus) -> Response {
    let mut error = GraphError::coded("Throttled", "THROTTLED");
    let page = json!("https://shopify.dev/api/usage/rate-limits");
    error.extensions.insert("documentation".to_owned(), page);
    respond(None, &[error], Some(cost(prepared.requested, None, status)))
}

fn respond(data: Option<Value>, errors: &[GraphError], cost: Option<Value>) -> Response {
    let mut body = Map::new();
    if let Some(data) = data {
        body.insert("data".to_owned(), data);
    }
    if !errors.is_empty() {
        let errors: Vec<Value> = errors.iter().map(GraphError::to_json).collect();
        body.insert("errors".to_owned(), json!(errors));
    }
    if let Some(cost) = cost {
        body.insert("extensions".to_owned(), json!({ "cost": cost }));
    }
    axum::Json(Value::Object(body)).into_response()
}

impl IntoResponse for Cut {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
