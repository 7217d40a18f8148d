//! Shopify's search syntax, as far as the twin knows it: `field:value` terms that all hold.

use super::value::FieldError;
use crate::clock;

const SECOND: i64 = 1_000_000;

/// A query of a list.
#[derive(Debug, Default)]
pub(crate) struct Search(Vec<Term>);

/// One term of it.
#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) field: String,
    comparison: Comparison,
    pub(crate) value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Is,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Search {
    /// Reads a query. A field that isn't `known` is refused: Shopify ignores such a term, and then
    /// everything matches.
    pub(crate) fn parse(query: Option<&str>, known: &[&str]) -> Result<Self, FieldError> {
        let mut terms = Vec::new();
        for word in words(query.unwrap_or_default()) {
            if word == "AND" {
                continue;
            }
            let unknown = || {
                let message = format!("the twin does not know how to search for {word}");
                FieldError::new("TWIN_UNKNOWN", message)
            };
            let (field, rest) = word.split_once(':').ok_or_else(unknown)?;
            if !known.contains(&field) {
                return Err(unknown());
            }
            let signs = [
                (">=", Comparison::GreaterOrEqual),
                ("<=", Comparison::LessOrEqual),
                (">", Comparison::Greater),
                ("<", Comparison::Less),
            ];
            let (comparison, value) = signs
                .into_iter()
                .find_map(|(sign, comparison)| Some((comparison, rest.strip_prefix(sign)?)))
                .unwrap_or((Comparison::Is, rest));
            let value = value.trim_matches(['\'', '"']).to_owned();
            terms.push(Term { field: field.to_owned(), comparison, value });
        }
        Ok(Self(terms))
    }

    pub(crate) fn matches(&self, holds: impl Fn(&Term) -> bool) -> bool {
        self.0.iter().all(holds)
    }
}

impl Term {
    pub(crate) fn is_text(&self, text: &str) -> bool {
        self.value.eq_ignore_ascii_case(text)
    }

    pub(crate) fn is_number(&self, number: u64) -> bool {
        let wanted = self.value.rsplit('/').next().and_then(|it| it.parse::<u64>().ok());
        wanted.is_some_and(|wanted| self.compare(number.cmp(&wanted)))
    }

    /// Times are compared by the second, as they are shown.
    pub(crate) fn is_time(&self, at: i64) -> bool {
        let wanted = clock::parse(&self.value).map(|time| time.div_euclid(SECOND));
        wanted.is_some_and(|wanted| self.compare(at.div_euclid(SECOND).cmp(&wanted)))
    }

    fn compare(&self, order: std::cmp::Ordering) -> bool {
        match self.comparison {
            Comparison::Is => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// Splits at blanks outside quotes.
fn words(query: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in query.chars() {
        match (letter, quote) {
            (' ', None) => words.push(String::new()),
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            _ => {}
        }
        if (letter != ' ' || quote.is_some())
            && let Some(word) = words.last_mut()
        {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read_and_compared() {
        let known = ["updated_at", "name"];
        let query = "updated_at:>='2026-10-01T00:00:00Z' AND name:\"a b\"";
        let search = Search::parse(Some(query), &known).unwrap();
        let at = |text: &str| clock::parse(text).unwrap();
        let matches = |time: &str, name: &str| {
            search.matches(|term| match term.field.as_str() {
                "name" => term.is_text(name),
                _ => term.is_time(at(time)),
            })
        };
        assert!(matches("2026-10-01T00:00:00.5Z", "A B"));
        assert!(!matches("2026-09-30T23:59:59Z", "a b"));
        assert!(!matches("2026-10-02T00:00:00Z", "a"));
        assert!(Search::parse(Some("other:1"), &known).is_err());
        assert!(Search::parse(Some("loose"), &known).is_err());
        assert!(Search::parse(None, &known).unwrap().matches(|_| false));
    }
}
