//! A copy of the database that is consistent while writes go on.
//!
//! SQLite: `VACUUM INTO` reads one snapshot and writes a file of its own; nobody waits. The copy
//! is a database like any other: to restore it, stop the server and put the file in the place of
//! the old one (with no `-wal` and `-shm` file beside it), or open it with `--database`.
//!
//! PostgreSQL: the machine's own `pg_dump` in its custom format. To restore:
//! `createdb NAME && pg_restore --exit-on-error --no-owner --dbname NAME FILE`.
//!
//! Either way the file is complete or not there: it is written under another name, brought to
//! the disk, and then renamed.

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    str::FromStr,
};

use sqlx::{ConnectOptions, Connection as _, sqlite::SqliteConnectOptions};
use tokio::process::Command;

/// What `pg_dump` is called.
const PG_DUMP: &str = "pg_dump";

/// A backup that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub file: PathBuf,
    /// How large, in bytes.
    pub bytes: u64,
}

/// Why there is no backup. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The URL is neither of the two.
    #[error("{0:?} is not a database: write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME")]
    Url(String),
    /// Nothing is overwritten without being told to.
    #[error("{} exists; name another file, or add --force to overwrite it", .0.display())]
    Exists(PathBuf),
    /// The file can't be written.
    #[error("can't write {}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the machine said.
        source: io::Error,
    },
    /// The embedded database could not be copied.
    #[error("the database could not be copied: {0}")]
    Copy(#[source] sqlx::Error),
    /// The program is missing.
    #[error(
        "pg_dump is not installed, and PostgreSQL is backed up with it: \
         apt-get install -y --no-install-recommends postgresql-client"
    )]
    NoPgDump,
    /// The program failed.
    #[error("pg_dump failed: {0}")]
    PgDump(String),
}

/// Copies the database at `url` to `file`. It need not be open, and may be in use.
///
/// Every write that was acknowledged before this call is in the copy.
pub async fn backup(url: &str, file: &Path, overwrite: bool) -> Result<Backup, BackupError> {
    if file.exists() && !overwrite {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let partial = beside(file)?;
    let written = if url.starts_with("sqlite:") {
        copy_sqlite(url, &partial).await
    } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        dump_postgres(url, &partial).await
    } else {
        return Err(BackupError::Url(crate::open::without_password(url)));
    };
    let published = match written {
        Ok(()) => publish(&partial, file, overwrite),
        Err(error) => Err(error),
    };
    if published.is_err() {
        // What is left of a failed attempt; there may be nothing.
        let _ = std::fs::remove_file(&partial);
    }
    published
}

/// The name to write under: in the same folder, so that renaming it is one step.
fn beside(file: &Path) -> Result<PathBuf, BackupError> {
    let Some(name) = file.file_name() else {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "it names no file");
        return Err(BackupError::File { file: file.to_owned(), source });
    };
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = file.with_file_name(partial);
    // Of a process with our number that did not live to clean up.
    let _ = std::fs::remove_file(&partial);
    Ok(partial)
}

async fn copy_sqlite(url: &str, to: &Path) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(BackupError::Copy)?
        .create_if_missing(false)
        .busy_timeout(crate::open::BUSY_TIMEOUT);
    let mut source = options.connect().await.map_err(BackupError::Copy)?;
    // Bytes of a path that are no text would name another file.
    let path = to.to_str().ok_or_else(|| BackupError::File {
        file: to.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, "the name is not UTF-8"),
    })?;
    let copied = sqlx::query("VACUUM INTO $1").bind(path).execute(&mut source).await;
    let closed = source.close().await;
    copied.map(|_| ()).and(closed).map_err(BackupError::Copy)
}

async fn dump_postgres(url: &str, to: &Path) -> Result<(), BackupError> {
    let (url, password) = split_password(url);
    let mut command = Command::new(PG_DUMP);
    command
        .args(["--format=custom", "--no-password", "--file"])
        .arg(to)
        .arg("--dbname")
        .arg(&url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C leaves no dump running on.
        .kill_on_drop(true);
    if let Some(password) = password {
        // Everybody on the machine sees arguments; the environment is ours alone.
        command.env("PGPASSWORD", password);
    }
    let output = command.output().await.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BackupError::NoPgDump,
        _ => BackupError::PgDump(error.to_string()),
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(BackupError::PgDump(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// The URL without its password, and the password as it was meant.
fn split_password(url: &str) -> (String, Option<String>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?']).next()?;
        let (login, _) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let place = rest.get(login.len()..)?;
        Some((format!("{scheme}://{user}{place}"), unescape(password)))
    };
    match parts() {
        Some((url, password)) => (url, Some(password)),
        None => (url.to_owned(), None),
    }
}

/// `%41` is `A`: a URL has its password escaped, the environment has not.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%');
        let code = code.and_then(|c| u8::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = after.get(if code.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Brings the copy to the disk and gives it its name.
fn publish(partial: &Path, file: &Path, overwrite: bool) -> Result<Backup, BackupError> {
    let done = || -> io::Result<u64> {
        let copy = std::fs::File::open(partial)?;
        copy.sync_all()?;
        let bytes = copy.metadata()?.len();
        if overwrite {
            std::fs::rename(partial, file)?;
        } else {
            // Unlike a rename, this fails where somebody made the file in the meantime.
            std::fs::hard_link(partial, file)?;
            std::fs::remove_file(partial)?;
        }
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(bytes)
    };
    let bytes = done().map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists(file.to_owned()),
        _ => BackupError::File { file: file.to_owned(), source },
    })?;
    Ok(Backup { file: file.to_owned(), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_goes_another_way() {
        assert_eq!(
            split_password("postgres://ann:s%40c%2Fret@db.example:5432/onhand?sslmode=require"),
            (
                "postgres://ann@db.example:5432/onhand?sslmode=require".to_owned(),
                Some("s@c/ret".to_owned())
            )
        );
        let url = "postgres://ann@db.example/onhand";
        assert_eq!(split_password(url), (url.to_owned(), None));
        assert_eq!(unescape("50%"), "50%");
    }
}
