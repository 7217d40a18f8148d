//! `onhand verify`

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use clap::Args;
use onhand_domain::{FacilityId, FacilityScope};
use onhand_store::{
    Store,
    verify::{Difference, Report},
};
use serde_json::{Value, json};

use crate::{context::Context, output};

/// Recompute the ledger from its movements and name each difference; exit code 1 if there is one
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand verify
  onhand verify --facility S1 --json
  onhand --database sqlite://backup.db verify

Levels, running quantities, sequence, hash chain, reversals, counts and order lines are
recomputed in one snapshot, while the server goes on writing.")]
pub(crate) struct Verify {
    /// Code of the one facility to verify [default: all]
    #[arg(long, value_name = "CODE")]
    facility: Option<String>,
}

impl Verify {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        refuse_missing(&context.config.database)?;
        let store = context.store().await?;
        let scope = match &self.facility {
            Some(code) => {
                let found = store.facility_by_code(code).await?;
                let facility = found.with_context(|| format!("there is no facility {code}"))?;
                FacilityScope::Only([facility.id].into())
            }
            None => FacilityScope::All,
        };
        let report = store.verify(&scope).await?;
        let text = text(&store, &report).await?;
        output::result(context.json, &shown(&report), || text)?;
        Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Opening an embedded database makes it, and what was just made is clean: a misspelt name would
/// be verified with success.
fn refuse_missing(database: &str) -> anyhow::Result<()> {
    let Some(name) = database.strip_prefix("sqlite://") else { return Ok(()) };
    let file = name.split('?').next().unwrap_or(name);
    anyhow::ensure!(Path::new(file).exists(), "there is no database {file}");
    Ok(())
}

/// As the API says it.
fn shown(report: &Report) -> Value {
    let difference = |d: &Difference| {
        json!({
            "facility_id": d.facility,
            "sku_id": d.sku,
            "seq": d.seq,
            "what": d.what.code(),
            "expected": d.expected,
            "found": d.found,
        })
    };
    let facilities = report.facilities.iter().map(|f| {
        let units: serde_json::Map<String, Value> = f
            .units
            .iter()
            // As a text where it does not fit, which no real ledger comes near.
            .map(|(place, n)| {
                let units = i64::try_from(*n).map_or_else(|_| json!(n.to_string()), Value::from);
                (place.code().to_owned(), units)
            })
            .collect();
        json!({
            "facility_id": f.facility,
            "movements": f.movements,
            "seq": f.seq,
            "units": units,
        })
    });
    json!({
        "checked_at": report.checked_at.to_timestamp().map(|t| t.to_string()),
        "clean": report.is_clean(),
        "facilities": facilities.collect::<Vec<_>>(),
        "differences": report.differences.iter().map(difference).collect::<Vec<_>>(),
        "differences_total": report.differences_total,
    })
}

async fn text(store: &Store, report: &Report) -> anyhow::Result<String> {
    let facilities = match report.facilities.len() {
        1 => "1 facility".to_owned(),
        n => format!("{n} facilities"),
    };
    let mut lines = vec![format!("{} movements at {facilities} verified", report.movements())];
    for difference in &report.differences {
        lines.push(line(difference, &code(store, difference.facility).await?));
    }
    let unlisted = report.differences_total - report.differences.len() as u64;
    if unlisted > 0 {
        lines.push(format!("… and {unlisted} more"));
    }
    lines.push(match report.differences_total {
        0 => "The ledger is as its movements say.".to_owned(),
        1 => "1 difference".to_owned(),
        n => format!("{n} differences"),
    });
    Ok(lines.join("\n"))
}

/// What people call a facility; its id where it does not exist.
async fn code(store: &Store, facility: FacilityId) -> anyhow::Result<String> {
    let found = store.facility(facility).await?;
    Ok(found.map_or_else(|| facility.to_string(), |found| found.code))
}

fn line(difference: &Difference, facility: &str) -> String {
    let seq = difference.seq.map(|seq| format!(" #{seq}")).unwrap_or_default();
    let sku = difference.sku.map(|sku| format!(" SKU {sku}")).unwrap_or_default();
    let Difference { what, expected, found, .. } = difference;
    format!("{facility}{seq}{sku}: {}: expected {expected}, found {found}", what.code())
}
