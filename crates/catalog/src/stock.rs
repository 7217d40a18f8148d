//! Imports an inventory export: opening stock at several facilities at once.
//!
//! The file's *available* is what the ledger begins with, as in the product export. What is
//! committed is left out: it belongs to orders, which bring their own units when they become known.
//! Unavailable and incoming units are not the shop's to sell and are left out as well.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::Path,
};

use onhand_domain::{FacilityId, FacilityScope, ProductId, SkuId, plan::DOCUMENT_LINES_MAX};
use onhand_store::{
    By, Store,
    catalog::{ImportMode, KnownProduct, KnownSku},
    facilities::Facility,
};

use crate::{
    FileError, ImportError, RowError,
    batches::{self, Batch, Found, Source, blocking},
    import::{Progress, only_errors},
    opening::Poster,
    plan::{OpeningLine, image_url},
    report::{Difference, Report, Sku},
    row::{Digest, digest},
    stock_row::{Cell, StockRow, StockRows, StockStep},
};

/// Facilities that locations are looked for among.
const FACILITIES_MAX: u64 = 10_000;

/// How to import an inventory export.
#[derive(Clone, Debug)]
pub struct StockOptions {
    /// On whose behalf.
    pub by: By,
    /// What is written.
    pub mode: ImportMode,
    /// The facilities that the caller may import for; others are as good as unknown.
    pub scope: FacilityScope,
    /// Facility codes of locations that are called otherwise there, by the location's name.
    pub locations: BTreeMap<String, String>,
}

impl Source for StockRows<std::fs::File> {
    type Row = StockRow;

    fn next(&mut self) -> Result<Found<StockRow>, FileError> {
        Ok(match self.next_row()? {
            StockStep::Row(row) => Found::Row(row),
            StockStep::Refused(errors) => Found::Refused(errors),
            StockStep::End => Found::End,
        })
    }

    fn rows_read(&self) -> u64 {
        StockRows::rows_read(self)
    }
}

/// Refuses a file that can't be an inventory export, judging by its beginning alone.
pub fn check_stock(path: &Path) -> Result<(), FileError> {
    StockRows::open(batches::open(path)?).map(drop)
}

/// Imports an inventory export. SKUs must be known: the catalogue is imported first.
pub async fn import_stock(
    store: &Store,
    path: &Path,
    options: &StockOptions,
    progress: Progress<'_>,
) -> Result<Report, ImportError> {
    let first = path.to_owned();
    let rows_total = blocking(move || count(&first)).await?;
    let facilities = store.list_facilities(&options.scope, None, FACILITIES_MAX).await?;
    let places = Places::new(&facilities, &options.locations);
    let run = Run { store, options, path, progress, rows_total, places };
    match options.mode {
        ImportMode::DryRun => Ok(run.all(false).await?.0),
        ImportMode::GoodRows => Ok(run.all(true).await?.0),
        ImportMode::AllOrNothing => {
            let (report, openings) = run.all(false).await?;
            if report.errors_total > 0 {
                return Ok(only_errors(report));
            }
            run.post(openings).await?;
            Ok(report)
        }
    }
}

fn count(path: &Path) -> Result<u64, FileError> {
    let mut rows = StockRows::open(batches::open(path)?)?;
    while !matches!(rows.next_row()?, StockStep::End) {}
    Ok(rows.rows_read())
}

/// Which facility a location is.
struct Places {
    by_name: HashMap<String, FacilityId>,
}

impl Places {
    fn new(facilities: &[Facility], given: &BTreeMap<String, String>) -> Self {
        let by_code: HashMap<String, FacilityId> =
            facilities.iter().map(|f| (f.code.to_lowercase(), f.id)).collect();
        let mut by_name: HashMap<String, FacilityId> = HashMap::new();
        let mut twice = HashSet::new();
        for facility in facilities {
            let name = facility.name.to_lowercase();
            if by_name.insert(name.clone(), facility.id).is_some() {
                twice.insert(name);
            }
        }
        // A name that two facilities have says nothing.
        by_name.retain(|name, _| !twice.contains(name));
        by_name.extend(by_code.clone());
        for (location, code) in given {
            if let Some(id) = by_code.get(&code.to_lowercase()) {
                by_name.insert(location.to_lowercase(), *id);
            }
        }
        Self { by_name }
    }

    fn get(&self, location: &str) -> Option<FacilityId> {
        self.by_name.get(&location.to_lowercase()).copied()
    }
}

type Openings = BTreeMap<FacilityId, Vec<OpeningLine>>;

struct Run<'a> {
    store: &'a Store,
    options: &'a StockOptions,
    path: &'a Path,
    progress: Progress<'a>,
    rows_total: u64,
    places: Places,
}

/// What the run remembers: products and SKUs are counted once.
#[derive(Default)]
struct Memory {
    products: HashSet<Digest>,
    skus: HashSet<Digest>,
    unknown_locations: HashSet<String>,
}

