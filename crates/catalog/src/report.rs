//! What an import did, or would do.

use onhand_domain::{ProductId, SkuId};
use serde::{Deserialize, Serialize};

use crate::{FileError, RowError};

/// Rows that a list of the report holds; the totals count all.
pub const LIST_MAX: usize = 200;

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Products of the file.
    pub products: Products,
    /// SKUs of the file.
    pub skus: Skus,
    /// Stock that the ledger begins with.
    pub opening: Opening,
    /// SKUs whose stock has lived since: the file's quantity is reported, not taken.
    pub differences: Vec<Difference>,
    /// All of them.
    pub differences_total: u64,
    /// Rows that were refused.
    pub errors: Vec<RowError>,
    /// All of them.
    pub errors_total: u64,
}

/// How products stand to what was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Products {
    /// Were not there.
    pub created: u64,
    /// Were there with other content.
    pub updated: u64,
    /// Were there as they are.
    pub unchanged: u64,
}

/// How SKUs stand to what was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skus {
    /// Were not there.
    pub created: u64,
    /// Were there with other content.
    pub updated: u64,
    /// Were there as they are.
    pub unchanged: u64,
    /// Of all these, those that no stock is kept of.
    pub untracked: u64,
}

/// Stock that the ledger begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// SKUs that got an opening movement. A quantity of 0 needs none.
    pub posted: u64,
    /// Units of these movements, negative ones subtracted.
    pub units: i64,
    /// SKUs new to the ledger whose quantity in the file is negative. It counts untracked ones
    /// too, of which nothing is posted: a negative number there is worth a look all the same.
    pub negative: u64,
}

/// A SKU whose record says something else than the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The line of the file in which the row starts.
    pub line: u64,
    /// The SKU.
    pub sku: Sku,
    /// Units available by the file.
    pub file: i64,
    /// Units available by the record.
    pub record: i64,
}

/// A SKU as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sku {
    /// Id.
    pub id: SkuId,
    /// The SKU code on the label.
    pub code: Option<String>,
    /// The options joined.
    pub title: String,
    /// Its product.
    pub product_id: ProductId,
    /// The product's title.
    pub product_title: String,
    /// Address of its picture.
    pub image_url: Option<String>,
}

impl Report {
    /// The report on a file that can't be read.
    pub fn of_file(error: &FileError) -> Self {
        let mut report = Self::default();
        report.refuse(error.to_row_error());
        report
    }

    /// Adds an error; the list ends at [`LIST_MAX`].
    pub(crate) fn refuse(&mut self, error: RowError) {
        self.errors_total += 1;
        if self.errors.len() < LIST_MAX {
            self.errors.push(error);
        }
    }

    /// Adds a difference; the list ends at [`LIST_MAX`].
    pub(crate) fn differ(&mut self, difference: Difference) {
        self.differences_total += 1;
        if self.differences.len() < LIST_MAX {
            self.differences.push(difference);
        }
    }

    /// Adds what was found in a batch.
    pub(crate) fn add(&mut self, batch: Self) {
        self.products.created += batch.products.created;
        self.products.updated += batch.products.updated;
        self.products.unchanged += batch.products.unchanged;
        self.skus.created += batch.skus.created;
        self.skus.updated += batch.skus.updated;
        self.skus.unchanged += batch.skus.unchanged;
        self.skus.untracked += batch.skus.untracked;
        self.opening.posted += batch.opening.posted;
        self.opening.units = self.opening.units.saturating_add(batch.opening.units);
        self.opening.negative += batch.opening.negative;
        self.differences_total += batch.differences_total;
        self.errors_total += batch.errors_total;
        self.differences.extend(batch.differences);
        self.differences.truncate(LIST_MAX);
        self.errors.extend(batch.errors);
        self.errors.truncate(LIST_MAX);
    }
}
