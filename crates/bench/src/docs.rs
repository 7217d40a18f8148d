//! Puts the table and the plot into `docs/`.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{plot, report::Report};

const PAGE: &str = "BENCHMARKS.md";
const PLOT: &str = "benchmarks.svg";
const GROWTH: &str = "
## How cost grows

One line for each database; the axis across counts in factors.

![Posts a second by clients, SKUs and facilities; a post's time by movements](benchmarks.svg)
";

/// Replaces what was measured last.
pub(crate) fn write(folder: &Path, report: &Report) -> Result<()> {
    let mut measured = report.markdown();
    // A run of some rows alone leaves the plot as it was.
    if let Some(svg) = plot::svg(&report.curves) {
        fs::write(folder.join(PLOT), svg)?;
    }
    if folder.join(PLOT).is_file() {
        measured.push_str(GROWTH);
    }
    put(folder, "measured", &measured)
}

/// Replaces what stands between the marks of that name.
pub(crate) fn put(folder: &Path, name: &str, text: &str) -> Result<()> {
    let file = folder.join(PAGE);
    let page =
        fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    Ok(fs::write(&file, replaced(&page, name, text)?)?)
}

fn replaced(page: &str, name: &str, text: &str) -> Result<String> {
    let begin = format!("<!-- {name}: begin -->");
    let end = format!("<!-- {name}: end -->");
    let missing = || format!("{PAGE} lacks the lines {begin} and {end}");
    let (before, rest) = page.split_once(&begin).with_context(missing)?;
    let (_, after) = rest.split_once(&end).with_context(missing)?;
    Ok(format!("{before}{begin}\n{}\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_marks_changes() {
        let page = |text: &str| format!("# A\n<!-- x: begin -->\n{text}\n<!-- x: end -->\nafter\n");
        let new = replaced(&page("old"), "x", "new\n").unwrap();
        assert_eq!(new, page("new"));
        assert_eq!(replaced(&new, "x", "new").unwrap(), new, "twice is once");
        assert!(replaced(&new, "y", "new").is_err());
    }
}