impl Run<'_> {
    /// Reads the file, posting each batch or collecting what is to be posted.
    async fn all(&self, post: bool) -> Result<(Report, Openings), ImportError> {
        let path = self.path.to_owned();
        let mut batches = batches::start(move || StockRows::open(batches::open(&path)?));
        let (mut report, mut openings) = (Report::default(), Openings::new());
        let mut memory = Memory::default();
        let mut rows_read = 0;
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            rows_read = batch.rows_read;
            let (mut found, lines) = self.batch(batch, &mut memory).await?;
            for (facility, lines) in lines {
                if post {
                    self.poster().batch(facility, &lines, &mut found).await?;
                } else if self.options.mode == ImportMode::AllOrNothing {
                    openings.entry(facility).or_default().extend(lines);
                }
            }
            report.add(found);
            (self.progress)(rows_read, self.rows_total);
        }
        if rows_read < self.rows_total {
            return Err(ImportError::Reader);
        }
        Ok((report, openings))
    }

    async fn batch(
        &self,
        batch: Batch<StockRow>,
        memory: &mut Memory,
    ) -> Result<(Report, Openings), ImportError> {
        let handles: BTreeSet<&str> = batch.rows.iter().map(|row| row.handle.as_str()).collect();
        let handles: Vec<&str> = handles.into_iter().collect();
        let known = self.store.known_products(&handles, None).await?;
        let skus: Vec<SkuId> =
            known.values().flat_map(|p| &p.skus).map(|s| SkuId(s.sku.id)).collect();
        let facilities: BTreeSet<FacilityId> = batch
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .filter_map(|cell| self.places.get(&cell.location))
            .collect();
        let available = self.store.available_at(&facilities, &skus).await?;
        let (mut report, mut openings) = (Report::default(), Openings::new());
        batch.errors.into_iter().for_each(|error| report.refuse(error));
        for row in &batch.rows {
            let Some((product, sku)) = found(&known, row) else {
                report.refuse(unknown_sku(row));
                continue;
            };
            if memory.products.insert(digest(&row.handle, None)) {
                report.products.unchanged += 1;
            }
            if memory.skus.insert(digest(&row.handle, Some(&row.key))) {
                report.skus.unchanged += 1;
                report.skus.untracked += u64::from(!sku.sku.tracked);
            }
            for cell in &row.cells {
                let Some(facility) = self.places.get(&cell.location) else {
                    unknown_location(row, cell, memory, &mut report);
                    continue;
                };
                if !sku.sku.tracked {
                    continue;
                }
                let record = available.get(&(facility, SkuId(sku.sku.id))).copied();
                if let Some(line) = compare(row, cell, (product, sku), record, &mut report) {
                    openings.entry(facility).or_default().push(line);
                }
            }
        }
        report.errors.sort_by_key(|error| error.line);
        Ok((report, openings))
    }

    async fn post(&self, openings: Openings) -> Result<(), ImportError> {
        for (facility, lines) in openings {
            for lines in lines.chunks(DOCUMENT_LINES_MAX) {
                if let Some(refusal) = self.poster().document(facility, lines).await? {
                    return Err(ImportError::Opening(refusal.to_string()));
                }
            }
        }
        Ok(())
    }

    fn poster(&self) -> Poster<'_> {
        Poster { store: self.store, by: &self.options.by }
    }
}

fn found<'a>(
    known: &'a HashMap<String, KnownProduct>,
    row: &StockRow,
) -> Option<(&'a KnownProduct, &'a KnownSku)> {
    let product = known.get(&row.handle)?;
    let sku = product.skus.iter().find(|sku| sku.sku.variant_key == row.key)?;
    Some((product, sku))
}

/// What a quantity of the file means for a record; the opening where there is none.
fn compare(
    row: &StockRow,
    cell: &Cell,
    (product, known): (&KnownProduct, &KnownSku),
    record: Option<i64>,
    report: &mut Report,
) -> Option<OpeningLine> {
    let sku = SkuId(known.sku.id);
    match record {
        None if cell.quantity == 0 => None,
        None => {
            report.opening.posted += 1;
            report.opening.units = report.opening.units.saturating_add(cell.quantity);
            report.opening.negative += u64::from(cell.quantity < 0);
            Some(OpeningLine { line: row.line, sku, quantity: cell.quantity })
        }
        Some(record) if record != cell.quantity => {
            report.differ(Difference {
                line: row.line,
                sku: Sku {
                    id: sku,
                    code: known.sku.code.clone(),
                    title: row.title.clone(),
                    product_id: ProductId(product.product.id),
                    product_title: product.product.title.clone(),
                    image_url: image_url(known.sku.image_id.or(product.product.image_id)),
                },
                file: cell.quantity,
                record,
            });
            None
        }
        Some(_) => None,
    }
}

fn unknown_sku(row: &StockRow) -> RowError {
    let problem = if row.title.is_empty() {
        "is no product that is known, or it has options".to_owned()
    } else {
        format!("has no variant {} that is known", row.title)
    };
    RowError::value(
        row.line,
        "Handle",
        &row.handle,
        problem,
        "import the product export first, then this file",
    )
}

/// Refuses a quantity at a location that is no facility. The list names each location once.
fn unknown_location(row: &StockRow, cell: &Cell, memory: &mut Memory, report: &mut Report) {
    if !memory.unknown_locations.insert(cell.location.to_lowercase()) {
        report.errors_total += 1;
        return;
    }
    report.refuse(RowError::value(
        row.line,
        "Location",
        &cell.location,
        "is the name or code of no facility",
        format!("make the facility, or say which one it is: --location \"{}=CODE\"", cell.location),
    ));
}
