//! Finding SKUs by a code that was scanned or typed.

use std::collections::BTreeSet;

use onhand_domain::SkuId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::product::{
    Identifier, ProductRef, SkuDetail, identifiers_of, product_ref, sku_detail, with_products,
};
use crate::{
    Store, StoreError,
    entities::{identifiers, skus},
};

/// Characters of a code; anything longer is no code.
pub const IDENTIFIER_CHARS_MAX: usize = 255;
/// SKUs that one code may bring up for the person to choose from.
pub const IDENTIFIER_HITS_MAX: u64 = 50;

/// Lengths of the codes that the trade prints: EAN-8, UPC-A without and with its zero, EAN-13,
/// GTIN-14. A scanner, a label and a spreadsheet disagree on leading zeros.
const GTIN_LENGTHS: [usize; 5] = [8, 11, 12, 13, 14];

/// A SKU that a code points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierHit {
    /// The code as it is recorded.
    pub identifier: Identifier,
    /// The SKU.
    pub sku: SkuDetail,
    /// Its product.
    pub product: ProductRef,
}

impl Store {
    /// The SKUs that a code points to: by identifier or SKU code, exactly, save for leading zeros
    /// of a GTIN and the case of letters. Several may share one; then the person chooses.
    pub async fn skus_by_code(&self, code: &str) -> Result<Vec<IdentifierHit>, StoreError> {
        let db = self.reader();
        let found = find(&db, code).await?;
        let ids: BTreeSet<Uuid> = found.iter().map(|(id, _)| id.0).collect();
        let rows = with_products(&db, ids.iter().copied()).await?;
        let mut codes = identifiers_of(&db, ids).await?;
        let mut hits = Vec::with_capacity(rows.len());
        // In the order found: by identifier before by SKU code.
        for (id, identifier) in found {
            let Some((sku, product)) = rows.iter().find(|(sku, _)| sku.id == id.0) else {
                continue;
            };
            let codes = codes.remove(&sku.id).unwrap_or_default();
            hits.push(IdentifierHit {
                identifier,
                product: product_ref(product),
                sku: sku_detail(product, sku.clone(), codes),
            });
        }
        Ok(hits)
    }
}

/// The SKUs that a code points to, each once, with the identifier that does.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    code: &str,
) -> Result<Vec<(SkuId, Identifier)>, StoreError> {
    let spellings = spellings(code);
    if spellings.is_empty() {
        return Ok(Vec::new());
    }
    let by_identifier = identifiers::Entity::find()
        .filter(identifiers::Column::Value.is_in(spellings.iter().map(String::as_str)))
        .order_by_asc(identifiers::Column::SkuId)
        .limit(IDENTIFIER_HITS_MAX)
        .all(db)
        .await?;
    let by_code = skus::Entity::find()
        .filter(skus::Column::Code.is_in(spellings.iter().map(String::as_str)))
        .order_by_asc(skus::Column::Id)
        .limit(IDENTIFIER_HITS_MAX)
        .all(db)
        .await?;
    let found = by_identifier
        .into_iter()
        .map(|row| (SkuId(row.sku_id), Identifier { kind: row.kind, value: row.value }))
        .chain(by_code.into_iter().map(|sku| {
            let value = sku.code.unwrap_or_default();
            (SkuId(sku.id), Identifier { kind: "code".to_owned(), value })
        }));
    let mut seen = BTreeSet::new();
    Ok(found.filter(|(id, _)| seen.insert(*id)).collect())
}

/// The ways in which a code may be recorded.
fn spellings(code: &str) -> BTreeSet<String> {
    let code = code.trim();
    if code.is_empty() || code.chars().count() > IDENTIFIER_CHARS_MAX || code.contains('\0') {
        return BTreeSet::new();
    }
    let mut spellings = BTreeSet::from([code.to_owned(), code.to_uppercase(), code.to_lowercase()]);
    let digits = code.trim_start_matches('0');
    let is_gtin = code.bytes().all(|b| b.is_ascii_digit())
        && (GTIN_LENGTHS[0]..=GTIN_LENGTHS[4]).contains(&code.len());
    if is_gtin {
        spellings.extend(
            GTIN_LENGTHS
                .into_iter()
                .filter(|length| *length >= digits.len())
                .map(|length| format!("{digits:0>length$}")),
        );
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_of_a_gtin_do_not_matter() {
        let upc = spellings("036000291452");
        for same in ["36000291452", "0036000291452", "00036000291452"] {
            assert!(upc.contains(same), "{same}");
            assert!(spellings(same).contains("036000291452"), "{same}");
        }
        assert!(!upc.contains("360002914"));
    }

    #[test]
    fn short_numbers_and_words_are_taken_as_they_stand() {
        assert_eq!(spellings(" 007 "), BTreeSet::from(["007".to_owned()]));
        assert!(spellings("tr-204").contains("TR-204"));
        assert!(spellings("").is_empty());
        assert!(spellings(&"x".repeat(300)).is_empty());
    }
}
