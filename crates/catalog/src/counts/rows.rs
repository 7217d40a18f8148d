//! The rows of a sheet of counts.

use std::io::Read;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, time},
    tz::TimeZone,
};
use onhand_domain::{Micros, count::CountKind, identifier::is_rounded};

use crate::{
    FileError, RowError,
    records::{Record, Records},
};

const HEADER: &str = "the file is no sheet of counts: its first line must hold the column names \
                      count, sku (or barcode), facility, area, start, due, kind";

/// A moment as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// With its offset from UTC.
    Exact(Timestamp),
    /// On the clock of the facility.
    Local(DateTime),
    /// A day of the facility: from its beginning, to its end.
    Day(Date),
}

impl When {
    fn read(text: &str) -> Option<Self> {
        if let Ok(at) = text.parse() {
            return Some(Self::Exact(at));
        }
        // A date is a date-time as well, at midnight: asked for first.
        if !text.contains(':') {
            return text.parse().ok().map(Self::Day);
        }
        text.parse().ok().map(Self::Local)
    }

    /// The moment at a facility; a day ends at its last second where it is an end.
    pub(super) fn at(self, zone: &TimeZone, is_end: bool) -> Option<Micros> {
        let local = match self {
            Self::Exact(at) => return Some(at.into()),
            Self::Local(local) => local,
            Self::Day(date) if is_end => date.to_datetime(time(23, 59, 59, 0)),
            Self::Day(date) => date.to_datetime(time(0, 0, 0, 0)),
        };
        local.to_zoned(zone.clone()).ok().map(|at| at.timestamp().into())
    }
}

/// A row: one SKU of a count, or a count of an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CountRow {
    /// The line of the file in which it starts.
    pub(super) line: u64,
    /// What the count is called.
    pub(super) count: String,
    /// The SKU code or barcode.
    pub(super) code: Option<String>,
    /// The facility's code.
    pub(super) facility: Option<String>,
    /// Which part of the facility.
    pub(super) area: Option<String>,
    /// Planned start.
    pub(super) start: Option<When>,
    /// When it should be done.
    pub(super) due: Option<When>,
    /// What it covers.
    pub(super) kind: Option<CountKind>,
}

/// The columns, each under the names that people give it.
const NAMES: [(&str, &[&str]); 8] = [
    ("count", &["count", "count name", "name"]),
    ("sku", &["sku", "sku code", "sku or barcode", "code"]),
    ("barcode", &["barcode", "gtin", "ean", "upc"]),
    ("facility", &["facility", "facility code", "store"]),
    ("area", &["area"]),
    ("start", &["start", "start_at", "planned start"]),
    ("due", &["due", "due_at", "due date"]),
    ("kind", &["kind", "type"]),
];

/// Where each column stands, in the order of [`NAMES`], and what it is called here.
struct Columns {
    at: [Option<usize>; NAMES.len()],
    names: Vec<String>,
}

impl Columns {
    fn read(record: &Record) -> Result<Self, FileError> {
        let names: Vec<String> = (0..record.len())
            .map(|i| String::from_utf8_lossy(record.get(i)).trim().to_owned())
            .collect();
        let mut at = [None; NAMES.len()];
        for (slot, (_, known)) in at.iter_mut().zip(NAMES) {
            let means = |name: &String| known.contains(&name.to_lowercase().as_str());
            let mut found = names.iter().enumerate().filter(|(_, name)| means(name));
            *slot = found.next().map(|(index, _)| index);
            if let (Some(first), Some((_, second))) = (*slot, found.next()) {
                let first = names.get(first).cloned().unwrap_or_default();
                return Err(FileError::ColumnTwice { first, second: second.clone() });
            }
        }
        // The first of them is the name of the count.
        if at.first().is_none_or(Option::is_none) {
            return Err(FileError::OtherExport(HEADER));
        }
        Ok(Self { at, names })
    }
}

/// Reads one record's fields, and collects what is wrong with them.
struct Fields<'a> {
    columns: &'a Columns,
    record: &'a Record,
    errors: Vec<RowError>,
}

impl Fields<'_> {
    fn text(&mut self, column: &str) -> Option<String> {
        let slot = NAMES.iter().position(|(name, _)| *name == column)?;
        let index = self.columns.at.get(slot).copied().flatten()?;
        let bytes = self.record.get(index);
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        }
        let shown = String::from_utf8_lossy(bytes).into_owned();
        self.fault(column, &shown, "is not UTF-8 text", "save the file as \"CSV UTF-8\"");
        None
    }

    fn fault(&mut self, column: &str, value: &str, problem: &str, remedy: &str) {
        let slot = NAMES.iter().position(|(name, _)| *name == column);
        let index = slot.and_then(|slot| self.columns.at.get(slot).copied().flatten());
        let name = index.and_then(|index| self.columns.names.get(index));
        let name = name.map_or(column, String::as_str);
        self.errors.push(RowError::value(self.record.line, name, value, problem, remedy));
    }

    fn when(&mut self, column: &str) -> Option<When> {
        let text = self.text(column)?;
        let when = When::read(&text);
        if when.is_none() {
            let remedy = "write 2026-03-01, 2026-03-01 09:00 or 2026-03-01T09:00:00Z";
            self.fault(column, &text, "is no time", remedy);
        }
        when
    }

    fn kind(&mut self) -> Option<CountKind> {
        let text = self.text("kind")?;
        let kind = CountKind::from_code(&text.to_lowercase());
        if kind.is_none() {
            self.fault("kind", &text, "is no kind", "write directed, area or spot");
        }
        kind
    }

    /// The barcode, or else the SKU code: of two names for one thing the more exact one.
    fn code(&mut self) -> Option<String> {
        let (barcode, sku) = (self.text("barcode"), self.text("sku"));
        let code = barcode.or(sku)?;
        if is_rounded(&code) {
            let remedy = "format the column as text before saving the file";
            self.fault("barcode", &code, "is a number that a spreadsheet has rounded", remedy);
        }
        Some(code)
    }
}

