//! Imports a product export.
//!
//! The file is read twice. The first time counts its rows and notes which products have a title,
//! so that rows may stand in any order; the second writes, in batches of at most
//! [`BATCH_ROWS_MAX`](crate::batches::BATCH_ROWS_MAX) rows, each a transaction of its own, followed
//! by the opening stock of its SKUs.
//!
//! All or nothing means: the whole import is first done without writing; where any row is refused
//! it ends there. Otherwise the catalogue is written in **one** transaction, which a crash undoes,
//! and then the opening stock is posted as one document (of up to 50,000 SKUs, more follow in
//! further ones). A crash between the two leaves a complete catalogue without stock; importing the
//! file again posts it. On an embedded database that one transaction holds up all other writes,
//! some ten seconds for 100,000 rows.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use onhand_domain::{FacilityId, plan::DOCUMENT_LINES_MAX};
use onhand_store::{
    By, Store,
    catalog::{CatalogUnit, ImportMode, KnownProduct, Written},
};

use crate::{
    FileError, ImportError,
    batches::{self, Batch, Found, Source, blocking},
    opening::Poster,
    plan::{self, Basis, Memory, OpeningLine, plan},
    report::Report,
    row::{Digest, Row, Rows, Step, digest},
};

/// How often a batch is tried again when somebody else wrote the same products.
const ATTEMPTS_MAX: u32 = 5;

/// New SKUs after which the database first counts what it has, and how many times as many the
/// next time.
const FIRST_COUNT_SKUS: u64 = 2_000;
const COUNT_GROWTH: u64 = 4;

/// Told how far an import is: rows done, rows in all.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// How to import.
#[derive(Clone, Debug)]
pub struct Options {
    /// On whose behalf.
    pub by: By,
    /// What is written.
    pub mode: ImportMode,
    /// Where the file's quantities are; without it they are not looked at.
    pub facility: Option<FacilityId>,
}

impl Source for Rows<std::fs::File> {
    type Row = Row;

    fn next(&mut self) -> Result<Found<Row>, FileError> {
        Ok(match self.next_row()? {
            Step::Row(row) => Found::Row(*row),
            Step::Refused(errors) => Found::Refused(errors),
            Step::End => Found::End,
        })
    }

    fn rows_read(&self) -> u64 {
        Rows::rows_read(self)
    }
}

/// Refuses a file that can't be a product export, judging by its beginning alone.
pub fn check_catalog(path: &Path) -> Result<(), FileError> {
    Rows::open(batches::open(path)?).map(drop)
}

/// Imports a product export.
pub async fn import_catalog(
    store: &Store,
    path: &Path,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Report, ImportError> {
    let first = path.to_owned();
    let scan = blocking(move || scan(&first)).await?;
    let mut run = Run {
        store,
        options,
        path: path.to_owned(),
        progress,
        rows_total: scan.rows_total,
        memory: Memory::new(scan.titled),
        openings: Vec::new(),
    };
    match options.mode {
        ImportMode::DryRun => run.all(&Target::Nothing).await,
        ImportMode::GoodRows => run.all(&Target::EachBatch).await,
        ImportMode::AllOrNothing => run.all_or_nothing().await,
    }
}

struct Scan {
    rows_total: u64,
    titled: HashSet<Digest>,
}

fn scan(path: &Path) -> Result<Scan, FileError> {
    let mut rows = Rows::open(batches::open(path)?)?;
    let mut titled = HashSet::new();
    loop {
        match rows.next_row()? {
            Step::Row(row) if row.product.is_some() => {
                titled.insert(digest(&row.handle, None));
            }
            Step::Row(_) | Step::Refused(_) => {}
            Step::End => return Ok(Scan { rows_total: rows.rows_read(), titled }),
        }
    }
}

/// Where the changes go.
enum Target {
    /// Nowhere.
    Nothing,
    /// Into a transaction for each batch.
    EachBatch,
    /// Into this one.
    Unit(CatalogUnit),
}

struct Run<'a> {
    store: &'a Store,
    options: &'a Options,
    path: PathBuf,
    progress: Progress<'a>,
    rows_total: u64,
    memory: Memory,
    /// What is posted after the one transaction of all or nothing.
    openings: Vec<OpeningLine>,
}

