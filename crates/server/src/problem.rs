//! Errors as RFC 9457 problem documents: the one shape in which the API says no.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use onhand_domain::Permission;
use onhand_store::{Refusal, StoreError, Trouble, WriteError};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The media type of problem documents.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";
/// What `type` starts with; the problem's code follows.
pub(crate) const TYPE_PREFIX: &str = "urn:onhand:problem:";
/// When a busy server may be asked again, in seconds.
const BUSY_RETRY_SECONDS: u64 = 1;
/// The same where somebody or something has to mend the database first.
const TROUBLE_RETRY_SECONDS: u64 = 5;

/// A problem document, small enough to be handed around as an error. Further members say more
/// about single problems.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:onhand:problem:not-permitted",
    "title": "This is not permitted",
    "status": 403,
    "detail": "variance.post is needed here",
    "permission": "variance.post",
}))]
pub struct Problem {
    /// Stable: programs decide by it.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: Box<str>,
    /// What went wrong, the same words each time.
    #[schema(value_type = String)]
    title: Box<str>,
    /// The HTTP status.
    status: u16,
    /// What went wrong this time, and what to do.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(value_type = Option<String>, nullable = false)]
    detail: Box<str>,
    /// Which members of the request are meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Members of this kind of problem, as `permission` or `on_hand`.
    #[serde(flatten)]
    #[schema(value_type = std::collections::HashMap<String, Value>)]
    members: Map<String, Value>,
    /// Seconds after which to try again.
    #[serde(skip)]
    retry_after_seconds: Option<u64>,
}

/// What is wrong with one member of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// A JSON pointer into the body, or `?name` of a query parameter.
    pointer: String,
    /// What is wrong and what would be right.
    detail: String,
}

impl Problem {
    /// A problem with a stable code, `[a-z-]+`, and its title.
    pub(crate) fn new(status: StatusCode, code: &str, title: &str) -> Self {
        Self {
            kind: format!("{TYPE_PREFIX}{code}").into(),
            title: title.into(),
            status: status.as_u16(),
            detail: Box::default(),
            errors: Vec::new(),
            members: Map::new(),
            retry_after_seconds: None,
        }
    }

    /// What went wrong this time.
    #[must_use]
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into().into();
        self
    }

    /// Names a member of the request (`/quantity`, `?limit`) and what is wrong with it.
    #[must_use]
    pub(crate) fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// A member of its own, for programs.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// When to try again, in seconds.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: impl Into<u64>) -> Self {
        self.retry_after_seconds = Some(seconds.into());
        self
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The request cannot be read: broken JSON, an unreadable parameter.
    pub(crate) fn malformed(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "The request can't be read").detail(detail)
    }

    /// The request was understood, but a member of it does not fit.
    pub(crate) fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let (pointer, detail) = (pointer.into(), detail.into());
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid-request",
            "A part of the request does not fit",
        )
        .detail(format!("{pointer}: {detail}"))
        .at(pointer, detail)
    }

    /// Nobody is signed in.
    pub(crate) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed-out", "Nobody is signed in")
            .detail("sign in, or send a valid API key")
    }

    /// The caller sees the thing, but may not do this with it.
    pub(crate) fn not_permitted(permission: Permission) -> Self {
        let code = permission.code();
        Self::new(StatusCode::FORBIDDEN, "not-permitted", "This is not permitted")
            .detail(format!("{code} is needed here"))
            .with("permission", code)
    }

    /// Whoever counts blind is shown no stock of the facility until they are done.
    pub(crate) fn counting_blind() -> Self {
        let title = "You are counting blind here";
        Self::new(StatusCode::FORBIDDEN, "counting-blind", title).detail(
            "quantities are hidden until you submit or discard your session of the blind count",
        )
    }

    /// There is no such thing, as far as the caller may know. `what` as in `facility`, `sku`.
    pub(crate) fn unknown(what: &str) -> Self {
        let code = format!("unknown-{}", what.to_lowercase().replace(' ', "-"));
        Self::new(StatusCode::NOT_FOUND, &code, "There is no such thing")
            .detail(format!("there is no such {what}, or it is not yours to see"))
    }

    /// What is asked for contradicts what is there.
    pub(crate) fn conflict(code: &str, title: &str) -> Self {
        Self::new(StatusCode::CONFLICT, code, title)
    }

    /// Something broke on our side; the cause is in the log.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side")
            .detail("it is in the server's log, under this request's id")
    }

    /// The server can't take this now, but soon.
    pub(crate) fn busy(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "The server is busy")
            .detail(detail)
            .retry_after(BUSY_RETRY_SECONDS)
    }

    /// There is no room for what was to be written.
    pub(crate) fn storage_full() -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "storage-full", "The server's disk is full")
            .detail("nothing was written; send it again when there is room, reading goes on")
            .retry_after(TROUBLE_RETRY_SECONDS)
    }

    /// The database can't be asked now.
    pub(crate) fn database_unavailable() -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "database-unavailable", "The database does not answer")
            .detail("whether it was written is not known; it is safe to send it again")
            .retry_after(TROUBLE_RETRY_SECONDS)
    }

    /// Nothing was found at this address.
    pub(crate) fn unknown_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown-route", "There is nothing at this address")
    }

    /// The address is right, the method isn't.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "This address does not know this method",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let retry_after = self.retry_after_seconds;
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A failure of the database becomes an answer, and its chain of causes a line in the log: once,
/// here.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::busy("too many writes are waiting"),
            StoreError::Contended => {
                Self::busy("another write got in the way; nothing was written, try again")
            }
            StoreError::Outdated => {
                Self::busy("rights or settings are being changed; nothing was written, try again")
            }
            StoreError::Stopping => Self::busy("the server is stopping; this was not written"),
            error => {
                tracing::error!(error = %chain(&error), "request.failed");
                match error.trouble() {
                    Some(Trouble::Full) => Self::storage_full(),
                    Some(Trouble::Unavailable | Trouble::Failed) => Self::database_unavailable(),
                    None => Self::internal(),
                }
            }
        }
    }
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => error.into(),
            WriteError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::IdReused => {
                Self::conflict("id-reused", "The id was used before with other content")
                    .detail(detail)
                    .at("/id", "make a new id for a new thing")
            }
            Refusal::CodeTaken(_) => Self::conflict("code-taken", "The code is taken")
                .at("/code", &detail)
                .detail(detail),
            Refusal::EmailTaken => Self::conflict("email-taken", "The address is taken")
                .at("/email", &detail)
                .detail(detail),
            Refusal::Unknown(what) => Self::unknown(what),
            Refusal::Invalid { pointer, detail } => Self::invalid(pointer, detail),
            Refusal::LastAdmin => {
                Self::conflict("last-admin", "Nobody would be left to manage people").detail(detail)
            }
            Refusal::OwnGrants => {
                Self::new(StatusCode::FORBIDDEN, "own-roles", "Nobody changes their own roles")
                    .detail(detail)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_the_rules_say() {
        let problem = Problem::not_permitted(Permission::VariancePost).at("/a", "b");
        let json = serde_json::to_value(&problem).expect("serialises");
        assert_eq!(json["type"], "urn:onhand:problem:not-permitted");
        assert_eq!(json["status"], 403);
        assert_eq!(json["permission"], "variance.post");
        assert_eq!(json["errors"][0]["pointer"], "/a");
    }
}
