//! The words by which products are found. Pure: the same words are made of what is stored and of
//! what somebody types.

use std::collections::BTreeMap;

use crate::entities::{products, skus};

/// Characters of a word that count.
const WORD_CHARS_MAX: usize = 40;
/// Words of one product or one SKU that are stored.
const WORDS_STORED_MAX: usize = 64;
/// Words of a query that count.
pub(super) const WORDS_ASKED_MAX: usize = 6;

/// Weight of a word of a title or a code; smaller is nearer.
const NEAR: i64 = 0;
/// Weight of a word of an option.
const OPTION: i64 = 1;
/// Weight of a word of a vendor or category.
const FAR: i64 = 2;

/// Words with their weights.
pub(super) type Words = BTreeMap<String, i64>;

/// The words of a product itself.
pub(super) fn of_product(product: &products::Model) -> Words {
    let mut words = Words::new();
    add(&mut words, &product.title, NEAR);
    for text in [&product.vendor, &product.category].into_iter().flatten() {
        add(&mut words, text, FAR);
    }
    words
}

/// The words of one of its SKUs: options and codes.
pub(super) fn of_sku<'a>(
    sku: &'a skus::Model,
    identifiers: impl IntoIterator<Item = &'a str>,
) -> Words {
    let mut words = Words::new();
    for code in sku.code.as_deref().into_iter().chain(identifiers) {
        add(&mut words, code, NEAR);
    }
    for option in [&sku.option1, &sku.option2, &sku.option3].into_iter().flatten() {
        add(&mut words, option, OPTION);
    }
    words
}

/// The words of a query, the longest first: it is likely to be the rarest.
pub(super) fn of_query(query: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in folded(query).split_whitespace().map(trimmed) {
        if !word.is_empty() && !words.iter().any(|w| w.starts_with(word)) {
            words.retain(|w| !word.starts_with(w.as_str()));
            words.push(shortened(word));
        }
    }
    words.truncate(WORDS_ASKED_MAX);
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words
}

/// The end of the range of terms that start with `prefix`, itself not in the range.
pub(super) fn after(prefix: &str) -> String {
    // The highest character there is: terms are ordered by their bytes.
    format!("{prefix}\u{10ffff}")
}

fn add(words: &mut Words, text: &str, weight: i64) {
    let folded = folded(text);
    for word in folded.split_whitespace().map(trimmed).filter(|w| !w.is_empty()) {
        keep(words, word, weight);
        // "khaki/black" is found by "black", "tr-204" by "204" and by "tr-2".
        if word.contains(|c: char| !c.is_alphanumeric()) {
            for part in word.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()) {
                keep(words, part, weight);
            }
        }
    }
}

fn keep(words: &mut Words, word: &str, weight: i64) {
    let word = shortened(word);
    if let Some(known) = words.get_mut(&word) {
        *known = weight.min(*known);
    } else if words.len() < WORDS_STORED_MAX {
        words.insert(word, weight);
    }
}

/// A word without the punctuation around it.
fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn shortened(word: &str) -> String {
    word.chars().take(WORD_CHARS_MAX).collect()
}

/// Lower case without accents: people type "cafe" for "Café".
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // A combining accent stands behind its letter and goes.
    let letters = text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c));
    for c in letters.flat_map(char::to_lowercase) {
        match plain(c) {
            "" => folded.push(c),
            plain => folded.push_str(plain),
        }
    }
    folded
}

/// The plain letters for one with an accent; empty where it has none.
const fn plain(c: char) -> &'static str {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' | 'ä' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' | 'ö' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        // Typed inches, feet and apostrophes differ from printed ones.
        '’' | '‘' | '′' => "'",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Words::new();
        add(&mut words, text, NEAR);
        words.into_keys().collect()
    }

    #[test]
    fn words_have_no_case_accents_or_punctuation_around_them() {
        assert_eq!(words("Café \"Größe\" (XL)"), ["cafe", "grosse", "xl"]);
        assert_eq!(
            words("Khaki/Black TR-204"),
            ["204", "black", "khaki", "khaki/black", "tr", "tr-204"]
        );
        assert_eq!(words(" - & "), [""; 0]);
    }

    #[test]
    fn a_query_asks_for_its_longest_word_first_and_for_none_twice() {
        assert_eq!(of_query("10 Trail run runner 1"), ["runner", "trail", "10"]);
        assert_eq!(of_query("  "), [""; 0]);
    }

    #[test]
    fn what_is_typed_finds_what_is_stored() {
        for (stored, typed) in
            [("O'Neill", "o'n"), ("Y-Wrench", "y-wr"), ("26\" tire", "26"), ("Crème", "CREM")]
        {
            let stored = words(stored);
            for word in of_query(typed) {
                let found = stored.iter().any(|s| *s >= word && *s < after(&word));
                assert!(found, "{word} in {stored:?}");
            }
        }
    }
}
