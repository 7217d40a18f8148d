//! Imports a sheet of counts: one row for each SKU of a count, or for each area.
//!
//! Rows with the same name at the same facility are one count. Its id follows from what is asked
//! for, so that the same file again makes nothing twice.

mod rows;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;
use onhand_domain::{
    CountId, FacilityId, FacilityScope, Micros, MovementId, SkuId,
    count::{CountKind, CountOrigin, LINES_MAX},
    encode::Encoder,
};
use onhand_store::{
    By, Store,
    catalog::ImportMode,
    counts::{CountError, NewCount, Wanted},
    facilities::Facility,
};

use crate::{FileError, RowError};
use rows::{CountRow, CountRows};

/// Most rows of one file.
pub const COUNT_ROWS_MAX: u64 = 50_000;
/// Most counts of one file.
pub const COUNTS_PER_FILE_MAX: usize = 500;
/// Errors that are named; the total counts all.
pub const COUNT_ERRORS_MAX: usize = 200;
/// Facilities that codes are looked for among.
const FACILITIES_MAX: u64 = 10_000;

/// How to import a sheet of counts.
#[derive(Clone, Debug)]
pub struct CountOptions {
    /// On whose behalf.
    pub by: By,
    /// What is written.
    pub mode: ImportMode,
    /// The facilities that the caller may plan counts for; others are as good as unknown.
    pub scope: FacilityScope,
    /// Where rows count that don't name a facility; rows that name another one are refused.
    pub facility: Option<FacilityId>,
}

/// A count of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedCount {
    /// Follows from what is asked for.
    pub id: CountId,
    /// What it is called.
    pub name: String,
    /// Where.
    pub facility: FacilityId,
    /// How many SKUs; none for an area.
    pub items: usize,
    /// Whether the import made it; not where it was there before, and not in a dry run.
    pub made: bool,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountReport {
    /// The counts.
    pub counts: Vec<ImportedCount>,
    /// Rows that said what a row before them had said.
    pub merged: u64,
    /// What was refused; the list ends at [`COUNT_ERRORS_MAX`].
    pub errors: Vec<RowError>,
    /// All of it.
    pub errors_total: u64,
}

impl CountReport {
    fn refuse(&mut self, error: RowError) {
        self.errors_total += 1;
        if self.errors.len() < COUNT_ERRORS_MAX {
            self.errors.push(error);
        }
    }
}