impl Run<'_> {
    async fn all_or_nothing(mut self) -> Result<Report, ImportError> {
        let trial = self.all(&Target::Nothing).await?;
        if trial.errors_total > 0 {
            return Ok(only_errors(trial));
        }
        self.memory = Memory::new(std::mem::take(&mut self.memory).into_titled());
        let target = Target::Unit(self.store.begin_catalog().await?);
        let report = self.all(&target).await?;
        if report.errors_total > 0 {
            return Ok(only_errors(report));
        }
        if let Target::Unit(unit) = target
            && unit.commit().await? == Written::Conflict
        {
            return Err(ImportError::Contended);
        }
        if let Some(facility) = self.options.facility {
            let poster = self.poster();
            for lines in self.openings.chunks(DOCUMENT_LINES_MAX) {
                if let Some(refusal) = poster.document(facility, lines).await? {
                    return Err(ImportError::Opening(refusal.to_string()));
                }
            }
        }
        Ok(report)
    }

    /// Reads the file once more and does what the rows say.
    async fn all(&mut self, target: &Target) -> Result<Report, ImportError> {
        let path = self.path.clone();
        let mut batches = batches::start(move || Rows::open(batches::open(&path)?));
        let mut report = Report::default();
        let (mut rows_read, mut counted, mut next_count) = (0, 0, FIRST_COUNT_SKUS);
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            rows_read = batch.rows_read;
            report.add(self.batch(target, batch).await?);
            (self.progress)(rows_read, self.rows_total);
            if report.skus.created >= next_count {
                counted = report.skus.created;
                next_count = counted * COUNT_GROWTH;
                self.refresh_statistics(target).await?;
            }
        }
        if report.skus.created > counted {
            self.refresh_statistics(target).await?;
        }
        // The reader may also have ended because its thread did.
        if rows_read < self.rows_total {
            return Err(ImportError::Reader);
        }
        Ok(report)
    }

    async fn refresh_statistics(&self, target: &Target) -> Result<(), ImportError> {
        match target {
            Target::Nothing => Ok(()),
            Target::EachBatch => Ok(self.store.refresh_catalog_statistics().await?),
            Target::Unit(unit) => Ok(unit.refresh_catalog_statistics().await?),
        }
    }

    async fn batch(&mut self, target: &Target, batch: Batch<Row>) -> Result<Report, ImportError> {
        let mut done = match target {
            Target::Nothing => {
                let handles = handles(&batch.rows);
                let known = self.store.known_products(&handles, self.facility()).await?;
                self.plan(&batch.rows, known)
            }
            Target::EachBatch => self.write(&batch.rows).await?,
            Target::Unit(unit) => {
                let known = unit.known_products(&handles(&batch.rows), self.facility()).await?;
                let done = self.plan(&batch.rows, known);
                if !done.changes.is_empty() && unit.write(&done.changes).await? == Written::Conflict
                {
                    return Err(ImportError::Contended);
                }
                done
            }
        };
        self.memory.learn(std::mem::take(&mut done.seen));
        for error in batch.errors {
            done.report.refuse(error);
        }
        match (target, self.options.facility) {
            (Target::EachBatch, Some(facility)) => {
                let lines = std::mem::take(&mut done.openings);
                self.poster().batch(facility, &lines, &mut done.report).await?;
            }
            (Target::Unit(_), Some(_)) => self.openings.append(&mut done.openings),
            _ => {}
        }
        done.report.errors.sort_by_key(|error| error.line);
        Ok(done.report)
    }

    /// Writes a batch, again from the start where somebody else wrote the same products.
    async fn write(&self, rows: &[Row]) -> Result<plan::Batch, ImportError> {
        for _ in 0..ATTEMPTS_MAX {
            let known = self.store.known_products(&handles(rows), self.facility()).await?;
            let done = self.plan(rows, known);
            if done.changes.is_empty() {
                return Ok(done);
            }
            let unit = self.store.begin_catalog().await?;
            if unit.write(&done.changes).await? == Written::Done
                && unit.commit().await? == Written::Done
            {
                return Ok(done);
            }
        }
        Err(ImportError::Contended)
    }

    fn plan(
        &self,
        rows: &[Row],
        known: std::collections::HashMap<String, KnownProduct>,
    ) -> plan::Batch {
        plan(
            rows,
            Basis {
                known,
                memory: &self.memory,
                with_stock: self.options.facility.is_some(),
                now: self.store.clock().now(),
                ids: self.store.ids(),
            },
        )
    }

    fn facility(&self) -> Option<FacilityId> {
        self.options.facility
    }

    fn poster(&self) -> Poster<'_> {
        Poster { store: self.store, by: &self.options.by }
    }
}

/// The handles of the rows, each once.
fn handles(rows: &[Row]) -> Vec<&str> {
    let mut seen = HashSet::new();
    rows.iter().map(|row| row.handle.as_str()).filter(|handle| seen.insert(*handle)).collect()
}

/// The report where nothing was written because of its errors.
pub(crate) fn only_errors(report: Report) -> Report {
    Report { errors: report.errors, errors_total: report.errors_total, ..Report::default() }
}
