//! The rows of a product export: what each says about its product and its variant.

use std::collections::HashMap;

use onhand_domain::{Money, identifier::clean};

use crate::{
    FileError, RowError,
    columns::{Column, Columns, OPTIONS},
    html::plain_text,
    records::{Record, Records},
    value,
};

/// Characters of a handle, title, vendor, category, option, SKU code or barcode.
pub(crate) const TEXT_CHARS_MAX: usize = 255;
/// Characters of a description after its markup is gone.
pub(crate) const DESCRIPTION_CHARS_MAX: usize = 100_000;
/// Bytes of a column's name. Each error repeats it, and where each location has a column, so does
/// each quantity: a name as long as a row may be would fill the memory from a few short rows.
const COLUMN_NAME_BYTES_MAX: usize = 1_000;

/// What stands between option values in the key of a variant. Texts lose it when they are read, or
/// two different variants could have one key.
const KEY_SEPARATOR: char = '\u{1f}';
/// The one variant of a product without options.
const DEFAULT_TITLE: &str = "Default Title";

/// A value, as far as the file says something about it. Shopify leaves a product's value alone
/// where the file lacks the column, and empties it where the column is there and empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// The file has no such column.
    #[default]
    NoColumn,
    /// The column is empty here.
    Empty,
    /// This.
    Is(T),
}

impl<T> Given<T> {
    /// The value to record where `old` was recorded before.
    pub(crate) fn or_keep(self, old: Option<T>) -> Option<T> {
        match self {
            Self::NoColumn => old,
            Self::Empty => None,
            Self::Is(value) => Some(value),
        }
    }

    fn from_option(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Self::Is)
    }
}

/// What a row says about its product: the first row of a handle has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductFields {
    /// What it is called.
    pub title: String,
    /// Who makes it.
    pub vendor: Given<String>,
    /// The retailer's own type, or else the last word of Shopify's taxonomy.
    pub category: Given<String>,
    /// What the shop says about it, without markup.
    pub description: Given<String>,
    /// What its options are called: size, colour.
    pub option_names: [Option<String>; OPTIONS],
}

/// What a row says about its variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantFields {
    /// Its option values as one text: what tells it from the product's others.
    pub key: String,
    /// Its option values.
    pub options: [Option<String>; OPTIONS],
    /// The SKU code.
    pub code: Given<String>,
    /// The barcode.
    pub barcode: Given<String>,
    /// What it sells for.
    pub price: Given<Money>,
    /// What it is bought for.
    pub cost: Given<Money>,
    /// None where the file does not say.
    pub tracked: Option<bool>,
    /// Units available, as the file has it.
    pub quantity: Option<i64>,
}

/// A row that is about something: rows for a further picture alone are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the file in which it starts.
    pub line: u64,
    /// The product's handle.
    pub handle: String,
    /// What it says about the product.
    pub product: Option<ProductFields>,
    /// What it says about the variant.
    pub variant: Option<VariantFields>,
}

/// Reads one record's fields as text, and collects what is wrong with them.
pub(crate) struct Fields<'a> {
    pub(crate) columns: &'a Columns,
    pub(crate) record: &'a Record,
    pub(crate) errors: Vec<RowError>,
}

impl<'a> Fields<'a> {
    /// Starts on a record; one with too few or too many fields is wrong as a whole.
    pub(crate) fn of(columns: &'a Columns, record: &'a Record) -> Result<Self, RowError> {
        let (len, wanted) = (record.len(), columns.len());
        let surplus = (wanted..len).any(|i| !record.get(i).is_empty());
        if len < wanted || surplus {
            return Err(RowError::row(
                record.line,
                format!("the row has {len} fields where the first line has {wanted} columns"),
                "look for a comma or a quote that is missing or too many in this row or the one \
                 before",
            ));
        }
        Ok(Self { columns, record, errors: Vec::new() })
    }

    /// Whether something stands in the column.
    pub(crate) fn is_set(&self, column: Column) -> bool {
        let index = self.columns.index(column);
        index.is_some_and(|i| !self.record.get(i).iter().all(u8::is_ascii_whitespace))
    }

