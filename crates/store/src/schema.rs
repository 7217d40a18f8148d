//! Whether a database's schema is one that this program can work on, and how it becomes one.
//!
//! Several nodes may start at once: one of them migrates, the others wait. While nodes are
//! upgraded one by one, older ones run on a schema that a newer one has migrated; so a migration
//! that is applied while older nodes run may only add (`docs/adr` has the decision).

use std::{collections::BTreeSet, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, Statement};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, pool::PoolConnection};

use crate::{
    error::OpenError,
    migrations::Migrator,
    open::{Pools, without_password},
};

/// What the name of a migration contains that only adds: tables, indexes, columns that may be
/// missing from an INSERT. A program that does not know it goes on as before.
const ONLY_ADDS: &str = "_expand_";
/// The table that stands in the target of a move until it is complete.
pub(crate) const MOVE_MARK: &str = "move_under_way";
/// Key of the lock under which one node migrates: "onhand" in ASCII.
const MIGRATION_LOCK: i64 = 0x6f6e_6861_6e64;
/// How long a node waits for another one to migrate.
const MIGRATION_WAIT_MAX: Duration = Duration::from_mins(5);
/// Pause between two looks whether the other one is done.
const MIGRATION_POLL: Duration = Duration::from_millis(100);

/// How far a database's schema is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No migration was ever applied.
    Empty,
    /// It knows less than this program.
    Behind,
    /// It is what this program works with.
    Current,
    /// It is what this program works with, and has what a newer one added.
    Ahead,
}

/// Looks. Writes nothing.
pub(crate) async fn state(db: &DatabaseConnection) -> Result<State, OpenError> {
    let applied: BTreeSet<String> = applied(db).await.map_err(OpenError::Migration)?;
    let migrations = Migrator::migrations();
    let known: BTreeSet<String> = migrations.iter().map(|m| m.name().to_owned()).collect();
    let mut newer = applied.difference(&known);
    let complete = known.is_subset(&applied);
    match newer.clone().next() {
        None if complete => Ok(State::Current),
        None if applied.is_empty() => Ok(State::Empty),
        None => Ok(State::Behind),
        Some(first) if !complete => Err(OpenError::Newer(first.clone())),
        Some(_) => match newer.find(|name| !name.contains(ONLY_ADDS)) {
            Some(breaking) => Err(OpenError::Newer(breaking.clone())),
            None => Ok(State::Ahead),
        },
    }
}

async fn applied(db: &DatabaseConnection) -> Result<BTreeSet<String>, DbErr> {
    let table = Migrator::migration_table_name().to_string();
    if !SchemaManager::new(db).has_table(table).await? {
        return Ok(BTreeSet::new());
    }
    // Unlike the migrator's own, this makes no table.
    let models = seaql_migrations::Entity::find().all(db).await?;
    Ok(models.into_iter().map(|model| model.version).collect())
}

/// Brings the schema up to date, or says why it can't be.
pub(crate) async fn bring_up(pools: &Pools, url: &str) -> Result<(), OpenError> {
    refuse_half_moved(&pools.writer()).await?;
    migrate(pools, url).await
}

/// The same, whether a move is under way or not.
pub(crate) async fn migrate(pools: &Pools, url: &str) -> Result<(), OpenError> {
    let db = pools.writer();
    if takes_no_writes(&db).await? {
        return Err(OpenError::ReadOnly(without_password(url)));
    }
    match state(&db).await? {
        State::Current => return Ok(()),
        State::Ahead => {
            tracing::info!("schema.ahead: a newer version has added to the schema");
            return Ok(());
        }
        State::Empty | State::Behind => {}
    }
    let turn = match pools {
        Pools::Postgres(pool) => Some(Turn::take(pool).await?),
        // One process has an embedded database for itself.
        Pools::Sqlite { .. } => None,
    };
    // After a wait there is nothing left to do.
    let migrated = Migrator::up(&db, None).await.map_err(OpenError::Migration);
    if let Some(turn) = turn {
        turn.give_up().await;
    }
    migrated
}

/// Passes where the schema is up to date already.
pub(crate) async fn require_current(pools: &Pools, url: &str) -> Result<(), OpenError> {
    let db = pools.reader();
    refuse_half_moved(&db).await?;
    match state(&db).await? {
        State::Current | State::Ahead => Ok(()),
        State::Empty | State::Behind => Err(OpenError::Older(without_password(url))),
    }
}

async fn refuse_half_moved(db: &DatabaseConnection) -> Result<(), OpenError> {
    if is_half_moved(db).await? { Err(OpenError::HalfMoved) } else { Ok(()) }
}

/// Whether a move into the database was begun and did not come to its end.
pub(crate) async fn is_half_moved(db: &DatabaseConnection) -> Result<bool, OpenError> {
    SchemaManager::new(db).has_table(MOVE_MARK).await.map_err(OpenError::Migration)
}

async fn takes_no_writes(db: &DatabaseConnection) -> Result<bool, OpenError> {
    let backend = db.get_database_backend();
    if backend != sea_orm::DbBackend::Postgres {
        return Ok(false);
    }
    let asked = Statement::from_string(backend, "SHOW transaction_read_only");
    let row = db.query_one_raw(asked).await.map_err(OpenError::Migration)?;
    let answer = row.map(|row| row.try_get_by_index::<String>(0)).transpose();
    Ok(answer.map_err(OpenError::Migration)?.as_deref() == Some("on"))
}

/// This node's turn to migrate. It ends with its connection, however that ends.
struct Turn(PoolConnection<Postgres>);

impl Turn {
    async fn take(pool: &PgPool) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Migration(sqlx_error(error));
        let mut connection = pool.acquire().await.map_err(failed)?;
        let mut waited = Duration::ZERO;
        while !try_lock(&mut connection).await.map_err(failed)? {
            if waited >= MIGRATION_WAIT_MAX {
                return Err(OpenError::MigratedElsewhere(waited));
            }
            tokio::time::sleep(MIGRATION_POLL).await;
            waited += MIGRATION_POLL;
        }
        Ok(Self(connection))
    }

    async fn give_up(self) {
        // The lock goes with the connection; whether the server has heard of it or finds out by
        // itself makes no difference.
        let _ = self.0.detach().close().await;
    }
}

async fn try_lock(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT pg_try_advisory_lock($1)";
    sqlx::query_scalar(sql).bind(MIGRATION_LOCK).fetch_one(connection).await
}

fn sqlx_error(error: sqlx::Error) -> sea_orm::DbErr {
    sea_orm::DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into()))
}
