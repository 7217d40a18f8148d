//! `onhand import`

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use onhand_catalog::{
    ImportError, Options, Report, StockOptions, import_catalog, import_stock, report::Difference,
};
use onhand_domain::FacilityScope;
use onhand_store::{By, Store, catalog::ImportMode};

use crate::{context::Context, output};

/// Import the catalogue and the opening stock
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand import catalog products_export.csv --facility S1 --dry-run
  onhand import catalog products_export.csv --facility S1
  onhand import stock inventory_export.csv --location \"Shop Berlin=S1\"

The exit code is 1 where rows were refused.")]
pub(crate) struct Import {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Catalog(Catalog),
    Stock(Stock),
}

/// Import Shopify's product export; the same file twice changes nothing
///
/// Products and variants are created or updated. Quantities open the stock of SKUs that the ledger
/// does not know yet at the facility; where stock has lived since, a quantity that differs is
/// reported and nothing is changed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand import catalog products_export.csv --facility S1 --dry-run
  onhand import catalog products_export.csv --facility S1 --all-or-nothing --json")]
struct Catalog {
    /// The CSV
    file: PathBuf,
    /// Code of the facility where the file's quantities are
    #[arg(long, value_name = "CODE")]
    facility: String,
    #[command(flatten)]
    mode: Mode,
}

/// Import Shopify's inventory export: quantities of SKUs that are known, by location
///
/// What is available opens the stock. Locations are facilities by name or code.
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand import stock inventory_export.csv
  onhand import stock inventory_export.csv --location \"Shop Berlin=S1\" --location Depot=W1")]
struct Stock {
    /// The CSV
    file: PathBuf,
    /// A location that is called otherwise here: its name and the facility's code; may be repeated
    #[arg(long, value_name = "NAME=CODE", value_parser = location)]
    location: Vec<(String, String)>,
    #[command(flatten)]
    mode: Mode,
}

/// What is written; the good rows if neither is given.
#[derive(Args)]
struct Mode {
    /// Only say what would happen
    #[arg(long, conflicts_with = "all_or_nothing")]
    dry_run: bool,
    /// Write nothing where a single row is refused
    #[arg(long)]
    all_or_nothing: bool,
}

impl Mode {
    const fn get(&self) -> ImportMode {
        if self.dry_run {
            ImportMode::DryRun
        } else if self.all_or_nothing {
            ImportMode::AllOrNothing
        } else {
            ImportMode::GoodRows
        }
    }
}

