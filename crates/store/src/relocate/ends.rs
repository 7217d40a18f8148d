//! The two ends of a move: the source, in which nobody may write meanwhile, and the target, which
//! is marked until the move is complete.

use std::time::Duration;

use futures::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::{
    catalog::{self, quoted},
    cell::Link,
    error::MoveError,
};
use crate::{
    open::{Pools, Purpose},
    schema::{self, MOVE_MARK, State},
    verify::hex,
};

/// How long a move waits for those who write to the source, as PostgreSQL reads it.
const WRITERS_WAIT: &str = "10s";
/// Key of the lock that a move holds on its target: "movein" in ASCII.
const MOVE_LOCK: i64 = 0x6d6f_7665_696e;
/// How long a move waits for the end of one that was interrupted a moment ago.
const MOVE_WAIT_MAX: Duration = Duration::from_secs(10);
/// Pause between two tries.
const MOVE_POLL: Duration = Duration::from_millis(100);

/// The database to move: a transaction that keeps everybody else from writing.
pub(super) enum Source {
    /// Holds the file's only write lock.
    Sqlite(Transaction<'static, Sqlite>),
    /// Holds a share lock on every table.
    Postgres(Transaction<'static, Postgres>),
}

impl Source {
    /// Opens it and locks it, and tells what its tables are called.
    pub(super) async fn open(url: &str) -> Result<(Self, Vec<String>), MoveError> {
        let pools = Pools::connect(url, Purpose::Take).await.map_err(MoveError::Source)?;
        schema::require_current(&pools, url).await.map_err(MoveError::Source)?;
        if schema::state(&pools.reader()).await.map_err(MoveError::Source)? == State::Ahead {
            return Err(MoveError::Newer);
        }
        match pools {
            Pools::Sqlite { write, .. } => {
                let tx = write.begin_with("BEGIN IMMEDIATE").await.map_err(MoveError::InUse)?;
                let mut source = Self::Sqlite(tx);
                let names = catalog::names(source.link()).await?;
                Ok((source, names))
            }
            Pools::Postgres(pool) => {
                let mut catalog = pool.acquire().await.map_err(MoveError::Database)?;
                let names = catalog::names(Link::Postgres(&mut catalog)).await?;
                // The locks come before the first query, and with it the snapshot.
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let tx = pool.begin_with(begin).await.map_err(MoveError::Database)?;
                let mut source = Self::Postgres(tx);
                source.lock(&names).await.map_err(MoveError::InUse)?;
                Ok((source, names))
            }
        }
    }

    async fn lock(&mut self, names: &[String]) -> Result<(), sqlx::Error> {
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let wait = format!("SET LOCAL lock_timeout = '{WRITERS_WAIT}'");
        self.link().execute(wait).await?;
        // It idles while the other side works.
        let idle = "SET LOCAL idle_in_transaction_session_timeout = 0";
        self.link().execute(idle.to_owned()).await?;
        self.link().execute(format!("LOCK TABLE {} IN SHARE MODE", names.join(", "))).await
    }

    /// The connection that holds the lock.
    pub(super) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(tx) => Link::Sqlite(tx),
            Self::Postgres(tx) => Link::Postgres(tx),
        }
    }

    /// How many rows a table has.
    pub(super) async fn count(&mut self, table: &str) -> Result<u64, MoveError> {
        rows(self.link(), table).await
    }

    /// What tells this state of this database from any other: how many rows each table has, and
    /// the ends of the chains.
    pub(super) async fn fingerprint(&mut self, names: &[String]) -> Result<String, MoveError> {
        let mut hash = Sha256::new();
        for name in names {
            let rows = self.count(name).await?;
            hash.update(format!("{name} {rows}\n"));
        }
        let heads = catalog::table(self.link(), "ledger_heads").await?;
        let mut heads = self.link().rows(&heads, 0);
        while let Some(head) = heads.try_next().await.map_err(MoveError::Database)? {
            hash.update(format!("{head:?}\n"));
        }
        Ok(hex(&hash.finalize()))
    }
}

/// The database to move to. The connection is no pool's: dropped in the middle of a batch it is
/// closed, and with it the batch is gone.
pub(super) enum Target {
    /// A file.
    Sqlite(SqliteConnection),
    /// A server. The connection holds the lock that keeps a second move away.
    Postgres(PgConnection),
}

impl Target {
    /// Opens it: empty, or the target of an earlier move of the same state of the same source.
    /// Then its tables are there, and the mark.
    pub(super) async fn open(
        url: &str,
        source: &str,
        names: &[String],
    ) -> Result<(Self, Pools), MoveError> {
        let pools = Pools::connect(url, Purpose::Work).await.map_err(MoveError::Target)?;
        let target = match &pools {
            Pools::Sqlite { write, .. } => {
                begin(&pools, url, source, names).await?;
                Self::Sqlite(write.acquire().await.map_err(MoveError::Database)?.detach())
            }
            Pools::Postgres(pool) => {
                let connection = pool.acquire().await.map_err(MoveError::Database)?;
                let mut connection = connection.detach();
                lock_target(&mut connection).await?;
                begin(&pools, url, source, names).await?;
                // What a crash takes away is moved again; the end waits for the disk.
                let relaxed = "SET synchronous_commit = off".to_owned();
                let relaxed = Link::Postgres(&mut connection).execute(relaxed).await;
                relaxed.map_err(MoveError::Database)?;
                Self::Postgres(connection)
            }
        };
        Ok((target, pools))
    }

