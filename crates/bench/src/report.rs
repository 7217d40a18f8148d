//! What was measured: for the screen, for `docs/BENCHMARKS.md` and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    machine::Machine,
    stats::{Spread, ratios, spread},
};

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// At least so many times its yardstick.
    AtLeastTimes(f64),
    /// At most so many times its yardstick.
    AtMostTimes(f64),
    /// Less than so much itself.
    Below(f64),
}

/// A row of the table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) database: &'static str,
    /// The name by which `--only` finds it.
    pub(crate) key: String,
    pub(crate) measure: String,
    pub(crate) unit: &'static str,
    pub(crate) figure: Spread,
    pub(crate) yardstick: Option<Yardstick>,
    pub(crate) goal: Option<String>,
    pub(crate) met: Option<bool>,
}

/// What a figure is held against.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Yardstick {
    pub(crate) name: String,
    pub(crate) figure: Spread,
    /// Figure by yardstick, round by round.
    pub(crate) ratio: Spread,
}

/// A line of a plot.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Curve {
    pub(crate) plot: &'static str,
    pub(crate) database: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
}

/// All of it.
#[derive(Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) form: &'static str,
    pub(crate) rounds: usize,
    pub(crate) rows: Vec<Row>,
    pub(crate) curves: Vec<Curve>,
}

/// A row as its rounds come in.
pub(crate) struct Draft<'a> {
    pub(crate) database: &'static str,
    pub(crate) key: &'a str,
    pub(crate) measure: String,
    pub(crate) unit: &'static str,
    pub(crate) values: &'a [f64],
    pub(crate) yardstick: Option<(&'a str, &'a [f64])>,
    pub(crate) goal: Option<Goal>,
}

impl Report {
    /// Adds a row and shows it. A row without a round is left out: it was not asked for.
    pub(crate) fn add(&mut self, draft: Draft<'_>) {
        let Some(figure) = spread(draft.values) else { return };
        let yardstick = draft.yardstick.and_then(|(name, values)| {
            let ratio = spread(&ratios(draft.values, values))?;
            Some(Yardstick { name: name.to_owned(), figure: spread(values)?, ratio })
        });
        let ratio = yardstick.as_ref().map(|y| y.ratio.median);
        let met = draft.goal.and_then(|goal| match goal {
            Goal::AtLeastTimes(times) => ratio.map(|ratio| ratio >= times),
            Goal::AtMostTimes(times) => ratio.map(|ratio| ratio <= times),
            Goal::Below(most) => Some(figure.median < most),
        });
        let goal = draft.goal.map(|goal| match goal {
            Goal::AtLeastTimes(times) => format!("≥ {times} ×"),
            Goal::AtMostTimes(times) => format!("≤ {times} ×"),
            Goal::Below(most) => format!("< {most} {}", draft.unit),
        });
        let row = Row {
            database: draft.database,
            key: draft.key.to_owned(),
            measure: draft.measure,
            unit: draft.unit,
            figure,
            yardstick,
            goal,
            met,
        };
        println!("{}", row.cells().join(" | "));
        self.rows.push(row);
    }

    /// The table, with what it was measured on above it.
    pub(crate) fn markdown(&self) -> String {
        let mut text = self.machine.markdown();
        let _ = writeln!(
            text,
            "\nForm: {}. {} rounds; figures are medians, in brackets the lowest and the highest \
             round.\n",
            self.form, self.rounds
        );
        text.push_str("| database | measure | figure | yardstick | ratio | goal | met |\n");
        text.push_str("|---|---|---|---|---|---|---|\n");
        for row in &self.rows {
            let _ = writeln!(text, "| {} |", row.cells().join(" | "));
        }
        text
    }
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let dash = || "–".to_owned();
        let yardstick = self.yardstick.as_ref();
        [
            self.database.to_owned(),
            format!("{} (`{}`)", self.measure, self.key),
            format!("{} {}", shown(self.figure), self.unit),
            yardstick.map_or_else(dash, |y| format!("{}: {}", y.name, shown(y.figure))),
            yardstick.map_or_else(dash, |y| shown(y.ratio)),
            self.goal.clone().unwrap_or_else(dash),
            match self.met {
                Some(true) => "yes".to_owned(),
                Some(false) => "**no**".to_owned(),
                None => dash(),
            },
        ]
    }
}

fn shown(spread: Spread) -> String {
    let Spread { median, min, max } = spread;
    if min.to_bits() == max.to_bits() {
        return number(median);
    }
    format!("{} ({}–{})", number(median), number(min), number(max))
}

/// Three digits that matter; thousands apart.
pub(crate) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(w, r)| (w, r));
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::from(if whole.starts_with('-') { "-" } else { "" });
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if rest.is_empty() { grouped } else { format!("{grouped}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let machine = Machine::default();
        Report { machine, form: "full", rounds: 2, rows: Vec::new(), curves: Vec::new() }
    }

    fn draft<'a>(values: &'a [f64], yardstick: &'a [f64], goal: Goal) -> Draft<'a> {
        Draft {
            database: "SQLite",
            key: "x",
            measure: "X".to_owned(),
            unit: "/s",
            values,
            yardstick: Some(("empty", yardstick)),
            goal: Some(goal),
        }
    }

    #[test]
    fn a_goal_is_met_by_the_median_of_the_ratios() {
        let mut report = report();
        report.add(draft(&[30.0, 10.0, 31.0], &[100.0, 100.0, 100.0], Goal::AtLeastTimes(0.3)));
        report.add(draft(&[29.0, 10.0, 31.0], &[100.0, 100.0, 100.0], Goal::AtLeastTimes(0.3)));
        report.add(draft(&[13.0], &[10.0], Goal::AtMostTimes(1.3)));
        report.add(draft(&[25.0], &[1.0], Goal::Below(25.0)));
        let met: Vec<_> = report.rows.iter().map(|row| row.met).collect();
        assert_eq!(met, [Some(true), Some(false), Some(true), Some(false)]);
        report.add(draft(&[], &[], Goal::Below(1.0)));
        assert_eq!(report.rows.len(), 4, "what was not measured has no row");
        let table = report.markdown();
        assert!(table.contains("| SQLite | X (`x`) | 30.0 (10.0–31.0) /s |"), "{table}");
    }

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0.000"),
            (0.31234, "0.312"),
            (1.5, "1.50"),
            (99.94, "99.9"),
            (123.4, "123"),
            (1_234_567.8, "1,234,568"),
            (-1_234.0, "-1,234"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }
}
