//! Puts the assortment into the catalogue: pictures, products, SKUs, codes.

use std::sync::Arc;

use anyhow::{Result, bail};
use onhand_domain::{Money, SkuId};
use onhand_store::{
    Clock, Ids, Store,
    catalog::{Changes, SkuWrite, Written},
    entities::{products, skus},
};
use uuid::Uuid;

use super::{
    art,
    assortment::{Colour, Style, barcode, styles},
    history::History,
    random::Random,
};

/// Between option values in a variant's key, as the catalogue import has it.
const KEY_SEPARATOR: &str = "\u{1f}";
/// How much less a product's second, third … colour is wanted.
const COLOUR_WEIGHTS: [f64; 5] = [1.0, 0.7, 0.55, 0.45, 0.4];
/// One style in so many has no SKU codes, as in real catalogues.
const STYLES_PER_UNCODED: usize = 31;
/// Product codes start after this one.
const CODE_BASE: usize = 1_000;

/// A SKU as the history needs it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The SKU.
    pub(super) id: SkuId,
    /// Its style, by number.
    pub(super) style: usize,
    /// Its category.
    pub(super) category: &'static str,
    /// Its brand.
    pub(super) vendor: &'static str,
    /// How well it sells, beside the others.
    pub(super) weight: f64,
    /// Cost of one unit.
    pub(super) cost: Money,
}

/// What stands in the catalogue now.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelves {
    /// Every SKU.
    pub(super) items: Vec<Item>,
    /// Products.
    pub(super) products: usize,
    /// Pictures.
    pub(super) pictures: usize,
}

/// Fills the catalogue with the first `count` styles.
pub(super) async fn fill(
    store: &Store,
    clock: &Arc<History>,
    random: &mut Random,
    count: usize,
) -> Result<Shelves> {
    let mut shelves = Shelves::default();
    let mut changes = Changes::default();
    for (n, style) in styles().take(count).enumerate() {
        let mut pictures = Vec::new();
        for colour in style.colours {
            let svg = art::draw(style.cut, colour.rgb, style.accent_on(*colour));
            pictures.push(store.put_image("image/svg+xml", svg.as_bytes()).await?);
        }
        let product = product(style, ids_and_time(clock), pictures.first().copied());
        let cost_percent = random.between(45, 60);
        for (position, variant) in (1_i64..).zip(variants(style)) {
            let sku = Making { style, n, product: product.id, position, cost_percent };
            let write = sku.write(&variant, ids_and_time(clock), &pictures, shelves.items.len());
            shelves.items.push(Item {
                id: SkuId(write.sku.id),
                style: n,
                category: style.category(),
                vendor: style.vendor.name,
                weight: f64::from(style.appeal) * variant.weight,
                cost: Money(write.sku.cost.unwrap_or_default()),
            });
            changes.new_skus.push(write);
        }
        shelves.products += 1;
        shelves.pictures += pictures.len();
        changes.new_products.push(product);
    }
    let unit = store.begin_catalog().await?;
    if unit.write(&changes).await? == Written::Conflict || unit.commit().await? == Written::Conflict
    {
        bail!("somebody else wrote to the catalogue; run the demo on a database of its own");
    }
    Ok(shelves)
}

fn ids_and_time(clock: &Arc<History>) -> (Uuid, i64) {
    (clock.next(), clock.now().0)
}

fn product(style: &Style, (id, now): (Uuid, i64), image_id: Option<Uuid>) -> products::Model {
    let mut options = [style.sizes.option(), (style.colours.len() > 1).then_some("Colour")]
        .into_iter()
        .flatten()
        .map(str::to_owned);
    products::Model {
        id,
        handle: style.title.to_lowercase().replace(' ', "-"),
        title: style.title.to_owned(),
        vendor: Some(style.vendor.name.to_owned()),
        category: Some(style.category().to_owned()),
        description: Some(style.description.to_owned()),
        option1_name: options.next(),
        option2_name: options.next(),
        option3_name: None,
        image_id,
        created_at: now,
        updated_at: now,
    }
}

