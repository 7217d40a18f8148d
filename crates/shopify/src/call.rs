//! The frozen text of one mutation: made once, stored, then sent byte for byte however often.
//!
//! The key stands inside, so that text and key can't come apart. What the shop would refuse for
//! its form is refused here, before anything is stored.

pub use onhand_domain::channel::LINES_MAX;
use serde::Serialize;
use uuid::Uuid;

use crate::documents::{self, Document};

/// The furthest from zero that a quantity may come by an adjustment.
pub const ADJUST_MAX: i64 = 2_000_000_000;
/// The furthest from zero that a quantity may be set to.
pub const SET_MAX: i64 = 1_000_000_000;

/// The state that can be sold; the only one without a ledger document.
pub const AVAILABLE: &str = "available";
/// The sum of all states at a place; can be set, neither adjusted nor moved.
pub const ON_HAND: &str = "on_hand";
/// What orders have promised; the shop's own.
pub const COMMITTED: &str = "committed";

/// Why a call can't be made. Each is a fault of ours.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CallError {
    /// No lines, or more than [`LINES_MAX`].
    #[error("a call takes 1 to {LINES_MAX} lines, not {0}")]
    Lines(usize),
    /// A quantity that the shop can't hold, or a change of nothing.
    #[error("line {index}: {quantity} is no quantity that a shop takes here")]
    Quantity {
        /// The line.
        index: usize,
        /// What it says.
        quantity: i64,
    },
    /// This kind of call can't touch that state.
    #[error("the state {0} can't be changed so")]
    Name(String),
    /// Sellable units name no ledger document, and all others must.
    #[error("line {index}: sellable units name no document, and others have to")]
    Document {
        /// The line.
        index: usize,
    },
    /// Two lines name the same item and location.
    #[error("line {index} names the same item and location as another")]
    Twice {
        /// The later of the two.
        index: usize,
    },
}

/// What is the same for all lines of a call.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// The idempotency key.
    pub key: Uuid,
    /// The shop's word for why; one of its own list.
    pub reason: &'a str,
    /// The document that says why, as a URI.
    pub reference: &'a str,
}

/// A line of [`adjust`].
#[derive(Clone, Copy, Debug)]
pub struct AdjustLine<'a> {
    /// The inventory item's global id.
    pub item: &'a str,
    /// The location's global id.
    pub location: &'a str,
    /// How many more, or less.
    pub delta: i64,
    /// What the shop must have for the call to be applied; `None`: whatever it has.
    pub compare: Option<i64>,
    /// The document that holds the units, for every state but `available`. The shop takes one
    /// document for all lines of a call.
    pub document: Option<&'a str>,
}

/// A line of [`set`].
#[derive(Clone, Copy, Debug)]
pub struct SetLine<'a> {
    /// The inventory item's global id.
    pub item: &'a str,
    /// The location's global id.
    pub location: &'a str,
    /// How many there are to be.
    pub quantity: i64,
    /// What the shop must have for the call to be applied; `None`: whatever it has.
    pub compare: Option<i64>,
}

/// A line of [`shift`].
#[derive(Clone, Copy, Debug)]
pub struct MoveLine<'a> {
    /// The inventory item's global id.
    pub item: &'a str,
    /// The location's global id; units never change it by a move.
    pub location: &'a str,
    /// How many; more than none.
    pub quantity: i64,
    /// The state that they leave.
    pub from: Terminal<'a>,
    /// The state that they come to.
    pub to: Terminal<'a>,
}

/// One end of a move.
#[derive(Clone, Copy, Debug)]
pub struct Terminal<'a> {
    /// The state.
    pub name: &'a str,
    /// The document that holds the units, for every state but `available`.
    pub document: Option<&'a str>,
}

/// Adds to one state, or takes from it: the way for every ordinary change.
pub fn adjust(
    header: Header<'_>,
    name: &str,
    lines: &[AdjustLine<'_>],
) -> Result<String, CallError> {
    if [ON_HAND, COMMITTED].contains(&name) {
        return Err(CallError::Name(name.to_owned()));
    }
    check_lines(lines, |line| (line.item, line.location))?;
    let mut changes = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        check_quantity(index, line.delta, line.delta != 0, ADJUST_MAX)?;
        check_document(index, name, line.document)?;
        changes.push(AdjustChange {
            inventory_item_id: line.item,
            location_id: line.location,
            delta: line.delta,
            change_from_quantity: line.compare,
            ledger_document_uri: line.document,
        });
    }
    let input = AdjustInput {
        name,
        reason: header.reason,
        reference_document_uri: header.reference,
        changes,
    };
    Ok(request(documents::ADJUST, &Keyed { input, key: header.key }))
}

