//! Reads a file on a thread of its own and hands over its rows in batches: memory stays the same
//! however long the file is.

use std::{fs::File, path::Path};

use tokio::sync::mpsc;

use crate::{FileError, ImportError, RowError};

/// Rows of one batch, which is one transaction.
pub(crate) const BATCH_ROWS_MAX: usize = 500;
/// Batches that are read ahead of the database.
const BATCHES_AHEAD_MAX: usize = 2;

/// What a reader found next.
pub(crate) enum Found<T> {
    Row(T),
    Refused(Vec<RowError>),
    End,
}

/// A file of rows.
pub(crate) trait Source: Send + 'static {
    type Row: Send + 'static;

    /// The next row or refusal.
    fn next(&mut self) -> Result<Found<Self::Row>, FileError>;

    /// Records read so far.
    fn rows_read(&self) -> u64;
}

/// Rows that follow each other.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) errors: Vec<RowError>,
    /// Records read up to here.
    pub(crate) rows_read: u64,
}

/// Opens a file.
pub(crate) fn open(path: &Path) -> Result<File, FileError> {
    Ok(File::open(path)?)
}

/// Starts to read; the batches come out of the channel.
pub(crate) fn start<S: Source>(
    open: impl FnOnce() -> Result<S, FileError> + Send + 'static,
) -> mpsc::Receiver<Result<Batch<S::Row>, FileError>> {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD_MAX);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = open().and_then(|mut source| pump(&mut source, &sender)) {
            // Nobody waits for it any more where this fails.
            let _ = sender.blocking_send(Err(error));
        }
    });
    receiver
}

fn pump<S: Source>(
    source: &mut S,
    sender: &mpsc::Sender<Result<Batch<S::Row>, FileError>>,
) -> Result<(), FileError> {
    let mut at_end = false;
    while !at_end {
        let (mut rows, mut errors) = (Vec::new(), Vec::new());
        while rows.len() < BATCH_ROWS_MAX && errors.len() < BATCH_ROWS_MAX {
            match source.next()? {
                Found::Row(row) => rows.push(row),
                Found::Refused(refused) => errors.extend(refused),
                Found::End => {
                    at_end = true;
                    break;
                }
            }
        }
        let batch = Batch { rows, errors, rows_read: source.rows_read() };
        if sender.blocking_send(Ok(batch)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Runs something that reads files away from the threads that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, ImportError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(ImportError::Reader),
    }
}
