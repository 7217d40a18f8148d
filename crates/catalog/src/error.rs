//! What can be wrong with a file or a row of it: where, what, and what to do about it.

use onhand_store::StoreError;
use serde::{Deserialize, Serialize};

/// Characters of a wrong value that are shown.
const VALUE_SHOWN_MAX: usize = 80;
/// Column names that are shown where one is missing.
const COLUMNS_SHOWN_MAX: usize = 20;

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// The line of the file in which the row starts, as an editor counts.
    pub line: u64,
    /// The column's name as it stands in the file; none where it is about the row as a whole.
    pub column: Option<String>,
    /// What stands there, shortened.
    pub value: Option<String>,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl RowError {
    /// An error about a row as a whole.
    pub fn row(line: u64, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { line, column: None, value: None, problem: problem.into(), remedy: remedy.into() }
    }

    /// An error about one value.
    pub fn value(
        line: u64,
        column: &str,
        value: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            line,
            column: Some(column.to_owned()),
            value: Some(shortened(value)),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", {column}")?;
        }
        if let Some(value) = &self.value {
            write!(f, " {value:?}")?;
        }
        write!(f, ": {} ({})", self.problem, self.remedy)
    }
}

/// The value as it may stand in a message.
fn shortened(value: &str) -> String {
    match value.char_indices().nth(VALUE_SHOWN_MAX) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

/// Why a file can't be read at all. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is something else.
    #[error("this is {what}, not a CSV: {remedy}")]
    NotCsv {
        /// What it is.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// It has no header.
    #[error("the file is empty: export the products again and choose the file that was made")]
    Empty,
    /// A column that is needed is missing.
    #[error(
        "the file has no column {}: it has {}. Its first line must hold the column names, as \
         Shopify's export writes them",
        quoted(missing),
        shown(found)
    )]
    Columns {
        /// The names, as Shopify writes them.
        missing: Vec<&'static str>,
        /// The names in the file.
        found: Vec<String>,
    },
    /// Two columns mean the same.
    #[error("the columns {first:?} and {second:?} mean the same: remove one of them")]
    ColumnTwice {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// The other kind of export.
    #[error("{0}")]
    OtherExport(&'static str),
    /// A quote is opened and never closed.
    #[error(
        "the row that starts in line {line} opens a quote that is never closed: add the missing \
         \" there, or write a quote inside a text twice (\"\")"
    )]
    OpenQuote {
        /// Where the row starts.
        line: u64,
    },
    /// A row longer than any real one.
    #[error(
        "the row that starts in line {line} is longer than {max} {unit}: most likely a quote \
         opens in it that is never closed"
    )]
    RowTooLong {
        /// Where the row starts.
        line: u64,
        /// The limit.
        max: usize,
        /// Of what.
        unit: &'static str,
    },
    /// The disk failed.
    #[error("the file could not be read: {0}")]
    Io(#[from] std::io::Error),
}

impl FileError {
    /// The same as a row of a report.
    pub fn to_row_error(&self) -> RowError {
        let line = match self {
            Self::OpenQuote { line } | Self::RowTooLong { line, .. } => *line,
            _ => 1,
        };
        let text = self.to_string();
        let (problem, remedy) = text.split_once(": ").unwrap_or((&text, "export the file again"));
        RowError::row(line, problem, remedy)
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" and no column ")
}

fn shown(names: &[String]) -> String {
    let mut text = names
        .iter()
        .take(COLUMNS_SHOWN_MAX)
        .map(|name| format!("{:?}", shortened(name)))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > COLUMNS_SHOWN_MAX {
        text.push_str(", …");
    }
    text
}

/// Why an import ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The database failed; what was written before stays and is recognised next time.
    #[error("the import stopped because of the database; import the file again to continue")]
    Store(#[from] StoreError),
    /// Stock could not be posted.
    #[error("the catalogue is imported, but its opening stock is not: {0}; import the file again")]
    Opening(String),
    /// Others kept changing the same products.
    #[error("the catalogue is being changed by somebody else at the same time; import again")]
    Contended,
    /// The thread that reads the file ended early.
    #[error("the file could not be read to its end")]
    Reader,
}
