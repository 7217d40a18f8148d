//! What a batch of rows changes. Pure: rows and what is recorded go in, changes come out.

use std::collections::{BTreeMap, HashMap, HashSet};

use onhand_domain::{Micros, ProductId, SkuId};
use onhand_store::{
    Ids,
    catalog::{Changes, KnownProduct, KnownSku, SkuWrite},
    entities::{products, skus},
};

use crate::{
    RowError,
    report::{Difference, Report, Sku},
    row::{Digest, ProductFields, Row, VariantFields, digest},
};

/// The kind of the identifier that a file brings.
const BARCODE: &str = "barcode";

/// What the run remembers of a product, however far apart its rows stand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Rows with a variant so far.
    variants: i64,
    /// Its title has been taken.
    described: bool,
    /// It was not there before this run.
    created: bool,
}

/// What the run remembers from batch to batch: some bytes for each product.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    products: HashMap<Digest, Seen>,
    /// Products that have a title somewhere in the file.
    titled: HashSet<Digest>,
}

impl Memory {
    /// Starts with the products that have a title somewhere in the file.
    pub(crate) fn new(titled: HashSet<Digest>) -> Self {
        Self { products: HashMap::new(), titled }
    }

    /// Takes over what a batch has learned, once its changes are made.
    pub(crate) fn learn(&mut self, seen: HashMap<Digest, Seen>) {
        self.products.extend(seen);
    }

    pub(crate) fn into_titled(self) -> HashSet<Digest> {
        self.titled
    }
}

/// An opening balance to be posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpeningLine {
    /// The line of the file.
    pub(crate) line: u64,
    pub(crate) sku: SkuId,
    /// Units available, not 0.
    pub(crate) quantity: i64,
}

/// What a batch comes to.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) changes: Changes,
    pub(crate) openings: Vec<OpeningLine>,
    pub(crate) report: Report,
    pub(crate) seen: HashMap<Digest, Seen>,
}

/// What the decisions depend on besides the rows.
pub(crate) struct Basis<'a> {
    /// The products of the batch's handles that are recorded.
    pub(crate) known: HashMap<String, KnownProduct>,
    pub(crate) memory: &'a Memory,
    /// Whether quantities are looked at.
    pub(crate) with_stock: bool,
    pub(crate) now: Micros,
    pub(crate) ids: &'a dyn Ids,
}

/// Decides what the rows change.
pub(crate) fn plan(rows: &[Row], mut basis: Basis<'_>) -> Batch {
    let known = std::mem::take(&mut basis.known);
    let mut desk = Desk { basis: &basis, batch: Batch::default(), products: BTreeMap::new() };
    let mut known = known;
    for row in rows {
        if !desk.products.contains_key(row.handle.as_str()) {
            let found = known.remove(&row.handle);
            if !desk.open(row, found) {
                continue;
            }
        }
        desk.take(row);
    }
    desk.close()
}

/// A product of the batch while its rows are taken.
struct Open {
    product: products::Model,
    skus: HashMap<String, KnownSku>,
    is_new: bool,
    changed: bool,
}

struct Desk<'a, 'r> {
    basis: &'a Basis<'a>,
    batch: Batch,
    products: BTreeMap<&'r str, Open>,
}

