//! The codes by which a SKU is found: barcodes, GTINs, vendors' and ERPs' numbers, SKU codes.
//!
//! A label, a scanner, a spreadsheet and a person write the same code differently. What is
//! recorded is the code [as it stands](clean); what is looked for are all its
//! [spellings](spellings). So whatever was recorded is found by the code as anybody has it.

use std::collections::BTreeSet;

/// Characters of a code; anything longer is no code.
pub const IDENTIFIER_CHARS_MAX: usize = 255;

/// Digits of the codes that the trade prints: from EAN-8 by UPC-A and EAN-13 to GTIN-14. The
/// lengths between are those of codes whose leading zeros somebody took for nothing.
const GTIN_DIGITS: std::ops::RangeInclusive<usize> = 8..=14;

/// A code without what is no part of it: blanks and apostrophes before it, by which spreadsheets
/// mark text, blanks behind it, and U+0000, which no code has and PostgreSQL can't store.
///
/// A clean code stays as it is.
pub fn clean(text: &str) -> String {
    let text = text.replace('\0', "");
    text.trim_start_matches(|c: char| c == '\'' || c.is_whitespace()).trim_end().to_owned()
}

/// Whether this was a barcode before a spreadsheet took it for a number and rounded it:
/// `7.41361E+11` has lost its digits for good.
pub fn is_rounded(code: &str) -> bool {
    code.split_once(['E', 'e']).is_some_and(|(digits, exponent)| {
        digits.contains('.')
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && exponent.strip_prefix('+').is_some_and(|e| e.parse::<u8>().is_ok())
    })
}

/// The ways in which a code may be recorded: as it stands, in capitals, in small letters, and a
/// GTIN with any number of leading zeros. Empty for what is no code.
pub fn spellings(code: &str) -> BTreeSet<String> {
    let code = code.trim();
    if code.is_empty() || code.chars().count() > IDENTIFIER_CHARS_MAX || code.contains('\0') {
        return BTreeSet::new();
    }
    let mut spellings = BTreeSet::from([code.to_owned(), code.to_uppercase(), code.to_lowercase()]);
    if code.bytes().all(|b| b.is_ascii_digit()) && GTIN_DIGITS.contains(&code.len()) {
        let digits = code.trim_start_matches('0');
        let lengths = GTIN_DIGITS.filter(|length| *length >= digits.len());
        spellings.extend(lengths.map(|length| format!("{digits:0>length$}")));
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_of_a_gtin_do_not_matter() {
        let upc = spellings("036000291452");
        for same in ["36000291452", "0036000291452", "00036000291452"] {
            assert!(upc.contains(same), "{same}");
            assert!(spellings(same).contains("036000291452"), "{same}");
        }
        assert!(!upc.contains("360002914"));
        assert!(!upc.contains("000036000291452"), "15 digits are no GTIN");
        assert_eq!(upc.len(), 4, "{upc:?}");
    }

    #[test]
    fn zeros_that_a_spreadsheet_dropped_do_not_matter_either() {
        // A UPC-A that begins with three zeros, imported as a number.
        assert!(spellings("000123456784").contains("123456784"));
        assert!(spellings("123456784").contains("000123456784"));
    }

    #[test]
    fn short_numbers_and_words_are_taken_as_they_stand() {
        assert_eq!(spellings(" 007 "), BTreeSet::from(["007".to_owned()]));
        assert_eq!(spellings("1234567"), BTreeSet::from(["1234567".to_owned()]));
        assert!(spellings("tr-204").contains("TR-204"));
        assert!(spellings("TR-204").contains("tr-204"));
        assert!(!spellings("A0000001").contains("A00000001"));
    }

    #[test]
    fn what_is_no_code_has_no_spellings() {
        assert!(spellings("").is_empty());
        assert!(spellings(" \t").is_empty());
        assert!(spellings("a\0b").is_empty());
        assert!(spellings(&"x".repeat(IDENTIFIER_CHARS_MAX + 1)).is_empty());
        assert!(!spellings(&"ü".repeat(IDENTIFIER_CHARS_MAX)).is_empty());
    }

    #[test]
    fn the_spreadsheets_apostrophe_goes() {
        for (text, code) in [
            (" '741360637481 ", "741360637481"),
            ("O'Neill", "O'Neill"),
            ("' '012", "012"),
            ("\0 012\0", "012"),
            ("'", ""),
        ] {
            assert_eq!(clean(text), code, "{text:?}");
        }
    }

    #[test]
    fn a_rounded_number_is_no_barcode() {
        for rounded in ["7.41361E+11", "7.4e+5", "1.E+0"] {
            assert!(is_rounded(rounded), "{rounded}");
        }
        for code in ["1E+11", "AB.E+1", "7.41361E-11", "7.41361E+x", "7.4E+256", "1.5", ""] {
            assert!(!is_rounded(code), "{code}");
        }
    }
}
