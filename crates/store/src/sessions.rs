//! Signed-in browsers. The cookie's token is stored hashed: whoever reads the database cannot
//! sign in with what is in it.

use onhand_domain::{Micros, PrincipalId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use sha2::{Digest, Sha256};

use crate::{
    Store, directory,
    entities::{principals, sessions},
    error::StoreError,
    unit::begin_write,
};

/// A session ends when it was not used for so long, in microseconds: 12 hours, a long shift.
pub const IDLE_MICROS_MAX: i64 = Micros::DAY / 2;
/// A session ends so long after it began, in microseconds, however much it is used: 7 days.
pub const AGE_MICROS_MAX: i64 = 7 * Micros::DAY;
/// The last use is written down at most so often, in microseconds: one write a minute.
pub const TOUCH_MICROS_MIN: i64 = 60 * Micros::SECOND;
/// Longest name of a browser that is kept, in characters.
const USER_AGENT_CHARS_MAX: usize = 200;

/// What is stored instead of a token or key. Both have 256 random bits: nothing to guess, so
/// one fast hash is enough.
pub(crate) fn digest(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

impl Store {
    /// Begins a session of somebody who signed in with `token`, and forgets their ended ones.
    pub async fn begin_session(
        &self,
        principal: PrincipalId,
        token: &[u8],
        user_agent: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.clock().now();
        let tx = begin_write(self).await?;
        sessions::Entity::delete_many()
            .filter(sessions::Column::PrincipalId.eq(principal.0))
            .filter(sessions::Column::ExpiresAt.lte(now.0))
            .exec(&tx)
            .await?;
        let row = sessions::ActiveModel {
            token_hash: Set(digest(token)),
            principal_id: Set(principal.0),
            created_at: Set(now.0),
            last_used_at: Set(now.0),
            expires_at: Set(now.plus(AGE_MICROS_MAX).0),
            user_agent: Set(user_agent.map(|a| a.chars().take(USER_AGENT_CHARS_MAX).collect())),
        };
        row.insert(&tx).await?;
        let signed_in = principals::ActiveModel {
            id: Set(principal.0),
            last_used_at: Set(Some(now.0)),
            ..Default::default()
        };
        signed_in.update(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Whether the session with this token is still good. Unlike a request this does not count as
    /// a use: a screen that only listens must not keep its session alive.
    pub async fn is_session_live(&self, token: &[u8]) -> Result<bool, StoreError> {
        let now = self.clock().now();
        let found = sessions::Entity::find_by_id(digest(token)).one(&self.reader()).await?;
        Ok(found.is_some_and(|session| is_live(&session, now)))
    }

    /// Ends the session with this token. Ending one that has ended is no error.
    pub async fn end_session(&self, token: &[u8]) -> Result<(), StoreError> {
        let tx = begin_write(self).await?;
        let ended = sessions::Entity::delete_by_id(digest(token)).exec(&tx).await?;
        if ended.rows_affected > 0 {
            directory::change(&tx).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Ends all sessions of somebody, except the one with the token `but`.
pub(crate) async fn end_all<C: sea_orm::ConnectionTrait>(
    db: &C,
    principal: PrincipalId,
    but: Option<&[u8]>,
) -> Result<(), StoreError> {
    let mut ended =
        sessions::Entity::delete_many().filter(sessions::Column::PrincipalId.eq(principal.0));
    if let Some(token) = but {
        ended = ended.filter(sessions::Column::TokenHash.ne(digest(token)));
    }
    ended.exec(db).await?;
    Ok(())
}

/// The active principal that a live session belongs to, and until when that may be taken for
/// granted. Notes that it was used.
pub(crate) async fn owner(
    store: &Store,
    token: &[u8],
) -> Result<Option<(principals::Model, Micros)>, StoreError> {
    let now = store.clock().now();
    let owner = sessions::Entity::belongs_to(principals::Entity)
        .from(sessions::Column::PrincipalId)
        .to(principals::Column::Id);
    let found = sessions::Entity::find_by_id(digest(token))
        .join(JoinType::InnerJoin, owner.into())
        .select_also(principals::Entity)
        .one(&store.reader())
        .await?;
    let Some((session, Some(principal))) = found else { return Ok(None) };
    let idle_since = Micros(session.last_used_at);
    if !is_live(&session, now) || !principal.active {
        return Ok(None);
    }
    let noted = if now >= idle_since.plus(TOUCH_MICROS_MIN) {
        touch(store, session.token_hash, now).await;
        now
    } else {
        idle_since
    };
    let until = noted.plus(TOUCH_MICROS_MIN).min(Micros(session.expires_at));
    Ok(Some((principal, until)))
}

/// Removes at most `rows_max` sessions that have ended, and says how many.
pub(crate) async fn forget_ended(
    store: &Store,
    now: Micros,
    rows_max: u64,
) -> Result<u64, StoreError> {
    let found: Vec<Vec<u8>> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::TokenHash)
        .filter(has_ended(now))
        .order_by_asc(sessions::Column::TokenHash)
        .limit(rows_max)
        .into_tuple()
        .all(&store.reader())
        .await?;
    if found.is_empty() {
        return Ok(0);
    }
    // Asked again: a request whose clock is behind may have used one of them in between.
    let gone = sessions::Entity::delete_many()
        .filter(sessions::Column::TokenHash.is_in(found))
        .filter(has_ended(now))
        .exec(&store.writer())
        .await?;
    Ok(gone.rows_affected)
}

/// The opposite of [`is_live`].
fn has_ended(now: Micros) -> Condition {
    Condition::any()
        .add(sessions::Column::ExpiresAt.lte(now.0))
        .add(sessions::Column::LastUsedAt.lte(now.plus(-IDLE_MICROS_MAX).0))
}

fn is_live(session: &sessions::Model, now: Micros) -> bool {
    let idle_since = Micros(session.last_used_at);
    now.0 < session.expires_at && now < idle_since.plus(IDLE_MICROS_MAX)
}

/// A request does not fail because its use could not be noted.
async fn touch(store: &Store, token_hash: Vec<u8>, now: Micros) {
    let noted = sessions::Entity::update_many()
        .col_expr(sessions::Column::LastUsedAt, now.0.into())
        .filter(sessions::Column::TokenHash.eq(token_hash))
        .exec(&store.writer())
        .await;
    if let Err(error) = noted {
        tracing::warn!(error = %error, "session.touch failed");
    }
}
