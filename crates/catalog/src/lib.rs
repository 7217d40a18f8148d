//! Reads Shopify's product and inventory exports into the catalogue and the opening stock.
//!
//! - [`import_catalog`] takes a product export: the same file twice changes nothing, a changed
//!   file updates the catalogue and *reports* quantities that differ, without touching stock that
//!   has lived since.
//! - [`import_stock`] takes an inventory export: one row for each SKU and location.
//! - [`counts::import_counts`] takes a sheet of counts: a row for each SKU of a count.
//!
//! [`Rows`] and [`StockRows`] read the files alone, without a database.
//!
//! Files are read as a stream: `records` finds the records and their lines, `columns` knows old
//! and new names, `row` makes typed rows or errors of them, `plan` decides (without I/O) what they
//! change, and `import` and `stock` do it.

mod batches;
mod columns;
pub mod counts;
mod error;
mod html;
mod import;
mod opening;
mod plan;
mod records;
pub mod report;
mod row;
mod sniff;
mod stock;
mod stock_row;
mod value;

pub use error::{FileError, ImportError, RowError};
pub use import::{Options, Progress, check_catalog, import_catalog};
pub use report::Report;
pub use row::{Given, ProductFields, Row, Rows, Step, VariantFields};
pub use stock::{StockOptions, check_stock, import_stock};
pub use stock_row::{Cell, StockRow, StockRows, StockStep};
