//! The rows of an inventory export: how many units of a SKU are where.

use std::{collections::HashMap, io::Read};

use crate::{
    FileError, RowError,
    columns::{Column, Columns},
    records::{Record, Records},
    row::{Digest, Fields, digest, header, variant_key},
    value,
};

/// What Shopify writes where a location doesn't carry a SKU.
const NOT_STOCKED: &str = "not stocked";

/// A quantity at a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The location, as the file names it.
    pub location: String,
    /// Units available there.
    pub quantity: i64,
}

/// A row: what a file says of one SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockRow {
    /// The line of the file in which it starts.
    pub line: u64,
    /// The product's handle.
    pub handle: String,
    /// The variant's option values as one text.
    pub key: String,
    /// The options for people to read.
    pub title: String,
    /// How many are where.
    pub cells: Vec<Cell>,
}

/// What came out of the file next.
pub enum StockStep {
    /// A row.
    Row(StockRow),
    /// A record with what is wrong with it.
    Refused(Vec<RowError>),
    /// The end of the file.
    End,
}

/// How the file says where: in a column, or by one column for each location.
enum Layout {
    Long { quantity: Column },
    Wide { locations: Vec<usize> },
}

/// Reads the rows of an inventory export.
pub struct StockRows<R> {
    records: Records<R>,
    columns: Columns,
    layout: Layout,
    /// The line in which each SKU and location stood first.
    seen: HashMap<Digest, u64>,
    rows_read: u64,
}

impl<R: Read> StockRows<R> {
    /// Reads the header, and refuses what is no inventory export.
    pub fn open(file: R) -> Result<Self, FileError> {
        let mut records = Records::open(file)?;
        let columns = header(&mut records)?;
        if columns.has(Column::Price) || columns.has(Column::Quantity) {
            return Err(FileError::OtherExport(
                "this is Shopify's product export: import it as catalogue",
            ));
        }
        columns.require(&[(Column::Handle, "Handle")])?;
        let layout = layout(&columns)?;
        Ok(Self { records, columns, layout, seen: HashMap::new(), rows_read: 0 })
    }

    /// Records read so far, the header not counted.
    pub fn rows_read(&self) -> u64 {
        self.rows_read
    }

    /// The next row or refusal; the end once there is nothing left.
    pub fn next_row(&mut self) -> Result<StockStep, FileError> {
        let Some(record) = self.records.next()? else { return Ok(StockStep::End) };
        self.rows_read += 1;
        match read(&self.columns, &self.layout, record) {
            Ok(row) => Ok(first_of_its_kind(&mut self.seen, row)),
            Err(errors) => Ok(StockStep::Refused(errors)),
        }
    }
}

fn layout(columns: &Columns) -> Result<Layout, FileError> {
    if columns.has(Column::Location) {
        // What can be promised is what the catalogue's export calls quantity, too. On hand holds
        // what waits for orders that the ledger does not know yet.
        let quantity =
            if columns.has(Column::Available) { Column::Available } else { Column::OnHand };
        columns.require(&[(quantity, "Available")])?;
        return Ok(Layout::Long { quantity });
    }
    let named = |index: &usize| !columns.name(*index).is_empty();
    let locations: Vec<usize> = columns.unknown().iter().copied().filter(named).collect();
    if locations.is_empty() {
        columns.require(&[(Column::Location, "Location"), (Column::Available, "Available")])?;
    }
    let mut seen = HashMap::new();
    for index in &locations {
        let second = columns.name(*index).to_owned();
        if let Some(first) = seen.insert(second.to_lowercase(), second.clone()) {
            return Err(FileError::ColumnTwice { first, second });
        }
    }
    Ok(Layout::Wide { locations })
}

fn read(columns: &Columns, layout: &Layout, record: &Record) -> Result<StockRow, Vec<RowError>> {
    let mut fields = Fields::of(columns, record).map_err(|error| vec![error])?;
    let handle = fields.handle();
    let options = fields.options();
    let mut cells = Vec::new();
    match layout {
        Layout::Long { quantity } => {
            let location = fields.raw(Column::Location).to_owned();
            if location.is_empty() {
                let fault = ("is empty".to_owned(), "write the location's name into every row");
                fields.fault(Column::Location, "", fault);
            }
            let index = columns.index(*quantity).unwrap_or(usize::MAX);
            cells.extend(cell(&mut fields, index, location));
        }
        Layout::Wide { locations } => {
            for index in locations {
                let location = columns.name(*index).to_owned();
                cells.extend(cell(&mut fields, *index, location));
            }
        }
    }
    if !fields.errors.is_empty() {
        return Err(fields.errors);
    }
    let title = options.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" / ");
    Ok(StockRow { line: record.line, handle, key: variant_key(&options), title, cells })
}

fn cell(fields: &mut Fields<'_>, index: usize, location: String) -> Option<Cell> {
    let text = fields.raw_at(index);
    if text.eq_ignore_ascii_case(NOT_STOCKED) {
        return None;
    }
    match value::quantity(text) {
        Ok(quantity) => quantity.map(|quantity| Cell { location, quantity }),
        Err((problem, remedy)) => {
            let name = fields.columns.name(index);
            let error = RowError::value(fields.record.line, name, text, problem, remedy);
            fields.errors.push(error);
            None
        }
    }
}

/// Refuses a SKU and location that the file had before.
fn first_of_its_kind(seen: &mut HashMap<Digest, u64>, row: StockRow) -> StockStep {
    let mut errors = Vec::new();
    for cell in &row.cells {
        let key = format!("{}\u{1e}{}", row.key, cell.location.to_lowercase());
        let first = *seen.entry(digest(&row.handle, Some(&key))).or_insert(row.line);
        if first != row.line {
            errors.push(RowError::value(
                row.line,
                "Location",
                &cell.location,
                format!("the quantity of {} there stands in line {first} already", row.handle),
                "remove one of the two rows",
            ));
        }
    }
    if errors.is_empty() { StockStep::Row(row) } else { StockStep::Refused(errors) }
}
