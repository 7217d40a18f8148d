//! Variances as rows of a file.

use std::collections::BTreeMap;

use onhand_domain::{FacilityId, Micros, Money};
use onhand_store::stock::{MovementDetail, Site};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// A cell. What people wrote is text and stays text: nothing of it is ever calculated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Text(String),
    Number(i64),
    Amount(Money),
    Empty,
}

/// The columns, named as in the API.
pub(super) const COLUMNS: &[&str] = &[
    "day",
    "recorded_at",
    "effective_at",
    "facility_code",
    "facility_name",
    "sku_code",
    "product_title",
    "sku_title",
    "kind",
    "reason",
    "reason_label",
    "gl_account",
    "from",
    "to",
    "quantity",
    "on_hand_change",
    "available_change",
    "unit_cost",
    "value",
    "on_hand_after",
    "available_after",
    "actor",
    "reported_by",
    "origin",
    "device",
    "note",
    "id",
    "reverses",
    "reversed_by",
    "seq",
    "sku_id",
];

/// A movement as a row. `day` is the date at the facility when it was recorded; `value` has the
/// sign of the change of good units.
pub(super) fn row(detail: MovementDetail, sites: &BTreeMap<FacilityId, Site>) -> Vec<Cell> {
    let movement = detail.movement;
    let site = sites.get(&movement.facility);
    let sku = detail.sku.sku;
    let worth = movement.unit_cost.and_then(|cost| cost.times(movement.good_change()));
    vec![
        site.map_or(Cell::Empty, |site| Cell::Text(site.day(movement.recorded_at))),
        time(movement.recorded_at),
        time(movement.effective_at),
        maybe(site.map(|site| site.code.clone())),
        maybe(site.map(|site| site.name.clone())),
        maybe(sku.code),
        Cell::Text(sku.product_title),
        Cell::Text(sku.title),
        word(movement.kind.code()),
        maybe(movement.reason.clone()),
        maybe(detail.reason_label),
        maybe(detail.gl_account),
        word(movement.from.code()),
        word(movement.to.code()),
        Cell::Number(movement.quantity),
        Cell::Number(movement.on_hand_change()),
        Cell::Number(movement.available_change()),
        movement.unit_cost.map_or(Cell::Empty, Cell::Amount),
        worth.map_or(Cell::Empty, Cell::Amount),
        Cell::Number(movement.after.on_hand()),
        Cell::Number(movement.after.available),
        Cell::Text(detail.actor.name),
        maybe(detail.reported_by.map(|actor| actor.name)),
        word(movement.origin.code()),
        maybe(movement.device),
        maybe(movement.note),
        Cell::Text(movement.id.to_string()),
        maybe(movement.reverses.map(|id| id.to_string())),
        maybe(detail.reversed_by.map(|id| id.to_string())),
        Cell::Number(movement.seq),
        Cell::Text(movement.sku.to_string()),
    ]
}

fn word(code: &str) -> Cell {
    Cell::Text(code.to_owned())
}

fn maybe(text: Option<String>) -> Cell {
    text.map_or(Cell::Empty, Cell::Text)
}

fn time(at: Micros) -> Cell {
    at.to_timestamp().map_or(Cell::Empty, |at| Cell::Text(at.to_string()))
}

/// A text that no spreadsheet takes for a formula: a quote before what one could begin with.
/// (OWASP ASVS 5.0, 1.2.10.)
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0']) {
        format!("'{text}")
    } else {
        text
    }
}

/// Rows as CSV (RFC 4180), after the columns' names where `first`.
pub(super) fn csv(first: bool, rows: Vec<Vec<Cell>>) -> Result<Vec<u8>, csv::Error> {
    csv_of(if first { COLUMNS } else { &[] }, rows)
}

/// Rows as CSV, after the names of the columns where there are any.
pub(crate) fn csv_of(columns: &[&str], rows: Vec<Vec<Cell>>) -> Result<Vec<u8>, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if !columns.is_empty() {
        writer.write_record(columns)?;
    }
    for row in rows {
        writer.write_record(row.into_iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Number(n) => n.to_string(),
            Cell::Amount(amount) => amount.to_string(),
            Cell::Empty => String::new(),
        }))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Writes one row of a sheet; numbers as numbers.
pub(crate) fn write_row(
    sheet: &mut Worksheet,
    n: u32,
    row: impl IntoIterator<Item = Cell>,
) -> Result<(), XlsxError> {
    for (column, cell) in (0_u16..).zip(row) {
        match cell {
            Cell::Text(text) => sheet.write_string(n, column, harmless(text))?,
            Cell::Number(number) => sheet.write_number(n, column, number_of(number))?,
            Cell::Amount(amount) => sheet.write_number(n, column, amount_of(amount))?,
            Cell::Empty => continue,
        };
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a spreadsheet knows no other numbers")]
const fn number_of(number: i64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "a spreadsheet knows no other numbers")]
fn amount_of(amount: Money) -> f64 {
    amount.0 as f64 / Money::SCALE as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for bad in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx"] {
            assert_eq!(harmless(bad.to_owned()), format!("'{bad}"));
        }
        assert_eq!(harmless("10 / black".to_owned()), "10 / black");
    }

    #[test]
    fn csv_keeps_numbers_and_quotes_texts() {
        let row = vec![Cell::Number(-1), Cell::Text("=a,\"b\"".to_owned()), Cell::Empty];
        let bytes = csv(false, vec![row]).expect("written");
        assert_eq!(String::from_utf8(bytes).expect("text"), "-1,\"'=a,\"\"b\"\"\",\r\n");
    }
}
