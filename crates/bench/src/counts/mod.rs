//! How many variances a rule of counting invents.
//!
//! Real sales run on while a store counts, and every record is right: so every variance is false.
//! The rules of other systems are yardsticks beside ours, which runs as it ships
//! (`onhand_domain::count`, `onhand_domain::plan`).

mod ours;
mod rules;
mod sales;
mod table;

use std::path::Path;

use anyhow::{Result, ensure};

use rules::Rule;
use sales::{Dice, Sales};

/// Everything that is left to chance follows from it.
const SEED: u64 = 4;
/// Days on which is counted.
const DAYS: usize = 20;
/// A SKU of the random group sold in at least so many lines.
const RANDOM_LINES_MIN: usize = 12;

/// Compares the rules over the sales of a file, or over a year that is made up.
pub(crate) fn compare(file: Option<&Path>, docs: Option<&Path>) -> Result<()> {
    let sales = match file {
        Some(file) => Sales::read(file)?,
        None => Sales::made_up(SEED),
    };
    let groups = groups(&sales)?;
    let days = sales.days(DAYS, &mut Dice::new(SEED))?;
    let mut columns = Vec::new();
    for (name, skus) in &groups {
        let mut dice = Dice::new(SEED);
        let column: Result<Vec<_>> = Rule::ALL
            .iter()
            .map(|rule| rules::tally(*rule, &sales, &days, skus, &mut dice))
            .collect();
        columns.push((name.as_str(), column?));
    }
    let text = table::markdown(&sales, file.is_some(), days.len(), &columns);
    println!("{text}");
    match docs {
        Some(folder) if file.is_some() => crate::docs::put(folder, "counts", &text),
        Some(folder) => crate::docs::put(folder, "counts made up", &text),
        None => Ok(()),
    }
}

/// The SKUs that sell in most lines, and some of all that sell at all regularly.
fn groups(sales: &Sales) -> Result<Vec<(String, Vec<usize>)>> {
    let mut by_lines: Vec<usize> = (0..sales.skus()).collect();
    by_lines.sort_by_key(|sku| std::cmp::Reverse(sales.lines_of(*sku)));
    let top = |n: usize| by_lines.iter().copied().take(n).collect::<Vec<_>>();
    let mut regular: Vec<usize> =
        by_lines.iter().copied().filter(|sku| sales.lines_of(*sku) >= RANDOM_LINES_MIN).collect();
    ensure!(regular.len() >= 2_000, "only {} SKUs sell regularly: too few", regular.len());
    let mut dice = Dice::new(SEED);
    for place in 0..2_000 {
        let other = place + dice.index(regular.len() - place);
        regular.swap(place, other);
    }
    regular.truncate(2_000);
    Ok(vec![
        ("top 200 SKUs".to_owned(), top(200)),
        ("top 2,000 SKUs".to_owned(), top(2_000)),
        (format!("random 2,000 (≥ {RANDOM_LINES_MIN} lines)"), regular),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_invents_nothing_and_the_others_do() {
        let sales = Sales::made_up(SEED);
        let days = sales.days(2, &mut Dice::new(SEED)).unwrap();
        let skus: Vec<usize> = (0..60).collect();
        for rule in Rule::ALL {
            let mut dice = Dice::new(SEED);
            let tally = rules::tally(rule, &sales, &days, &skus, &mut dice).unwrap();
            assert_eq!(tally.lines, 120);
            match rule {
                Rule::Ours | Rule::OursBadClock => assert_eq!(tally.wrong, 0, "{rule:?}"),
                Rule::AtStart | Rule::AtSubmit | Rule::AtApproval => {
                    assert!(tally.wrong > 0, "{rule:?}: {tally:?}");
                }
                // Too seldom for so few lines.
                Rule::AtScan | Rule::DeviceClock => {}
            }
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_table() {
        let tallies = || {
            let sales = Sales::made_up(SEED);
            let days = sales.days(2, &mut Dice::new(SEED)).unwrap();
            let mut dice = Dice::new(SEED);
            rules::tally(Rule::AtApproval, &sales, &days, &[0, 1, 2, 3], &mut dice).unwrap()
        };
        assert_eq!(tallies(), tallies());
    }
}
