//! Reads a product export of Shopify (CSV): what the fake shop sells.

use std::collections::BTreeMap;
use std::io::Read;

use csv::StringRecord;
use thiserror::Error;

/// Rows of a file.
const ROWS_MAX: usize = 1_000_000;

/// What a shop begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Catalog {
    pub(crate) products: Vec<CatalogProduct>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CatalogProduct {
    pub(crate) handle: String,
    pub(crate) title: String,
    pub(crate) vendor: String,
    pub(crate) kind: String,
    pub(crate) variants: Vec<CatalogVariant>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CatalogVariant {
    pub(crate) sku: Option<String>,
    pub(crate) barcode: Option<String>,
    pub(crate) options: Vec<(String, String)>,
    pub(crate) price: String,
    pub(crate) tracked: bool,
    pub(crate) requires_shipping: bool,
    pub(crate) quantity: i64,
}

/// Why a file is no product export.
#[derive(Debug, Error)]
pub(crate) enum CatalogError {
    #[error("the file can't be read as CSV")]
    Csv(#[from] csv::Error),
    #[error("the file has no column {0}")]
    NoColumn(&'static str),
    #[error("row {row}: {value} is no quantity")]
    Quantity { row: usize, value: String },
    #[error("the file has more than {ROWS_MAX} rows")]
    TooLong,
}

struct Columns(BTreeMap<String, usize>);

impl Columns {
    fn text<'a>(&self, record: &'a StringRecord, name: &str) -> Option<&'a str> {
        let value = record.get(*self.0.get(name)?)?;
        // Exports guard digits from spreadsheets with a leading apostrophe.
        let value = value.trim().trim_start_matches('\'');
        (!value.is_empty()).then_some(value)
    }

    fn owned(&self, record: &StringRecord, name: &str) -> String {
        self.text(record, name).unwrap_or_default().to_owned()
    }
}

impl Catalog {
    pub(crate) fn read(file: impl Read) -> Result<Self, CatalogError> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let head = reader.headers()?;
        let name = |text: &str| text.trim_start_matches('\u{feff}').trim().to_owned();
        let columns = Columns(head.iter().enumerate().map(|(at, text)| (name(text), at)).collect());
        for column in ["Handle", "Title"] {
            if !columns.0.contains_key(column) {
                return Err(CatalogError::NoColumn(column));
            }
        }
        let mut catalog = Self::default();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut names: Vec<Option<String>> = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record?;
            if index >= ROWS_MAX {
                return Err(CatalogError::TooLong);
            }
            let Some(handle) = columns.text(&record, "Handle") else { continue };
            let place = *places.entry(handle.to_owned()).or_insert_with(|| {
                names = option_names(&columns, &record);
                catalog.products.push(product(&columns, &record, handle));
                catalog.products.len() - 1
            });
            if let Some(variant) = variant(&columns, &record, &names, index + 2)? {
                catalog.products[place].variants.push(variant);
            }
        }
        catalog.products.retain(|product| !product.variants.is_empty());
        Ok(catalog)
    }
}

fn product(columns: &Columns, record: &StringRecord, handle: &str) -> CatalogProduct {
    CatalogProduct {
        handle: handle.to_owned(),
        title: columns.text(record, "Title").unwrap_or(handle).to_owned(),
        vendor: columns.owned(record, "Vendor"),
        kind: columns.owned(record, "Type"),
        variants: Vec::new(),
    }
}

/// The names of the options stand in a product's first row alone.
fn option_names(columns: &Columns, record: &StringRecord) -> Vec<Option<String>> {
    let name = |n| columns.text(record, &format!("Option{n} Name")).map(ToOwned::to_owned);
    (1..=3).map(name).collect()
}

fn variant(
    columns: &Columns,
    record: &StringRecord,
    names: &[Option<String>],
    row: usize,
) -> Result<Option<CatalogVariant>, CatalogError> {
    let text = |name: &str| columns.text(record, name).map(ToOwned::to_owned);
    let marks = ["Option1 Value", "Variant SKU", "Variant Price"];
    // A row with a picture alone is none.
    if marks.iter().all(|mark| text(mark).is_none()) {
        return Ok(None);
    }
    let quantity = match text("Variant Inventory Qty") {
        None => 0,
        Some(value) => value.parse::<i64>().map_err(|_| CatalogError::Quantity { row, value })?,
    };
    let mut options = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let value = text(&format!("Option{} Value", at + 1));
        if let Some((name, value)) = name.clone().zip(value)
            && value != "Default Title"
        {
            options.push((name, value));
        }
    }
    Ok(Some(CatalogVariant {
        sku: text("Variant SKU"),
        barcode: text("Variant Barcode"),
        options,
        price: text("Variant Price").unwrap_or_else(|| "0.00".to_owned()),
        tracked: text("Variant Inventory Tracker").is_some_and(|tracker| tracker == "shopify"),
        requires_shipping: text("Variant Requires Shipping").is_none_or(|it| it != "false"),
        quantity,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_products_and_variants() {
        let file = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Barcode,\
            Variant Inventory Tracker,Variant Inventory Qty,Image Src\n\
            shoe,Shoe,Size,40,S-40,'123,shopify,5,\n\
            shoe,,,41,S-41,,shopify,-2,\n\
            shoe,,,,,,,,https://example.com/a.jpg\n\
            card,Card,Title,Default Title,,,,0,\n";
        let catalog = Catalog::read(file.as_bytes()).unwrap();
        assert_eq!(catalog.products.len(), 2);
        let [shoe, card] = &catalog.products[..] else { panic!() };
        assert_eq!(shoe.variants.len(), 2);
        assert_eq!(shoe.variants[1].options, [("Size".to_owned(), "41".to_owned())]);
        assert_eq!(shoe.variants[1].quantity, -2);
        assert_eq!(shoe.variants[0].barcode.as_deref(), Some("123"));
        assert!(!card.variants[0].tracked && card.variants[0].options.is_empty());
    }

    #[test]
    fn what_is_no_export_is_refused() {
        assert!(matches!(Catalog::read("a,b\n1,2\n".as_bytes()), Err(CatalogError::NoColumn(_))));
        let file = "Handle,Title,Variant SKU,Variant Inventory Qty\na,A,X,many\n";
        assert!(matches!(
            Catalog::read(file.as_bytes()),
            Err(CatalogError::Quantity { row: 2, .. })
        ));
    }
}
