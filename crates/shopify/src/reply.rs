//! What came back of a request: nothing, nobody knows, or an answer with its layers of errors.

use std::time::Duration;

use http::HeaderMap;
use serde_json::{Map, Value};

use crate::code::Code;

/// The header that names the version of the API that answered.
pub const VERSION_HEADER: &str = "x-shopify-api-version";
const REQUEST_ID_HEADER: &str = "x-request-id";
/// The longest wait that an answer may ask for; a larger one is cut to this.
pub const RETRY_AFTER_MAX: Duration = Duration::from_mins(5);
/// How much of a body that isn't the API's is kept, for a person to read.
const OTHER_CHARS_MAX: usize = 300;

/// What came of sending a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// No byte of the request reached the shop.
    NotSent {
        /// Why, for a person.
        problem: String,
    },
    /// The shop gives no token, so nothing was sent.
    NoToken {
        /// Why, for a person.
        problem: String,
    },
    /// The request was sent, perhaps in part; whether the shop acted on it, nobody knows.
    Unknown {
        /// Why, for a person.
        problem: String,
    },
    /// The shop, or something before it, answered.
    Answered(Box<Answer>),
}

/// An answer in HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The version of the API that was asked for.
    pub asked: String,
    /// The version that answered, if the answer says so.
    pub version: Option<String>,
    /// How long the answer asks to wait, at most [`RETRY_AFTER_MAX`].
    pub retry_after: Option<Duration>,
    /// The shop's id of the request, for its support.
    pub request_id: Option<String>,
    /// The body.
    pub body: Body,
}

/// A body, read.
#[derive(Clone, Debug)]
pub enum Body {
    /// GraphQL's form.
    Graph(Graph),
    /// Anything else; the beginning of it.
    Other(String),
}

/// An answer in GraphQL.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The fields asked for. May be there beside errors: partial data.
    pub data: Option<Map<String, Value>>,
    /// Errors of the whole request, beside or instead of data.
    pub errors: Vec<TopError>,
    /// What it cost.
    pub cost: Option<Cost>,
}

/// An error of the whole request.
#[derive(Clone, Debug)]
pub struct TopError {
    /// `extensions.code`.
    pub code: Code,
    /// For a person.
    pub message: String,
}

/// What a request cost, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// What the shop reckoned beforehand.
    pub requested: f64,
    /// What it took in the end; none if the request was not run.
    pub actual: Option<f64>,
    /// The bucket afterwards.
    pub throttle: Option<Throttle>,
}

/// The state of the shop's bucket for this app.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// How many points it holds when full.
    pub maximum: f64,
    /// How many it holds now.
    pub available: f64,
    /// How many flow back a second.
    pub restore_rate: f64,
}

impl Reply {
    /// Reads an answer.
    pub fn answered(asked: &str, status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
        Self::Answered(Box::new(Answer {
            status,
            asked: asked.to_owned(),
            version: text(VERSION_HEADER),
            retry_after: text("retry-after").and_then(|seconds| wait_of(&seconds)),
            request_id: text(REQUEST_ID_HEADER),
            body: Body::read(body),
        }))
    }

    /// The version that answered, where it isn't the one that was asked for: an alarm, since a
    /// version that fell forward may mean other things by the same words.
    pub fn other_version(&self) -> Option<&str> {
        let Self::Answered(answer) = self else { return None };
        answer.version.as_deref().filter(|version| *version != answer.asked)
    }

    /// What the request cost, if the answer says so.
    pub fn cost(&self) -> Option<Cost> {
        self.graph()?.cost
    }

    /// GraphQL's part of the answer.
    pub fn graph(&self) -> Option<&Graph> {
        match self {
            Self::Answered(answer) => match &answer.body {
                Body::Graph(graph) => Some(graph),
                Body::Other(_) => None,
            },
            _ => None,
        }
    }
}

/// `Retry-After` in seconds, which the shop writes with a fraction; a date is not understood.
fn wait_of(seconds: &str) -> Option<Duration> {
    let seconds = seconds.trim().parse::<f64>().ok()?;
    let wait = Duration::try_from_secs_f64(seconds).ok()?;
    Some(wait.min(RETRY_AFTER_MAX))
}

