//! The retailer under load: a catalogue, facilities with stock, and a key to post with.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    path::Path,
    sync::Arc,
};

use anyhow::{Context as _, Result, bail, ensure};
use onhand_catalog::{Options, import_catalog};
use onhand_domain::{FacilityId, Micros, PrincipalId, Scope};
use onhand_store::{
    By, Clock as _, Ids as _, Store,
    catalog::ImportMode,
    clock::System,
    facilities::NewFacility,
    people::{KeySecret, NewApiKey, NewGrant},
};
use uuid::Uuid;

use crate::{database::Db, fill::fill, ledger::Ledger};

/// The key's secret. The database is thrown away with the run.
pub(crate) const KEY: &str = "ohk_0123456789abcdef0123456789abcdef";
/// The secret of a second key: nobody reviews what they counted themselves.
pub(crate) const REVIEWER_KEY: &str = "ohk_fedcba9876543210fedcba9876543210";
/// SKUs of one product.
pub(crate) const SKUS_EACH: usize = 4;

const KINDS: [&str; 10] =
    ["Runner", "Jacket", "Beanie", "Backpack", "Tent", "Bottle", "Glove", "Saddle", "Lamp", "Sock"];
const MAKERS: [&str; 7] =
    ["Acme", "Northwind", "Fabrikam", "Contoso", "Tailspin", "Litware", "Fox"];
const COLOURS: [&str; 8] = ["Black", "White", "Red", "Blue", "Green", "Blush", "Brown", "Bronze"];

/// What people type, whole: "as you type" is each of their beginnings.
pub(crate) const SEARCHES: [&str; 8] = [
    "black runner",
    "contoso tent",
    "fox-000006",
    "acme jacket 40",
    "sock red 36",
    "northwind blue bottle",
    "backpack brown",
    "bronze saddle 41",
];

/// A retailer in a database.
pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) places: Arc<Places>,
    pub(crate) products: Vec<Uuid>,
    pub(crate) actor: Uuid,
    /// Units available, by slot, as they must be.
    expected: Vec<i64>,
}

/// What can be posted to. SKU `s` at facility `f` has the slot `f × SKUs + s`.
pub(crate) struct Places {
    pub(crate) facilities: Vec<Uuid>,
    /// The SKUs that have stock.
    pub(crate) skus: Vec<Uuid>,
}

impl Places {
    pub(crate) const fn slots(&self) -> usize {
        self.facilities.len() * self.skus.len()
    }

    /// The facility and the SKU of a slot.
    pub(crate) fn of(&self, slot: usize) -> (Uuid, Uuid) {
        let get = |ids: &[Uuid], at: usize| ids.get(at).copied().unwrap_or_default();
        (get(&self.facilities, slot / self.skus.len()), get(&self.skus, slot % self.skus.len()))
    }
}

async fn open(url: &str) -> Result<Store> {
    Ok(Store::open(url, Arc::new(System), Arc::new(System)).await?)
}

/// Makes a database with a catalogue of so many SKUs and the key, and nothing in stock.
pub(crate) async fn found(url: &str, skus: usize, folder: &Path) -> Result<()> {
    let file = folder.join("catalogue.csv");
    std::fs::write(&file, catalogue(skus / SKUS_EACH)?)?;
    let store = open(url).await?;
    let by = By::command_line("import_catalog");
    let options = Options { by, mode: ImportMode::GoodRows, facility: None };
    let report = import_catalog(&store, &file, &options, &|_, _| {}).await?;
    ensure!(report.skus.created == skus as u64, "the catalogue: {report:?}");
    add_key(&store, "Load", KEY).await?;
    store.close().await;
    Ok(())
}

/// Makes the second key. After [`World::open`], which takes whatever key there is for its own.
pub(crate) async fn add_reviewer(url: &str) -> Result<()> {
    let store = open(url).await?;
    add_key(&store, "Reviewer", REVIEWER_KEY).await?;
    store.close().await;
    Ok(())
}

async fn add_key(store: &Store, name: &str, key: &str) -> Result<()> {
    let new = NewApiKey {
        id: PrincipalId(System.next()),
        name: name.to_owned(),
        grant: NewGrant { role: "inventory_controller".to_owned(), scope: Scope::All },
        expires_at: None,
    };
    let secret = KeySecret { key: key.to_owned(), prefix: key.get(..8).unwrap_or(key).to_owned() };
    store.create_api_key(&By::command_line("create_api_key"), new, &secret).await?;
    Ok(())
}