/// Reads the rows of a sheet of counts.
pub(super) struct CountRows<R> {
    records: Records<R>,
    columns: Columns,
}

impl<R: Read> CountRows<R> {
    /// Reads the header, and refuses what is no sheet of counts.
    pub(super) fn open(file: R) -> Result<Self, FileError> {
        let mut records = Records::open(file)?;
        let Some(record) = records.next()? else { return Err(FileError::Empty) };
        let columns = Columns::read(record)?;
        Ok(Self { records, columns })
    }

    /// The next row, or what is wrong with it; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Result<CountRow, Vec<RowError>>>, FileError> {
        let Some(record) = self.records.next()? else { return Ok(None) };
        Ok(Some(read(&self.columns, record)))
    }
}

fn read(columns: &Columns, record: &Record) -> Result<CountRow, Vec<RowError>> {
    let (len, wanted) = (record.len(), columns.names.len());
    if len < wanted || (wanted..len).any(|i| !record.get(i).is_empty()) {
        let problem = format!("the row has {len} fields where the first line has {wanted} columns");
        let remedy = "look for a comma or a quote that is missing or too many";
        return Err(vec![RowError::row(record.line, problem, remedy)]);
    }
    let mut fields = Fields { columns, record, errors: Vec::new() };
    let count = fields.text("count").unwrap_or_default();
    if count.is_empty() && fields.errors.is_empty() {
        fields.fault("count", "", "is empty", "write the count's name into every row");
    }
    let row = CountRow {
        line: record.line,
        count,
        code: fields.code(),
        facility: fields.text("facility"),
        area: fields.text("area"),
        start: fields.when("start"),
        due: fields.when("due"),
        kind: fields.kind(),
    };
    if fields.errors.is_empty() { Ok(row) } else { Err(fields.errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Micros> {
        text.parse::<Timestamp>().ok().map(Into::into)
    }

    #[test]
    fn times_are_the_facilitys_unless_they_say_otherwise() {
        let berlin = TimeZone::get("Europe/Berlin").expect("known");
        for (text, start, end) in [
            ("2026-03-02", "2026-03-01T23:00:00Z", "2026-03-02T22:59:59Z"),
            ("2026-03-02 09:00", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"),
            ("2026-03-02T09:00", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"),
            ("2026-03-02T09:00:00+05:00", "2026-03-02T04:00:00Z", "2026-03-02T04:00:00Z"),
        ] {
            let when = When::read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((when.at(&berlin, false), when.at(&berlin, true)), (at(start), at(end)));
        }
        assert_eq!(When::read("tomorrow"), None);
        assert_eq!(When::read("03/02/2026"), None, "a month or a day: nobody knows");
    }

    #[test]
    fn a_file_of_another_kind_is_told_what_it_lacks() {
        let other = CountRows::open(&b"Handle,Title\na,b\n"[..]).err().expect("refused");
        assert!(other.to_string().contains("column names count, sku"), "{other}");
        let twice = CountRows::open(&b"count,sku,SKU code\n"[..]).err().expect("refused");
        assert!(matches!(twice, FileError::ColumnTwice { .. }), "{twice}");
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line_and_column() {
        let sheet =
            "Name,EAN,due,kind\nA,4006381333931,2026-03-02,spot\n\nA,7.41E+11,soon,some\n,1\n";
        let mut rows = CountRows::open(sheet.as_bytes()).expect("opens");
        let first = rows.next().expect("read").expect("a row").expect("good");
        assert_eq!((first.line, first.kind), (2, Some(CountKind::Spot)));
        let wrong = rows.next().expect("read").expect("a row").expect_err("bad");
        let columns: Vec<_> = wrong.iter().map(|e| (e.line, e.column.as_deref())).collect();
        assert_eq!(columns, [(4, Some("EAN")), (4, Some("due")), (4, Some("kind"))]);
        let short = rows.next().expect("read").expect("a row").expect_err("bad");
        assert_eq!(short.first().map(|e| (e.line, e.column.clone())), Some((5, None)));
        assert!(rows.next().expect("read").is_none());
    }
}
