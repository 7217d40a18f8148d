use std::io::Cursor;

use proptest::prelude::*;

use super::*;

/// Everything that comes out of a file: rows in short, and errors as people read them.
fn read(csv: &str) -> Vec<Result<Row, String>> {
    let mut rows = Rows::open(Cursor::new(csv.as_bytes().to_vec())).expect("a product export");
    let mut all = Vec::new();
    loop {
        match rows.next_row().expect("readable") {
            Step::Row(row) => all.push(Ok(*row)),
            Step::Refused(errors) => all.extend(errors.iter().map(|e| Err(e.to_string()))),
            Step::End => return all,
        }
    }
}

fn good(csv: &str) -> Vec<Row> {
    read(csv).into_iter().map(|row| row.expect("a good row")).collect()
}

fn only_error(csv: &str) -> String {
    let mut errors: Vec<String> = read(csv).into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.pop().unwrap_or_default()
}

fn keys(rows: &[Row]) -> Vec<(&str, Option<&str>)> {
    rows.iter()
        .map(|row| (row.handle.as_str(), row.variant.as_ref().map(|v| v.key.as_str())))
        .collect()
}

#[test]
fn a_row_for_a_picture_is_no_variant() {
    let rows = good(
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src\n\
         cap,Cap,Color,Red,C-R,10.00,https://a/1.png\n\
         cap,,,,,,https://a/2.png\n\
         cap,,,Blue,C-B,10.00,\n",
    );
    assert_eq!(keys(&rows), [("cap", Some("Red")), ("cap", Some("Blue"))]);
}

#[test]
fn default_title_means_no_options() {
    let rows = good(
        "Handle,Title,Option1 Name,Option1 Value,Variant Price\n\
         pump,Pump,Title,Default Title,9\n\
         lock,Lock,Title,15 mm,9\n",
    );
    assert_eq!(keys(&rows), [("pump", Some("")), ("lock", Some("15 mm"))]);
}

#[test]
fn a_product_without_option_columns_has_one_variant() {
    let rows = good("Handle,Title\npump,Pump\nlock,Lock\n");
    assert_eq!(keys(&rows), [("pump", Some("")), ("lock", Some(""))]);
    assert_eq!(rows[0].variant.as_ref().and_then(|v| v.tracked), None);
    let rows = good("Handle,Title,Variant SKU,Image Src\npump,Pump,,x\npump,,,y\nlock,Lock,L,\n");
    assert_eq!(keys(&rows), [("pump", Some("")), ("lock", Some(""))]);
}

#[test]
fn a_first_row_without_options_describes_the_variants_that_follow() {
    let rows = good(
        "Handle,Title,Option1 Value,SKU,Product image URL\n\
         cap,Cap,,,x\ncap,,,,y\ncap,,Red,C-R,\ncap,,Blue,C-B,\n",
    );
    assert_eq!(keys(&rows), [("cap", None), ("cap", Some("Red")), ("cap", Some("Blue"))]);
    assert!(rows[0].product.is_some());
}

#[test]
fn a_refused_row_after_a_bare_one_loses_neither() {
    let all = read("Handle,Title,Price\npump,Pump,\nlock,Lock,x\ncap,Cap,\n");
    assert_eq!(all.len(), 3);
    assert!(all[0].is_ok() && all[1].is_err() && all[2].is_ok());
}

#[test]
fn codes_lose_the_spreadsheets_apostrophe() {
    let rows = good(
        "Handle,Title,Variant SKU,Variant Barcode,Variant Inventory Tracker,Variant Inventory Qty\n\
         a,A,'4160,'741360637481,shopify,-3\nb,B,,,,1\n",
    );
    let variant = rows[0].variant.clone().expect("a variant");
    assert_eq!(variant.code, Given::Is("4160".to_owned()));
    assert_eq!(variant.barcode, Given::Is("741360637481".to_owned()));
    assert_eq!((variant.tracked, variant.quantity), (Some(true), Some(-3)));
    let variant = rows[1].variant.clone().expect("a variant");
    assert_eq!(variant.code, Given::Empty);
    assert_eq!(variant.tracked, Some(false));
    assert_eq!(variant.price, Given::NoColumn);
}

#[test]
fn the_category_is_the_shops_own_type_or_the_end_of_the_taxonomy() {
    let rows = good(
        "Handle,Title,Type,Product category\n\
         a,A,Tools,Hardware > Tools > Wrenches\nb,B,,Apparel > Clothing > Pants\nc,C,,\n",
    );
    let categories: Vec<_> =
        rows.iter().map(|r| r.product.as_ref().map(|p| p.category.clone())).collect();
    let is = |text: &str| Some(Given::Is(text.to_owned()));
    assert_eq!(categories, [is("Tools"), is("Pants"), Some(Given::Empty)]);
}

#[test]
fn every_error_says_where_what_and_what_to_do() {
    let head = "Handle,Title,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Variant Barcode\n";
    for (row, parts) in [
        ("a,A,Red,S,ten,1,\n", ["line 2, Variant Price \"ten\"", "is not an amount", "12.50"]),
        ("a,A,Red,S,-1,1,\n", ["line 2, Variant Price", "less than nothing", "12.50"]),
        (
            "a,A,Red,S,1,1.5,\n",
            ["line 2, Variant Inventory Qty \"1.5\"", "not a whole", "12 or -3"],
        ),
        ("a,A,Red,S,1,9999999,\n", ["line 2, Variant Inventory Qty", "more than 1000000", "12"]),
        (",A,Red,S,1,1,\n", ["line 2, Handle", "is empty", "into every row"]),
        ("a,A,Red,S,1\n", ["line 2:", "has 5 fields where the first line has 7", "comma"]),
        ("a,A,Red,S,1,1,,x\n", ["line 2:", "has 8 fields", "quote"]),
        ("a,A,Red,S,1,1,7.41E+11\n", ["line 2, Variant Barcode", "spreadsheet", "as text"]),
        ("\"x\n\ny\",A,Red,S,1,1,\na,A,Red,S,p,1,\n", ["line 5, Variant Price", "amount", "12"]),
        (
            "a,A,Red,S,1,1,\na,,Red,T,1,1,\n",
            ["line 3, Handle \"a\"", "Red stands in line 2", "remove"],
        ),
        ("a,A,,S,1,1,\na,,,T,1,1,\n", ["line 3", "the product stands in line 2", "option"]),
    ] {
        let error = only_error(&format!("{head}{row}"));
        for part in parts {
            assert!(error.contains(part), "{part:?} in {error:?}");
        }
    }
}

