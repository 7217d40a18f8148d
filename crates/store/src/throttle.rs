//! Slows down whoever guesses passwords: per account and per client address, in the database so
//! that all nodes share it.

use onhand_domain::Micros;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use sha2::{Digest, Sha256};

use crate::{
    Store, entities::sign_in_throttles, error::StoreError, people::email_key, unit::begin_write,
};

/// Failures are counted over so long, in microseconds.
pub const WINDOW_MICROS: i64 = 15 * 60 * Micros::SECOND;
/// Failures of one account that a person who forgot a password may have in a window.
pub const ACCOUNT_FAILURES_MAX: i64 = 5;
/// Failures of one client address in a window: a store's people share one.
pub const CLIENT_FAILURES_MAX: i64 = 50;
/// The first block, in microseconds; each further failure doubles it.
pub const BLOCK_MICROS_MIN: i64 = 60 * Micros::SECOND;
/// The longest block, in microseconds.
pub const BLOCK_MICROS_MAX: i64 = WINDOW_MICROS;

/// Whether a sign-in may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Try, and say how it went.
    Allowed,
    /// Not before then.
    Blocked(Micros),
}

impl Store {
    /// Counts an attempt as failed *before* the password is looked at: attempts that run at the
    /// same time can't all slip through the last free place. [`Store::sign_in_succeeded`] takes
    /// it back.
    pub async fn sign_in_attempt(&self, email: &str, client: &str) -> Result<Attempt, StoreError> {
        let now = self.clock().now();
        let tx = begin_write(self).await?;
        let keys =
            [(account_key(email), ACCOUNT_FAILURES_MAX), (client_key(client), CLIENT_FAILURES_MAX)];
        let mut blocked_until = Micros(0);
        let mut rows = Vec::new();
        for (key, failures_max) in keys {
            let row = sign_in_throttles::Entity::find_by_id(key.as_str())
                .lock_exclusive()
                .one(&tx)
                .await?;
            blocked_until = blocked_until.max(Micros(row.as_ref().map_or(0, |r| r.blocked_until)));
            rows.push((key, failures_max, row));
        }
        if blocked_until > now {
            return Ok(Attempt::Blocked(blocked_until));
        }
        for (key, failures_max, row) in rows {
            count(&tx, key, failures_max, row, now).await?;
        }
        tx.commit().await?;
        Ok(Attempt::Allowed)
    }

    /// Takes the counted failure back: the account starts afresh, the client address gets its
    /// one attempt back.
    pub async fn sign_in_succeeded(&self, email: &str, client: &str) -> Result<(), StoreError> {
        let tx = begin_write(self).await?;
        sign_in_throttles::Entity::delete_by_id(account_key(email)).exec(&tx).await?;
        let key = client_key(client);
        let row = sign_in_throttles::Entity::find_by_id(key).lock_exclusive().one(&tx).await?;
        if let Some(row) = row {
            let failures = (row.failures - 1).max(0);
            let mut row: sign_in_throttles::ActiveModel = row.into();
            row.failures = Set(failures);
            row.blocked_until = Set(0);
            row.update(&tx).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn count<C: ConnectionTrait>(
    db: &C,
    key: String,
    failures_max: i64,
    row: Option<sign_in_throttles::Model>,
    now: Micros,
) -> Result<(), StoreError> {
    let live = |r: &sign_in_throttles::Model| {
        now < Micros(r.window_started_at.max(r.blocked_until)).plus(WINDOW_MICROS)
    };
    let is_new = row.is_none();
    let current = row.filter(live);
    let failures = current.as_ref().map_or(0, |r| r.failures) + 1;
    let row = sign_in_throttles::ActiveModel {
        key: Set(key),
        failures: Set(failures),
        window_started_at: Set(current.map_or(now.0, |r| r.window_started_at)),
        blocked_until: Set(blocked_until(failures, failures_max, now).0),
    };
    if is_new {
        row.insert(db).await?;
    } else {
        row.reset_all().update(db).await?;
    }
    Ok(())
}

/// Removes at most `rows_max` counts that `count` would begin anew, and says how many.
pub(crate) async fn forget_stale(
    store: &Store,
    now: Micros,
    rows_max: u64,
) -> Result<u64, StoreError> {
    let found: Vec<String> = sign_in_throttles::Entity::find()
        .select_only()
        .column(sign_in_throttles::Column::Key)
        .filter(is_stale(now))
        .order_by_asc(sign_in_throttles::Column::Key)
        .limit(rows_max)
        .into_tuple()
        .all(&store.reader())
        .await?;
    if found.is_empty() {
        return Ok(0);
    }
    // Asked again: a failure that was counted in between must go on slowing down.
    let gone = sign_in_throttles::Entity::delete_many()
        .filter(sign_in_throttles::Column::Key.is_in(found))
        .filter(is_stale(now))
        .exec(&store.writer())
        .await?;
    Ok(gone.rows_affected)
}

fn is_stale(now: Micros) -> Condition {
    let before = now.plus(-WINDOW_MICROS).0;
    Condition::all()
        .add(sign_in_throttles::Column::WindowStartedAt.lte(before))
        .add(sign_in_throttles::Column::BlockedUntil.lte(before))
}

/// Until when the *next* attempt has to wait after so many failures.
fn blocked_until(failures: i64, failures_max: i64, now: Micros) -> Micros {
    let Ok(beyond) = u32::try_from(failures - failures_max) else { return Micros(0) };
    let doubled = 2_i64.saturating_pow(beyond).saturating_mul(BLOCK_MICROS_MIN);
    now.plus(doubled.min(BLOCK_MICROS_MAX))
}

/// Hashed: the table says nothing about who tried to sign in from where.
fn account_key(email: &str) -> String {
    hashed("email", &email_key(email))
}

fn client_key(client: &str) -> String {
    hashed("ip", client)
}

fn hashed(kind: &str, value: &str) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(value.as_bytes());
    digest.iter().fold(format!("{kind}:"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_further_failure_waits_twice_as_long() {
        let now = Micros(1_000);
        assert_eq!(blocked_until(4, 5, now), Micros(0));
        assert_eq!(blocked_until(5, 5, now), now.plus(BLOCK_MICROS_MIN));
        assert_eq!(blocked_until(6, 5, now), now.plus(2 * BLOCK_MICROS_MIN));
        assert_eq!(blocked_until(500, 5, now), now.plus(BLOCK_MICROS_MAX));
    }
}
