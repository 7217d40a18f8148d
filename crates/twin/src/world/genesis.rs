//! The shop on its first day: what its catalogue says, and nothing else.

use std::collections::BTreeMap;

use super::World;
use super::access::Access;
use super::idempotency::Keys;
use super::names::State;
use super::stock::{Item, Level, Location, Micros, Product, base};
use crate::catalog::{Catalog, CatalogVariant};
use crate::clock::ClockSetting;
use crate::faults::Faults;

/// What decides how a shop begins, beside its catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Genesis {
    pub(crate) domain: String,
    pub(crate) seed: u64,
    pub(crate) locations: u64,
    /// What they are called, from the first on.
    pub(crate) location_names: Vec<String>,
    /// At so many of its locations each item is stocked.
    pub(crate) stocked_at: u64,
    pub(crate) at: Micros,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) token: String,
}

impl World {
    pub(crate) fn new(genesis: &Genesis, catalog: &Catalog) -> Self {
        let at = genesis.at;
        let mut names = genesis.location_names.iter().cloned();
        let location = |number: u64| Location {
            id: base::LOCATION + number,
            name: names.next().unwrap_or_else(|| format!("Location {}", number + 1)),
            active: true,
            created_at: at,
            updated_at: at,
        };
        let mut world = Self {
            domain: genesis.domain.clone(),
            address: String::new(),
            seed: genesis.seed,
            now: at,
            clock: ClockSetting::default(),
            faults: Faults::default(),
            access: Access::new(
                genesis.client_id.clone(),
                genesis.client_secret.clone(),
                genesis.token.clone(),
            ),
            locations: (0..genesis.locations).map(location).map(|it| (it.id, it)).collect(),
            products: BTreeMap::new(),
            items: BTreeMap::new(),
            levels: BTreeMap::new(),
            groups: Vec::new(),
            orders: BTreeMap::new(),
            fulfillment_orders: BTreeMap::new(),
            refunds: BTreeMap::new(),
            reverse_orders: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            bulks: BTreeMap::new(),
            keys: Keys::default(),
            trades: BTreeMap::new(),
            events: 0,
            others: 0,
        };
        for product in &catalog.products {
            world.add_product(product, genesis.stocked_at);
        }
        world
    }

    fn add_product(&mut self, from: &crate::catalog::CatalogProduct, stocked_at: u64) {
        let id = base::PRODUCT + self.products.len() as u64;
        let mut variants = Vec::new();
        for (position, variant) in from.variants.iter().enumerate() {
            variants.push(self.add_item(id, position + 1, variant, stocked_at));
        }
        let product = Product {
            id,
            handle: from.handle.clone(),
            title: from.title.clone(),
            vendor: from.vendor.clone(),
            kind: from.kind.clone(),
            variants,
            created_at: self.now,
        };
        self.products.insert(id, product);
    }

    fn add_item(
        &mut self,
        product: u64,
        position: usize,
        from: &CatalogVariant,
        stocked_at: u64,
    ) -> u64 {
        let (number, at) = (self.items.len() as u64, self.now);
        let id = base::ITEM + number;
        let variant = base::VARIANT + number;
        let item = Item {
            id,
            variant,
            product,
            position,
            sku: from.sku.clone(),
            barcode: from.barcode.clone(),
            options: from.options.clone(),
            price: from.price.clone(),
            tracked: from.tracked,
            mutable: true,
            requires_shipping: from.requires_shipping,
            created_at: at,
            updated_at: at,
        };
        self.items.insert(id, item);
        let places: Vec<u64> =
            self.locations.keys().copied().take(usize::try_from(stocked_at).unwrap_or(0)).collect();
        for (nth, location) in places.into_iter().enumerate() {
            let mut level = Level::new(base::LEVEL + self.levels.len() as u64, true, at);
            if nth == 0 {
                level.add(State::Available, from.quantity, at);
            }
            self.levels.insert((id, location), level);
        }
        variant
    }
}
