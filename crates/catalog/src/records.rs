//! The records of a CSV file, one at a time, with the line in which each starts.

use std::io::{BufRead, BufReader, Chain, Cursor, Read};

use csv_core::ReadRecordResult;

use crate::{FileError, sniff};

/// Bytes of one record. Shopify's descriptions end at 512 KiB.
const RECORD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Fields of one record; a shop with many metafields and markets has some hundreds.
const FIELDS_MAX: usize = 4_096;
/// Bytes by which a file is recognised.
const HEAD_BYTES_MAX: u64 = 8 * 1024;
/// Bytes read from the file at a time.
const BUFFER_BYTES: usize = 64 * 1024;
/// Room for a record before it has to grow.
const RECORD_BYTES_INITIAL: usize = 8 * 1024;
const FIELDS_INITIAL: usize = 64;

/// One record: its fields and where it starts. Reused from record to record.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The line in which it starts, the first being 1.
    pub(crate) line: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
}

impl Record {
    /// How many fields it has.
    pub(crate) fn len(&self) -> usize {
        self.fields
    }

    /// A field's bytes; empty beyond the last.
    pub(crate) fn get(&self, index: usize) -> &[u8] {
        if index >= self.fields {
            return &[];
        }
        let start = index.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Whether nothing stands in it. Spreadsheets leave such rows behind.
    fn is_blank(&self) -> bool {
        let end = self.fields.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
        self.bytes.get(..end).unwrap_or_default().iter().all(u8::is_ascii_whitespace)
    }
}

/// Reads records from a file.
pub(crate) struct Records<R> {
    input: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    core: csv_core::Reader,
    record: Record,
    /// The line of the next byte.
    line: u64,
    /// The last byte was a carriage return, which ends a line unless a line feed follows.
    after_cr: bool,
}

impl<R: Read> Records<R> {
    /// Starts to read; refuses what is no CSV.
    pub(crate) fn open(mut file: R) -> Result<Self, FileError> {
        let mut head = Vec::new();
        file.by_ref().take(HEAD_BYTES_MAX).read_to_end(&mut head)?;
        if head.starts_with(b"\xef\xbb\xbf") {
            head.drain(..3);
        }
        sniff::check(&head)?;
        let core = csv_core::ReaderBuilder::new().delimiter(sniff::delimiter(&head)).build();
        let record = Record {
            bytes: vec![0; RECORD_BYTES_INITIAL],
            ends: vec![0; FIELDS_INITIAL],
            ..Record::default()
        };
        let input = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(head).chain(file));
        Ok(Self { input, core, record, line: 1, after_cr: false })
    }

    /// The next record that is not blank, or none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<&Record>, FileError> {
        loop {
            if !self.skip_line_ends()? {
                return Ok(None);
            }
            self.read_record()?;
            if !self.record.is_blank() {
                return Ok(Some(&self.record));
            }
        }
    }

    /// Moves to the next byte that belongs to a record; false at the end of the file.
    fn skip_line_ends(&mut self) -> Result<bool, FileError> {
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(false);
            }
            let ends = chunk.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let at_record = ends < chunk.len();
            count_lines(chunk.get(..ends).unwrap_or_default(), &mut self.line, &mut self.after_cr);
            self.input.consume(ends);
            if at_record {
                if std::mem::take(&mut self.after_cr) {
                    self.line += 1;
                }
                return Ok(true);
            }
        }
    }

    fn read_record(&mut self) -> Result<(), FileError> {
        let (mut bytes, mut fields) = (0, 0);
        self.record.line = self.line;
        loop {
            let chunk = self.input.fill_buf()?;
            let at_end = chunk.is_empty();
            // A last line without its end gets one. Where that does not end the record, the
            // line end was taken for text: a quote is still open.
            let chunk = if at_end { b"\n" } else { chunk };
            let (result, read, written, ended) = self.core.read_record(
                chunk,
                self.record.bytes.get_mut(bytes..).unwrap_or_default(),
                self.record.ends.get_mut(fields..).unwrap_or_default(),
            );
            if !at_end {
                let taken = chunk.get(..read).unwrap_or_default();
                count_lines(taken, &mut self.line, &mut self.after_cr);
                self.input.consume(read);
            }
            bytes += written;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty if at_end => {
                    return Err(FileError::OpenQuote { line: self.record.line });
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    grow(&mut self.record.bytes, RECORD_BYTES_MAX, self.record.line, "bytes")?;
                }
                ReadRecordResult::OutputEndsFull => {
                    grow(&mut self.record.ends, FIELDS_MAX, self.record.line, "fields")?;
                }
                ReadRecordResult::Record | ReadRecordResult::End => {
                    self.record.fields = fields;
                    return Ok(());
                }
            }
        }
    }
}

fn grow<T: Clone + Default>(
    room: &mut Vec<T>,
    max: usize,
    line: u64,
    unit: &'static str,
) -> Result<(), FileError> {
    if room.len() >= max {
        return Err(FileError::RowTooLong { line, max, unit });
    }
    room.resize((room.len() * 2).min(max), T::default());
    Ok(())
}

/// Counts lines as editors do: LF, CRLF and a lone CR each end one.
fn count_lines(bytes: &[u8], line: &mut u64, after_cr: &mut bool) {
    for byte in bytes {
        if *byte == b'\n' || *after_cr {
            *line += 1;
        }
        *after_cr = *byte == b'\r';
    }
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
