//! Counts tests in what the test programs print.

use std::fmt;

/// Tests passed and failed so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    failed: u64,
}

/// The words that follow a number in the summaries, and what they mean. A test that Playwright
/// calls flaky passed in the end.
const PASSED: [&str; 2] = ["passed", "flaky"];
const FAILED: [&str; 3] = ["failed", "interrupted", "did not run"];

impl Tally {
    /// Takes in one line of output. All but the summary lines change nothing:
    ///
    /// - cargo: `test result: ok. 5 passed; 0 failed; 0 ignored; …`
    /// - vitest: `Tests  1 failed | 11 passed (12)`
    /// - Playwright: `2 failed` and `7 passed (12.3s)`, each on a line of its own
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colour(line);
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            let counts = result.split_once(". ").map_or("", |(_, counts)| counts);
            counts.split(';').for_each(|part| self.add(part));
        } else if let Some(counts) = line.strip_prefix("Tests  ") {
            counts.split('|').for_each(|part| self.add(part));
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            self.add(line);
        }
    }

    /// A run that broke off without naming a failed test counts as one.
    pub(crate) fn note_failure(&mut self) {
        self.failed = self.failed.max(1);
    }

    /// Adds `5 passed`, also with something in brackets after it.
    fn add(&mut self, part: &str) {
        let part = part.split('(').next().unwrap_or("").trim();
        let Some((number, word)) = part.split_once(' ') else { return };
        let Ok(number) = number.parse::<u64>() else { return };
        if PASSED.contains(&word) {
            self.passed += number;
        } else if FAILED.contains(&word) {
            self.failed += number;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// The line without its escape sequences (`ESC [ … letter`).
fn without_colour(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        let end = after.find(|letter: char| letter.is_ascii_alphabetic());
        rest = end.map_or("", |end| &after[end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn count(output: &str) -> String {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        tally.to_string()
    }

    #[test]
    fn cargo_results_add_up() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished\n\
            test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(count(output), "7 passed, 3 failed");
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let output =
            " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 11 passed (12)\n";
        assert_eq!(count(output), "11 passed, 1 failed");
        let coloured = "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m4 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (4)\u{1b}[39m";
        assert_eq!(count(coloured), "4 passed, 0 failed");
    }

    #[test]
    fn playwright_lists_each_outcome() {
        let output = "Running 9 tests using 1 worker\n  ✓  1 signs in (1.2s)\n\n  1 failed\n    \
            [phone] › a.spec.ts:3:1 › signs in\n  1 flaky\n  2 did not run\n  5 passed (12.3s)\n";
        assert_eq!(count(output), "6 passed, 3 failed");
    }

    #[test]
    fn a_run_that_breaks_off_is_no_success() {
        let mut tally = Tally::default();
        tally.note_failure();
        assert_eq!(tally.to_string(), "0 passed, 1 failed");
    }
}
