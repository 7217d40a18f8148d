//! What stands against something in the review, as problems.

use axum::http::StatusCode;
use onhand_domain::count::MayNot;
use onhand_store::counts::{ReviewError, Verdict};
use serde_json::json;

use crate::{
    Problem,
    api::refusals::{Asked, problem},
    wire::ApiTime,
};

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        let words = error.to_string();
        match error {
            ReviewError::Store(error) => error.into(),
            ReviewError::Count(refusal) => refusal.into(),
            ReviewError::Undecided(lines) => {
                Self::conflict("lines-undecided", "Lines wait for a decision")
                    .detail(words)
                    .with("undecided", lines)
            }
            ReviewError::SessionsOpen(sessions) => {
                Self::conflict("sessions-open", "Somebody is still counting")
                    .detail(words)
                    .with("sessions", sessions)
            }
            ReviewError::Changed => {
                Self::conflict("count-changed", "The count has changed").detail(words)
            }
            ReviewError::CountedTwice(twice) => {
                let problem = Self::conflict("counted-twice", "This was counted twice at once")
                    .detail(words)
                    .with("sku_id", json!(twice.sku.0))
                    .with("counted_at", json!(ApiTime(twice.at)));
                let other = twice.other.as_ref().map(|(id, _)| id.0);
                problem.with("other_count_id", json!(other))
            }
            ReviewError::Ledger(refusal) => problem(&refusal, &Asked::default()),
        }
    }
}

/// Why a wish was not done; none where it was.
pub(super) fn refused(verdict: &Verdict) -> Option<Problem> {
    let impossible = StatusCode::UNPROCESSABLE_ENTITY;
    match verdict {
        Verdict::Done(_) => None,
        Verdict::UnknownSku => Some(Problem::unknown("SKU")),
        Verdict::NotCounted => Some(
            Problem::new(impossible, "not-counted", "Nobody has counted this")
                .detail("ask for a recount, or mark it as none found"),
        ),
        Verdict::ReasonMissing => Some(
            Problem::new(impossible, "reason-missing", "A reason is needed")
                .detail("say why it is rejected"),
        ),
        Verdict::MayNot(may_not) => Some(not_theirs(*may_not)),
    }
}

fn not_theirs(may_not: MayNot) -> Problem {
    let forbidden = |code, title| Problem::new(StatusCode::FORBIDDEN, code, title);
    match may_not {
        MayNot::NoPermission => Problem::not_permitted(onhand_domain::Permission::CountReview),
        MayNot::OwnCount => forbidden("own-count", "Nobody reviews what they counted")
            .detail("you counted this yourself; somebody else must decide"),
        MayNot::AboveLimit => forbidden("above-limit", "This is above your limit")
            .detail("ask somebody with a higher role"),
        MayNot::TakesAnother => forbidden("takes-another", "It takes a second person")
            .detail("you have accepted it; somebody else must accept it, too"),
    }
}
