//! What must be true of any file whatever: it is read to its end, and what was read from it and
//! written again is read as the same. The fuzz target `csv` uses this file, too.

use std::io::Cursor;

use onhand_catalog::{FileError, Given, Row, Rows, Step, StockRow, StockRows, StockStep};

/// Rows or refusals that one record may give: a bare row is held back until the next is known.
const STEPS_OF_A_RECORD: u64 = 2;

/// Reads the bytes as a product export and as an inventory export.
pub(crate) fn check(file: &[u8]) {
    if let Ok((rows, 0)) = read_products(file) {
        let again = read_products(&products_csv(&rows)).expect("what was written is an export");
        assert_eq!(again.1, 0, "nothing of what was read is refused: {rows:#?}");
        assert_eq!(comparable(again.0), comparable(rows));
    }
    if let Ok((rows, 0)) = read_stock(file) {
        let again = read_stock(&stock_csv(&rows)).expect("what was written is an export");
        assert_eq!(again.1, 0, "nothing of what was read is refused: {rows:#?}");
        assert_eq!(cells(&again.0), cells(&rows));
    }
}

/// The rows of a product export, and how many records were refused.
fn read_products(file: &[u8]) -> Result<(Vec<Row>, u64), FileError> {
    let mut rows = Rows::open(Cursor::new(file))?;
    let (mut good, mut refused, mut steps) = (Vec::new(), 0, 0);
    loop {
        match rows.next_row()? {
            Step::Row(row) => good.push(*row),
            Step::Refused(errors) => {
                assert!(!errors.is_empty(), "a refusal says why");
                assert!(errors.iter().all(|e| e.line >= 1), "and where");
                refused += 1;
            }
            Step::End => break,
        }
        steps += 1;
        assert!(steps <= rows.rows_read() * STEPS_OF_A_RECORD, "each record is read once");
    }
    assert!(matches!(rows.next_row(), Ok(Step::End)), "the end stays the end");
    assert!(rows.rows_read() <= file.len() as u64, "a record has a byte or more");
    Ok((good, refused))
}

/// The rows of an inventory export, and how many records were refused.
fn read_stock(file: &[u8]) -> Result<(Vec<StockRow>, u64), FileError> {
    let mut rows = StockRows::open(Cursor::new(file))?;
    let (mut good, mut refused) = (Vec::new(), 0);
    loop {
        match rows.next_row()? {
            StockStep::Row(row) => good.push(row),
            StockStep::Refused(errors) => {
                assert!(!errors.is_empty(), "a refusal says why");
                refused += 1;
            }
            StockStep::End => break,
        }
        assert!(rows.rows_read() <= file.len() as u64, "a record has a byte or more");
    }
    assert!(matches!(rows.next_row(), Ok(StockStep::End)), "the end stays the end");
    Ok((good, refused))
}

/// The rows without their lines, and without the difference between a column that is empty and one
/// that is missing where a product's only variant has nothing of its own.
fn comparable(mut rows: Vec<Row>) -> Vec<Row> {
    fn given<T>(given: &mut Given<T>) {
        if matches!(given, Given::NoColumn) {
            *given = Given::Empty;
        }
    }
    for row in &mut rows {
        row.line = 0;
        if let Some(variant) = &mut row.variant {
            given(&mut variant.code);
            given(&mut variant.barcode);
            given(&mut variant.price);
            given(&mut variant.cost);
        }
    }
    rows
}

/// A column: its name, whether the file had it, and what stands in it.
type Column<'a> = (&'static str, bool, Box<dyn Fn(&Row) -> String + 'a>);