    /// The text in a column, trimmed; empty where the file lacks the column.
    pub(crate) fn raw(&mut self, column: Column) -> &'a str {
        self.columns.index(column).map_or("", |index| self.raw_at(index))
    }

    /// The text at an index, trimmed.
    pub(crate) fn raw_at(&mut self, index: usize) -> &'a str {
        let bytes = self.record.get(index);
        if let Ok(text) = std::str::from_utf8(bytes) {
            return text.trim();
        }
        self.errors.push(RowError::value(
            self.record.line,
            self.columns.name(index),
            &String::from_utf8_lossy(bytes),
            "is not UTF-8 text",
            "save the file as \"CSV UTF-8\"",
        ));
        ""
    }

    /// A short text; none where nothing stands there.
    pub(crate) fn text(&mut self, column: Column) -> Option<String> {
        let text = self.raw(column);
        self.limited(column, text, TEXT_CHARS_MAX)
    }

    /// Records that a value is wrong.
    pub(crate) fn fault(&mut self, column: Column, text: &str, fault: value::Fault) {
        let name = self.columns.index(column).map_or("", |i| self.columns.name(i));
        self.errors.push(RowError::value(self.record.line, name, text, fault.0, fault.1));
    }

    fn limited(&mut self, column: Column, text: &str, max: usize) -> Option<String> {
        // PostgreSQL can't store U+0000, keys need the separator, and no text means either. Blanks
        // that they hid go with them: a text that begins with one is found by nobody.
        let text = text.replace(['\0', KEY_SEPARATOR], "").trim().to_owned();
        let chars = text.chars().count();
        if chars > max {
            self.fault(
                column,
                &text,
                (format!("has {chars} characters, at most {max} fit"), "shorten it"),
            );
        }
        Some(text).filter(|text| !text.is_empty())
    }

    fn given(&mut self, column: Column) -> Given<String> {
        if !self.columns.has(column) {
            return Given::NoColumn;
        }
        Given::from_option(self.text(column))
    }

    fn code(&mut self) -> Given<String> {
        if !self.columns.has(Column::Code) {
            return Given::NoColumn;
        }
        let text = clean(self.raw(Column::Code));
        Given::from_option(self.limited(Column::Code, &text, TEXT_CHARS_MAX))
    }

    fn barcode(&mut self) -> Given<String> {
        if !self.columns.has(Column::Barcode) {
            return Given::NoColumn;
        }
        let text = self.raw(Column::Barcode);
        match value::barcode(text) {
            Ok(code) => Given::from_option(self.limited(Column::Barcode, &code, TEXT_CHARS_MAX)),
            Err(fault) => {
                self.fault(Column::Barcode, text, fault);
                Given::Empty
            }
        }
    }

    fn amount(&mut self, column: Column) -> Given<Money> {
        if !self.columns.has(column) {
            return Given::NoColumn;
        }
        let text = self.raw(column);
        match value::amount(text) {
            Ok(amount) => Given::from_option(amount),
            Err(fault) => {
                self.fault(column, text, fault);
                Given::Empty
            }
        }
    }

    /// A quantity; none where nothing stands there.
    pub(crate) fn quantity(&mut self, column: Column) -> Option<i64> {
        let text = self.raw(column);
        value::quantity(text).unwrap_or_else(|fault| {
            self.fault(column, text, fault);
            None
        })
    }

    /// The values of the options, without those of a product that has none.
    pub(crate) fn options(&mut self) -> [Option<String>; OPTIONS] {
        let options = [0, 1, 2].map(|n| self.text(Column::OptionValue(n)));
        if options == [Some(DEFAULT_TITLE.to_owned()), None, None] {
            return [None, None, None];
        }
        options
    }

    /// The product that the row belongs to.
    pub(crate) fn handle(&mut self) -> String {
        let handle = self.text(Column::Handle);
        if handle.is_none() && self.errors.is_empty() {
            self.fault(
                Column::Handle,
                "",
                ("is empty".to_owned(), "write the product's handle into every row of it"),
            );
        }
        handle.unwrap_or_default()
    }

    fn product(&mut self) -> Option<ProductFields> {
        let title = self.text(Column::Title)?;
        let description = if self.columns.has(Column::Description) {
            let text = plain_text(self.raw(Column::Description));
            let text = self.limited(Column::Description, &text, DESCRIPTION_CHARS_MAX);
            Given::from_option(text)
        } else {
            Given::NoColumn
        };
        Some(ProductFields {
            title,
            vendor: self.given(Column::Vendor),
            category: self.category(),
            description,
            option_names: [0, 1, 2].map(|n| self.text(Column::OptionName(n))),
        })
    }

    /// The retailer's own type, or else the last word of Shopify's taxonomy.
    fn category(&mut self) -> Given<String> {
        let own = self.given(Column::Type);
        if matches!(own, Given::Is(_)) || !self.columns.has(Column::Category) {
            return own;
        }
        let path = self.raw(Column::Category);
        let last = path.rsplit('>').next().unwrap_or_default().trim();
        Given::from_option(self.limited(Column::Category, last, TEXT_CHARS_MAX))
    }

    fn variant(&mut self) -> VariantFields {
        let options = self.options();
        let tracker = self.columns.has(Column::Tracker).then(|| self.raw(Column::Tracker));
        VariantFields {
            key: variant_key(&options),
            code: self.code(),
            barcode: self.barcode(),
            price: self.amount(Column::Price),
            cost: self.amount(Column::Cost),
            tracked: tracker.map(|name| !name.is_empty()),
            quantity: self.quantity(Column::Quantity),
            options,
        }
    }
}

