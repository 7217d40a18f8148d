//! Decides what a batch of commands does to the ledger.
//!
//! `plan(view, commands) -> (outcomes, effects)` is the one place where stock is decided. The
//! store loads the view under locks, hands the effects to the database and commits; nobody else
//! writes a movement. The same function runs on SQLite, on PostgreSQL, for previews (whose
//! effects are thrown away) and in simulations.
//!
//! - [`command`] is what may be asked, [`needs`] what must be looked up for it, [`view`] what is
//!   known, [`outcome`] what follows.
//! - `desk` posts a movement: sequence, level, chain, late corrections.
//! - One file per kind of command holds its rules.

pub mod command;
mod count;
mod desk;
mod follow;
pub mod needs;
mod order;
pub mod outcome;
mod overlay;
mod record;
mod reverse;
#[cfg(test)]
mod tests;
mod undo_count;
mod variance;
pub mod view;

pub use reverse::check_kind as check_reversible;
pub use variance::{beyond, value_of};

use command::{Body, Command};
use desk::Desk;
use outcome::{Effects, Outcome, Refusal};
use view::View;

use crate::time::Micros;

/// Most units of one movement. A number beyond it is a slip of the finger or a barcode that was
/// scanned into the quantity.
pub const QUANTITY_MAX: i64 = 1_000_000;
/// Most characters of a note.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Most characters of a device's name, an order's name or a foreign key.
pub const NAME_CHARS_MAX: usize = 200;
/// Most lines of a document that is posted as a whole: a count of a large store.
pub const DOCUMENT_LINES_MAX: usize = 50_000;
/// How far a client's clock may run ahead before its time counts as "in the future".
pub const CLOCK_SKEW_MAX_MICROS: i64 = 2 * 60 * Micros::SECOND;

/// Decides the commands one after the other, each seeing what those before it did.
///
/// The outcomes stand in the order of the commands. The effects are those of all that were not
/// refused.
pub fn plan(view: &View, commands: &[Command]) -> (Vec<Outcome>, Effects) {
    let mut desk = Desk::new(view);
    let outcomes = commands
        .iter()
        .map(|command| match decide(&mut desk, command) {
            Ok(outcome) => {
                desk.keep();
                outcome
            }
            Err(refusal) => {
                desk.take_back();
                Outcome::Refused(refusal)
            }
        })
        .collect();
    (outcomes, desk.into_effects())
}

fn decide(desk: &mut Desk<'_>, command: &Command) -> Result<Outcome, Refusal> {
    let authority = &command.authority;
    match &command.body {
        Body::Variance(variance) => variance::report(desk, authority, variance),
        Body::Approve(verdict) => variance::approve(desk, authority, verdict),
        Body::Decline(verdict) => variance::decline(desk, authority, verdict),
        Body::Reverse(reverse) => reverse::reverse(desk, authority, reverse),
        Body::Record(facts) => record::record(desk, authority, facts),
        Body::PlaceOrder(draft) => order::place(desk, authority, draft),
        Body::CancelOrder(id) => order::cancel(desk, authority, *id),
        Body::FulfillOrder(fulfill) => order::fulfill(desk, authority, fulfill),
        Body::FollowOrder(order) => follow::follow(desk, authority, order),
        Body::Count(count) => count::apply(desk, authority, count),
        Body::UndoCount(undo) => undo_count::undo(desk, authority, undo),
    }
}

/// A text is no longer than it may be.
fn within(what: &'static str, text: Option<&str>, max: usize) -> Result<(), Refusal> {
    match text {
        Some(text) if text.chars().count() > max => Err(Refusal::TooLong { what, max }),
        _ => Ok(()),
    }
}

/// A document has lines, and not too many.
const fn lines_within(lines: usize) -> Result<(), Refusal> {
    if lines == 0 || lines > DOCUMENT_LINES_MAX {
        return Err(Refusal::Lines { lines, max: DOCUMENT_LINES_MAX });
    }
    Ok(())
}
