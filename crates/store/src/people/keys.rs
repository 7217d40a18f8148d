//! API keys: for programs. Shown once, stored hashed.

use onhand_domain::{Micros, PrincipalId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use super::grants::{self, HeldRole, NewGrant};
use crate::{
    Store,
    entities::principals,
    error::StoreError,
    refusal::{Refusal, WriteError, check_name},
    sessions::{TOUCH_MICROS_MIN, digest},
    unit::{By, Unit},
};

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Id.
    pub id: PrincipalId,
    /// What it is for.
    pub name: String,
    /// Its first characters, to recognise it by.
    pub prefix: String,
    /// What it may do, and where.
    pub grant: Option<HeldRole>,
    /// When it ends by itself.
    pub expires_at: Option<Micros>,
    /// Last call, to the minute.
    pub last_used_at: Option<Micros>,
    /// When it was made.
    pub created_at: Micros,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
}

/// The secret of a key that is to be made: what the program sends, and what is shown of it later.
#[derive(Clone)]
pub struct KeySecret {
    /// The whole key.
    pub key: String,
    /// Its first characters.
    pub prefix: String,
}

/// A key that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// Made by the client.
    pub id: PrincipalId,
    /// What it is for.
    pub name: String,
    /// What it may do, and where.
    pub grant: NewGrant,
    /// When it ends by itself.
    pub expires_at: Option<Micros>,
}

impl Store {
    /// Keys, newest first, at most `limit`, after the one made then with that id.
    pub async fn list_api_keys(
        &self,
        after: Option<(Micros, Uuid)>,
        limit: u64,
    ) -> Result<Vec<ApiKey>, StoreError> {
        let mut condition = Condition::all().add(principals::Column::Kind.eq("key"));
        if let Some((at, id)) = after {
            condition = condition.add(
                Condition::any().add(principals::Column::CreatedAt.lt(at.0)).add(
                    Condition::all()
                        .add(principals::Column::CreatedAt.eq(at.0))
                        .add(principals::Column::Id.lt(id)),
                ),
            );
        }
        let db = self.reader();
        let rows = principals::Entity::find()
            .filter(condition)
            .order_by_desc(principals::Column::CreatedAt)
            .order_by_desc(principals::Column::Id)
            .limit(limit)
            .all(&db)
            .await?;
        with_grants(&db, rows).await
    }

    /// Makes a key. The flag says whether it was made now: a retry finds the first one, whose
    /// secret nobody can show again.
    pub async fn create_api_key(
        &self,
        by: &By,
        new: NewApiKey,
        secret: &KeySecret,
    ) -> Result<(ApiKey, bool), WriteError> {
        check_name("/name", &new.name)?;
        let unit = Unit::begin(self, by).await?;
        if principals::Entity::find_by_id(new.id.0).one(&unit.tx).await?.is_some() {
            let existing = load(&unit.tx, new.id).await?.filter(|key| is_same(key, &new));
            return existing.map(|key| (key, false)).ok_or(Refusal::IdReused.into());
        }
        if new.expires_at.is_some_and(|at| at <= unit.now) {
            return Err(Refusal::invalid("/expires_at", "must lie in the future").into());
        }
        let row = principals::ActiveModel {
            id: Set(new.id.0),
            kind: Set("key".to_owned()),
            name: Set(new.name),
            key_prefix: Set(Some(secret.prefix.clone())),
            key_hash: Set(Some(digest(secret.key.as_bytes()))),
            expires_at: Set(new.expires_at.map(|t| t.0)),
            active: Set(true),
            created_at: Set(unit.now.0),
            created_by: Set(Some(unit.by.actor.0)),
            ..Default::default()
        };
        row.insert(&unit.tx).await?;
        grants::replace(&unit, new.id, std::slice::from_ref(&new.grant), "").await?;
        let made = reload(&unit.tx, new.id).await?;
        let subject = format!("key {} ({}): {:?}", made.prefix, made.name, new.grant);
        unit.commit(None, subject).await?;
        Ok((made, true))
    }

