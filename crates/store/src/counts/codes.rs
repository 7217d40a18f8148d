//! Codes that name no SKU, or several: they stay with the scans around them until somebody says
//! what each is, or that it is nothing.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{CountSessionId, Micros, SkuId, count::SessionStatus, identifier};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    CountRefusal,
    scans::effective,
    sessions::{self, LockedSession, Locking, SessionError, SessionRefusal, lock_session},
    touch,
};
use crate::{
    Store,
    catalog::{self, SkuRef},
    entities::{count_codes, count_scans, skus},
    error::StoreError,
    unit::{By, Unit},
};

/// Most codes that a session shows at once; those that wait come first.
pub const SESSION_CODES_MAX: usize = 500;
/// What a code becomes that is saved for its SKU.
const BARCODE: &str = "barcode";

/// A code of a session that named no SKU, or several, when it was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCode {
    /// What was read.
    pub code: String,
    /// Units that were scanned with it.
    pub quantity: i64,
    /// How often.
    pub scans: i64,
    /// When, for the first time.
    pub first_scanned_at: Micros,
    /// What was scanned before that.
    pub before: Option<SkuRef>,
    /// What was scanned after it.
    pub after: Option<SkuRef>,
    /// What it is, as somebody has said.
    pub sku: Option<SkuRef>,
    /// Whether somebody has said that it is nothing to count.
    pub removed: bool,
}

/// What a code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMatch {
    /// As it was read.
    pub code: String,
    /// What it is; none where its scans shall not count.
    pub sku: Option<SkuId>,
    /// Whether the SKU is found by it from now on, everywhere.
    pub save: bool,
}

impl Store {
    /// The codes of a session that named no SKU, or several: those that wait first, then in the
    /// order in which they were scanned; at most [`SESSION_CODES_MAX`].
    pub async fn session_codes(
        &self,
        session: CountSessionId,
    ) -> Result<Vec<SessionCode>, StoreError> {
        let db = self.reader();
        let seen = in_order(&db, session).await?;
        let said: BTreeMap<String, Option<SkuId>> = count_codes::Entity::find()
            .filter(count_codes::Column::SessionId.eq(session.0))
            .all(&db)
            .await?
            .into_iter()
            .map(|row| (row.code, row.sku_id.map(SkuId)))
            .collect();
        let mut codes: Vec<(String, Around)> = around(seen).into_iter().collect();
        codes.sort_by_cached_key(|(code, around)| (said.contains_key(code), around.first_at));
        codes.truncate(SESSION_CODES_MAX);
        let shown = codes.iter().flat_map(|(code, it)| {
            let said = said.get(code).copied().flatten();
            [it.before, it.after, said].into_iter().flatten()
        });
        let wanted: BTreeSet<SkuId> = shown.collect();
        let names = self.sku_refs(&wanted.into_iter().collect::<Vec<_>>()).await?;
        let name = |sku: Option<SkuId>| sku.and_then(|sku| names.get(&sku)).cloned();
        let entry = |(code, around): (String, Around)| SessionCode {
            quantity: around.quantity,
            scans: around.scans,
            first_scanned_at: Micros(around.first_at),
            before: name(around.before),
            after: name(around.after),
            sku: name(said.get(&code).copied().flatten()),
            removed: said.get(&code) == Some(&None),
            code,
        };
        Ok(codes.into_iter().map(entry).collect())
    }

    /// Says what a code of a session is, or that it is nothing; also otherwise than before. The
    /// same once more changes nothing.
    ///
    /// # Errors
    /// [`SessionRefusal::Ended`] once the session is over, [`SessionRefusal::UnknownCode`] where
    /// none of its scans waits for it, [`CountRefusal::Unknown`] for an unknown SKU.
    pub async fn match_session_code(
        &self,
        by: &By,
        session: CountSessionId,
        said: &CodeMatch,
    ) -> Result<SessionCode, SessionError> {
        let code = identifier::clean(&said.code);
        let unit = Unit::begin(self, by).await?;
        let mut locked = lock_session(&unit.tx, session, Locking::Exclusive).await?;
        refuse(&unit.tx, &locked, &code, said.sku).await?;
        let saved = said.sku.filter(|_| said.save);
        if let Some(sku) = saved {
            catalog::add_identifier(&unit.tx, sku, BARCODE, &code).await?;
        }
        let is_new = decide(&unit, &locked, &code, said.sku).await?;
        if is_new {
            touch(&unit.tx, &mut locked.count).await?;
        }
        match (is_new, saved) {
            (_, Some(sku)) => {
                let count = locked.count.id;
                let subject = format!("count {count}: {code:?} is a barcode of the SKU {sku}");
                // What a code finds has changed for everybody.
                unit.commit(Some(locked.count.facility), subject).await?;
            }
            (true, None) => sessions::commit(unit, &locked.count, session, "code matched").await?,
            (false, None) => drop(unit),
        }
        let mut codes = self.session_codes(session).await?;
        let at = codes.iter().position(|entry| entry.code == code);
        let entry = at.map(|at| codes.swap_remove(at));
        Ok(entry.ok_or(SessionRefusal::UnknownCode(code))?)
    }
}

