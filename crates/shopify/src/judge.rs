//! What a reply to a frozen call means: the handling table, complete and without I/O.
//!
//! A call is one text with one idempotency key. It was applied whole, or not at all, or nobody
//! knows; only what is *known* not to have been applied may ever go out under another key.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::code::{Code, Row, Stop};
use crate::reply::{Answer, Body, Cost, Graph, RETRY_AFTER_MAX, Reply, TopError};

/// What is to be done with a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Applied, now or by an earlier try with the same key.
    Confirmed {
        /// The shop's id of the adjustment group.
        adjustment: String,
    },
    /// Accepted without any effect: the shop had it so already.
    NoOp,
    /// The same text with the same key, later; the outcome may be unknown.
    Again {
        /// How long the shop asks to wait; without it, see [`backoff`].
        wait: Option<Duration>,
        /// Why.
        code: Code,
        /// Why, for a person.
        problem: String,
    },
    /// Known not to have been applied: the same content under a new key.
    FreshKey {
        /// Why.
        code: Code,
        /// Why, for a person.
        problem: String,
    },
    /// Known not to have been applied, because of these lines. The others go out under a new key.
    BadLines {
        /// The lines, by index, each once.
        lines: Vec<BadLine>,
    },
    /// Known not to have been applied, because the shop's quantity was another one than these
    /// lines compare with: read, reckon again, new key.
    Stale {
        /// The lines' indexes in order; all of them if the shop names none.
        lines: Vec<usize>,
    },
    /// Known not to have been applied, and no line is named: each half under a key of its own.
    Halve {
        /// Why.
        code: Code,
        /// Why, for a person.
        problem: String,
    },
    /// Nothing more is sent of this call until a person decides. Whether it was applied is unknown
    /// where the code doesn't say.
    Park {
        /// Why.
        code: Code,
        /// Why, for a person.
        problem: String,
    },
    /// Nothing more is sent to this shop until a person acts. The call keeps its key.
    Stop {
        /// Why.
        reason: Stop,
        /// Why, for a person.
        problem: String,
    },
}

/// A line that the shop refuses.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadLine {
    /// Its index in the call.
    pub index: usize,
    /// The shop's code.
    pub code: Code,
    /// The shop's words.
    pub message: String,
}

/// The first wait of [`backoff`].
pub const BACKOFF_FIRST: Duration = Duration::from_millis(500);
/// The longest wait of [`backoff`].
pub const BACKOFF_MAX: Duration = Duration::from_mins(2);

/// How long to wait after so many tries: doubling, at most [`BACKOFF_MAX`], of which the upper half
/// is spread by `random` (0 to 1), lest all calls of a shop that was away come back at once.
pub fn backoff(tries: u32, random: f64) -> Duration {
    let doubled = BACKOFF_FIRST.saturating_mul(1 << tries.saturating_sub(1).min(20));
    let whole = doubled.min(BACKOFF_MAX);
    whole.div_f64(2.0) + whole.div_f64(2.0).mul_f64(random.clamp(0.0, 1.0))
}

/// What a reply means for a call of so many lines.
pub fn judge(reply: &Reply, lines: usize) -> Verdict {
    match reply {
        Reply::NotSent { problem } => again(Code::NotReached, problem.clone()),
        Reply::Unknown { problem } => again(Code::NoAnswer, problem.clone()),
        Reply::NoToken { problem } => {
            Verdict::Stop { reason: Stop::Reconnect, problem: problem.clone() }
        }
        Reply::Answered(answer) => judge_answer(answer, lines.max(1)),
    }
}

const fn again(code: Code, problem: String) -> Verdict {
    Verdict::Again { wait: None, code, problem }
}

fn judge_answer(answer: &Answer, lines: usize) -> Verdict {
    if !(200..300).contains(&answer.status) {
        return judge_status(answer, lines);
    }
    match &answer.body {
        Body::Graph(graph) => judge_graph(graph, answer.retry_after, lines),
        Body::Other(text) => again(Code::BadAnswer, text.clone()),
    }
}

fn judge_status(answer: &Answer, lines: usize) -> Verdict {
    let code = Code::Http(answer.status);
    let problem = match &answer.body {
        Body::Graph(graph) => graph.errors.first().map_or_else(String::new, message_of),
        Body::Other(text) => text.clone(),
    };
    let wait = answer.retry_after;
    by_row(code.row(), Refusal { code, problem, wait, lines })
}

fn message_of(error: &TopError) -> String {
    error.message.clone()
}

/// The data come first: an error beside them may be about a part that wasn't essential, while the
/// mutation itself was done.
fn judge_graph(graph: &Graph, retry_after: Option<Duration>, lines: usize) -> Verdict {
    let payload = graph.data.as_ref().and_then(|data| data.values().find_map(Value::as_object));
    if let Some(payload) = payload {
        let user_errors = user_errors_of(payload);
        let adjustment = payload.get("inventoryAdjustmentGroup");
        let id = adjustment.and_then(|group| group["id"].as_str());
        match (id, user_errors.is_empty()) {
            (Some(id), true) => return Verdict::Confirmed { adjustment: id.to_owned() },
            (Some(_), false) => {
                let first = user_errors.into_iter().next();
                let (code, message) =
                    first.map_or((Code::None, String::new()), |e| (e.code, e.message));
                let problem = format!("applied and refused at once: {message}");
                return Verdict::Park { code, problem };
            }
            (None, false) => return judge_user_errors(&user_errors, lines),
            // A null without any error is the shop's way to say that nothing had to be done.
            (None, true) if graph.errors.is_empty() && adjustment.is_some() => {
                return Verdict::NoOp;
            }
            (None, true) => {}
        }
    }
    let Some(error) = gravest(&graph.errors) else {
        return again(Code::BadAnswer, "neither data nor errors".to_owned());
    };
    let wait = retry_after.or_else(|| graph.cost.and_then(throttled_wait));
    let (code, problem) = (error.code.clone(), error.message.clone());
    by_row(code.row(), Refusal { code, problem, wait, lines })
}

