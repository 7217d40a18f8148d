//! One write of settings or people: a transaction that commits together with its audit row.

use std::sync::Arc;

use onhand_domain::{FacilityId, Micros, PrincipalId};
use sea_orm::{
    DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::{
    Ids, Store, audit, directory,
    error::StoreError,
    refusal::{Refusal, WriteError},
};

/// On whose behalf something is written, and by which rule they may: it is recorded as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: PrincipalId,
    /// The operation, `verb_resource`.
    pub action: String,
    /// The rule that allowed it, in words that an auditor reads.
    pub rule: String,
}

impl By {
    /// Somebody with access to the machine, at its command line.
    pub fn command_line(action: &str) -> Self {
        Self {
            actor: PrincipalId::SYSTEM,
            action: action.to_owned(),
            rule: "command line on the server".to_owned(),
        }
    }
}

/// A write transaction. It is undone when dropped, and commits only together with an audit row,
/// so that no change of settings goes unrecorded.
pub(crate) struct Unit {
    /// What the statements run on.
    pub(crate) tx: DatabaseTransaction,
    /// When the write began.
    pub(crate) now: Micros,
    /// On whose behalf.
    pub(crate) by: By,
    ids: Arc<dyn Ids>,
}

impl Unit {
    /// Begins. On SQLite it takes the write lock at once: a transaction that reads first and
    /// writes later fails where another process wrote in between.
    pub(crate) async fn begin(store: &Store, by: &By) -> Result<Self, StoreError> {
        let tx = begin_write(store).await?;
        Ok(Self { tx, now: store.clock().now(), by: by.clone(), ids: Arc::clone(&store.0.ids) })
    }

    /// Records what was decided and commits. Whatever nodes remember of people and settings is
    /// out of date from here on.
    pub(crate) async fn commit(
        self,
        facility: Option<FacilityId>,
        subject: String,
    ) -> Result<(), StoreError> {
        directory::change(&self.tx).await?;
        self.commit_work(facility, subject).await
    }

    /// As [`Unit::commit`], for work that no right and no setting rests on: counts.
    pub(crate) async fn commit_work(
        self,
        facility: Option<FacilityId>,
        subject: String,
    ) -> Result<(), StoreError> {
        let entry = audit::Entry {
            actor: Some(self.by.actor),
            action: self.by.action,
            facility,
            allowed: true,
            rule: self.by.rule,
            subject: Some(subject),
        };
        audit::insert(&self.tx, self.ids.next(), self.now, entry).await?;
        Ok(self.tx.commit().await?)
    }

    /// An id for a row that only the server knows.
    pub(crate) fn next_id(&self) -> uuid::Uuid {
        self.ids.next()
    }
}

/// Begins a write transaction without an audit row: for what is not a decision of a person
/// (sessions, throttles, seeds).
pub(crate) async fn begin_write(store: &Store) -> Result<DatabaseTransaction, StoreError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    Ok(store.writer().begin_with_options(options).await?)
}

/// Turns the database's "already there" into a refusal: two nodes may both have looked before
/// either of them wrote.
pub(crate) fn or_taken<T>(result: Result<T, DbErr>, refusal: Refusal) -> Result<T, WriteError> {
    result.map_err(|error| match error.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => WriteError::Refused(refusal),
        _ => WriteError::Store(error.into()),
    })
}