impl Import {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let store = context.store().await?;
        let (mode, result) = match self.action {
            Action::Catalog(action) => (action.mode.get(), action.run(&store).await),
            Action::Stock(action) => (action.mode.get(), action.run(&store).await),
        };
        store.close().await;
        let report = result?;
        output::result(context.json, &report, || text(&report, mode))?;
        Ok(if report.errors_total > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

impl Catalog {
    async fn run(self, store: &Store) -> anyhow::Result<Report> {
        let facility = store.facility_by_code(&self.facility).await?;
        let facility = facility.with_context(|| {
            let code = &self.facility;
            format!("there is no facility {code}; onhand facility list shows those there are")
        })?;
        let options = Options {
            by: By::command_line("import_catalog"),
            mode: self.mode.get(),
            facility: Some(facility.id),
        };
        named(&self.file, import_catalog(store, &self.file, &options, &progress).await)
    }
}

impl Stock {
    async fn run(self, store: &Store) -> anyhow::Result<Report> {
        let mut locations = BTreeMap::new();
        for (name, code) in self.location {
            let known = store.facility_by_code(&code).await?;
            known.with_context(|| format!("there is no facility {code} for location {name:?}"))?;
            locations.insert(name, code);
        }
        let options = StockOptions {
            by: By::command_line("import_stock"),
            mode: self.mode.get(),
            scope: FacilityScope::All,
            locations,
        };
        named(&self.file, import_stock(store, &self.file, &options, &progress).await)
    }
}

/// The result, with the file's name on what went wrong.
fn named(file: &Path, result: Result<Report, ImportError>) -> anyhow::Result<Report> {
    result.with_context(|| file.display().to_string())
}

fn location(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((name, code)) if !name.trim().is_empty() && !code.trim().is_empty() => {
            Ok((name.trim().to_owned(), code.trim().to_owned()))
        }
        _ => Err("write NAME=CODE, as in \"Shop Berlin=S1\"".to_owned()),
    }
}

/// Shows how far it is, where somebody looks.
fn progress(done: u64, total: u64) {
    let mut screen = std::io::stderr();
    if screen.is_terminal() {
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
        let end = if done >= total { "\n" } else { "" };
        // Nobody is left to be told if the terminal is gone.
        let _ = write!(screen, "\r{done} of {total} rows ({percent} %){end}");
    }
}

/// The report for people.
fn text(report: &Report, mode: ImportMode) -> String {
    let Report { products, skus, opening, .. } = report;
    let head = match mode {
        ImportMode::DryRun => "Nothing was written. This would happen:",
        ImportMode::AllOrNothing if report.errors_total > 0 => "Nothing was written.",
        _ => "Imported:",
    };
    let mut lines = vec![
        head.to_owned(),
        format!(
            "  products  {} created, {} updated, {} unchanged",
            products.created, products.updated, products.unchanged
        ),
        format!(
            "  SKUs      {} created, {} updated, {} unchanged; {} of them untracked",
            skus.created, skus.updated, skus.unchanged, skus.untracked
        ),
        format!(
            "  opening   {} SKUs with {} units; {} quantities are negative",
            opening.posted, opening.units, opening.negative
        ),
    ];
    if report.differences_total > 0 {
        lines.push(format!(
            "{} quantities differ from the record, which was left alone:",
            report.differences_total
        ));
        lines.extend(report.differences.iter().map(difference));
        lines.extend(more(report.differences.len(), report.differences_total));
    }
    if report.errors_total > 0 {
        lines.push(format!("{} rows or values were refused:", report.errors_total));
        lines.extend(report.errors.iter().map(|error| format!("  {error}")));
        lines.extend(more(report.errors.len(), report.errors_total));
    }
    lines.join("\n")
}

fn difference(difference: &Difference) -> String {
    let sku = &difference.sku;
    let title = if sku.title.is_empty() { String::new() } else { format!(" {}", sku.title) };
    format!(
        "  line {}: {}{title}: file {}, record {}",
        difference.line, sku.product_title, difference.file, difference.record
    )
}

/// The line for those that a list has no room for.
fn more(shown: usize, total: u64) -> Option<String> {
    let rest = total.saturating_sub(u64::try_from(shown).unwrap_or(u64::MAX));
    (rest > 0).then(|| format!("  … and {rest} more"))
}

#[cfg(test)]
mod tests {
    use onhand_catalog::{FileError, RowError};

    use super::*;

    #[test]
    fn locations_may_have_an_equals_sign() {
        assert_eq!(location("A=B=S1"), Ok(("A=B".to_owned(), "S1".to_owned())));
        for wrong in ["S1", "=S1", "Shop=", " = "] {
            assert!(location(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_report_reads_like_a_text() {
        let mut report = Report::of_file(&FileError::Empty);
        report.errors[0] = RowError {
            line: 7,
            column: Some("Price".to_owned()),
            value: Some("ten".to_owned()),
            problem: "is not an amount".to_owned(),
            remedy: "write digits".to_owned(),
        };
        report.errors_total = 3;
        let text = text(&report, ImportMode::AllOrNothing);
        assert!(text.starts_with("Nothing was written."), "{text}");
        let end = "3 rows or values were refused:\n  line 7, Price \"ten\": is not an amount \
                   (write digits)\n  … and 2 more";
        assert!(text.ends_with(end), "{text}");
    }
}
