//! Puts the table and the plot into `docs/`.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{plot, report::Report};

const PAGE: &str = "BENCHMARKS.md";
const PLOT: &str = "benchmarks.svg";
const BEGIN: &str = "<!-- measured: begin -->";
const GROWTH: &str = "
## How cost grows

One line for each database; the axis across counts in factors.

![Posts a second by clients, SKUs and facilities; a post's time by movements](benchmarks.svg)
";
const END: &str = "<!-- measured: end -->";

/// Replaces what was measured last.
pub(crate) fn write(folder: &Path, report: &Report) -> Result<()> {
    let file = folder.join(PAGE);
    let page =
        fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
    let mut measured = report.markdown();
    // A run of some rows alone leaves the plot as it was.
    if let Some(svg) = plot::svg(&report.curves) {
        fs::write(folder.join(PLOT), svg)?;
    }
    if folder.join(PLOT).is_file() {
        measured.push_str(GROWTH);
    }
    Ok(fs::write(&file, replaced(&page, &measured)?)?)
}

fn replaced(page: &str, table: &str) -> Result<String> {
    let missing = || format!("{PAGE} lacks the lines {BEGIN} and {END}");
    let (before, rest) = page.split_once(BEGIN).with_context(missing)?;
    let (_, after) = rest.split_once(END).with_context(missing)?;
    Ok(format!("{before}{BEGIN}\n{}\n{END}{after}", table.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_between_the_marks_changes() {
        let page = format!("# A\n{BEGIN}\nold\n{END}\nafter\n");
        let new = replaced(&page, "new\n").unwrap();
        assert_eq!(new, format!("# A\n{BEGIN}\nnew\n{END}\nafter\n"));
        assert_eq!(replaced(&new, "new").unwrap(), new, "twice is once");
        assert!(replaced("# A", "new").is_err());
    }
}
