//! Tells a CSV from what people upload instead.

use crate::FileError;

const SAVE_AS_CSV: &str = "open it in a spreadsheet and save it as \"CSV UTF-8\"";
const EXPORT: &str = "export the products from Shopify as CSV and choose that file";

/// How files of other kinds begin.
const OTHERS: &[(&[u8], &str, &str)] = &[
    (b"\x89PNG", "a PNG picture", EXPORT),
    (b"\xff\xd8\xff", "a JPEG picture", EXPORT),
    (b"GIF8", "a GIF picture", EXPORT),
    (b"RIFF", "a picture or sound", EXPORT),
    (b"%PDF", "a PDF document", EXPORT),
    (b"PK\x03\x04", "an Excel workbook (XLSX) or a ZIP archive", SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (XLS)", SAVE_AS_CSV),
    (b"\x1f\x8b", "a compressed file", "unpack it first"),
    (b"\xff\xfe", "text in UTF-16", SAVE_AS_CSV),
    (b"\xfe\xff", "text in UTF-16", SAVE_AS_CSV),
    (b"<", "a web page or XML", EXPORT),
    (b"{", "JSON", EXPORT),
    (b"[", "JSON", EXPORT),
];

/// Refuses what can't be a CSV, judging by its first bytes.
pub(crate) fn check(head: &[u8]) -> Result<(), FileError> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(FileError::Empty);
    }
    for (start, what, remedy) in OTHERS {
        if head.starts_with(start) {
            return Err(FileError::NotCsv { what, remedy });
        }
    }
    if head.contains(&0) {
        return Err(FileError::NotCsv { what: "a binary file", remedy: EXPORT });
    }
    Ok(())
}

/// What separates the fields of the first line. Shopify writes commas; spreadsheets of some
/// countries turn them into semicolons or tabs.
pub(crate) fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|b| *b == b'\n' || *b == b'\r').find(|line| !line.is_empty());
    let line = line.unwrap_or_default();
    let count = |wanted: u8| line.split(|b| *b == wanted).count();
    [b';', b'\t'].into_iter().fold(b',', |best, d| if count(d) > count(best) { d } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_it_is_instead() {
        for (head, what) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "a PNG picture, not a CSV"),
            (b"PK\x03\x04\x14\0", "an Excel workbook (XLSX)"),
            (b"\xff\xfeH\0a\0", "UTF-16"),
            (b"Handle\0Title", "binary"),
            (b"<!doctype html>", "web page"),
        ] {
            let error = check(head).expect_err(what).to_string();
            assert!(error.contains(what), "{error}");
        }
        assert!(matches!(check(b" \r\n"), Err(FileError::Empty)));
        assert!(check(b"Handle,Title").is_ok());
    }

    #[test]
    fn the_header_tells_the_delimiter() {
        assert_eq!(delimiter(b"Handle,Title\nx,\"a;b;c;d\""), b',');
        assert_eq!(delimiter(b"\r\nHandle;Title;Price\r\n"), b';');
        assert_eq!(delimiter(b"Handle\tTitle"), b'\t');
        assert_eq!(delimiter(b"Handle"), b',');
    }
}