/// Sets one state to a value: only when a shop is first brought in step, and to correct drift.
pub fn set(header: Header<'_>, name: &str, lines: &[SetLine<'_>]) -> Result<String, CallError> {
    if ![AVAILABLE, ON_HAND].contains(&name) {
        return Err(CallError::Name(name.to_owned()));
    }
    check_lines(lines, |line| (line.item, line.location))?;
    let mut quantities = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        check_quantity(index, line.quantity, line.quantity >= 0 || name == AVAILABLE, SET_MAX)?;
        quantities.push(SetQuantity {
            inventory_item_id: line.item,
            location_id: line.location,
            quantity: line.quantity,
            change_from_quantity: line.compare,
        });
    }
    let input = SetInput {
        name,
        reason: header.reason,
        reference_document_uri: header.reference,
        quantities,
    };
    Ok(request(documents::SET, &Keyed { input, key: header.key }))
}

/// Moves units from one state to another at their location.
pub fn shift(header: Header<'_>, lines: &[MoveLine<'_>]) -> Result<String, CallError> {
    check_lines(lines, |line| (line.item, line.location))?;
    let mut changes = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        check_quantity(index, line.quantity, line.quantity > 0, ADJUST_MAX)?;
        for end in [line.from, line.to] {
            if [ON_HAND, COMMITTED].contains(&end.name) || line.from.name == line.to.name {
                return Err(CallError::Name(end.name.to_owned()));
            }
            check_document(index, end.name, end.document)?;
        }
        changes.push(MoveChange {
            inventory_item_id: line.item,
            quantity: line.quantity,
            from: line.from.at(line.location),
            to: line.to.at(line.location),
        });
    }
    let input =
        MoveInput { reason: header.reason, reference_document_uri: header.reference, changes };
    Ok(request(documents::MOVE, &Keyed { input, key: header.key }))
}

/// Makes an inactive level sellable; an active one stays as it is.
pub fn activate(key: Uuid, item: &str, location: &str) -> String {
    request(documents::ACTIVATE, &Activation { item, location, key })
}

/// The body of a request.
pub(crate) fn request(document: Document, variables: &impl Serialize) -> String {
    let request = Request { query: document.text, variables };
    serde_json::to_string(&request).unwrap_or_else(|failure| {
        // Texts, numbers and lists of them always are JSON; the types below are nothing else.
        unreachable!("{}: {failure}", document.name)
    })
}

fn check_lines<T>(lines: &[T], pair: impl Fn(&T) -> (&str, &str)) -> Result<(), CallError> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(CallError::Lines(lines.len()));
    }
    let mut seen = std::collections::HashSet::with_capacity(lines.len());
    match lines.iter().position(|line| !seen.insert(pair(line))) {
        Some(index) => Err(CallError::Twice { index }),
        None => Ok(()),
    }
}

fn check_quantity(index: usize, quantity: i64, holds: bool, max: i64) -> Result<(), CallError> {
    let fits = (-max..=max).contains(&quantity);
    if fits && holds { Ok(()) } else { Err(CallError::Quantity { index, quantity }) }
}

fn check_document(index: usize, name: &str, document: Option<&str>) -> Result<(), CallError> {
    if (name == AVAILABLE) == document.is_none() {
        Ok(())
    } else {
        Err(CallError::Document { index })
    }
}

impl<'a> Terminal<'a> {
    const fn at(self, location: &'a str) -> MoveEnd<'a> {
        MoveEnd {
            location_id: location,
            name: self.name,
            change_from_quantity: None,
            ledger_document_uri: self.document,
        }
    }
}

#[derive(Serialize)]
struct Request<'a, V> {
    query: &'static str,
    variables: &'a V,
}

#[derive(Serialize)]
struct Keyed<I> {
    input: I,
    key: Uuid,
}

#[derive(Serialize)]
struct Activation<'a> {
    item: &'a str,
    location: &'a str,
    key: Uuid,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AdjustInput<'a> {
    name: &'a str,
    reason: &'a str,
    reference_document_uri: &'a str,
    changes: Vec<AdjustChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AdjustChange<'a> {
    inventory_item_id: &'a str,
    location_id: &'a str,
    delta: i64,
    /// Written even when there is nothing to compare: the shop refuses a line without this key.
    change_from_quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger_document_uri: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SetInput<'a> {
    name: &'a str,
    reason: &'a str,
    reference_document_uri: &'a str,
    quantities: Vec<SetQuantity<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SetQuantity<'a> {
    inventory_item_id: &'a str,
    location_id: &'a str,
    quantity: i64,
    /// Always written; see [`AdjustChange`].
    change_from_quantity: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MoveInput<'a> {
    reason: &'a str,
    reference_document_uri: &'a str,
    changes: Vec<MoveChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MoveChange<'a> {
    inventory_item_id: &'a str,
    quantity: i64,
    from: MoveEnd<'a>,
    to: MoveEnd<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MoveEnd<'a> {
    location_id: &'a str,
    name: &'a str,
    /// Always written; see [`AdjustChange`].
    change_from_quantity: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger_document_uri: Option<&'a str>,
}

#[cfg(test)]
mod tests;
