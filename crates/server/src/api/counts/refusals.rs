//! What stands against something about a count, as problems. The only place where this is decided.

use axum::http::StatusCode;
use onhand_domain::count::{CountStatus, NotNow};
use onhand_store::counts::{CountError, CountRefusal};

use crate::{problem::Problem, wire::ApiTime};

impl From<CountError> for Problem {
    fn from(error: CountError) -> Self {
        match error {
            CountError::Store(error) => error.into(),
            CountError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<CountRefusal> for Problem {
    fn from(refusal: CountRefusal) -> Self {
        let impossible = StatusCode::UNPROCESSABLE_ENTITY;
        let words = refusal.to_string();
        match refusal {
            CountRefusal::Unknown(what) => Self::unknown(what),
            CountRefusal::Status(no) => not_now(no),
            CountRefusal::TooEarly { start_at } => {
                Self::conflict("too-early", "The count starts later")
                    .detail(words)
                    .with("start_at", serde_json::to_value(ApiTime(start_at)).ok())
            }
            CountRefusal::TooMany { pointer, max, .. } => {
                Self::new(impossible, "too-many", "That is too much for once")
                    .at(pointer, format!("at most {max}"))
                    .detail(words)
                    .with("max", max)
            }
            CountRefusal::FacilityClosed => {
                Self::new(impossible, "facility-closed", "The facility is closed")
                    .detail(words)
                    .at("/facility_id", "name one where people work")
            }
            CountRefusal::Members(wrong) => {
                let title = "A part of the request does not fit";
                let first = wrong.first().map(|(pointer, detail)| format!("{pointer}: {detail}"));
                let problem = Self::new(impossible, "invalid-request", title)
                    .detail(first.unwrap_or_default());
                wrong.into_iter().fold(problem, |all, (pointer, detail)| all.at(pointer, detail))
            }
            CountRefusal::Other(refusal) => refusal.into(),
        }
    }
}

fn not_now(no: NotNow) -> Problem {
    let code = if no.status == CountStatus::Closed { "count-closed" } else { "count-status" };
    Problem::conflict(code, "That can't be done now")
        .detail(no.to_string())
        .with("count_status", no.status.code())
        .with("remedy", no.remedy)
}
