//! `onhand verify`

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use onhand_domain::{FacilityId, FacilityScope};
use onhand_store::{
    Store,
    verify::{Checked, Difference, Report, hex},
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
recomputed in one snapshot, while the server goes on writing. Nothing is written, so it works on
a replica too. Two databases hold the same ledger if each facility has the same head in both.")]
pub(crate) struct Verify {
    /// Code of the one facility to verify [default: all]
    #[arg(long, value_name = "CODE")]
    facility: Option<String>,
}

impl Verify {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let store = context.store_for_reading().await?;
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

/// As the API says it, with the ends of the chains.
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
            "hash": f.hash.map(|hash| hex(&hash)),
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
    let mut heads = Vec::with_capacity(report.facilities.len());
    for checked in &report.facilities {
        heads.push(head(&code(store, checked.facility).await?, checked));
    }
    let mut lines = vec![
        output::table(&["FACILITY", "SEQ", "HEAD"], &heads),
        format!("{} movements at {facilities} verified", report.movements()),
    ];
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

/// The end of a facility's chain, in columns.
pub(super) fn head(facility: &str, checked: &Checked) -> Vec<String> {
    let hash = checked.hash.map_or_else(|| "unknown".to_owned(), |hash| hex(&hash));
    vec![facility.to_owned(), checked.seq.to_string(), hash]
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
