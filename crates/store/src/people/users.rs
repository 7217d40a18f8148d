//! People who sign in.

use onhand_domain::{Micros, PrincipalId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set,
};

use super::grants::{self, HeldRole, NewGrant};
use crate::{
    Store,
    entities::principals,
    error::StoreError,
    refusal::{Refusal, WriteError, check_name},
    roles::{has_admin, lock_people},
    sessions,
    unit::{By, Unit, or_taken},
};

/// Longest e-mail address, in bytes (RFC 5321).
const EMAIL_BYTES_MAX: usize = 254;

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Id.
    pub id: PrincipalId,
    /// The address they sign in with, lower-cased.
    pub email: String,
    /// Name.
    pub name: String,
    /// False once locked out.
    pub active: bool,
    /// What they hold.
    pub grants: Vec<HeldRole>,
    /// Last sign-in.
    pub last_sign_in_at: Option<Micros>,
    /// When they were added.
    pub created_at: Micros,
}

/// A person who is to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Made by the client.
    pub id: PrincipalId,
    /// The address to sign in with.
    pub email: String,
    /// Name.
    pub name: String,
    /// Argon2id, PHC string.
    pub password_hash: String,
    /// What they hold.
    pub grants: Vec<NewGrant>,
}

/// What changes; absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// The address to sign in with.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// A new password's hash: ends all of their sessions.
    pub password_hash: Option<String>,
    /// False locks them out at once.
    pub active: Option<bool>,
    /// All that they hold.
    pub grants: Option<Vec<NewGrant>>,
}

impl UserChange {
    /// What the audit keeps: what changed, and nothing that signs in or is personal.
    fn subject(&self, id: PrincipalId) -> String {
        let mut changes = Vec::new();
        if self.email.is_some() {
            changes.push("e-mail".to_owned());
        }
        if self.name.is_some() {
            changes.push("name".to_owned());
        }
        if self.password_hash.is_some() {
            changes.push("password".to_owned());
        }
        changes.extend(self.active.map(|active| format!("active = {active}")));
        changes.extend(self.grants.as_ref().map(|grants| format!("roles = {grants:?}")));
        format!("user {id}: {}", changes.join(", "))
    }
}