/// The key of a variant within its product: its option values.
pub(crate) fn variant_key(options: &[Option<String>; OPTIONS]) -> String {
    let values: Vec<&str> = options.iter().map(|o| o.as_deref().unwrap_or_default()).collect();
    values.join(&KEY_SEPARATOR.to_string()).trim_end_matches(KEY_SEPARATOR).to_owned()
}

/// 16 bytes that stand for a text: memory stays small however many variants a file has.
pub(crate) type Digest = [u8; 16];

/// The digest of a handle and, for a variant, its key.
pub(crate) fn digest(handle: &str, key: Option<&str>) -> Digest {
    let hash = onhand_domain::encode::Encoder::new("onhand.catalog.key")
        .text(handle)
        .maybe_text(key)
        .hash();
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash[..16]);
    digest
}

/// What came out of the file next.
#[derive(Debug)]
pub enum Step {
    /// A row.
    Row(Box<Row>),
    /// A record with what is wrong with it.
    Refused(Vec<RowError>),
    /// The end of the file.
    End,
}

/// Reads the rows of a product export.
pub struct Rows<R> {
    records: Records<R>,
    columns: Columns,
    /// The line in which each variant stood first.
    variants: HashMap<Digest, u64>,
    /// A product's first row without options or anything else of a variant. Where rows with
    /// options follow it describes the product alone, otherwise also its only variant.
    bare: Option<Box<Row>>,
    /// What was read while the bare row waited.
    ahead: Option<Step>,
    read: u64,
}

impl<R: std::io::Read> Rows<R> {
    /// Reads the header, and refuses what is no product export.
    pub fn open(file: R) -> Result<Self, FileError> {
        let mut records = Records::open(file)?;
        let columns = header(&mut records)?;
        if columns.has(Column::Location) && columns.has(Column::OnHand) {
            return Err(FileError::OtherExport(
                "this is Shopify's inventory export, which has no prices or barcodes: import the \
                 product export first, and then this file as stock",
            ));
        }
        columns.require(&[(Column::Handle, "Handle"), (Column::Title, "Title")])?;
        Ok(Self { records, columns, variants: HashMap::new(), bare: None, ahead: None, read: 0 })
    }

    /// Records read so far, good and bad, the header not counted.
    pub fn rows_read(&self) -> u64 {
        self.read
    }

