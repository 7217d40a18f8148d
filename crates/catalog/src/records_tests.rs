use std::io::{self, Read};

use proptest::prelude::*;

use super::*;

/// Hands out a file in pieces, as networks and disks do.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    size: usize,
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.size.min(out.len()).min(self.bytes.len() - self.at);
        out[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

fn read(bytes: &[u8], piece: usize) -> Result<Vec<(u64, Vec<String>)>, FileError> {
    let file = Pieces { bytes: bytes.to_vec(), at: 0, size: piece.max(1) };
    let mut records = Records::open(file)?;
    let mut all = Vec::new();
    while let Some(record) = records.next()? {
        let fields = (0..record.len())
            .map(|i| String::from_utf8(record.get(i).to_vec()).expect("UTF-8"))
            .collect();
        all.push((record.line, fields));
    }
    Ok(all)
}

fn lines(bytes: &[u8]) -> Vec<u64> {
    read(bytes, 7).expect("readable").into_iter().map(|(line, _)| line).collect()
}

#[test]
fn lines_are_those_of_an_editor() {
    assert_eq!(lines(b"a,b\nc,\"x\ny\nz\"\nd,e"), [1, 2, 5]);
    assert_eq!(lines(b"a,b\r\nc,\"x\r\ny\"\r\n\r\n\r\nd,e\r\n"), [1, 2, 6]);
    assert_eq!(lines(b"a,b\rc,d\re,f"), [1, 2, 3]);
    assert_eq!(lines(b"\n\na,b\n"), [3]);
    assert_eq!(lines(b"\xef\xbb\xbfa,b\n,,\n , \nd,e\n"), [1, 4]);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let all = read(b"\xef\xbb\xbfHandle,Title\n", 1).expect("readable");
    assert_eq!(all, [(1, vec!["Handle".to_owned(), "Title".to_owned()])]);
}

#[test]
fn a_quote_that_never_closes_is_named_by_its_row() {
    let error = read(b"a,b\nc,d\ne,\"f\ng,h\ni,j\n", 5).expect_err("open quote");
    assert!(matches!(error, FileError::OpenQuote { line: 3 }), "{error}");
}

#[test]
fn a_row_without_end_does_not_fill_the_memory() {
    let mut file = b"a,b\nc,\"".to_vec();
    file.resize(RECORD_BYTES_MAX + 100, b'x');
    let error = read(&file, 1 << 20).expect_err("too long");
    assert!(matches!(error, FileError::RowTooLong { line: 2, .. }), "{error}");
    let wide = vec![b','; FIELDS_MAX + 2];
    let error = read(&[b"a,b\n", &wide[..], b"x"].concat(), 100).expect_err("too wide");
    assert!(matches!(error, FileError::RowTooLong { unit: "fields", .. }), "{error}");
}

fn field() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("\"".to_owned()),
            Just(",".to_owned()),
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("'".to_owned()),
            Just("ü".to_owned()),
            "[a-z0-9 ]{1,8}",
        ],
        0..6,
    )
    .prop_map(|parts| parts.concat())
}

proptest! {
    /// Whatever the csv crate writes is read back, in pieces of any size, with the right lines.
    #[test]
    fn what_was_written_is_read(
        rows in proptest::collection::vec(proptest::collection::vec(field(), 3), 1..12),
        piece in 1_usize..40,
        crlf in any::<bool>(),
        bom in any::<bool>(),
    ) {
        // A first field keeps rows from being blank.
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|row| std::iter::once("h".to_owned()).chain(row).collect())
            .collect();
        let ending = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut file = if bom { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
        let mut expected = Vec::new();
        let mut line = 1;
        for row in &rows {
            let mut writer = csv::WriterBuilder::new().terminator(ending).from_writer(Vec::new());
            writer.write_record(row).expect("to memory");
            let bytes = writer.into_inner().expect("to memory");
            expected.push((line, row.clone()));
            line += bytes.split(|b| *b == b'\n').count() as u64 - 1;
            file.extend(bytes);
        }
        prop_assert_eq!(read(&file, piece).expect("readable"), expected);
    }

    /// No file makes the reader panic or go on for ever.
    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..400), piece in 1_usize..9) {
        let file = Pieces { bytes: bytes.clone(), at: 0, size: piece };
        if let Ok(mut records) = Records::open(file) {
            let mut count = 0;
            while let Ok(Some(_)) = records.next() {
                count += 1;
                prop_assert!(count <= bytes.len());
            }
        }
    }
}