/// A product export, as Shopify writes it.
fn catalogue(products: usize) -> Result<String> {
    let mut csv = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Option2 Name,\
         Option2 Value,Variant SKU,Variant Inventory Tracker,Variant Price,Variant Barcode,\
         Cost per item\n",
    );
    for p in 0..products {
        let (kind, maker) = (KINDS[p % KINDS.len()], MAKERS[p % MAKERS.len()]);
        for s in 0..SKUS_EACH {
            let (colour, size) = (COLOURS[(p + s) % COLOURS.len()], 36 + (p * 3 + s) % 12);
            let own = if s == 0 {
                format!(
                    "{maker} {kind} {p},<p>Light and dry.</p>,{maker},{kind},Color,{colour},\
                         Size,{size}"
                )
            } else {
                format!(",,,,,{colour},,{size}")
            };
            let n = p * SKUS_EACH + s;
            let barcode = 4_000_000_000_000_u64 + n as u64;
            writeln!(csv, "{kind}-{p},{own},{maker}-{n:06},shopify,9.90,'{barcode},4.15")?;
        }
    }
    Ok(csv)
}

impl World {
    /// Opens facilities in a database made by [`found`], with stock of the first `stocked` SKUs
    /// at each.
    pub(crate) async fn open(url: &str, facilities: usize, stocked: usize) -> Result<Self> {
        let store = open(url).await?;
        let mut opened = Vec::new();
        for n in 0..facilities {
            let new = NewFacility {
                id: FacilityId(System.next()),
                code: format!("S{n}"),
                name: format!("Store {n}"),
                time_zone: "Europe/Berlin".to_owned(),
                opened_on: None,
                group_ids: BTreeSet::new(),
            };
            let by = By::command_line("create_facility");
            opened.push(store.create_facility(&by, new).await?.id.0);
        }
        store.close().await;
        let db = Db::open(url).await?;
        let pairs = db.pairs("SELECT id, product_id FROM skus ORDER BY id").await?;
        let skus: Vec<Uuid> = pairs.iter().map(|(sku, _)| *sku).take(stocked).collect();
        ensure!(skus.len() == stocked, "the catalogue has only {} SKUs", skus.len());
        let mut products: Vec<Uuid> = pairs.iter().map(|(_, product)| *product).collect();
        products.dedup();
        let (actor, _) = db
            .pairs("SELECT id, id FROM principals WHERE kind = 'key'")
            .await?
            .pop()
            .context("the key")?;
        db.close().await;
        let places = Places { facilities: opened, skus };
        let expected = vec![0; places.slots()];
        Ok(Self { url: url.to_owned(), places: Arc::new(places), products, actor, expected })
    }

    /// The ledger of this world while it is still empty, to be filled with rows.
    pub(crate) fn ledger(&self) -> Result<Ledger> {
        let Places { facilities, skus } = &*self.places;
        // An hour ago, so that what the server records is later whatever was filled in.
        let now = Micros(System.now().0 - 3_600 * Micros::SECOND);
        Ledger::new(self.actor, facilities.clone(), skus.clone(), now)
    }

    /// Gives every SKU its opening stock at every facility, and adds variances until there are
    /// `movements` in all.
    pub(crate) async fn stock(&mut self, movements: usize) -> Result<Ledger> {
        let ledger = fill(&self.url, self.ledger()?, movements).await?;
        self.expected = ledger.available();
        Ok(ledger)
    }

    /// One unit of each of these slots was acknowledged as found.
    pub(crate) fn acknowledge(&mut self, slots: impl IntoIterator<Item = u32>) {
        for slot in slots {
            if let Some(expected) = self.expected.get_mut(slot as usize) {
                *expected += 1;
            }
        }
    }

    /// These slots were counted, each with so many units more than the record had.
    pub(crate) fn counted(&mut self, slots: impl IntoIterator<Item = usize>, variance: i64) {
        for slot in slots {
            if let Some(expected) = self.expected.get_mut(slot) {
                *expected += variance;
            }
        }
    }

    /// As [`World::check`], by the sum over all levels: for a database of millions.
    pub(crate) async fn check_sum(&self, db: &Db) -> Result<()> {
        let found = db.number("SELECT CAST(sum(available) AS bigint) FROM levels").await?;
        let expected: i64 = self.expected.iter().sum();
        ensure!(found == expected, "{expected} units acknowledged, {found} found");
        Ok(())
    }

    /// Fails unless every level is exactly what was acknowledged.
    pub(crate) async fn check(&self, db: &Db) -> Result<()> {
        let index = |ids: &[Uuid]| -> HashMap<Uuid, usize> {
            ids.iter().enumerate().map(|(n, id)| (*id, n)).collect()
        };
        let (facilities, skus) = (index(&self.places.facilities), index(&self.places.skus));
        let levels = db.levels().await?;
        ensure!(levels.len() == self.expected.len(), "{} levels", levels.len());
        let mut wrong = 0_usize;
        let mut first = None;
        for (facility, sku, available) in levels {
            let slot = facilities.get(&facility).zip(skus.get(&sku));
            let slot = slot.map(|(f, s)| f * self.places.skus.len() + s);
            let expected = slot.and_then(|slot| self.expected.get(slot)).copied();
            if expected != Some(available) {
                wrong += 1;
                first.get_or_insert((sku, facility, expected, available));
            }
        }
        if let Some((sku, facility, expected, available)) = first {
            bail!(
                "{wrong} levels are not what was acknowledged; SKU {sku} at {facility}: \
                 {expected:?} expected, {available} found"
            );
        }
        Ok(())
    }
}
