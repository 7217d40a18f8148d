//! What must be true of any code whatever. The fuzz target `barcodes` uses this file, too.

use onhand_domain::{
    Money,
    identifier::{IDENTIFIER_CHARS_MAX, clean, is_rounded, spellings},
};

/// As it stands, in capitals, in small letters, and with each number of leading zeros.
const SPELLINGS_MAX: usize = 3 + 7;

/// Takes the bytes for what stands in a file or comes from a scanner.
pub(crate) fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let code = clean(&text);
    assert_eq!(clean(&code), code, "what is clean stays as it is");
    let _ = is_rounded(&text);
    check_spellings(&text);
    check_spellings(&code);
    let is_code = !code.is_empty() && code.chars().count() <= IDENTIFIER_CHARS_MAX;
    assert_eq!(spellings(&code).contains(&code), is_code, "what is recorded is found: {code:?}");
    if let Ok(amount) = text.parse::<Money>() {
        assert_eq!(amount.to_string().parse(), Ok(amount), "what is shown is read as the same");
    }
}

fn check_spellings(scanned: &str) {
    let found = spellings(scanned);
    assert!(found.len() <= SPELLINGS_MAX, "{found:?}");
    let is_number = |code: &str| !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
    for spelling in found.iter().filter(|_| is_number(scanned.trim())) {
        assert!(is_number(spelling), "a number has no other spellings than numbers: {spelling:?}");
        let (short, scanned) = (spelling.trim_start_matches('0'), scanned.trim());
        assert_eq!(short, scanned.trim_start_matches('0'), "only zeros before it differ");
        // Whichever of two was recorded, the other finds it.
        assert_eq!(spellings(spelling), found, "{scanned:?} and {spelling:?}");
    }
}
