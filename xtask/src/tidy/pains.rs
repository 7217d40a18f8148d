//! The table of pains names tests that exist.

use std::fs;

use super::Finding;
use crate::workspace;

const PAGE: &str = "docs/PAINS.md";
/// The pains of the reference have these numbers; more of them are marked `+`.
const NUMBERS: std::ops::RangeInclusive<usize> = 1..=25;

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    if path != PAGE {
        return Vec::new();
    }
    check_table(text, |file| fs::read_to_string(workspace::root().join(file)).ok())
}

fn check_table(text: &str, read: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |line, what| findings.push(Finding { path: PAGE.to_owned(), line, what });
    let mut next = *NUMBERS.start();
    for (line, row) in (1..).zip(text.lines()) {
        let mut cells = row.split(" | ");
        let number = cells.next().and_then(|cell| cell.strip_prefix("| ")).unwrap_or_default();
        let is_numbered = number.parse() == Ok(next);
        if !is_numbered && number != "+" {
            continue;
        }
        next += usize::from(is_numbered);
        let mut named = 0;
        // Every second part stands between backticks.
        for test in row.split('`').skip(1).step_by(2) {
            named += 1;
            let exists = test
                .split_once("::")
                .is_some_and(|(file, name)| read(file).is_some_and(|code| has_test(&code, name)));
            if !exists {
                find(line, format!("there is no test {test}"));
            }
        }
        if named == 0 {
            find(line, "no test is named".to_owned());
        }
    }
    if next <= *NUMBERS.end() {
        find(0, format!("pain {next} has no row in its place"));
    }
    findings
}

/// Whether a file has a Rust test of that name, or one of TypeScript with that title.
fn has_test(code: &str, name: &str) -> bool {
    let titles = ["test('", "it('"].map(|start| format!("{start}{name}'"));
    code.contains(&format!("fn {name}(")) || titles.iter().any(|title| code.contains(title))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(rows: &str) -> Vec<String> {
        let read = |file: &str| {
            let code = "async fn sold_twice(world: World) {\n\ttest('a wheel turns', async";
            (file == "a.rs").then(|| code.to_owned())
        };
        check_table(rows, read).into_iter().map(|finding| finding.what).collect()
    }

    fn all(test: &str) -> String {
        let rows = NUMBERS.map(|n| format!("| {n} | pain | `{test}` |\n"));
        rows.collect::<Vec<_>>().concat()
    }

    #[test]
    fn tests_that_exist_are_enough() {
        assert!(whats(&all("a.rs::sold_twice")).is_empty());
        assert!(whats(&all("a.rs::a wheel turns")).is_empty());
    }

    #[test]
    fn whatever_is_missing_is_named() {
        for gone in ["a.rs::sold", "b.rs::sold_twice", "a.rs", "a.rs::a wheel"] {
            assert_eq!(whats(&all(gone)).len(), 25, "{gone}");
        }
        let without_5 = all("a.rs::sold_twice").replace("| 5 |", "| 6 |");
        assert_eq!(whats(&without_5), ["pain 5 has no row in its place"]);
        let nothing = all("a.rs::sold_twice") + "| + | pain | none |\n";
        assert_eq!(whats(&nothing), ["no test is named"]);
    }
}