    /// The next row or refusal; the end once there is nothing left.
    pub fn next_row(&mut self) -> Result<Step, FileError> {
        loop {
            if let Some(step) = self.ahead.take() {
                return Ok(step);
            }
            let step = self.read_one()?;
            let Some(bare) = self.bare.take() else {
                match step {
                    Some(Step::Row(row)) if row.product.is_some() && row.variant.is_none() => {
                        self.bare = Some(row);
                    }
                    Some(step) => return Ok(step),
                    None => {}
                }
                continue;
            };
            match step {
                // A picture of the same product: what follows it decides.
                None => self.bare = Some(bare),
                Some(Step::Row(row)) if row.handle == bare.handle && row.variant.is_some() => {
                    self.ahead = Some(Step::Row(row));
                    return Ok(Step::Row(bare));
                }
                Some(Step::Row(row)) if row.handle == bare.handle => self.bare = Some(bare),
                Some(Step::Row(row)) if row.product.is_some() && row.variant.is_none() => {
                    self.bare = Some(row);
                    return Ok(self.with_only_variant(bare));
                }
                Some(step) => {
                    self.ahead = Some(step);
                    return Ok(self.with_only_variant(bare));
                }
            }
        }
    }

    /// Reads a record; none where it is about a picture alone.
    fn read_one(&mut self) -> Result<Option<Step>, FileError> {
        let Some(record) = self.records.next()? else { return Ok(Some(Step::End)) };
        self.read += 1;
        let mut fields = match Fields::of(&self.columns, record) {
            Ok(fields) => fields,
            Err(error) => return Ok(Some(Step::Refused(vec![error]))),
        };
        let handle = fields.handle();
        let product = fields.product();
        let of_variant = [
            Column::OptionValue(0),
            Column::Code,
            Column::Price,
            Column::Quantity,
            Column::Barcode,
            Column::Cost,
        ];
        let variant = of_variant.into_iter().any(|c| fields.is_set(c)).then(|| fields.variant());
        if !fields.errors.is_empty() {
            return Ok(Some(Step::Refused(fields.errors)));
        }
        if product.is_none() && variant.is_none() {
            return Ok(None);
        }
        let row = Box::new(Row { line: record.line, handle, product, variant });
        Ok(Some(self.first_of_its_kind(row)))
    }

    /// The product's only variant, for which the file has no more than the product's own columns.
    fn with_only_variant(&mut self, mut row: Box<Row>) -> Step {
        let tracked = self.columns.has(Column::Tracker).then_some(false);
        row.variant = Some(VariantFields { tracked, ..VariantFields::default() });
        self.first_of_its_kind(row)
    }

    /// Refuses a variant that the file had before.
    fn first_of_its_kind(&mut self, row: Box<Row>) -> Step {
        let Some(variant) = &row.variant else { return Step::Row(row) };
        let first =
            *self.variants.entry(digest(&row.handle, Some(&variant.key))).or_insert(row.line);
        if first == row.line {
            return Step::Row(row);
        }
        let options: Vec<&str> = variant.options.iter().flatten().map(String::as_str).collect();
        Step::Refused(vec![RowError::value(
            row.line,
            self.columns.index(Column::Handle).map_or("", |i| self.columns.name(i)),
            &row.handle,
            match options.as_slice() {
                [] => format!("the product stands in line {first} already"),
                options => {
                    format!("the variant {} stands in line {first} already", options.join(" / "))
                }
            },
            "remove one of the two rows, or tell them apart by an option",
        )])
    }
}

/// The first record of a file.
pub(crate) fn header<R: std::io::Read>(records: &mut Records<R>) -> Result<Columns, FileError> {
    let Some(record) = records.next()? else { return Err(FileError::Empty) };
    if (0..record.len()).any(|i| record.get(i).len() > COLUMN_NAME_BYTES_MAX) {
        return Err(FileError::RowTooLong {
            line: record.line,
            max: COLUMN_NAME_BYTES_MAX,
            unit: "bytes in the name of a column",
        });
    }
    let names = (0..record.len())
        .map(|i| String::from_utf8_lossy(record.get(i)).trim().to_owned())
        .collect();
    Columns::read(names)
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