/// A product export that says the same.
fn products_csv(rows: &[Row]) -> Vec<u8> {
    let variants = || rows.iter().filter_map(|row| row.variant.as_ref());
    let products = || rows.iter().filter_map(|row| row.product.as_ref());
    let mut columns: Vec<Column<'_>> = vec![
        ("Handle", true, Box::new(|row| row.handle.clone())),
        ("Title", true, product(|p| p.title.clone())),
        ("Vendor", products().any(|p| is_column(&p.vendor)), product(|p| text(&p.vendor))),
        ("Type", products().any(|p| is_column(&p.category)), product(|p| text(&p.category))),
        (
            "Body (HTML)",
            products().any(|p| is_column(&p.description)),
            product(|p| html(&text(&p.description))),
        ),
        // Something always stands there, so that the row is one of a variant.
        ("SKU", true, variant(|v| format!("'{}", text(&v.code)))),
        ("Barcode", variants().any(|v| is_column(&v.barcode)), variant(|v| text(&v.barcode))),
        ("Price", variants().any(|v| is_column(&v.price)), variant(|v| text(&v.price))),
        ("Cost per item", variants().any(|v| is_column(&v.cost)), variant(|v| text(&v.cost))),
        (
            "Inventory tracker",
            variants().any(|v| v.tracked.is_some()),
            variant(|v| if v.tracked == Some(true) { "shopify".to_owned() } else { String::new() }),
        ),
        (
            "Inventory quantity",
            variants().any(|v| v.quantity.is_some()),
            variant(|v| v.quantity.map(|n| n.to_string()).unwrap_or_default()),
        ),
    ];
    for (n, name) in ["Option1 Name", "Option2 Name", "Option3 Name"].into_iter().enumerate() {
        columns.push((name, true, product(move |p| p.option_names[n].clone().unwrap_or_default())));
    }
    for (n, name) in [(0, "Option1 Value"), (1, "Option2 Value"), (2, "Option3 Value")] {
        columns.push((name, true, variant(move |v| v.options[n].clone().unwrap_or_default())));
    }
    columns.retain(|(_, had, _)| *had);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(columns.iter().map(|(name, ..)| *name)).expect("to memory");
    for row in rows {
        csv.write_record(columns.iter().map(|(_, _, field)| field(row))).expect("to memory");
    }
    csv.into_inner().expect("to memory")
}

fn product<'a>(
    field: impl Fn(&onhand_catalog::ProductFields) -> String + 'a,
) -> Box<dyn Fn(&Row) -> String + 'a> {
    Box::new(move |row| row.product.as_ref().map(&field).unwrap_or_default())
}

fn variant<'a>(
    field: impl Fn(&onhand_catalog::VariantFields) -> String + 'a,
) -> Box<dyn Fn(&Row) -> String + 'a> {
    Box::new(move |row| row.variant.as_ref().map(&field).unwrap_or_default())
}

const fn is_column<T>(given: &Given<T>) -> bool {
    !matches!(given, Given::NoColumn)
}

fn text<T: ToString>(given: &Given<T>) -> String {
    match given {
        Given::Is(value) => value.to_string(),
        Given::NoColumn | Given::Empty => String::new(),
    }
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br>")
}

/// What an inventory export says, whatever its layout.
fn cells(rows: &[StockRow]) -> Vec<(&str, &str, &str, &str, i64)> {
    rows.iter()
        .flat_map(|row| {
            row.cells
                .iter()
                .map(|cell| (&*row.handle, &*row.key, &*row.title, &*cell.location, cell.quantity))
        })
        .collect()
}

/// An inventory export that says the same, with a row for each location.
fn stock_csv(rows: &[StockRow]) -> Vec<u8> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let header = ["Handle", "Option1 Value", "Option2 Value", "Option3 Value", "Location"];
    csv.write_record(header.into_iter().chain(["Available"])).expect("to memory");
    for row in rows {
        // The key has the values with a separator that no text has, and none for those at the end.
        let mut options = row.key.split('\u{1f}').map(str::to_owned);
        let options = [(); 3].map(|()| options.next().unwrap_or_default());
        for cell in &row.cells {
            let quantity = cell.quantity.to_string();
            let fields =
                [row.handle.as_str()].into_iter().chain(options.iter().map(String::as_str));
            csv.write_record(fields.chain([cell.location.as_str(), &quantity])).expect("to memory");
        }
    }
    csv.into_inner().expect("to memory")
}
