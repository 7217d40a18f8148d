//! Which database the demo may be made in, and which it must not touch.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use onhand_domain::FacilityScope;
use onhand_store::{Clock, Ids, Store, catalog::ProductQuery, entities::settings};
use sea_orm::{EntityTrait, IntoActiveModel, sea_query::OnConflict};

/// The setting that says that a database holds the demo.
const MARK: &str = "demo";
/// Its value while the demo is being made, and when it is there.
pub(super) const UNFINISHED: &str = "unfinished";
pub(super) const FINISHED: &str = "finished";

/// What a database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Empty,
    /// A demo that was interrupted while it was made.
    Unfinished,
    /// The demo.
    Demo,
    /// Something that is not ours to touch.
    Foreign,
}

/// Opens a database.
pub(super) async fn open(url: &str, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Store> {
    Store::open(url, clock, ids).await.context("the database is not available")
}

/// What it holds.
pub(super) async fn look(store: &Store) -> Result<Found> {
    let mark = settings::Entity::find_by_id(MARK).one(&store.reader()).await?;
    match mark.as_ref().map(|mark| mark.value.as_str()) {
        Some(FINISHED) => return Ok(Found::Demo),
        Some(_) => return Ok(Found::Unfinished),
        None => {}
    }
    let facilities = store.list_facilities(&FacilityScope::All, None, 1).await?;
    let scope = FacilityScope::All;
    let any = ProductQuery {
        text: "",
        category: None,
        facility: None,
        scope: &scope,
        after: None,
        limit: 1,
    };
    let products = store.list_products(&any).await?;
    let users = store.list_users(None, 1).await?;
    let empty = facilities.is_empty() && products.items.is_empty() && users.is_empty();
    Ok(if empty { Found::Empty } else { Found::Foreign })
}

/// Notes how far the demo is.
pub(super) async fn mark(store: &Store, state: &str) -> Result<()> {
    let row = settings::Model { key: MARK.to_owned(), value: state.to_owned() };
    let known =
        OnConflict::column(settings::Column::Key).update_column(settings::Column::Value).to_owned();
    settings::Entity::insert(row.into_active_model())
        .on_conflict(known)
        .exec_without_returning(&store.writer())
        .await?;
    Ok(())
}

/// Leaves an empty database behind, or says why not. The database is closed.
pub(super) fn clear(url: &str, found: Found, fresh: bool) -> Result<()> {
    match found {
        Found::Empty => return Ok(()),
        Found::Foreign => bail!(
            "this database is in use for something else than the demo, and stays as it is: name \
             another one, as in --database sqlite://demo.db"
        ),
        Found::Unfinished | Found::Demo => {}
    }
    assert!(fresh || found == Found::Unfinished, "a demo is kept unless somebody asks otherwise");
    let Some(file) = sqlite_file(url) else {
        bail!(
            "a ledger is never deleted row by row: drop the database and create it anew (dropdb, \
             createdb), then run this again"
        )
    };
    remove(&file)
}

/// Removes a file that nobody has open, with what SQLite keeps beside it.
fn remove(file: &Path) -> Result<()> {
    let beside = |suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    // Whoever closes last removes the log; it was not us.
    if beside("-wal").exists() {
        bail!("another program has {} open: stop it (onhand serve?) and try again", file.display());
    }
    for path in [file.to_owned(), beside("-shm")] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("can't remove {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The file of an embedded database.
pub(super) fn sqlite_file(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    let path = rest.split_once('?').map_or(rest, |(path, _)| path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}