/// Why a sheet was not imported at all.
#[derive(Debug, thiserror::Error)]
pub enum CountImportError {
    /// It can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// More than fits into one file.
    #[error("the file has more than {max} {what}: split it")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// The database failed, or refused a count that looked good a moment ago.
    #[error(transparent)]
    Count(#[from] CountError),
}

impl From<onhand_store::StoreError> for CountImportError {
    fn from(error: onhand_store::StoreError) -> Self {
        Self::Count(error.into())
    }
}

/// Imports a sheet of counts. All of its counts are made at once, or none.
pub async fn import_counts(
    store: &Store,
    file: &[u8],
    options: &CountOptions,
) -> Result<CountReport, CountImportError> {
    let mut report = CountReport::default();
    let rows = read(file, &mut report)?;
    let places = Places::load(store, options).await?;
    let codes = rows.iter().filter_map(|row| row.code.clone()).collect();
    let skus = store.skus_to_count(&codes).await?;
    let mut sheet = Sheet { places, skus, groups: BTreeMap::new(), order: Vec::new() };
    for row in rows {
        let line = row.line;
        match sheet.take(row) {
            Ok(true) => {}
            Ok(false) => report.merged += 1,
            Err((column, value, problem, remedy)) => {
                report.refuse(RowError::value(line, column, &value, problem, remedy));
            }
        }
    }
    if sheet.order.len() > COUNTS_PER_FILE_MAX {
        let max = COUNTS_PER_FILE_MAX as u64;
        return Err(CountImportError::TooMany { what: "counts", max });
    }
    let counts = sheet.into_counts(&mut report);
    let write = match options.mode {
        ImportMode::DryRun => false,
        ImportMode::AllOrNothing if report.errors_total > 0 => return Ok(nothing(report)),
        ImportMode::GoodRows | ImportMode::AllOrNothing => true,
    };
    let items = counts.iter().map(size).collect::<Vec<_>>();
    let names: Vec<_> = counts.iter().map(|c| (c.id, c.name.clone(), c.facility)).collect();
    let made = if write { store.create_counts(&options.by, counts).await? } else { Vec::new() };
    let imported = names.into_iter().zip(items).enumerate();
    report.counts = imported
        .map(|(n, ((id, name, facility), items))| {
            let made = made.get(n).copied().unwrap_or(false);
            ImportedCount { id, name, facility, items, made }
        })
        .collect();
    Ok(report)
}

fn nothing(report: CountReport) -> CountReport {
    CountReport { counts: Vec::new(), merged: 0, ..report }
}

fn size(count: &NewCount) -> usize {
    match &count.wanted {
        Wanted::Listed(skus) => skus.len(),
        Wanted::Everything | Wanted::Chosen(_) => 0,
    }
}

fn read(file: &[u8], report: &mut CountReport) -> Result<Vec<CountRow>, CountImportError> {
    let mut source = CountRows::open(file)?;
    let (mut rows, mut seen) = (Vec::new(), 0);
    while let Some(row) = source.next()? {
        seen += 1;
        if seen > COUNT_ROWS_MAX {
            return Err(CountImportError::TooMany { what: "rows", max: COUNT_ROWS_MAX });
        }
        match row {
            Ok(row) => rows.push(row),
            Err(errors) => errors.into_iter().for_each(|error| report.refuse(error)),
        }
    }
    Ok(rows)
}

/// Where rows may count.
struct Places {
    by_code: HashMap<String, (FacilityId, TimeZone)>,
    default: Option<FacilityId>,
    zones: HashMap<FacilityId, TimeZone>,
}

impl Places {
    async fn load(store: &Store, options: &CountOptions) -> Result<Self, CountImportError> {
        let facilities = store.list_facilities(&options.scope, None, FACILITIES_MAX).await?;
        let zone = |f: &Facility| TimeZone::get(&f.time_zone).unwrap_or(TimeZone::UTC);
        let open = facilities.iter().filter(|f| f.active);
        let place = |f: &Facility| (f.code.to_lowercase(), (f.id, zone(f)));
        Ok(Self {
            by_code: open.map(place).collect(),
            default: options.facility,
            zones: facilities.iter().map(|f| (f.id, zone(f))).collect(),
        })
    }