    /// The connection that rows go through.
    pub(super) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }

    /// How many rows of a table are there already.
    pub(super) async fn count(&mut self, table: &str) -> Result<u64, MoveError> {
        rows(self.link(), table).await
    }

    /// Lets the server learn what it now has, or its first queries would be planned for empty
    /// tables.
    pub(super) async fn analyze(&mut self) -> Result<(), MoveError> {
        self.link().execute("ANALYZE".to_owned()).await.map_err(MoveError::Database)
    }

    /// Takes the mark away: from now on it is a database like any other.
    pub(super) async fn complete(&mut self) -> Result<(), MoveError> {
        if matches!(self, Self::Postgres(_)) {
            let durable = "SET synchronous_commit = on".to_owned();
            self.link().execute(durable).await.map_err(MoveError::Database)?;
        }
        let unmark = format!("DROP TABLE {MOVE_MARK}");
        self.link().execute(unmark).await.map_err(MoveError::Database)
    }
}

async fn begin(pools: &Pools, url: &str, source: &str, names: &[String]) -> Result<(), MoveError> {
    let db = pools.writer();
    if schema::is_half_moved(&db).await.map_err(MoveError::Target)? {
        if !has_mark_of(pools, source).await.map_err(MoveError::Database)? {
            return Err(MoveError::OtherSource);
        }
    } else {
        let manager = sea_orm_migration::SchemaManager::new(&db);
        for name in names.iter().map(String::as_str).chain(["seaql_migrations"]) {
            let there = manager.has_table(name).await;
            if there.map_err(|e| MoveError::Target(crate::OpenError::Migration(e)))? {
                return Err(MoveError::NotEmpty(name.to_owned()));
            }
        }
        write_mark(pools, source).await.map_err(MoveError::Database)?;
    }
    schema::migrate(pools, url).await.map_err(MoveError::Target)?;
    empty(pools, names).await
}

async fn has_mark_of(pools: &Pools, source: &str) -> Result<bool, sqlx::Error> {
    let sql = format!("SELECT count(*) FROM {MOVE_MARK} WHERE source = '{source}'");
    let found = match pools {
        Pools::Sqlite { write, .. } => {
            Link::Sqlite(&mut *write.acquire().await?).number(sql).await?
        }
        Pools::Postgres(pool) => Link::Postgres(&mut *pool.acquire().await?).number(sql).await?,
    };
    Ok(found == 1)
}

/// Does all of the statements or none.
async fn execute_all(pools: &Pools, statements: Vec<String>) -> Result<(), sqlx::Error> {
    match pools {
        Pools::Sqlite { write, .. } => {
            let mut tx = write.begin().await?;
            for sql in statements {
                Link::Sqlite(&mut tx).execute(sql).await?;
            }
            tx.commit().await
        }
        Pools::Postgres(pool) => {
            let mut tx = pool.begin().await?;
            for sql in statements {
                Link::Postgres(&mut tx).execute(sql).await?;
            }
            tx.commit().await
        }
    }
}

async fn write_mark(pools: &Pools, source: &str) -> Result<(), sqlx::Error> {
    let create =
        format!("CREATE TABLE {MOVE_MARK} (source TEXT NOT NULL PRIMARY KEY, emptied BIGINT)");
    // 64 hexadecimal digits.
    let fill = format!("INSERT INTO {MOVE_MARK} (source, emptied) VALUES ('{source}', 0)");
    execute_all(pools, vec![create, fill]).await
}

/// Takes away, once, what the migrations themselves put into the tables: the source has it too.
async fn empty(pools: &Pools, names: &[String]) -> Result<(), MoveError> {
    let asked = format!("SELECT emptied FROM {MOVE_MARK}");
    let (emptied, there) = match pools {
        Pools::Sqlite { write, .. } => {
            let mut connection = write.acquire().await.map_err(MoveError::Database)?;
            let emptied = Link::Sqlite(&mut connection).number(asked).await;
            (emptied, catalog::names(Link::Sqlite(&mut connection)).await?)
        }
        Pools::Postgres(pool) => {
            let mut connection = pool.acquire().await.map_err(MoveError::Database)?;
            let emptied = Link::Postgres(&mut connection).number(asked).await;
            (emptied, catalog::names(Link::Postgres(&mut connection)).await?)
        }
    };
    if emptied.map_err(MoveError::Database)? == 1 {
        return Ok(());
    }
    // None of these was there before the migrations; any other is somebody else's.
    let made = there.iter().filter(|name| names.contains(name));
    let empty = made.map(|name| format!("DELETE FROM {}", quoted(name)));
    let note = format!("UPDATE {MOVE_MARK} SET emptied = 1");
    execute_all(pools, empty.chain([note]).collect()).await.map_err(MoveError::Database)
}

/// Keeps a second move away, and waits until the server has noticed the end of an interrupted
/// one: until then its last batch may still arrive.
async fn lock_target(connection: &mut PgConnection) -> Result<(), MoveError> {
    let mut waited = Duration::ZERO;
    loop {
        let sql = "SELECT pg_try_advisory_lock($1)";
        let asked = sqlx::query_scalar(sql).bind(MOVE_LOCK).fetch_one(&mut *connection).await;
        if asked.map_err(MoveError::Database)? {
            return Ok(());
        }
        if waited >= MOVE_WAIT_MAX {
            return Err(MoveError::Running);
        }
        tokio::time::sleep(MOVE_POLL).await;
        waited += MOVE_POLL;
    }
}

async fn rows(link: Link<'_>, table: &str) -> Result<u64, MoveError> {
    let sql = format!("SELECT count(*) FROM {}", quoted(table));
    let rows = link.number(sql).await.map_err(MoveError::Database)?;
    Ok(u64::try_from(rows).unwrap_or(0))
}
