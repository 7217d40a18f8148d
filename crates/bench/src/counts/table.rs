//! The table, as `docs/BENCHMARKS.md` has it.

use std::fmt::Write as _;

use super::{
    rules::{Rule, Tally},
    sales::Sales,
};

pub(super) fn markdown(
    sales: &Sales,
    real: bool,
    days: usize,
    columns: &[(&str, Vec<Tally>)],
) -> String {
    let which = if real { "Real sales" } else { "Made-up sales" };
    let (lines, skus, left_out) = (sales.lines, sales.skus(), sales.left_out);
    let mut text = format!(
        "{which}: {lines} lines of {skus} products ({left_out} lines left out), counted on {days} days.\n\n"
    );
    let heads = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | ");
    let rule = "---|".repeat(columns.len());
    let _ = writeln!(text, "| rule | {heads} |\n|---|{rule}");
    for (row, rule) in Rule::ALL.iter().enumerate() {
        let cells = columns.iter().filter_map(|(_, tallies)| tallies.get(row)).map(cell);
        let _ = writeln!(text, "| {} |{} |", rule.name(), cells.collect::<Vec<_>>().join(" |"));
    }
    text
}

/// Lines that are wrong, of a hundred; units of them, of a thousand lines.
#[expect(clippy::cast_precision_loss, reason = "so many lines nobody counts")]
fn cell(tally: &Tally) -> String {
    let share = |n: u64, of: f64| n as f64 * of / tally.lines.max(1) as f64;
    let (wrong, units) = (share(tally.wrong, 100.0), share(tally.units, 1_000.0));
    let mut cell = if tally.wrong == 0 {
        " **0** / 0".to_owned()
    } else if units < 10.0 {
        format!(" {wrong:.2} % / {units:.1}")
    } else {
        format!(" {wrong:.1} % / {units:.0}")
    };
    if tally.in_doubt > 0 {
        let _ = write!(cell, " ({:.2} % in doubt)", share(tally.in_doubt, 100.0));
    }
    cell
}
