//! Files that nobody has seen yet: none makes the readers panic, go on for ever or lose anything.

mod property;

use std::{fs, path::Path};

use onhand_catalog::{FileError, Given, Rows, Step, StockRows, StockStep};
use proptest::prelude::*;

/// What the fuzz target has found worth keeping.
#[test]
fn files_that_were_hard() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/csv");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the seeds") {
        property::check(&fs::read(entry.expect("an entry").path()).expect("a file"));
        count += 1;
    }
    assert!(count >= 5, "{count} seeds");
}

/// The names of columns in every combination, also twice and misspelt.
fn header() -> impl Strategy<Value = Vec<String>> {
    let known = prop::sample::select(vec![
        "Title",
        "Vendor",
        "Type",
        "Product Category",
        "Body (HTML)",
        "Option1 Name",
        "Option1 Value",
        "Option2 Value",
        "Variant SKU",
        "Variant Barcode",
        "Variant Price",
        "Cost per item",
        "Variant Inventory Tracker",
        "Variant Inventory Qty",
        "Location",
        "Available",
        "On hand",
        "Main Street",
        "Image Src",
    ]);
    let name = prop_oneof![20 => known.prop_map(str::to_owned), 1 => "[ -~]{0,12}"];
    prop::collection::vec(name, 1..9).prop_map(|mut names| {
        names.insert(0, "Handle".to_owned());
        names
    })
}

/// What stands in a field: mostly something that means something somewhere.
fn field() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "",
        "",
        "",
        "cap",
        "cap",
        "shoe",
        "Cap",
        "Default Title",
        "Red",
        "'0123",
        "1",
        "-3",
        "12.50",
        "0.00001",
        "1e9",
        "9223372036854775808",
        "not stocked",
        "a > b > c",
        "<p>x &amp; y</p>",
        "<script>x",
        "7.41E+11",
        " ",
        "\u{a0}x",
        "\u{1f}",
        "x\0",
        "ü\"\r\n,",
        "'",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

/// Units of one location in two columns would count twice.
#[test]
fn a_location_has_one_column() {
    let file = "Handle,Main Street,North,main street\ncap,1,2,3\n";
    let error = StockRows::open(file.as_bytes()).err().expect("two columns");
    assert!(matches!(error, FileError::ColumnTwice { .. }), "{error}");
}

/// Each quantity of a location repeats its name: 500 rows of ten bytes would take gigabytes.
#[test]
fn names_of_columns_are_short() {
    for (bytes, fits) in [(1_000, true), (1_001, false)] {
        let file = format!("Handle,{}\ncap,1\n", "x".repeat(bytes));
        let opened = StockRows::open(file.as_bytes());
        assert_eq!(opened.is_ok(), fits, "{bytes}");
        let too_long = matches!(opened, Err(FileError::RowTooLong { line: 1, .. }));
        assert_eq!(too_long, !fits);
    }
}

/// Only the beginning of a file tells that it is binary. Behind it, U+0000 hides blanks, and a
/// code with a blank before it is found by no scan.
#[test]
fn nothing_hides_blanks() {
    let long = "x".repeat(9_000);
    let file = format!("Handle,Title,SKU,Body\na,A,1,{long}\nb,\0 B,\0 '2,\n");
    let mut rows = Rows::open(file.as_bytes()).expect("an export");
    rows.next_row().expect("the first");
    let Ok(Step::Row(row)) = rows.next_row() else { panic!("the second is good") };
    assert_eq!(row.product.expect("a product").title, "B");
    assert_eq!(row.variant.expect("a variant").code, Given::Is("2".to_owned()));
}

/// What separates option values in a key is part of none: two variants would be taken for one.
#[test]
fn a_value_has_no_separator() {
    let file = "Handle,Option1 Value,Option2 Value,Location,Available\n\
                cap,\u{1f},1,Main,1\ncap,1\u{1f}2,,Main,1\ncap,1,2,Main,1\n";
    property::check(file.as_bytes());
    let mut rows = StockRows::open(file.as_bytes()).expect("an export");
    let mut keys = Vec::new();
    while let StockStep::Row(row) = rows.next_row().expect("good rows") {
        keys.push(row.key);
    }
    assert_eq!(keys, ["\u{1f}1", "12", "1\u{1f}2"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_bytes(file in prop::collection::vec(any::<u8>(), 0..300)) {
        property::check(&file);
    }

    #[test]
    fn any_export(
        header in header(),
        rows in prop::collection::vec(prop::collection::vec(field(), 0..12), 0..8),
        ragged in prop::bool::weighted(0.1),
    ) {
        let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        csv.write_record(&header).expect("to memory");
        for mut row in rows {
            if !ragged {
                row.resize(header.len(), String::new());
            }
            csv.write_record(&row).expect("to memory");
        }
        property::check(&csv.into_inner().expect("to memory"));
    }
}
