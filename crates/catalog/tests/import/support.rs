//! A shop to import into, on either database.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use onhand_catalog::{ImportError, Options, Report, StockOptions, import_catalog, import_stock};
use onhand_domain::{FacilityId, FacilityScope, Micros};
use onhand_store::{
    By, Store,
    catalog::{ImportMode, ProductDetail, ProductPage, ProductQuery},
    clock::{Fixed, System},
    facilities::NewFacility,
};
use onhand_testkit::PgCluster;
use tempfile::TempDir;
use uuid::Uuid;

/// Some day in 2025.
const NOW: Micros = Micros(1_750_000_000_000_000);

/// An empty shop with two facilities.
pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) main: FacilityId,
    pub(crate) north: FacilityId,
    folder: TempDir,
}

impl Shop {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("shop.db").display());
        Self::open(&url, folder).await
    }

    pub(crate) async fn on_postgres() -> Self {
        let url = tokio::task::spawn_blocking(|| PgCluster::shared().fresh_database())
            .await
            .expect("a database");
        Self::open(&url, tempfile::tempdir().expect("a folder")).await
    }

    async fn open(url: &str, folder: TempDir) -> Self {
        let clock = Arc::new(Fixed::at(NOW));
        let store = Store::open(url, clock, Arc::new(System)).await.expect("an open database");
        let main = facility(&store, "S1", "Main Street").await;
        let north = facility(&store, "N1", "North").await;
        Self { store, main, north, folder }
    }

    /// Writes a file and answers its path.
    pub(crate) fn file(&self, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(format!("{}.csv", self.store.ids().next()));
        std::fs::write(&path, content).expect("a file");
        path
    }

    pub(crate) async fn try_catalog(
        &self,
        path: &Path,
        mode: ImportMode,
        facility: Option<FacilityId>,
    ) -> Result<Report, ImportError> {
        let options = Options { by: By::command_line("import_catalog"), mode, facility };
        import_catalog(&self.store, path, &options, &|_, _| {}).await
    }

    /// Imports the good rows of a product export at the main facility.
    pub(crate) async fn catalog(&self, path: &Path) -> Report {
        self.try_catalog(path, ImportMode::GoodRows, Some(self.main)).await.expect("a report")
    }

    pub(crate) async fn stock(&self, path: &Path, mode: ImportMode) -> Report {
        let options = StockOptions {
            by: By::command_line("import_stock"),
            mode,
            scope: FacilityScope::All,
            locations: BTreeMap::from([("Warehouse".to_owned(), "n1".to_owned())]),
        };
        import_stock(&self.store, path, &options, &|_, _| {}).await.expect("a report")
    }

    /// A page of products with the stock at the main facility.
    pub(crate) async fn find(&self, text: &str) -> ProductPage {
        let query = ProductQuery {
            text,
            category: None,
            facility: Some(self.main),
            scope: &FacilityScope::All,
            after: None,
            limit: 50,
        };
        self.store.list_products(&query).await.expect("a page")
    }

    /// The product with this handle.
    pub(crate) async fn product(&self, handle: &str) -> ProductDetail {
        let known = self.store.known_products(&[handle], None).await.expect("an answer");
        let id = known.get(handle).expect("a known product").product.id;
        self.store.product(id.into()).await.expect("an answer").expect("a product")
    }

    /// Units available of each SKU of a product, `None` where the ledger does not know it.
    pub(crate) async fn available(&self, handle: &str, facility: FacilityId) -> Vec<Option<i64>> {
        let known = self.store.known_products(&[handle], Some(facility)).await.expect("an answer");
        known.get(handle).map(|p| p.skus.iter().map(|s| s.available).collect()).unwrap_or_default()
    }

    /// How many products there are.
    pub(crate) async fn products(&self) -> usize {
        let mut count = 0;
        let mut after = None;
        loop {
            let query = ProductQuery {
                text: "",
                category: None,
                facility: None,
                scope: &FacilityScope::none(),
                after,
                limit: 100,
            };
            let page = self.store.list_products(&query).await.expect("a page");
            count += page.items.len();
            after = page.next;
            if after.is_none() {
                return count;
            }
        }
    }
}

async fn facility(store: &Store, code: &str, name: &str) -> FacilityId {
    let id = FacilityId(Uuid::from_u128(u128::from(code.as_bytes()[0])));
    let new = NewFacility {
        id,
        code: code.to_owned(),
        name: name.to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        opened_on: None,
        group_ids: BTreeSet::new(),
    };
    store.create_facility(&By::command_line("create_facility"), new).await.expect("a facility");
    id
}

/// A real export. These lie beside the repository, not in it, so a clone elsewhere has none: its
/// tests say so and pass over them.
pub(crate) fn export(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/catalog");
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("passed over: {} is not there", path.display());
    None
}

/// Runs a test on both databases.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($shop:ident: Shop) $body:block)*) => {
        $(
            mod $name {
                use super::*;

                async fn check($shop: Shop) $body

                $(#[$doc])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    check(Shop::on_sqlite().await).await;
                }

                $(#[$doc])*
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    check(Shop::on_postgres().await).await;
                }
            }
        )*
    };
}
pub(crate) use on_both;
