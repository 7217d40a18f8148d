//! What an import did: the catalogue's report with its description.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What an import did, or would do. Lists hold the first 200 entries, totals count all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportReport {
    /// Products of the file.
    products: ImportedProducts,
    /// SKUs of the file.
    skus: ImportedSkus,
    /// Stock that the ledger begins with.
    opening: ImportedOpening,
    /// SKUs whose stock has lived since: the file's quantity is reported, not taken.
    differences: Vec<ImportDifference>,
    /// All of them.
    differences_total: u64,
    /// Rows that were refused.
    errors: Vec<ImportError>,
    /// All of them.
    errors_total: u64,
}

/// How products stand to what was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct ImportedProducts {
    /// Were not there.
    created: u64,
    /// Were there with other content.
    updated: u64,
    /// Were there as they are.
    unchanged: u64,
}

/// How SKUs stand to what was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct ImportedSkus {
    /// Were not there.
    created: u64,
    /// Were there with other content.
    updated: u64,
    /// Were there as they are.
    unchanged: u64,
    /// Of all these, those that no stock is kept of.
    untracked: u64,
}

/// Stock that the ledger begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct ImportedOpening {
    /// SKUs that got an opening movement; a quantity of 0 needs none.
    posted: u64,
    /// Units of these movements, negative ones subtracted.
    units: i64,
    /// SKUs new to the ledger whose quantity in the file is negative, untracked ones included.
    negative: u64,
}

/// A SKU whose record says something else than the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct ImportDifference {
    /// The line of the file in which the row starts.
    line: u64,
    /// The SKU.
    sku: ImportSku,
    /// Units available by the file.
    file: i64,
    /// Units available by the record.
    record: i64,
}

/// A SKU, as in `SkuRef`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct ImportSku {
    /// Id.
    id: Uuid,
    /// The SKU code on the label.
    code: Option<String>,
    /// The options joined.
    title: String,
    /// Its product.
    product_id: Uuid,
    /// The product's title.
    product_title: String,
    /// Its picture.
    image_url: Option<String>,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct ImportError {
    /// The line of the file in which the row starts, as an editor counts.
    line: u64,
    /// The column; null where it is about the row as a whole.
    column: Option<String>,
    /// What stands there, shortened.
    value: Option<String>,
    /// What is wrong with it.
    problem: String,
    /// What to do about it.
    remedy: String,
}

#[cfg(test)]
mod tests {
    use onhand_catalog::{FileError, Report};

    use super::*;

    #[test]
    fn it_has_the_catalogues_members() {
        let report = Report::of_file(&FileError::Empty);
        let json = serde_json::to_value(&report).expect("serialises");
        let shown: ImportReport = serde_json::from_value(json.clone()).expect("reads");
        assert_eq!(serde_json::to_value(shown).expect("serialises"), json);
    }
}
