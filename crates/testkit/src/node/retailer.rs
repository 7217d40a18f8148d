use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::http;
use super::process::Node;
use super::program::Program;
use crate::watchdog::random_name;

/// Entries of a page: the most that the API gives.
const PAGE: usize = 200;

/// What a retailer begins with.
#[derive(Clone, Copy, Debug)]
pub struct Assortment {
    /// Facilities, called `F1`, `F2` and so on.
    pub facilities: usize,
    /// Products of one SKU each, with the codes `SKU-1`, `SKU-2` and so on.
    pub skus: usize,
    /// Units of each SKU that each facility opens with; with 0 there are no levels, and
    /// [`Retailer::skus`] is empty.
    pub opening: i64,
}

impl Default for Assortment {
    fn default() -> Self {
        Self { facilities: 2, skus: 20, opening: 100_000 }
    }
}

/// A seeded database and the credentials to work with it. Its folder goes with this value.
pub struct Retailer {
    program: Program,
    folder: Folder,
    database: String,
    key: String,
    facilities: Vec<String>,
    skus: Vec<String>,
}

impl Retailer {
    /// Seeds a SQLite file in a folder of its own under the machine's temporary folder.
    ///
    /// # Errors
    /// When there is no program, or what it said.
    pub fn on_sqlite(assortment: &Assortment) -> io::Result<Self> {
        let folder = Folder::create()?;
        let database = format!("sqlite://{}", folder.0.join("onhand.db").display());
        Self::seed(folder, database, assortment)
    }

    /// Seeds a SQLite file in `place`, which has to exist and stays.
    ///
    /// # Errors
    /// As [`Retailer::on_sqlite`].
    pub fn on_sqlite_in(place: &Path, assortment: &Assortment) -> io::Result<Self> {
        let database = format!("sqlite://{}", place.join("onhand.db").display());
        Self::seed(Folder::create()?, database, assortment)
    }

    /// Seeds an empty PostgreSQL database, as of [`crate::PgCluster::fresh_database`].
    ///
    /// # Errors
    /// As [`Retailer::on_sqlite`].
    pub fn on_postgres(url: &str, assortment: &Assortment) -> io::Result<Self> {
        Self::seed(Folder::create()?, url.to_owned(), assortment)
    }

    fn seed(folder: Folder, database: String, assortment: &Assortment) -> io::Result<Self> {
        let program = Program::find()?;
        let mut facilities = Vec::new();
        for number in 1..=assortment.facilities {
            let code = format!("F{number}");
            let add = ["facility", "add", "--json", "--timezone", "Europe/Berlin"];
            let made = program
                .run(&database, &[&add[..], &["--code", &code, "--name", &code]].concat())?;
            let id = http::texts(&made, "id").first().map(|id| (*id).to_owned());
            facilities.push(id.ok_or_else(|| io::Error::other(format!("no id in {made}")))?);
        }
        let add = ["key", "add", "--name", "test", "--role", "inventory_controller"];
        let key = program.run(&database, &add)?.trim().to_owned();
        let skus = Vec::new();
        let mut retailer = Self { program, folder, database, key, facilities, skus };
        if !retailer.facilities.is_empty() && assortment.skus > 0 {
            retailer.import(assortment)?;
            retailer.skus = retailer.look_up_skus()?;
        }
        Ok(retailer)
    }

    fn import(&self, assortment: &Assortment) -> io::Result<()> {
        let mut catalog = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,\
            Variant Inventory Tracker,Variant Price\n"
            .to_owned();
        let mut stock =
            "Handle,Title,Option1 Name,Option1 Value,SKU,Location,Available\n".to_owned();
        for sku in 1..=assortment.skus {
            // Writing to a string does not fail.
            let product = format!("product-{sku},Product {sku},Title,Default Title,SKU-{sku}");
            let _ = writeln!(catalog, "{product},shopify,10.00");
            for facility in 1..=assortment.facilities {
                let _ = writeln!(stock, "{product},F{facility},{}", assortment.opening);
            }
        }
        for (kind, text) in [("catalog", catalog), ("stock", stock)] {
            let file = self.folder.0.join(format!("{kind}.csv"));
            fs::write(&file, text)?;
            let file = file.to_string_lossy();
            let mut arguments = vec!["import", kind, &file];
            if kind == "catalog" {
                arguments.extend(["--facility", "F1"]);
            } else if assortment.opening == 0 {
                continue;
            }
            self.program.run(&self.database, &arguments)?;
        }
        Ok(())
    }

    fn look_up_skus(&self) -> io::Result<Vec<String>> {
        let node = self.serve()?;
        let mut skus = Vec::new();
        let mut page = format!("/api/v1/levels?facility_id={}&limit={PAGE}", self.facilities[0]);
        loop {
            let body = http::get(node.url(), &page, &self.key)?;
            skus.extend(http::texts(&body, "sku_id").into_iter().map(str::to_owned));
            let Some(next) = http::texts(&body, "next_cursor").first().copied() else { break };
            let facility = &self.facilities[0];
            page = format!("/api/v1/levels?facility_id={facility}&limit={PAGE}&cursor={next}");
        }
        Ok(skus)
    }

    /// Starts a node on a free port of 127.0.0.1 and waits until it takes requests. Several nodes
    /// may serve one PostgreSQL database.
    ///
    /// # Errors
    /// When it does not start, with its log.
    pub fn serve(&self) -> io::Result<Node> {
        self.serve_with(&[])
    }

    /// As [`Retailer::serve`], with further environment variables.
    ///
    /// # Errors
    /// As [`Retailer::serve`].
    pub fn serve_with(&self, environment: &[(&str, &str)]) -> io::Result<Node> {
        Node::start_first(&self.program, &self.database, &self.folder.0, environment)
    }

    /// Runs one of the program's commands against this database.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn run(&self, arguments: &[&str]) -> io::Result<String> {
        self.program.run(&self.database, arguments)
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The database's URL.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// A folder for whatever belongs to this retailer; it goes with this value.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// An API key of an inventory controller of everything: it may post variances and record
    /// movements. Sent as `Authorization: Bearer KEY`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The facilities' ids.
    pub fn facilities(&self) -> &[String] {
        &self.facilities
    }

    /// The SKUs' ids.
    pub fn skus(&self) -> &[String] {
        &self.skus
    }
}

/// A folder that is removed with its contents.
struct Folder(PathBuf);

impl Folder {
    fn create() -> io::Result<Self> {
        let folder = std::env::temp_dir().join(random_name());
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nobody is left to be told; it is the temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}
