//! What the shop sells, page by page.

use serde::{Deserialize, Serialize};

use super::{PAGE_MAX, PAGE_MIN, PAGES_MAX, Page, ReadError};
use crate::client::Shop;
use crate::code::Code;
use crate::documents;

/// A shop lets nobody page further than this; from here on pages begin anew behind the last id.
const REACH_MAX: usize = 25_000;
/// Variants of a product in a page.
const PRODUCT_PAGE: usize = 100;

/// An inventory item with the variant that sells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    /// The inventory item's global id.
    pub item: String,
    /// The variant's global id.
    pub variant: String,
    /// The variant's SKU; the shop has empty texts too, which are none here.
    pub code: Option<String>,
    /// Its barcode; the first, where it has several.
    pub barcode: Option<String>,
    /// The product's handle.
    pub handle: String,
    /// The product's title.
    pub title: String,
    /// What the variant is told apart by.
    pub options: Vec<SelectedOption>,
    /// Whether the shop counts it at all.
    pub tracked: bool,
    /// Whether it is a bundle, whose stock follows from its parts.
    pub bundle: bool,
}

/// An option of a product with the variant's value.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct SelectedOption {
    /// Such as `Size`.
    pub name: String,
    /// Such as `M`.
    pub value: String,
}

#[derive(Serialize)]
struct ItemsOf<'a> {
    first: usize,
    after: Option<&'a str>,
    query: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variants {
    product_variants: Page<Variant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    id: String,
    sku: Option<String>,
    barcode: Option<String>,
    requires_components: bool,
    selected_options: Vec<SelectedOption>,
    product: Product,
    inventory_item: InventoryItem,
}

#[derive(Deserialize)]
struct Product {
    handle: String,
    title: String,
}

#[derive(Deserialize)]
struct InventoryItem {
    id: String,
    tracked: bool,
}

#[derive(Serialize)]
struct Ids<'a> {
    ids: &'a [&'a str],
}

#[derive(Deserialize)]
struct Nodes {
    nodes: Vec<Option<ItemNode>>,
}

/// An item with its variant, the other way round.
#[derive(Deserialize)]
struct ItemNode {
    id: String,
    tracked: bool,
    variants: Option<VariantsOf>,
}

#[derive(Deserialize)]
struct VariantsOf {
    nodes: Vec<Sold>,
}

/// How an item is sold.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sold {
    id: String,
    sku: Option<String>,
    barcode: Option<String>,
    requires_components: bool,
    selected_options: Vec<SelectedOption>,
    product: Product,
}

impl From<Variant> for Item {
    fn from(variant: Variant) -> Self {
        let sold = Sold {
            id: variant.id,
            sku: variant.sku,
            barcode: variant.barcode,
            requires_components: variant.requires_components,
            selected_options: variant.selected_options,
            product: variant.product,
        };
        sold.of(variant.inventory_item.id, variant.inventory_item.tracked)
    }
}

impl Sold {
    fn of(self, item: String, tracked: bool) -> Item {
        let given = |text: Option<String>| {
            text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        Item {
            item,
            variant: self.id,
            code: given(self.sku),
            barcode: given(self.barcode),
            handle: self.product.handle,
            title: self.product.title,
            options: self.selected_options,
            tracked,
            bundle: self.requires_components,
        }
    }
}

/// Reads all items, in pages of at most [`PAGE_MAX`], however many the shop has.
pub struct ItemPages<'s> {
    shop: &'s Shop,
    first: usize,
    after: Option<String>,
    /// Variants above this number, where the shop's reach made us begin anew.
    above: Option<u64>,
    /// How many were read since we began anew.
    reached: usize,
    /// The number of the last variant.
    last: Option<u64>,
    done: bool,
}

impl Shop {
    /// All its items.
    pub const fn items(&self) -> ItemPages<'_> {
        ItemPages {
            shop: self,
            first: PAGE_MAX,
            after: None,
            above: None,
            reached: 0,
            last: None,
            done: false,
        }
    }

    /// Items by their own ids, at most [`PAGE_MAX`], in the order asked for; `None` for what is
    /// gone.
    pub async fn items_of(&self, ids: &[&str]) -> Result<Vec<Option<Item>>, ReadError> {
        let ids = &ids[..ids.len().min(PAGE_MAX)];
        let found: Nodes = self.read(documents::ITEMS_OF, ids.len(), &Ids { ids }).await?;
        let item = |node: Option<ItemNode>| {
            let node = node?;
            let sold = node.variants?.nodes.into_iter().next()?;
            Some(sold.of(node.id, node.tracked))
        };
        Ok(found.nodes.into_iter().map(item).collect())
    }

    /// The items of a product.
    pub async fn items_of_product(&self, product: &str) -> Result<Vec<Item>, ReadError> {
        let Some(number) = number_of(product) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let query = Some(format!("product_id:{number}"));
            let variables = ItemsOf { first: PRODUCT_PAGE, after: after.as_deref(), query };
            let found: Variants = self.read(documents::ITEMS, PRODUCT_PAGE, &variables).await?;
            all.extend(found.product_variants.nodes.into_iter().map(Item::from));
            after = found.product_variants.page_info.next();
            if after.is_none() {
                return Ok(all);
            }
        }
        Err(ReadError::Strange(format!("{product} has more than {PAGES_MAX} pages of variants")))
    }
}

impl ItemPages<'_> {
    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Item>>, ReadError> {
        if self.done {
            return Ok(None);
        }
        let page = self.fetch().await?;
        self.reached += page.nodes.len();
        for variant in &page.nodes {
            let number = number_of(&variant.id);
            // A filter that the shop can't apply it may ignore, and we would never end.
            if number.is_some() && number <= self.above {
                let problem =
                    format!("variants above {:?} asked for, {} given", self.above, variant.id);
                return Err(ReadError::Strange(problem));
            }
            self.last = number.or(self.last);
        }
        self.after = page.page_info.next();
        self.done = self.after.is_none();
        if !self.done && self.reached + self.first > REACH_MAX {
            (self.above, self.after, self.reached) = (self.last, None, 0);
        }
        Ok(Some(page.nodes.into_iter().map(Item::from).collect()))
    }

    /// A page, smaller if the shop finds it too expensive.
    async fn fetch(&mut self) -> Result<Page<Variant>, ReadError> {
        loop {
            let query = self.above.map(|above| format!("id:>{above}"));
            let variables = ItemsOf { first: self.first, after: self.after.as_deref(), query };
            match self.shop.read::<Variants>(documents::ITEMS, self.first, &variables).await {
                Err(ReadError::Refused { code: Code::MaxCostExceeded, .. })
                    if self.first > PAGE_MIN =>
                {
                    self.first = (self.first / 2).max(PAGE_MIN);
                }
                found => return found.map(|variants| variants.product_variants),
            }
        }
    }
}

/// The number at the end of a global id.
fn number_of(id: &str) -> Option<u64> {
    id.rsplit('/').next()?.parse().ok()
}