impl<'r> Desk<'_, 'r> {
    /// Brings a product to the desk; false where a row has no product to belong to.
    fn open(&mut self, row: &'r Row, known: Option<KnownProduct>) -> bool {
        let key = digest(&row.handle, None);
        let first_time = !self.basis.memory.products.contains_key(&key);
        let mut seen = self.basis.memory.products.get(&key).copied().unwrap_or_default();
        let open = if let Some(known) = known {
            let skus = known.skus.into_iter().map(|s| (s.sku.variant_key.clone(), s)).collect();
            if first_time {
                self.batch.report.products.unchanged += 1;
            }
            Open { product: known.product, skus, is_new: false, changed: false }
        } else if seen.created {
            // Only a run that writes nothing comes here: its first batch made the product.
            let product = self.new_product(row);
            Open { product, skus: HashMap::new(), is_new: true, changed: false }
        } else if row.product.is_some() || self.basis.memory.titled.contains(&key) {
            self.batch.report.products.created += 1;
            seen.created = true;
            let product = self.new_product(row);
            Open { product, skus: HashMap::new(), is_new: true, changed: true }
        } else {
            self.batch.report.refuse(RowError::value(
                row.line,
                "Handle",
                &row.handle,
                "is no product that is known, and no good row of this file has its title",
                "write the title into the first row of the product",
            ));
            return false;
        };
        self.batch.seen.insert(key, seen);
        self.products.insert(&row.handle, open);
        true
    }

    /// A product before its title is known; its own row may come later.
    fn new_product(&self, row: &Row) -> products::Model {
        products::Model {
            id: self.basis.ids.next(),
            handle: row.handle.clone(),
            title: row.handle.clone(),
            vendor: None,
            category: None,
            description: None,
            option1_name: None,
            option2_name: None,
            option3_name: None,
            image_id: None,
            created_at: self.basis.now.0,
            updated_at: self.basis.now.0,
        }
    }

    fn take(&mut self, row: &'r Row) {
        let Some(open) = self.products.get_mut(row.handle.as_str()) else { return };
        let seen = self.batch.seen.entry(digest(&row.handle, None)).or_default();
        // The first row with a title describes the product, as in the shop.
        if let Some(fields) = row.product.as_ref().filter(|_| !seen.described) {
            seen.described = true;
            let described = describe(&open.product, fields, self.basis.now);
            if let Some(product) = described {
                if !seen.created {
                    self.batch.report.products.unchanged =
                        self.batch.report.products.unchanged.saturating_sub(1);
                    self.batch.report.products.updated += 1;
                }
                open.product = product;
                open.changed = true;
            }
        }
        let Some(variant) = &row.variant else { return };
        let position = seen.variants;
        seen.variants += 1;
        self.take_variant(row, variant, position);
    }

    fn take_variant(&mut self, row: &Row, variant: &VariantFields, position: i64) {
        let Some(open) = self.products.get_mut(row.handle.as_str()) else { return };
        let old = open.skus.remove(&variant.key);
        let available = old.as_ref().and_then(|old| old.available);
        let is_new = old.is_none();
        let (old_sku, old_codes) = match old {
            Some(old) => (old.sku, old.identifiers),
            None => (new_sku(&open.product, variant, self.basis), Vec::new()),
        };
        let sku = merged(&old_sku, variant, position, self.basis.now);
        let identifiers = with_barcode(&old_codes, variant);
        let changed = sku != old_sku || identifiers != old_codes;
        let write = SkuWrite { sku, identifiers };
        let report = &mut self.batch.report;
        report.skus.untracked += u64::from(!write.sku.tracked);
        if self.basis.with_stock {
            let quantity = variant.quantity.unwrap_or(0);
            let begins = available.is_none();
            // An untracked SKU never gets into the ledger, so it counts only while it is new.
            if begins && quantity < 0 && (write.sku.tracked || is_new) {
                report.opening.negative += 1;
            }
            match (write.sku.tracked, available) {
                (true, None) if quantity != 0 => {
                    report.opening.posted += 1;
                    report.opening.units = report.opening.units.saturating_add(quantity);
                    self.batch.openings.push(OpeningLine {
                        line: row.line,
                        sku: SkuId(write.sku.id),
                        quantity,
                    });
                }
                (true, Some(record)) if variant.quantity.is_some_and(|file| file != record) => {
                    report.differ(Difference {
                        line: row.line,
                        sku: sku_ref(&open.product, &write.sku),
                        file: quantity,
                        record,
                    });
                }
                _ => {}
            }
        }
        if is_new {
            report.skus.created += 1;
            self.batch.changes.new_skus.push(write);
        } else if changed {
            report.skus.updated += 1;
            self.batch.changes.changed_skus.push(write);
        } else {
            report.skus.unchanged += 1;
        }
    }

    fn close(mut self) -> Batch {
        for open in self.products.into_values().filter(|open| open.changed) {
            if open.is_new {
                self.batch.changes.new_products.push(open.product);
            } else {
                self.batch.changes.changed_products.push(open.product);
            }
        }
        self.batch
    }
}