/// An address as it is kept and compared.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Store {
    /// People by address, at most `limit`, after the one with the address `after`.
    pub async fn list_users(
        &self,
        after: Option<&str>,
        limit: u64,
    ) -> Result<Vec<User>, StoreError> {
        let mut query = principals::Entity::find()
            .filter(principals::Column::Kind.eq("user"))
            .order_by_asc(principals::Column::Email)
            .limit(limit);
        if let Some(email) = after {
            query = query.filter(principals::Column::Email.gt(email));
        }
        let db = self.reader();
        let rows = query.all(&db).await?;
        with_grants(&db, rows).await
    }

    /// One person.
    pub async fn user(&self, id: PrincipalId) -> Result<Option<User>, StoreError> {
        load(&self.reader(), id).await
    }

    /// The person with this address.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let db = self.reader();
        let row = by_email(&db, email).await?;
        Ok(with_grants(&db, row.into_iter().collect()).await?.pop())
    }

    /// What somebody holds, with the names that people read.
    pub async fn held_roles(&self, id: PrincipalId) -> Result<Vec<HeldRole>, StoreError> {
        Ok(grants::held(&self.reader(), [id.0]).await?.remove(&id.0).unwrap_or_default())
    }

    /// For signing in: the id and password hash of the active person with this address.
    pub async fn password_of(
        &self,
        email: &str,
    ) -> Result<Option<(PrincipalId, String)>, StoreError> {
        let row = by_email(&self.reader(), email).await?.filter(|row| row.active);
        Ok(row.and_then(|row| Some((PrincipalId(row.id), row.password_hash?))))
    }

    /// The password hash of a person, for comparing.
    pub async fn password_of_user(&self, id: PrincipalId) -> Result<Option<String>, StoreError> {
        let row = principals::Entity::find_by_id(id.0).one(&self.reader()).await?;
        Ok(row.and_then(|row| row.password_hash))
    }

    /// Whether a person is what `new` asks for, apart from the password: a retry.
    pub fn is_same_user(existing: &User, new: &NewUser) -> bool {
        existing.email == email_key(&new.email)
            && existing.name == new.name
            && grants::same(&existing.grants, &new.grants)
    }

    /// Adds a person. Whoever calls has found no user with the id; the id's other uses are
    /// refused here.
    pub async fn create_user(&self, by: &By, new: NewUser) -> Result<User, WriteError> {
        check_name("/name", &new.name)?;
        let email = email_key(&new.email);
        check_email(&email)?;
        let unit = Unit::begin(self, by).await?;
        if principals::Entity::find_by_id(new.id.0).one(&unit.tx).await?.is_some() {
            return Err(Refusal::IdReused.into());
        }
        if by_email(&unit.tx, &email).await?.is_some() {
            return Err(Refusal::EmailTaken.into());
        }
        let row = principals::ActiveModel {
            id: Set(new.id.0),
            kind: Set("user".to_owned()),
            name: Set(new.name),
            email: Set(Some(email)),
            password_hash: Set(Some(new.password_hash)),
            active: Set(true),
            created_at: Set(unit.now.0),
            created_by: Set(Some(unit.by.actor.0)),
            ..Default::default()
        };
        or_taken(row.insert(&unit.tx).await, Refusal::EmailTaken)?;
        grants::replace(&unit, new.id, &new.grants, "/grants").await?;
        let made = reload(&unit.tx, new.id).await?;
        let subject = format!("user {}: roles = {:?}", new.id, new.grants);
        unit.commit(None, subject).await?;
        Ok(made)
    }

    /// Changes a person. Their sessions end at once where they are locked out or get a new
    /// password; other rights hold from their next request on.
    pub async fn update_user(
        &self,
        by: &By,
        id: PrincipalId,
        change: UserChange,
    ) -> Result<User, WriteError> {
        if by.actor == id && (change.grants.is_some() || change.active == Some(false)) {
            return Err(Refusal::OwnGrants.into());
        }
        let unit = Unit::begin(self, by).await?;
        lock_people(&unit.tx).await?;
        let found = principals::Entity::find_by_id(id.0).one(&unit.tx).await?;
        let Some(row) = found.filter(|row| row.kind == "user") else {
            return Err(Refusal::Unknown("user").into());
        };
        let had_admin = has_admin(&unit.tx).await?;
        let subject = change.subject(id);
        let email_before = row.email.clone();
        let mut row = row.into_active_model();
        if let Some(name) = change.name {
            check_name("/name", &name)?;
            row.name = Set(name);
        }
        if let Some(email) =
            change.email.map(|e| email_key(&e)).filter(|e| Some(e) != email_before.as_ref())
        {
            check_email(&email)?;
            if by_email(&unit.tx, &email).await?.is_some() {
                return Err(Refusal::EmailTaken.into());
            }
            row.email = Set(Some(email));
        }
        let ends_sessions = change.password_hash.is_some() || change.active == Some(false);
        if let Some(hash) = change.password_hash {
            row.password_hash = Set(Some(hash));
        }
        if let Some(active) = change.active {
            row.active = Set(active);
        }
        if row.is_changed() {
            or_taken(row.update(&unit.tx).await, Refusal::EmailTaken)?;
        }
        if let Some(wanted) = change.grants {
            grants::replace(&unit, id, &wanted, "/grants").await?;
        }
        if ends_sessions {
            sessions::end_all(&unit.tx, id, None).await?;
        }
        if had_admin && !has_admin(&unit.tx).await? {
            return Err(Refusal::LastAdmin.into());
        }
        let changed = reload(&unit.tx, id).await?;
        unit.commit(None, subject).await?;
        Ok(changed)
    }

    /// Gives somebody the password that they chose, and ends their other sessions.
    pub async fn change_own_password(
        &self,
        by: &By,
        password_hash: String,
        session: Option<&[u8]>,
    ) -> Result<(), WriteError> {
        let unit = Unit::begin(self, by).await?;
        let row = principals::ActiveModel {
            id: Set(by.actor.0),
            password_hash: Set(Some(password_hash)),
            ..Default::default()
        };
        row.update(&unit.tx).await?;
        sessions::end_all(&unit.tx, by.actor, session).await?;
        Ok(unit.commit(None, format!("user {}: password", by.actor)).await?)
    }
}

fn check_email(email: &str) -> Result<(), Refusal> {
    let parts = email.split_once('@');
    let plain = email.len() <= EMAIL_BYTES_MAX
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    match parts {
        Some((name, host)) if plain && !name.is_empty() && !host.is_empty() => Ok(()),
        _ => Err(Refusal::invalid("/email", "is not an e-mail address")),
    }
}

async fn by_email<C: ConnectionTrait>(
    db: &C,
    email: &str,
) -> Result<Option<principals::Model>, StoreError> {
    Ok(principals::Entity::find()
        .filter(principals::Column::Email.eq(email_key(email)))
        .one(db)
        .await?)
}

async fn load<C: ConnectionTrait>(db: &C, id: PrincipalId) -> Result<Option<User>, StoreError> {
    let row = principals::Entity::find_by_id(id.0).one(db).await?;
    let users = row.into_iter().filter(|row| row.kind == "user").collect();
    Ok(with_grants(db, users).await?.pop())
}

async fn reload<C: ConnectionTrait>(db: &C, id: PrincipalId) -> Result<User, StoreError> {
    load(db, id).await?.ok_or_else(|| StoreError::Inconsistent {
        table: "principals",
        what: format!("{id} was written and is gone"),
    })
}

async fn with_grants<C: ConnectionTrait>(
    db: &C,
    rows: Vec<principals::Model>,
) -> Result<Vec<User>, StoreError> {
    let mut held = grants::held(db, rows.iter().map(|p| p.id)).await?;
    let user = |row: principals::Model| User {
        id: PrincipalId(row.id),
        email: row.email.unwrap_or_default(),
        name: row.name,
        active: row.active,
        grants: held.remove(&row.id).unwrap_or_default(),
        last_sign_in_at: row.last_used_at.map(Micros),
        created_at: Micros(row.created_at),
    };
    Ok(rows.into_iter().map(user).collect())
}