#[test]
fn text_that_is_not_utf8_is_named() {
    let csv = b"Handle,Title,Vendor,Price\na,Gr\xf6\xdfe,V,1\nb,B,V,2\n".to_vec();
    let mut rows = Rows::open(Cursor::new(csv)).expect("a header");
    let Step::Refused(errors) = rows.next_row().expect("readable") else { panic!("not refused") };
    assert_eq!(errors.len(), 1);
    let error = errors[0].to_string();
    assert!(error.contains("line 2, Title"), "{error}");
    assert!(error.contains("not UTF-8") && error.contains("CSV UTF-8"), "{error}");
    assert!(matches!(rows.next_row(), Ok(Step::Row(row)) if row.handle == "b"));
}

#[test]
fn too_long_values_are_refused_and_shown_short() {
    let long = "x".repeat(TEXT_CHARS_MAX + 1);
    let error = only_error(&format!("Handle,Title,Price\na,{long},1\n"));
    assert!(error.contains("has 256 characters, at most 255 fit (shorten it)"), "{error}");
    assert!(error.len() < 250, "{error}");
    let fits = "ü".repeat(TEXT_CHARS_MAX);
    assert_eq!(good(&format!("Handle,Title,Price\na,{fits},1\n")).len(), 1);
}

#[test]
fn other_files_are_refused_as_a_whole() {
    let error = |csv: &str| match Rows::open(Cursor::new(csv.as_bytes().to_vec())) {
        Ok(_) => panic!("{csv:?} was taken"),
        Err(error) => error.to_string(),
    };
    assert!(error("Name,Mail\n").contains("no column \"Handle\" and no column \"Title\""));
    assert!(error("Handle,Title,SKU,Location,Available,On hand (current)\n").contains("as stock"));
    assert!(error("\u{feff}").contains("empty"));
}

#[test]
fn a_spreadsheets_semicolons_are_understood() {
    let rows = good("Handle;Title;Variant Price\r\na;\"A;1\";1.50\r\n");
    assert_eq!(rows[0].product.as_ref().map(|p| p.title.as_str()), Some("A;1"));
}

const HEADER: [&str; 9] = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Option1 Value",
    "Option2 Value",
    "Variant SKU",
    "Variant Price",
    "Variant Inventory Qty",
    "Included / Somewhere",
];
const RENAMED: [&str; 9] = [
    "URL handle",
    "title",
    "Description",
    "Option1 value",
    "Option2 value",
    "SKU",
    "Price",
    "Inventory quantity",
    "Included / Elsewhere",
];

fn csv(header: &[&str], rows: &[Vec<String>], order: &[usize], crlf: bool, bom: bool) -> Vec<u8> {
    let ending = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().terminator(ending).from_writer(Vec::new());
    writer.write_record(order.iter().map(|i| header[*i])).expect("to memory");
    for row in rows {
        writer.write_record(order.iter().map(|i| row[*i].as_str())).expect("to memory");
    }
    let body = writer.into_inner().expect("to memory");
    if bom { [b"\xef\xbb\xbf", &body[..]].concat() } else { body }
}

fn rows_of(file: Vec<u8>) -> Vec<Row> {
    let mut rows = Rows::open(Cursor::new(file)).expect("a product export");
    let mut all = Vec::new();
    while let Step::Row(mut row) = rows.next_row().expect("readable") {
        // Lines depend on the line breaks inside quotes, whose number stays the same.
        row.line = 0;
        all.push(*row);
    }
    all
}

proptest! {
    /// The same content gives the same rows, whatever the order and names of the columns, the line
    /// ends and the byte order mark.
    #[test]
    fn the_form_of_a_file_does_not_matter(
        titles in proptest::collection::vec("[A-Za-z\",\n ü]{0,12}x", 1..8),
        quantity in -5_i64..100,
        order in Just((0..HEADER.len()).collect::<Vec<_>>()).prop_shuffle(),
        renamed in any::<bool>(),
        crlf in any::<bool>(),
        bom in any::<bool>(),
    ) {
        let rows: Vec<Vec<String>> = titles
            .iter()
            .enumerate()
            .map(|(n, title)| {
                vec![
                    format!("handle-{n}"),
                    title.clone(),
                    format!("<p>{title}</p>\n<b>&amp;</b>"),
                    "Red".to_owned(),
                    format!("Size \"{n}\""),
                    format!("'S-{n}"),
                    format!("{n}.50"),
                    quantity.to_string(),
                    "true".to_owned(),
                ]
            })
            .collect();
        let plain: Vec<usize> = (0..HEADER.len()).collect();
        let expected = rows_of(csv(&HEADER, &rows, &plain, false, false));
        prop_assert_eq!(expected.len(), rows.len());
        let header = if renamed { RENAMED } else { HEADER };
        prop_assert_eq!(rows_of(csv(&header, &rows, &order, crlf, bom)), expected);
    }
}
