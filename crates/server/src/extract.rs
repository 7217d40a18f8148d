//! Reads requests, and says where one can't be read: as a problem with a pointer.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A JSON body. Request types deny unknown fields: a misspelt `effective_at` must not be ignored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiJson<T>(pub(crate) T);

/// Query parameters. An empty one (`?q=`) counts as absent, as a form sends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiQuery<T>(pub(crate) T);

/// Parameters in the path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiPath<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let silent = !request.headers().contains_key(header::CONTENT_TYPE);
        let json = is_json(request.headers());
        let body = read_body(request, state).await?;
        // `curl -X POST` of an operation that needs nothing more; the others say what they miss.
        if (silent || json) && body.is_empty() {
            return read_json(b"{}").map(Self);
        }
        if !json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "The body is of another kind",
            )
            .detail("send Content-Type: application/json"));
        }
        read_json(&body).map(Self)
    }
}

/// The body, within the route's limit.
pub(crate) async fn read_body<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(rejection.status(), "too-large", "The body is too large")
                .detail("send less at a time")
        } else {
            Problem::malformed("unreadable-body", "the body ended early")
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads a body as JSON.
pub(crate) fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // PostgreSQL keeps no U+0000 in texts; refused here, it can't fail the database later.
    if body.windows(6).any(|w| w == br"\u0000") {
        return Err(Problem::malformed("malformed-json", "U+0000 must not occur in texts"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let error = error.into_inner();
        if error.is_data() { invalid(&pointer, &error) } else { malformed(&error) }
    })?;
    reader.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::malformed("malformed-json", error.to_string())
        .with("line", error.line())
        .with("column", error.column())
}

fn invalid(pointer: &str, error: &serde_json::Error) -> Problem {
    // Where it stands is in the pointer already.
    let text = error.to_string();
    let detail = text.rsplit_once(" at line ").map_or(text.as_str(), |(detail, _)| detail);
    Problem::invalid(pointer, detail)
}

/// A JSON pointer (RFC 6901) to where reading failed. `serde_path_to_error` keeps track of it,
/// which saves us from a second, hand-written pass over each body only to find the place.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } => continue,
            Segment::Unknown => break,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read_query(parts.uri.query().unwrap_or("")).map(Self)
    }
}

fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let bad = |name: &str, detail: &str| {
        let pointer = format!("?{name}");
        Problem::malformed("invalid-query", format!("{pointer}: {detail}")).at(pointer, detail)
    };
    let mut pairs: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.contains('\0') {
            return Err(bad(&name, "U+0000 must not occur"));
        }
        if value.is_empty() {
            continue;
        }
        if pairs.insert(name.to_string(), value.into_owned()).is_some() {
            return Err(bad(&name, "stands there twice"));
        }
    }
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(encoded.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = pointer(error.path());
        bad(name.trim_start_matches('/'), &error.into_inner().to_string())
    })
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(Problem::malformed("invalid-path", "U+0000 must not occur"));
        }
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::malformed("invalid-path", rejection.body_text())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "read by serde alone")]
        quantity: i64,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "read by serde alone")]
        lines: Vec<Line>,
    }

    fn problem(body: &str) -> serde_json::Value {
        let problem = read_json::<Body>(body.as_bytes()).expect_err(body);
        serde_json::to_value(problem).expect("serialises")
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    /// `curl -X POST URL` sends neither a body nor its type.
    #[tokio::test]
    async fn nothing_to_say_is_an_empty_object() {
        let silent = || Request::post("/").body(axum::body::Body::empty()).expect("a request");
        assert!(ApiJson::<Nothing>::from_request(silent(), &()).await.is_ok());
        let problem = ApiJson::<Line>::from_request(silent(), &()).await.expect_err("a quantity");
        assert!(format!("{problem:?}").contains("quantity"), "{problem:?}");
        let form = Request::post("/").header(header::CONTENT_TYPE, "text/plain");
        let form = form.body(axum::body::Body::empty()).expect("a request");
        assert!(ApiJson::<Nothing>::from_request(form, &()).await.is_err());
    }

    #[test]
    fn broken_json_says_where() {
        let problem = problem("{\"lines\": [");
        assert_eq!(problem["status"], 400);
        assert_eq!((&problem["line"], &problem["column"]), (&1.into(), &11.into()));
    }

    #[test]
    fn a_wrong_member_is_pointed_at() {
        for (body, pointer) in [
            (r#"{"lines": [{"quantity": 1}, {"quantity": "x"}]}"#, "/lines/1/quantity"),
            (r#"{"lines": [{"quantity": 1, "efective_at": 2}]}"#, "/lines/0/efective_at"),
            (r#"{"lines": [{}]}"#, "/lines/0"),
            (r#"{"lines": [], "more": 1}"#, "/more"),
        ] {
            let problem = problem(body);
            assert_eq!(problem["status"], 422, "{body}");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
    }

    #[test]
    fn texts_have_no_nul() {
        assert_eq!(problem(r#"{"lines": [], "a": "\u0000"}"#)["status"], 400);
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Query {
        limit: Option<u32>,
    }

    #[test]
    fn a_query_names_its_parameter() {
        assert_eq!(read_query::<Query>("limit=").expect("absent").limit, None);
        for (query, pointer) in
            [("limit=x", "?limit"), ("limt=1", "?limt"), ("limit=1&limit=2", "?limit")]
        {
            let problem = read_query::<Query>(query).expect_err(query);
            let json = serde_json::to_value(problem).expect("serialises");
            assert_eq!(json["status"], 400, "{query}");
            assert_eq!(json["errors"][0]["pointer"], pointer, "{query}");
        }
    }
}
