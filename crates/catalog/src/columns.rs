//! Which column of a file means what, under its old and its new names.

use crate::FileError;

/// Options of a product.
pub(crate) const OPTIONS: usize = 3;

/// A column that the import reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Handle,
    Title,
    Description,
    Vendor,
    /// The retailer's own word for the kind of product.
    Type,
    /// Shopify's taxonomy: `Apparel & Accessories > Clothing > Pants`.
    Category,
    OptionName(usize),
    OptionValue(usize),
    Code,
    Barcode,
    Price,
    Cost,
    Tracker,
    Quantity,
    Location,
    Available,
    OnHand,
    /// In the inventory export, not needed.
    Ignored,
}

const COLUMNS: usize = 21;

impl Column {
    const fn index(self) -> usize {
        match self {
            Self::Handle => 0,
            Self::Title => 1,
            Self::Description => 2,
            Self::Vendor => 3,
            Self::Type => 4,
            Self::Category => 5,
            Self::OptionName(n) => 6 + n,
            Self::OptionValue(n) => 9 + n,
            Self::Code => 12,
            Self::Barcode => 13,
            Self::Price => 14,
            Self::Cost => 15,
            Self::Tracker => 16,
            Self::Quantity => 17,
            Self::Location => 18,
            Self::Available => 19,
            Self::OnHand => 20,
            Self::Ignored => COLUMNS,
        }
    }
}

/// The names, lower-cased: the classic export, the one since 2024, and what tools around Shopify
/// write. Names that are not here (markets, metafields, SEO) are ignored.
const NAMES: &[(&str, Column)] = &[
    ("handle", Column::Handle),
    ("url handle", Column::Handle),
    ("title", Column::Title),
    ("body (html)", Column::Description),
    ("body html", Column::Description),
    ("description", Column::Description),
    ("vendor", Column::Vendor),
    ("type", Column::Type),
    ("product type", Column::Type),
    ("custom product type", Column::Type),
    ("product category", Column::Category),
    ("standardized product type", Column::Category),
    ("standard product type", Column::Category),
    ("option1 name", Column::OptionName(0)),
    ("option2 name", Column::OptionName(1)),
    ("option3 name", Column::OptionName(2)),
    ("option1 value", Column::OptionValue(0)),
    ("option2 value", Column::OptionValue(1)),
    ("option3 value", Column::OptionValue(2)),
    ("variant sku", Column::Code),
    ("sku", Column::Code),
    ("variant barcode", Column::Barcode),
    ("barcode", Column::Barcode),
    ("variant price", Column::Price),
    ("price", Column::Price),
    ("cost per item", Column::Cost),
    ("variant cost", Column::Cost),
    ("variant inventory tracker", Column::Tracker),
    ("inventory tracker", Column::Tracker),
    ("variant inventory qty", Column::Quantity),
    ("variant inventory quantity", Column::Quantity),
    ("inventory quantity", Column::Quantity),
    ("location", Column::Location),
    ("available", Column::Available),
    ("on hand", Column::OnHand),
    ("on hand (current)", Column::OnHand),
    ("on hand (new)", Column::Ignored),
    ("hs code", Column::Ignored),
    ("coo", Column::Ignored),
    ("bin name", Column::Ignored),
    ("incoming", Column::Ignored),
    ("unavailable", Column::Ignored),
    ("committed", Column::Ignored),
];

fn meaning(name: &str) -> Option<Column> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let name = name.strip_suffix(" (not editable)").unwrap_or(&name);
    // Some tools write "Option 1 Name".
    let name = name.replace("option ", "option");
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
}

/// The header of a file: where each column stands.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    names: Vec<String>,
    at: [Option<usize>; COLUMNS],
    /// Columns whose names mean nothing to us.
    unknown: Vec<usize>,
}

impl Columns {
    /// Reads the header. Two columns of one meaning are refused: either could be the right one.
    pub(crate) fn read(names: Vec<String>) -> Result<Self, FileError> {
        let mut columns = Self { names: Vec::new(), at: [None; COLUMNS], unknown: Vec::new() };
        for (index, name) in names.iter().enumerate() {
            let Some(column) = meaning(name) else {
                columns.unknown.push(index);
                continue;
            };
            // Ignored columns have no slot.
            let Some(slot) = columns.at.get_mut(column.index()) else { continue };
            if let Some(first) = slot {
                let first = names.get(*first).cloned().unwrap_or_default();
                return Err(FileError::ColumnTwice { first, second: name.clone() });
            }
            *slot = Some(index);
        }
        columns.names = names;
        Ok(columns)
    }

    /// Refuses a file without these columns; the names are those to show.
    pub(crate) fn require(&self, wanted: &[(Column, &'static str)]) -> Result<(), FileError> {
        let missing: Vec<_> =
            wanted.iter().filter(|(c, _)| !self.has(*c)).map(|(_, name)| *name).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.names.iter().filter(|name| !name.trim().is_empty()).cloned().collect();
        Err(FileError::Columns { missing, found })
    }

    /// Whether the file has the column.
    pub(crate) fn has(&self, column: Column) -> bool {
        self.index(column).is_some()
    }

    /// Where the column stands.
    pub(crate) fn index(&self, column: Column) -> Option<usize> {
        self.at.get(column.index()).copied().flatten()
    }

    /// The column's name in this file.
    pub(crate) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The columns whose names mean nothing to us.
    pub(crate) fn unknown(&self) -> &[usize] {
        &self.unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Result<Columns, FileError> {
        Columns::read(header.split(',').map(str::to_owned).collect())
    }

    #[test]
    fn old_and_new_names_mean_the_same() {
        let old =
            columns("Handle,Title,Body (HTML),Variant SKU,Variant Inventory Qty").expect("ok");
        let new = columns("TITLE,url  handle, Description ,sku,Inventory quantity").expect("ok");
        for column in
            [Column::Handle, Column::Title, Column::Description, Column::Code, Column::Quantity]
        {
            assert!(old.has(column) && new.has(column), "{column:?}");
        }
        assert_eq!(new.index(Column::Handle), Some(1));
    }

    #[test]
    fn markets_are_not_prices() {
        let with = columns("Handle,Title,Included / EU,Price / International,Price").expect("ok");
        assert_eq!(with.index(Column::Price), Some(4));
        assert_eq!(with.unknown(), [2, 3]);
    }

    #[test]
    fn missing_columns_are_named_with_what_there_is() {
        let error = columns("Name,Email,")
            .expect("a header")
            .require(&[(Column::Handle, "Handle"), (Column::Title, "Title")])
            .expect_err("no products")
            .to_string();
        assert!(error.contains("no column \"Handle\" and no column \"Title\""), "{error}");
        assert!(error.contains("it has \"Name\", \"Email\"."), "{error}");
    }

    #[test]
    fn two_columns_of_one_meaning_are_refused() {
        let error = columns("Handle,Title,SKU,Variant SKU").expect_err("two SKU columns");
        assert!(error.to_string().contains("\"SKU\" and \"Variant SKU\" mean the same"));
    }
}