    fn find(&self, code: Option<&str>) -> Result<FacilityId, Fault> {
        let Some(code) = code else {
            let remedy = "write its code into every row, or import for one facility";
            return self.default.ok_or(("facility", String::new(), "is empty", remedy));
        };
        let wrong = |problem, remedy| ("facility", code.to_owned(), problem, remedy);
        let Some((id, _)) = self.by_code.get(&code.to_lowercase()) else {
            return Err(wrong("is no facility of yours", "write the code of one that is open"));
        };
        if self.default.is_some_and(|only| only != *id) {
            let remedy = "leave the row out, or import for all facilities";
            return Err(wrong("is another facility than the file is imported for", remedy));
        }
        Ok(*id)
    }
}

/// Column, value, what is wrong with it and what to do.
type Fault = (&'static str, String, &'static str, &'static str);

/// One count of the file, as its rows tell.
struct Group {
    first_line: u64,
    name: String,
    facility: FacilityId,
    kind: CountKind,
    area: Option<String>,
    start_at: Option<Micros>,
    due_at: Option<Micros>,
    skus: Vec<SkuId>,
    seen: BTreeSet<SkuId>,
}

struct Sheet {
    places: Places,
    /// What each code means.
    skus: BTreeMap<String, Vec<(SkuId, bool)>>,
    groups: BTreeMap<(FacilityId, String), Group>,
    order: Vec<(FacilityId, String)>,
}

impl Sheet {
    /// Takes a row in; false where it says nothing new.
    fn take(&mut self, row: CountRow) -> Result<bool, Fault> {
        let facility = self.places.find(row.facility.as_deref())?;
        let sku = row.code.as_deref().map(|code| self.sku(code)).transpose()?;
        let zone = self.places.zones.get(&facility).cloned().unwrap_or(TimeZone::UTC);
        let (start_at, due_at) = (
            row.start.and_then(|at| at.at(&zone, false)),
            row.due.and_then(|at| at.at(&zone, true)),
        );
        let key = (facility, row.count.to_lowercase());
        if !self.groups.contains_key(&key) {
            let by_default = if sku.is_some() { CountKind::Directed } else { CountKind::Area };
            let kind = row.kind.unwrap_or(by_default);
            fits(kind, sku, row.code.as_deref())?;
            self.order.push(key.clone());
            let group = Group {
                first_line: row.line,
                name: row.count,
                facility,
                kind,
                area: row.area,
                start_at,
                due_at,
                skus: sku.into_iter().collect(),
                seen: sku.into_iter().collect(),
            };
            self.groups.insert(key, group);
            return Ok(true);
        }
        let Some(group) = self.groups.get_mut(&key) else { return Ok(false) };
        let differs = |column, is: bool| {
            let remedy = "write the same into all rows of a count, or leave it empty";
            if is {
                Err((column, row.count.clone(), "has another one in a row before", remedy))
            } else {
                Ok(())
            }
        };
        differs("kind", row.kind.is_some_and(|kind| kind != group.kind))?;
        differs("area", row.area.is_some() && row.area != group.area)?;
        differs("start", start_at.is_some() && start_at != group.start_at)?;
        differs("due", due_at.is_some() && due_at != group.due_at)?;
        fits(group.kind, sku, row.code.as_deref())?;
        let Some(sku) = sku.filter(|sku| !group.seen.contains(sku)) else { return Ok(false) };
        let most = if group.kind == CountKind::Spot { 1 } else { LINES_MAX };
        if group.skus.len() >= most {
            let remedy = "give the rows another count";
            return Err(("sku", row.code.unwrap_or_default(), "is one too many", remedy));
        }
        group.seen.insert(sku);
        group.skus.push(sku);
        Ok(true)
    }

    fn sku(&self, code: &str) -> Result<SkuId, Fault> {
        let wrong = |problem, remedy| Err(("sku", code.to_owned(), problem, remedy));
        match self.skus.get(code).map(Vec::as_slice) {
            None | Some([]) => wrong(
                "is neither a SKU code nor a barcode that is known",
                "correct it, or import the catalogue first",
            ),
            Some([(sku, true)]) => Ok(*sku),
            Some([_]) => wrong("is a SKU that no stock is kept of", "leave the row out"),
            Some(_) => wrong("stands for several SKUs", "write the barcode or SKU code of one"),
        }
    }

    /// The counts in the order of the file; those that can't be made are refused.
    fn into_counts(mut self, report: &mut CountReport) -> Vec<NewCount> {
        let mut counts = Vec::new();
        for key in std::mem::take(&mut self.order) {
            let Some(group) = self.groups.remove(&key) else { continue };
            let line = group.first_line;
            let count = count_of(group);
            match count.check() {
                Ok(()) => counts.push(count),
                Err(error) => {
                    let remedy = "correct it in all rows of this count";
                    let problem = format!("the count {:?} can't be made: {error}", count.name);
                    report.refuse(RowError::row(line, problem, remedy));
                }
            }
        }
        counts
    }
}

/// Whether a count of this kind takes a row with this SKU.
fn fits(kind: CountKind, sku: Option<SkuId>, code: Option<&str>) -> Result<(), Fault> {
    match (kind, sku) {
        (CountKind::Area, Some(_)) => {
            let remedy = "leave it empty, or make it a directed count";
            Err(("sku", code.unwrap_or_default().to_owned(), "has no place in an area", remedy))
        }
        (CountKind::Directed | CountKind::Spot, None) => {
            Err(("sku", String::new(), "is empty", "write what is to be counted"))
        }
        _ => Ok(()),
    }
}

fn count_of(group: Group) -> NewCount {
    let hash = Encoder::new("onhand.count-import")
        .bytes(group.facility.0.as_bytes())
        .text(&group.name)
        .text(group.kind.code())
        .maybe_text(group.area.as_deref())
        .maybe_int(group.start_at.map(|at| at.0))
        .maybe_int(group.due_at.map(|at| at.0));
    let hash = group.skus.iter().fold(hash, |hash, sku| hash.bytes(sku.0.as_bytes())).hash();
    let role = hash.iter().fold(String::new(), |role, byte| format!("{role}{byte:02x}"));
    let wanted = match group.kind {
        CountKind::Area => Wanted::Everything,
        CountKind::Directed | CountKind::Spot => Wanted::Listed(group.skus),
    };
    NewCount {
        id: CountId(MovementId::derived(group.facility.0, &role, 0).0),
        facility: group.facility,
        name: group.name,
        kind: group.kind,
        blind: true,
        area: group.area,
        wanted,
        start_at: group.start_at,
        due_at: group.due_at,
        note: None,
        assignees: BTreeSet::new(),
        origin: CountOrigin::Import,
        schedule: None,
    }
}