async fn refuse(
    tx: &DatabaseTransaction,
    session: &LockedSession,
    code: &str,
    sku: Option<SkuId>,
) -> Result<(), SessionError> {
    if session.status != SessionStatus::Open {
        return Err(SessionRefusal::Ended(session.status).into());
    }
    if !session.count_goes_on() {
        let remedy = "nothing is counted any more";
        return Err(CountRefusal::not_now(session.count.status, remedy).into());
    }
    if let Some(sku) = sku {
        let known = skus::Entity::find_by_id(sku.0).count(tx).await?;
        if known == 0 {
            return Err(CountRefusal::Unknown("SKU").into());
        }
    }
    let waits = count_scans::Entity::find()
        .filter(count_scans::Column::SessionId.eq(session.row.id))
        .filter(count_scans::Column::Code.eq(code))
        .filter(count_scans::Column::SkuId.is_null())
        .count(tx)
        .await?;
    if waits == 0 { Err(SessionRefusal::UnknownCode(code.to_owned()).into()) } else { Ok(()) }
}

/// Writes it, and answers whether it says anything new.
async fn decide(
    unit: &Unit,
    session: &LockedSession,
    code: &str,
    sku: Option<SkuId>,
) -> Result<bool, SessionError> {
    use count_codes::Column as C;
    let key = (session.row.id, code.to_owned());
    let sku = sku.map(|sku| sku.0);
    let before = count_codes::Entity::find_by_id(key).one(&unit.tx).await?;
    if before.is_some_and(|row| row.sku_id == sku) {
        return Ok(false);
    }
    let row = count_codes::Model {
        session_id: session.row.id,
        code: code.to_owned(),
        count_id: session.row.count_id,
        sku_id: sku,
        decided_by: unit.by.actor.0,
        decided_at: unit.now.0,
    };
    let otherwise = OnConflict::columns([C::SessionId, C::Code])
        .update_columns([C::SkuId, C::DecidedBy, C::DecidedAt])
        .to_owned();
    count_codes::Entity::insert(row.into_active_model())
        .on_conflict(otherwise)
        .exec_without_returning(&unit.tx)
        .await?;
    Ok(true)
}

/// A scan, as far as those around it want to know it.
#[derive(FromQueryResult)]
struct Seen {
    code: Option<String>,
    own: Option<Uuid>,
    sku: Option<Uuid>,
    quantity: i64,
    scanned_at: i64,
}

/// A code with what was scanned around its first scan.
#[derive(Default)]
struct Around {
    quantity: i64,
    scans: i64,
    first_at: i64,
    before: Option<SkuId>,
    after: Option<SkuId>,
}

async fn in_order<C: ConnectionTrait>(
    db: &C,
    session: CountSessionId,
) -> Result<Vec<Seen>, StoreError> {
    use count_scans::Column as C;
    Ok(effective::counted()
        .columns([C::Code, C::Quantity, C::ScannedAt])
        .column_as(C::SkuId, "own")
        .expr_as(effective::sku(), "sku")
        .filter(C::SessionId.eq(session.0))
        .order_by_asc(C::ScannedAt)
        .order_by_asc(C::Id)
        .into_model()
        .all(db)
        .await?)
}

fn around(seen: Vec<Seen>) -> BTreeMap<String, Around> {
    let mut codes: BTreeMap<String, Around> = BTreeMap::new();
    let mut before = None;
    // Codes of which nothing that came after them has been met yet.
    let mut last: Vec<String> = Vec::new();
    for scan in seen {
        if let Some(code) = scan.code.filter(|_| scan.own.is_none()) {
            let entry = codes.entry(code.clone()).or_insert_with(|| {
                last.push(code.clone());
                Around { first_at: scan.scanned_at, before, ..Around::default() }
            });
            entry.quantity = entry.quantity.saturating_add(scan.quantity);
            entry.scans = entry.scans.saturating_add(1);
            if scan.sku.is_none() {
                continue;
            }
            // A code that was matched is something known to the others, but not to itself.
            last.retain(|waiting| {
                let other = *waiting != code;
                if other && let Some(entry) = codes.get_mut(waiting) {
                    entry.after = scan.sku.map(SkuId);
                }
                !other
            });
        } else {
            for waiting in last.drain(..) {
                if let Some(entry) = codes.get_mut(&waiting) {
                    entry.after = scan.sku.map(SkuId);
                }
            }
        }
        before = scan.sku.map(SkuId).or(before);
    }
    codes
}

/// How many codes of a session nobody has said yet what they are.
pub(super) async fn unknown<C: ConnectionTrait>(
    db: &C,
    session: CountSessionId,
) -> Result<usize, StoreError> {
    let mut all = unknown_of(db, &[session.0]).await?;
    let codes = all.remove(&session.0).unwrap_or_default();
    Ok(usize::try_from(codes).unwrap_or(usize::MAX))
}

/// The same of many sessions, by session.
pub(super) async fn unknown_of<C: ConnectionTrait>(
    db: &C,
    sessions: &[Uuid],
) -> Result<BTreeMap<Uuid, i64>, StoreError> {
    let code = Expr::col((count_scans::Entity, count_scans::Column::Code));
    let rows: Vec<(Uuid, i64)> = effective::counted()
        .column(count_scans::Column::SessionId)
        .expr_as(code.count_distinct(), "codes")
        .filter(count_scans::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(effective::is_unknown())
        .group_by(count_scans::Column::SessionId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
