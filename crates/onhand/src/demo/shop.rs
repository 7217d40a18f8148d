//! The demo's web shop: what the retailer sells, as a product export of Shopify.

use std::{fs::File, path::Path};

use anyhow::{Context, Result};
use onhand_domain::FacilityScope;
use onhand_store::{
    Store,
    catalog::{ProductDetail, ProductQuery, SkuDetail},
};

/// Products that are read at a time.
const PAGE: u64 = 100;

/// The export's columns, as Shopify calls them, as far as a shop needs them.
const COLUMNS: [&str; 16] = [
    "Handle",
    "Title",
    "Vendor",
    "Type",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Option3 Name",
    "Option3 Value",
    "Variant SKU",
    "Variant Barcode",
    "Variant Price",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Requires Shipping",
];

/// Writes everything that is sold. The shop has none of it: it gets its quantities when it is
/// connected.
pub(super) async fn export(store: &Store, file: &Path) -> Result<()> {
    let made = File::create(file).with_context(|| format!("can't write {}", file.display()))?;
    let mut sheet = csv::Writer::from_writer(made);
    sheet.write_record(COLUMNS)?;
    let scope = FacilityScope::All;
    let mut after = None;
    loop {
        let query = ProductQuery {
            text: "",
            category: None,
            facility: None,
            scope: &scope,
            after,
            limit: PAGE,
        };
        let page = store.list_products(&query).await?;
        for summary in &page.items {
            let product = store.product(summary.product.id).await?;
            let product = product.context("a product went while it was read")?;
            for (n, sku) in product.skus.iter().enumerate() {
                sheet.write_record(row(&product, sku, n == 0))?;
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    sheet.flush()?;
    Ok(())
}

/// A line of the export: what the product says of itself stands in its first one alone.
fn row(product: &ProductDetail, sku: &SkuDetail, is_first: bool) -> [String; COLUMNS.len()] {
    let once = |text: &str| if is_first { text.to_owned() } else { String::new() };
    let option = |n: usize| {
        let (name, value) = sku.options.get(n).cloned().unwrap_or_default();
        [once(&name), value]
    };
    let [[name1, value1], [name2, value2], [name3, value3]] = [option(0), option(1), option(2)];
    let is_plain = sku.options.is_empty();
    [
        product.handle.clone(),
        once(&product.product.title),
        once(product.product.vendor.as_deref().unwrap_or_default()),
        once(product.product.category.as_deref().unwrap_or_default()),
        if is_plain { once("Title") } else { name1 },
        if is_plain { "Default Title".to_owned() } else { value1 },
        name2,
        value2,
        name3,
        value3,
        sku.code.clone().unwrap_or_default(),
        sku.identifiers.first().map(|code| code.value.clone()).unwrap_or_default(),
        sku.price.map(|price| price.to_string()).unwrap_or_default(),
        if sku.tracked { "shopify".to_owned() } else { String::new() },
        "0".to_owned(),
        "true".to_owned(),
    ]
}