/// Of several errors the one that says most about what must not be done.
fn gravest(errors: &[TopError]) -> Option<&TopError> {
    errors.iter().min_by_key(|error| match error.code.row() {
        Some(Row::Stop(_)) => 0,
        None | Some(Row::Park) => 1,
        Some(Row::Again) => 2,
        Some(_) => 3,
    })
}

/// Until the bucket holds what the request costs.
fn throttled_wait(cost: Cost) -> Option<Duration> {
    let bucket = cost.throttle?;
    let missing = (cost.requested - bucket.available).max(0.0);
    let wait = Duration::try_from_secs_f64(missing / bucket.restore_rate).ok()?;
    Some(wait.min(RETRY_AFTER_MAX))
}

/// A refusal of the whole call.
struct Refusal {
    code: Code,
    problem: String,
    wait: Option<Duration>,
    lines: usize,
}

fn by_row(row: Option<Row>, refusal: Refusal) -> Verdict {
    let Refusal { code, problem, wait, lines } = refusal;
    match row {
        Some(Row::Again) => Verdict::Again { wait, code, problem },
        Some(Row::FreshKey) => Verdict::FreshKey { code, problem },
        Some(Row::Stop(reason)) => Verdict::Stop { reason, problem },
        Some(Row::Line) if lines == 1 => {
            Verdict::BadLines { lines: vec![BadLine { index: 0, code, message: problem }] }
        }
        Some(Row::Stale) => Verdict::Stale { lines: (0..lines).collect() },
        Some(Row::Line | Row::Halve) if lines > 1 => Verdict::Halve { code, problem },
        None | Some(Row::Park | Row::Line | Row::Halve) => Verdict::Park { code, problem },
    }
}

struct UserError {
    code: Code,
    message: String,
    index: Option<usize>,
}

fn user_errors_of(payload: &Map<String, Value>) -> Vec<UserError> {
    let errors = payload.get("userErrors").and_then(Value::as_array);
    errors
        .into_iter()
        .flatten()
        .map(|error| UserError {
            code: Code::parse(error["code"].as_str().unwrap_or_default()),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            index: error["field"].as_array().and_then(|field| index_of(field)),
        })
        .collect()
}

/// The line that a path such as `["input", "changes", "0", "locationId"]` names.
fn index_of(field: &[Value]) -> Option<usize> {
    field.iter().find_map(|part| match part {
        Value::String(text) => text.parse().ok(),
        number => usize::try_from(number.as_u64()?).ok(),
    })
}

/// Several errors may come together. What leaves the outcome open counts before what would change
/// the call, and what condemns the whole call before what condemns a line.
fn judge_user_errors(errors: &[UserError], lines: usize) -> Verdict {
    let rank = |error: &UserError| match (error.code.row(), error.line(lines)) {
        (Some(Row::Stop(_)), _) => 0,
        (Some(Row::Park), _) => 1,
        (Some(Row::Again), _) => 2,
        (Some(Row::FreshKey), _) => 3,
        // A code that nobody knows: at a line it is the line's, else a person's.
        (None, None) if error.code != Code::None => 4,
        (_, Some(_)) => 5,
        (_, None) => 6,
    };
    let Some(first) = errors.iter().min_by_key(|error| rank(error)) else {
        return Verdict::NoOp;
    };
    if rank(first) == 5 {
        return judge_lines(errors, lines);
    }
    let row = match &first.code {
        // Without a code and a line: halving finds the line, if it is one.
        Code::None => Some(Row::Line),
        code => code.row(),
    };
    let (code, problem) = (first.code.clone(), first.message.clone());
    by_row(row, Refusal { code, problem, wait: None, lines })
}

impl UserError {
    /// The line it names, if the call has such a line.
    fn line(&self, lines: usize) -> Option<usize> {
        self.index.filter(|index| *index < lines)
    }
}

/// Bad lines are taken out first; stale ones among the rest will be found again.
fn judge_lines(errors: &[UserError], lines: usize) -> Verdict {
    let mut bad: Vec<BadLine> = Vec::new();
    let mut stale: Vec<usize> = Vec::new();
    for error in errors {
        let Some(index) = error.line(lines) else { continue };
        if error.code.row() == Some(Row::Stale) {
            stale.push(index);
        } else if bad.iter().all(|line| line.index != index) {
            let (code, message) = (error.code.clone(), error.message.clone());
            bad.push(BadLine { index, code, message });
        }
    }
    if bad.is_empty() {
        stale.sort_unstable();
        stale.dedup();
        return Verdict::Stale { lines: stale };
    }
    bad.sort_by_key(|line| line.index);
    Verdict::BadLines { lines: bad }
}

#[cfg(test)]
mod tests;