impl Body {
    fn read(bytes: &[u8]) -> Self {
        let Ok(Value::Object(mut body)) = serde_json::from_slice(bytes) else {
            return Self::Other(beginning(bytes));
        };
        let errors = body.get("errors").map(errors_of).unwrap_or_default();
        let data = match body.remove("data") {
            Some(Value::Object(data)) => Some(data),
            _ => None,
        };
        if data.is_none() && errors.is_empty() {
            return Self::Other(beginning(bytes));
        }
        let cost = body.get("extensions").and_then(|extensions| cost_of(extensions.get("cost")?));
        Self::Graph(Graph { data, errors, cost })
    }
}

fn beginning(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(OTHER_CHARS_MAX).collect()
}

/// A list of errors; outside GraphQL the shop writes a text or an object of texts.
fn errors_of(errors: &Value) -> Vec<TopError> {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match errors {
        Value::Null => Vec::new(),
        Value::Array(errors) => errors
            .iter()
            .map(|error| TopError {
                code: Code::parse(error["extensions"]["code"].as_str().unwrap_or_default()),
                message: error.get("message").map_or_else(|| error.to_string(), plain),
            })
            .collect(),
        other => vec![TopError { code: Code::None, message: plain(other) }],
    }
}

fn cost_of(cost: &Value) -> Option<Cost> {
    let status = &cost["throttleStatus"];
    let throttle = || {
        Some(Throttle {
            maximum: status["maximumAvailable"].as_f64()?,
            available: status["currentlyAvailable"].as_f64()?,
            restore_rate: status["restoreRate"].as_f64()?,
        })
    };
    Some(Cost {
        requested: cost["requestedQueryCost"].as_f64()?,
        actual: cost["actualQueryCost"].as_f64(),
        throttle: throttle(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_version_that_fell_forward_is_told() {
        let reply = |version: &str| {
            Reply::answered(
                "2026-10",
                200,
                &headers(&[(VERSION_HEADER, version)]),
                b"{\"data\":{}}",
            )
        };
        assert_eq!(reply("2027-01").other_version(), Some("2027-01"));
        assert_eq!(reply("2026-10").other_version(), None);
        let silent = Reply::answered("2026-10", 200, &HeaderMap::new(), b"{\"data\":{}}");
        assert_eq!(silent.other_version(), None);
    }

    #[test]
    fn the_bucket_is_read() {
        let body = br#"{"data":{},"extensions":{"cost":{"requestedQueryCost":13,
            "actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000.0,
            "currentlyAvailable":1980,"restoreRate":100.0}}}}"#;
        let cost = Reply::answered("2026-10", 200, &HeaderMap::new(), body).cost().unwrap();
        assert_eq!((cost.requested, cost.actual), (13.0, None));
        let throttle = Throttle { maximum: 2000.0, available: 1980.0, restore_rate: 100.0 };
        assert_eq!(cost.throttle, Some(throttle));
    }

    #[test]
    fn waits_are_read_and_limited() {
        let wait = |text: &str| {
            let reply = Reply::answered("2026-10", 429, &headers(&[("retry-after", text)]), b"");
            let Reply::Answered(answer) = reply else { unreachable!() };
            answer.retry_after
        };
        assert_eq!(wait("2.0"), Some(Duration::from_secs(2)));
        assert_eq!(wait("1e9"), Some(RETRY_AFTER_MAX));
        for text in ["-1", "NaN", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(wait(text), None, "{text}");
        }
    }

    #[test]
    fn any_body_is_read() {
        let bodies: [&[u8]; 8] = [
            b"",
            b"<html>",
            b"[]",
            b"{}",
            b"{\"data\":null}",
            b"{\"errors\":[]}",
            &[0xff, 0xfe],
            b"null",
        ];
        for body in bodies {
            assert!(matches!(Body::read(body), Body::Other(_)), "{body:?}");
        }
        let long = "ä".repeat(10 * OTHER_CHARS_MAX);
        let Body::Other(kept) = Body::read(long.as_bytes()) else { panic!("not the API's") };
        assert_eq!(kept.chars().count(), OTHER_CHARS_MAX);
        for errors in [r#""[API] Invalid API key""#, r#"{"base":["x"]}"#, r#"[{"message":"x"}]"#] {
            let Body::Graph(graph) = Body::read(format!("{{\"errors\":{errors}}}").as_bytes())
            else {
                panic!("{errors}")
            };
            assert_eq!(graph.errors.len(), 1);
            assert_eq!(graph.errors[0].code, Code::None);
        }
    }
}