/// The product as the file describes it; none where nothing changes.
fn describe(old: &products::Model, fields: &ProductFields, now: Micros) -> Option<products::Model> {
    let [option1, option2, option3] = fields.option_names.clone();
    let described = products::Model {
        title: fields.title.clone(),
        vendor: fields.vendor.clone().or_keep(old.vendor.clone()),
        category: fields.category.clone().or_keep(old.category.clone()),
        description: fields.description.clone().or_keep(old.description.clone()),
        option1_name: option1.or_else(|| old.option1_name.clone()),
        option2_name: option2.or_else(|| old.option2_name.clone()),
        option3_name: option3.or_else(|| old.option3_name.clone()),
        ..old.clone()
    };
    if described == *old {
        return None;
    }
    Some(products::Model { updated_at: now.0, ..described })
}

fn new_sku(product: &products::Model, variant: &VariantFields, basis: &Basis<'_>) -> skus::Model {
    skus::Model {
        id: basis.ids.next(),
        product_id: product.id,
        variant_key: variant.key.clone(),
        position: 0,
        code: None,
        option1: None,
        option2: None,
        option3: None,
        cost: None,
        price: None,
        // Where the file does not say, stock is kept: that is what the program is for.
        tracked: true,
        image_id: None,
        created_at: basis.now.0,
        updated_at: basis.now.0,
    }
}

/// The SKU as the file has it.
fn merged(old: &skus::Model, variant: &VariantFields, position: i64, now: Micros) -> skus::Model {
    let [option1, option2, option3] = variant.options.clone();
    let money = |given: &crate::row::Given<onhand_domain::Money>, old: Option<i64>| {
        given.clone().or_keep(old.map(onhand_domain::Money)).map(|m| m.0)
    };
    let mut sku = skus::Model {
        position,
        code: variant.code.clone().or_keep(old.code.clone()),
        option1,
        option2,
        option3,
        price: money(&variant.price, old.price),
        cost: money(&variant.cost, old.cost),
        tracked: variant.tracked.unwrap_or(old.tracked),
        ..old.clone()
    };
    if sku != *old {
        sku.updated_at = now.0;
    }
    sku
}

/// The identifiers with the file's barcode in place of the one before. Other kinds stay.
fn with_barcode(old: &[(String, String)], variant: &VariantFields) -> Vec<(String, String)> {
    let is_barcode = |(kind, _): &&(String, String)| kind == BARCODE;
    let before = old.iter().find(is_barcode).map(|(_, value)| value.clone());
    let barcode = variant.barcode.clone().or_keep(before.clone());
    if barcode == before {
        return old.to_vec();
    }
    let others = old.iter().filter(|i| !is_barcode(i)).cloned();
    others.chain(barcode.map(|value| (BARCODE.to_owned(), value))).collect()
}

fn sku_ref(product: &products::Model, sku: &skus::Model) -> Sku {
    let options = [&sku.option1, &sku.option2, &sku.option3];
    Sku {
        id: SkuId(sku.id),
        code: sku.code.clone(),
        title: options.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" / "),
        product_id: ProductId(product.id),
        product_title: product.title.clone(),
        image_url: image_url(sku.image_id.or(product.image_id)),
    }
}

/// The address of a picture, as the API has it.
pub(crate) fn image_url(image: Option<uuid::Uuid>) -> Option<String> {
    image.map(|id| format!("/api/v1/images/{id}"))
}
