//! What happened, kept through a kill: one line per command, in a file that only grows.
//!
//! A command is written before it is applied and before anybody sees its effect; an answer waits
//! until the file is on the disk. A line that a kill cut short was seen by nobody and is dropped.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::{mpsc, watch};

use crate::world::Command;

/// Bytes of one line: a call of 250 lines takes some 40 KB.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

#[derive(Debug, Error)]
pub(crate) enum JournalError {
    #[error("the state file can't be used")]
    Io(#[from] std::io::Error),
    #[error("line {line} of the state file can't be read")]
    Line { line: usize, source: serde_json::Error },
    #[error("the state file belongs to a shop with another {0}")]
    Other(&'static str),
    #[error("a line of the state file is too long")]
    TooLong,
}

/// What the shop of a state file began with. Another beginning would give other ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) twin: u32,
    /// SHA-256 of the catalogue.
    pub(crate) catalog: String,
    pub(crate) locations: u64,
    pub(crate) stocked_at: u64,
    pub(crate) seed: u64,
    /// When the shop began.
    pub(crate) at: i64,
}

impl Header {
    fn check(&self, wanted: &Self) -> Result<(), JournalError> {
        let pairs = [
            ("version", self.twin == wanted.twin),
            ("catalogue", self.catalog == wanted.catalog),
            ("number of locations", self.locations == wanted.locations),
            ("number of stocked locations", self.stocked_at == wanted.stocked_at),
            ("seed", self.seed == wanted.seed),
        ];
        match pairs.into_iter().find(|(_, same)| !same) {
            Some((name, _)) => Err(JournalError::Other(name)),
            None => Ok(()),
        }
    }
}

/// The open file. Writing is one at a time; waiting for the disk is shared.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Arc<File>,
    written: u64,
    wake: mpsc::Sender<()>,
    asked: watch::Sender<u64>,
    synced: watch::Receiver<u64>,
}

impl Journal {
    /// Opens a file, or begins it, and hands each command in it to `replay`.
    pub(crate) fn open(
        path: &Path,
        wanted: &Header,
        begin: impl FnOnce(&Header),
        mut replay: impl FnMut(&Command),
    ) -> Result<Self, JournalError> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut reader = BufReader::new(file.try_clone()?);
        let mut good: u64 = 0;
        let mut text = Vec::new();
        let mut begin = Some(begin);
        for line in 1.. {
            text.clear();
            let read = reader.read_until(b'\n', &mut text)?;
            if read == 0 || text.last() != Some(&b'\n') {
                break;
            }
            if read > LINE_BYTES_MAX {
                return Err(JournalError::TooLong);
            }
            let wrong = |source| JournalError::Line { line, source };
            if let Some(begin) = begin.take() {
                let header: Header = serde_json::from_slice(&text).map_err(wrong)?;
                header.check(wanted)?;
                begin(&header);
            } else {
                replay(&serde_json::from_slice(&text).map_err(wrong)?);
            }
            good += read as u64;
        }
        file.set_len(good)?;
        file.seek(SeekFrom::End(0))?;
        if let Some(begin) = begin.take() {
            let mut line = serde_json::to_vec(wanted).map_err(std::io::Error::from)?;
            line.push(b'\n');
            file.write_all(&line)?;
            file.sync_all()?;
            begin(wanted);
        }
        Self::start(Arc::new(file))
    }

    /// A thread of its own waits for the disk, for all who wrote before it looked.
    fn start(file: Arc<File>) -> Result<Self, JournalError> {
        let (asked, asks) = watch::channel(0_u64);
        let (done, synced) = watch::channel(0_u64);
        let (wake, mut woken) = mpsc::channel::<()>(1);
        let disk = Arc::clone(&file);
        thread::Builder::new().name("twin-journal".to_owned()).spawn(move || {
            while woken.blocking_recv().is_some() {
                let upto = *asks.borrow();
                if let Err(error) = disk.sync_data() {
                    // Who waits is never answered: the channel closes with this thread.
                    eprintln!("onhand-twin: the state file can't be synced: {error}");
                    return;
                }
                done.send_replace(upto);
            }
        })?;
        Ok(Self { file, written: 0, wake, asked, synced })
    }

    /// Writes a command and says which number to wait for.
    pub(crate) fn write(&mut self, command: &Command) -> Result<u64, JournalError> {
        let mut line = serde_json::to_vec(command).map_err(std::io::Error::from)?;
        line.push(b'\n');
        if line.len() > LINE_BYTES_MAX {
            return Err(JournalError::TooLong);
        }
        (&*self.file).write_all(&line)?;
        self.written += 1;
        self.asked.send_replace(self.written);
        // Full: the thread has not looked yet, and will see this number too.
        let _ = self.wake.try_send(());
        Ok(self.written)
    }

    /// Tells how far the disk is.
    pub(crate) fn synced(&self) -> watch::Receiver<u64> {
        self.synced.clone()
    }
}
