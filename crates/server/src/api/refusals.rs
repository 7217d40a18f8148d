//! The ledger's refusals as problems: each with a stable code, a pointer to the member that is
//! meant, and words that say what to do. The only place where this is decided.

use axum::http::StatusCode;
use onhand_domain::count::CountStatus;
use onhand_domain::plan::outcome::Refusal;
use onhand_domain::request::Request;

use crate::{problem::Problem, wire::ApiTime};

/// The request that was refused, as far as its problem needs to know it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    /// A JSON pointer to the thing that was refused: empty where it is the whole body.
    pub(crate) pointer: &'a str,
    /// The members that it has: a problem points at no other.
    pub(crate) members: &'a [&'a str],
    /// What people call the facility.
    pub(crate) facility: Option<&'a str>,
}

impl Asked<'_> {
    fn at(&self, problem: Problem, member: &str, detail: &str) -> Problem {
        if self.members.contains(&member) {
            problem.at(format!("{}/{member}", self.pointer), detail)
        } else {
            problem
        }
    }

    /// A problem that points at one of the members, which says what would be right.
    fn problem(
        &self,
        (status, code, title): (StatusCode, &str, &str),
        detail: impl Into<String>,
        (member, remedy): (&str, &str),
    ) -> Problem {
        let detail = detail.into();
        let remedy = if remedy.is_empty() { detail.clone() } else { remedy.to_owned() };
        self.at(Problem::new(status, code, title).detail(detail), member, &remedy)
    }

    fn unknown(&self, what: &str, member: &str) -> Problem {
        self.at(Problem::unknown(what), member, "is not known, or is not yours to see")
    }
}

const IMPOSSIBLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const CONFLICT: StatusCode = StatusCode::CONFLICT;
const FORBIDDEN: StatusCode = StatusCode::FORBIDDEN;

/// The problem that a refusal is.
pub(crate) fn problem(refusal: &Refusal, asked: &Asked<'_>) -> Problem {
    // The refusal's own words; each says what to do.
    let words = sentence(&refusal.to_string());
    match refusal {
        Refusal::IdReused(_)
        | Refusal::AlreadyDecided(_)
        | Refusal::AlreadyReversed { .. }
        | Refusal::OrderClosed(_)
        | Refusal::FollowsShop
        | Refusal::CountedTwice(_)
        | Refusal::CountStatus(_)
        | Refusal::CountChanged => conflict(refusal, asked, words),
        Refusal::UnknownFacility(_) => asked.unknown("facility", "facility_id"),
        Refusal::UnknownSku(_) => asked.unknown("SKU", "sku_id"),
        Refusal::UnknownMovement(_) => asked.unknown("movement", ""),
        Refusal::UnknownRequest(_) => asked.unknown("variance request", ""),
        Refusal::UnknownOrder(_) => asked.unknown("order", ""),
        Refusal::UnknownCount(_) => asked.unknown("count", ""),
        Refusal::AboveLimit(because) => {
            let codes: Vec<&str> = because.iter().map(|b| b.code()).collect();
            asked
                .problem((FORBIDDEN, "above-limit", "This is above your limit"), words, ("", ""))
                .with("because", codes)
        }
        Refusal::OwnRequest => {
            let what = (FORBIDDEN, "own-request", "Nobody decides on their own report");
            asked.problem(what, words, ("", ""))
        }
        Refusal::ZeroQuantity
        | Refusal::NegativeQuantity
        | Refusal::OversizedQuantity { .. }
        | Refusal::OutOfRange
        | Refusal::NotPromised { .. }
        | Refusal::BelowZero { .. } => quantity(refusal, asked, words),
        // Named one by one: a new refusal must be given a code before this compiles.
        Refusal::FacilityClosed
        | Refusal::Untracked
        | Refusal::WrongDirection { .. }
        | Refusal::ReasonNotSelectable { .. }
        | Refusal::NoteMissing { .. }
        | Refusal::TooLong { .. }
        | Refusal::InTheFuture
        | Refusal::BeforeOpening
        | Refusal::NotReversible { .. }
        | Refusal::NotAFact { .. }
        | Refusal::UnknownOrderLine(_)
        | Refusal::Lines { .. } => content(refusal, asked, words),
    }
}

