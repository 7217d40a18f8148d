//! Results on standard output, for people or for programs; errors on standard error.

use std::io::Write as _;

use serde::Serialize;

/// Writes a result: as JSON, or the text for people.
pub(crate) fn result<T: Serialize>(
    json: bool,
    value: &T,
    text: impl FnOnce() -> String,
) -> anyhow::Result<()> {
    let shown = if json { serde_json::to_string_pretty(value)? } else { text() };
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{shown}").and_then(|()| out.flush()) {
        // `onhand … | head` is not an error.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Writes what went wrong, with its causes.
pub(crate) fn error(error: &anyhow::Error, json: bool) {
    let text = format!("{error:#}");
    let shown = if json {
        serde_json::json!({ "error": text }).to_string()
    } else {
        format!("error: {text}")
    };
    // Nobody is left to be told if standard error is gone.
    let _ = writeln!(std::io::stderr(), "{shown}");
}

/// Rows under headings, in columns.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut lines = vec![headings.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>()];
    lines.extend(rows.iter().cloned());
    let width = |column: usize| {
        lines.iter().filter_map(|l| l.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_stand_below_each_other() {
        let rows =
            [vec!["S1".to_owned(), "Main".to_owned()], vec!["Long".to_owned(), String::new()]];
        assert_eq!(super::table(&["CODE", "NAME"], &rows), "CODE  NAME\nS1    Main\nLong");
    }
}
