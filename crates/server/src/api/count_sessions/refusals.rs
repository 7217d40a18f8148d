//! What stands against something about a session, as problems.

use axum::http::StatusCode;
use onhand_domain::count::{CODE_CHARS_MAX, SCANS_PER_SESSION_MAX, ScanRefusal};
use onhand_domain::plan::QUANTITY_MAX;
use onhand_store::counts::{SessionError, SessionRefusal};

use crate::problem::Problem;

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Store(error) => error.into(),
            SessionError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<SessionRefusal> for Problem {
    fn from(refusal: SessionRefusal) -> Self {
        let words = refusal.to_string();
        match refusal {
            SessionRefusal::Count(refusal) => refusal.into(),
            SessionRefusal::Ended(status) => {
                Self::conflict("session-submitted", "The session is over")
                    .detail(words)
                    .with("session_status", status.code())
            }
            SessionRefusal::UnknownCodes(codes) => {
                Self::conflict("unknown-codes", "There are unknown codes")
                    .detail(words)
                    .with("unknown_codes", codes)
            }
            SessionRefusal::NotYours => {
                let title = "The session is somebody else's";
                Self::new(StatusCode::FORBIDDEN, "not-your-session", title)
                    .detail("only whoever began it sends its scans: begin one of your own")
            }
            SessionRefusal::OwnCount => {
                let title = "Nobody counts again what they counted";
                Self::new(StatusCode::FORBIDDEN, "own-count", title).detail(words)
            }
            SessionRefusal::UnknownCode(_) => Self::unknown("code").detail(words),
        }
    }
}

/// Why the `n`-th scan of a sending is not taken.
pub(super) fn scan_problem(refusal: ScanRefusal, n: usize) -> Problem {
    let (status, code, title, member) = match refusal {
        ScanRefusal::IdReused => {
            (StatusCode::CONFLICT, "id-reused", "The id was used before with other content", "/id")
        }
        ScanRefusal::Nothing => impossible("nothing-scanned", "There is nothing to count", ""),
        ScanRefusal::LongCode => impossible("too-long", "A text is too long", "/code"),
        ScanRefusal::OversizedQuantity => {
            impossible("oversized-quantity", "That is too many units", "/quantity")
        }
        ScanRefusal::NotItsUndo => {
            impossible("not-its-undo", "This can't be undone here", "/undoes")
        }
        ScanRefusal::UnknownSku => {
            (StatusCode::NOT_FOUND, "unknown-sku", "There is no such thing", "/sku_id")
        }
        ScanRefusal::SessionFull => impossible("session-full", "The session is full", ""),
    };
    let words = refusal.to_string();
    let problem = Problem::new(status, code, title)
        .detail(words.as_str())
        .at(format!("/scans/{n}{member}"), words);
    match refusal {
        ScanRefusal::LongCode => problem.with("max", CODE_CHARS_MAX),
        ScanRefusal::OversizedQuantity => problem.with("max", QUANTITY_MAX),
        ScanRefusal::SessionFull => problem.with("max", SCANS_PER_SESSION_MAX),
        _ => problem,
    }
}

fn impossible(
    code: &'static str,
    title: &'static str,
    member: &'static str,
) -> (StatusCode, &'static str, &'static str, &'static str) {
    (StatusCode::UNPROCESSABLE_ENTITY, code, title, member)
}