/// One colour and size of a style.
struct Variant {
    size: Option<(usize, String)>,
    colour: (usize, Colour),
    weight: f64,
}

fn variants(style: &Style) -> Vec<Variant> {
    let sizes = style.sizes.values();
    let bell = bell(sizes.len().max(1));
    let mut variants = Vec::new();
    for colour in style.colours.iter().copied().enumerate() {
        let wanted = COLOUR_WEIGHTS.get(colour.0).copied().unwrap_or(0.3);
        let mut sizes = sizes.iter().cloned().enumerate().map(Some).collect::<Vec<_>>();
        if sizes.is_empty() {
            sizes.push(None);
        }
        for (size, share) in sizes.into_iter().zip(&bell) {
            variants.push(Variant { size, colour, weight: wanted * share });
        }
    }
    variants
}

/// How sales spread over sizes: most in the middle, few at both ends. Adds up to 1.
#[expect(clippy::cast_precision_loss, reason = "a style has a dozen sizes at most")]
fn bell(sizes: usize) -> Vec<f64> {
    let (middle, spread) = ((sizes - 1) as f64 / 2.0, sizes as f64 / 4.0);
    let shares: Vec<f64> =
        (0..sizes).map(|n| (-((n as f64 - middle) / spread).powi(2) / 2.0).exp()).collect();
    let sum: f64 = shares.iter().sum();
    shares.into_iter().map(|share| share / sum).collect()
}

/// A SKU in the making.
struct Making<'a> {
    style: &'a Style,
    n: usize,
    product: Uuid,
    position: i64,
    cost_percent: i64,
}

impl Making<'_> {
    fn write(
        &self,
        variant: &Variant,
        (id, now): (Uuid, i64),
        pictures: &[Uuid],
        n: usize,
    ) -> SkuWrite {
        let colour = variant.colour.1;
        let size = variant.size.as_ref().map(|(_, size)| size.clone());
        let named = (self.style.colours.len() > 1).then(|| colour.name.to_owned());
        let mut values = [size.clone(), named].into_iter().flatten();
        let (option1, option2) = (values.next(), values.next());
        let key: Vec<&str> =
            [&option1, &option2].into_iter().flatten().map(String::as_str).collect();
        let price = self.price_cents(variant);
        // To 5 cents, as suppliers' price lists have it.
        let cost = price * self.cost_percent / 100 / 5 * 5;
        let article = format!("{}{}-{}", self.style.vendor.code, CODE_BASE + self.n, colour.code);
        let code = size.as_ref().map_or_else(
            || article.clone(),
            |size| format!("{article}-{}", size.replace(['–', '/', ' '], "").to_uppercase()),
        );
        let sku = skus::Model {
            id,
            product_id: self.product,
            variant_key: key.join(KEY_SEPARATOR),
            position: self.position,
            code: (self.n % STYLES_PER_UNCODED != STYLES_PER_UNCODED - 1).then_some(code),
            option1,
            option2,
            option3: None,
            cost: Some(money(cost).0),
            price: Some(money(price).0),
            tracked: true,
            image_id: pictures.get(variant.colour.0).copied(),
            created_at: now,
            updated_at: now,
        };
        // The maker's article number stands on the box and does not tell the size: scanning it
        // has to ask.
        let identifiers = vec![("barcode".to_owned(), barcode(n)), ("vendor".to_owned(), article)];
        SkuWrite { sku, identifiers }
    }

    /// Larger bottles and packs cost more; clothes and shoes cost the same in every size.
    fn price_cents(&self, variant: &Variant) -> i64 {
        let step = match self.style.category() {
            "Backpacks" => 1_000,
            "Bottles" => 400,
            _ => 0,
        };
        let size = variant.size.as_ref().map_or(0, |(n, _)| *n);
        self.style.price_cents + step * i64::try_from(size).unwrap_or(0)
    }
}

const fn money(cents: i64) -> Money {
    Money(cents * (Money::SCALE / 100))
}