fn conflict(refusal: &Refusal, asked: &Asked<'_>, words: String) -> Problem {
    match refusal {
        Refusal::AlreadyDecided(request) => already_decided(asked, words, request),
        Refusal::AlreadyReversed { by } => asked
            .problem((CONFLICT, "already-reversed", "This was undone before"), words, ("", ""))
            .with("reversed_by", by.to_string()),
        Refusal::OrderClosed(status) => asked
            .problem((CONFLICT, "order-closed", "The order is closed"), words, ("", ""))
            .with("order_status", status.code()),
        Refusal::FollowsShop => {
            let what = (CONFLICT, "follows-shop", "The order follows its shop");
            asked.problem(what, words, ("", ""))
        }
        Refusal::CountStatus(CountStatus::Closed) => {
            asked.problem((CONFLICT, "count-closed", "The count is closed"), words, ("", ""))
        }
        Refusal::CountStatus(status) => asked
            .problem((CONFLICT, "count-status", "That can't be done now"), words, ("", ""))
            .with("count_status", status.code()),
        Refusal::CountChanged => {
            let what = (CONFLICT, "count-changed", "The count has changed");
            asked.problem(what, words, ("", ""))
        }
        Refusal::CountedTwice(_) => {
            let what = (CONFLICT, "counted-twice", "This was counted before");
            asked.problem(what, words, ("at", "give the time at which it was counted"))
        }
        _ => {
            let what = (CONFLICT, "id-reused", "The id was used before with other content");
            asked.problem(what, words, ("id", "make a new id for a new thing"))
        }
    }
}

fn already_decided(asked: &Asked<'_>, words: String, request: &Request) -> Problem {
    let what = (CONFLICT, "already-decided", "Somebody was faster");
    let at = request.decided_at.and_then(|at| serde_json::to_value(ApiTime(at)).ok());
    asked
        .problem(what, words, ("", ""))
        .with("request_status", request.status.code())
        .with("decided_by", request.decided_by.map(|id| id.to_string()))
        .with("decided_at", at)
}

fn quantity(refusal: &Refusal, asked: &Asked<'_>, words: String) -> Problem {
    let kind = |code, title| (IMPOSSIBLE, code, title);
    match refusal {
        Refusal::ZeroQuantity => asked.problem(
            kind("zero-quantity", "Nothing would change"),
            words,
            ("quantity", "write how many units, at least 1"),
        ),
        Refusal::NegativeQuantity => asked.problem(
            kind("negative-quantity", "The quantity is negative"),
            words,
            ("quantity", "write how many units, at least 1"),
        ),
        Refusal::OversizedQuantity { max } => asked
            .problem(
                kind("oversized-quantity", "That is too many units"),
                words,
                ("quantity", &format!("at most {max} at a time")),
            )
            .with("max", *max),
        Refusal::NotPromised { open, .. } => asked
            .problem(
                kind("not-promised", "The order line has fewer units open"),
                words,
                ("quantity", &format!("at most {open}")),
            )
            .with("open", *open),
        Refusal::BelowZero { good, asked: units, on_hand } => {
            let place = asked.facility.map_or_else(String::new, |name| format!(" at {name}"));
            let good_units = if *good == 1 { "1 good unit" } else { &format!("{good} good units") };
            let words = format!(
                "The record has {good_units}{place}; {units} can't be taken off. Count this SKU \
                 instead."
            );
            asked
                .problem(
                    kind("below-zero", "The record has fewer units"),
                    words,
                    ("quantity", &format!("at most {} can be taken off", (*good).max(0))),
                )
                .with("on_hand", *on_hand)
                .with("good", *good)
        }
        _ => asked.problem(
            kind("out-of-range", "The record can't hold so many units"),
            words,
            ("quantity", "is far too many"),
        ),
    }
}

fn content(refusal: &Refusal, asked: &Asked<'_>, words: String) -> Problem {
    let (code, title, member) = match refusal {
        Refusal::FacilityClosed => ("facility-closed", "The facility is closed", "facility_id"),
        Refusal::Untracked => ("untracked", "No stock is kept of this SKU", "sku_id"),
        Refusal::WrongDirection { .. } => {
            ("wrong-direction", "The reason goes the other way", "reason")
        }
        Refusal::ReasonNotSelectable { .. } => {
            ("reason-not-selectable", "This reason can't be chosen", "reason")
        }
        Refusal::NoteMissing { .. } => ("note-missing", "A note is needed", "note"),
        Refusal::TooLong { what, .. } => ("too-long", "A text is too long", *what),
        Refusal::InTheFuture => ("in-the-future", "That has not happened yet", "effective_at"),
        Refusal::BeforeOpening => {
            ("before-opening", "The facility was not open yet", "effective_at")
        }
        Refusal::NotReversible { .. } => ("not-reversible", "This can't be undone", ""),
        Refusal::NotAFact { .. } => ("not-a-fact", "This kind can't be recorded", "kind"),
        Refusal::UnknownOrderLine(_) => {
            ("unknown-order-line", "There is no such order line", "order_line_id")
        }
        _ => ("wrong-line-count", "Too few or too many lines", "lines"),
    };
    let problem = asked.problem((IMPOSSIBLE, code, title), words, (member, ""));
    match refusal {
        Refusal::TooLong { max, .. } | Refusal::Lines { max, .. } => problem.with("max", *max),
        Refusal::NotReversible { kind, remedy } => {
            problem.with("kind", *kind).with("remedy", *remedy)
        }
        _ => problem,
    }
}

/// `the id …` as `The id ….`
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}