    /// Revokes a key: from the next request on it opens nothing. Revoking it again is no error.
    pub async fn revoke_api_key(&self, by: &By, id: PrincipalId) -> Result<ApiKey, WriteError> {
        let unit = Unit::begin(self, by).await?;
        let Some(key) = load(&unit.tx, id).await? else {
            return Err(Refusal::Unknown("API key").into());
        };
        if key.revoked_at.is_some() {
            return Ok(key);
        }
        // A revoked key's end is the moment of its revocation.
        let row = principals::ActiveModel {
            id: Set(id.0),
            active: Set(false),
            expires_at: Set(Some(unit.now.0)),
            ..Default::default()
        };
        row.update(&unit.tx).await?;
        let revoked = reload(&unit.tx, id).await?;
        unit.commit(None, format!("key {} ({})", revoked.prefix, revoked.name)).await?;
        Ok(revoked)
    }
}

/// The live key with this secret, and until when that may be taken for granted. Notes that it was
/// used.
pub(super) async fn owner(
    store: &Store,
    key: &str,
) -> Result<Option<(principals::Model, Micros)>, StoreError> {
    let now = store.clock().now();
    let found = principals::Entity::find()
        .filter(principals::Column::KeyHash.eq(digest(key.as_bytes())))
        .one(&store.reader())
        .await?;
    let live = |row: &principals::Model| row.active && row.expires_at.is_none_or(|t| now.0 < t);
    let Some(row) = found.filter(live) else { return Ok(None) };
    let mut noted = row.last_used_at.map_or(Micros(i64::MIN), Micros);
    if now >= noted.plus(TOUCH_MICROS_MIN) {
        noted = now;
        let done = principals::Entity::update_many()
            .col_expr(principals::Column::LastUsedAt, now.0.into())
            .filter(principals::Column::Id.eq(row.id))
            .exec(&store.writer())
            .await;
        // A request does not fail because its use could not be noted.
        if let Err(error) = done {
            tracing::warn!(error = %error, "api_key.touch failed");
        }
    }
    let until = noted.plus(TOUCH_MICROS_MIN);
    let until = row.expires_at.map_or(until, |end| until.min(Micros(end)));
    Ok(Some((row, until)))
}

fn is_same(key: &ApiKey, new: &NewApiKey) -> bool {
    let held: Vec<HeldRole> = key.grant.iter().cloned().collect();
    key.name == new.name
        && (key.expires_at == new.expires_at || key.revoked_at.is_some())
        && grants::same(&held, std::slice::from_ref(&new.grant))
}

async fn load<C: ConnectionTrait>(db: &C, id: PrincipalId) -> Result<Option<ApiKey>, StoreError> {
    let row = principals::Entity::find_by_id(id.0).one(db).await?;
    let keys = row.into_iter().filter(|row| row.kind == "key").collect();
    Ok(with_grants(db, keys).await?.pop())
}

async fn reload<C: ConnectionTrait>(db: &C, id: PrincipalId) -> Result<ApiKey, StoreError> {
    load(db, id).await?.ok_or_else(|| StoreError::Inconsistent {
        table: "principals",
        what: format!("{id} was written and is gone"),
    })
}

async fn with_grants<C: ConnectionTrait>(
    db: &C,
    rows: Vec<principals::Model>,
) -> Result<Vec<ApiKey>, StoreError> {
    let mut held = grants::held(db, rows.iter().map(|p| p.id)).await?;
    let key = |row: principals::Model| ApiKey {
        id: PrincipalId(row.id),
        name: row.name,
        prefix: row.key_prefix.unwrap_or_default(),
        grant: held.remove(&row.id).and_then(|mut roles| roles.pop()),
        expires_at: row.expires_at.map(Micros),
        last_used_at: row.last_used_at.map(Micros),
        created_at: Micros(row.created_at),
        revoked_at: row.expires_at.filter(|_| !row.active).map(Micros),
    };
    Ok(rows.into_iter().map(key).collect())
}
