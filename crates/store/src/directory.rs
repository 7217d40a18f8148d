//! What changes rarely and every posting asks for: who somebody is and what they may do, the
//! facilities' clocks, the reasons, the SKUs' names.
//!
//! A node remembers it together with the directory's version, which grows in the transaction of
//! every change. Whoever acts on what is remembered hands the version to the posting engine, and
//! the engine compares it in the transaction that writes: a right that was taken away a moment
//! ago, on whichever node, writes nothing any more. (Looking everything up for each posting, as
//! reads do, took most of a posting's time, and left a gap between the look and the write.)

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use onhand_domain::{FacilityId, Micros, Movement, Reason, SkuId};
use quick_cache::sync::Cache;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::ExprTrait as _};

use crate::{
    Store, StoreError,
    entities::directory,
    people::Signed,
    stock::{Actor, MovementDetail, Site, SkuLabel},
};

/// The one row's id.
const ROW: i64 = 1;
/// Credentials that a node remembers.
const CREDENTIALS_MAX: usize = 10_000;
/// Facilities that a node remembers.
const SITES_MAX: usize = 10_000;
/// Reasons that a node remembers.
const REASONS_MAX: usize = 1_000;
/// SKUs whose names a node remembers: some 20 MB.
const SKUS_MAX: usize = 50_000;
/// SKUs that are looked up for others at once.
const SKUS_TOGETHER_MAX: usize = 1_000;

/// A state of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub(crate) i64);

/// Somebody whose credential was good, for as long as nothing changes.
#[derive(Clone)]
pub(crate) struct Remembered {
    /// Who.
    pub(crate) signed: Arc<Signed>,
    /// From then on the database must be asked again: the credential ends, or its use is to be
    /// noted.
    pub(crate) until: Micros,
}

/// All that is remembered of one version.
struct Pages {
    version: Version,
    signed: Cache<Vec<u8>, Remembered>,
    sites: Cache<FacilityId, Site>,
    reasons: Cache<String, Reason>,
    skus: Cache<SkuId, SkuLabel>,
    /// SKUs that somebody waits for and nobody looks up yet.
    wanted: Mutex<BTreeSet<SkuId>>,
    /// Held by whoever looks up SKUs.
    looking: tokio::sync::Mutex<()>,
}

impl Pages {
    fn blank(version: Version) -> Arc<Self> {
        Arc::new(Self {
            version,
            signed: Cache::new(CREDENTIALS_MAX),
            sites: Cache::new(SITES_MAX),
            reasons: Cache::new(REASONS_MAX),
            skus: Cache::new(SKUS_MAX),
            wanted: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        })
    }

    fn wanted(&self) -> MutexGuard<'_, BTreeSet<SkuId>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What this node remembers. Belongs to the [`Store`].
#[derive(Clone)]
pub(crate) struct Memory(Arc<RwLock<Arc<Pages>>>);

impl Default for Memory {
    /// Nothing, of a version that no database has.
    fn default() -> Self {
        Self(Arc::new(RwLock::new(Pages::blank(Version(0)))))
    }
}

impl Memory {
    fn pages(&self) -> Arc<Pages> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The pages of `version`; what was remembered of an earlier one is forgotten.
    fn turn_to(&self, version: Version) -> Arc<Pages> {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if pages.version < version {
            *pages = Pages::blank(version);
        }
        Arc::clone(&pages)
    }
}

/// The directory as of one version.
#[derive(Clone)]
pub struct Directory {
    store: Store,
    pages: Arc<Pages>,
}

impl Store {
    /// The directory as this node remembers it: perhaps out of date, so that only
    /// [`Store::post_as_of`] may act on it.
    pub fn remembered(&self) -> Directory {
        Directory { store: self.clone(), pages: self.0.memory.pages() }
    }

    /// The directory as of now.
    pub async fn directory(&self) -> Result<Directory, StoreError> {
        let row = directory::Entity::find_by_id(ROW).one(&self.reader()).await?;
        let row = row.ok_or_else(|| StoreError::Inconsistent {
            table: "directory",
            what: "its row is not there".to_owned(),
        })?;
        Ok(Directory { store: self.clone(), pages: self.0.memory.turn_to(Version(row.version)) })
    }
}

impl Directory {
    /// The version.
    pub fn version(&self) -> Version {
        self.pages.version
    }

    /// Whoever an API key belongs to; `None` where it is unknown, revoked or expired.
    pub async fn signed_by_key(&self, key: &str) -> Result<Option<Arc<Signed>>, StoreError> {
        let secret = key.as_bytes();
        if let Some(signed) = self.signed(secret) {
            return Ok(Some(signed));
        }
        let found = self.store.look_up_key(key).await?;
        Ok(found.map(|found| self.remember(secret, found)))
    }

    /// Whoever a session's token belongs to; `None` where it is unknown, has ended, or its owner
    /// is locked out.
    pub async fn signed_by_session(&self, token: &[u8]) -> Result<Option<Arc<Signed>>, StoreError> {
        if let Some(signed) = self.signed(token) {
            return Ok(Some(signed));
        }
        let found = self.store.look_up_session(token).await?;
        Ok(found.map(|found| self.remember(token, found)))
    }

    fn signed(&self, secret: &[u8]) -> Option<Arc<Signed>> {
        // By its digest: who reads the memory of the process finds no key to use.
        let found = self.pages.signed.get(&crate::sessions::digest(secret))?;
        (self.store.clock().now() < found.until).then_some(found.signed)
    }

    fn remember(&self, secret: &[u8], found: Remembered) -> Arc<Signed> {
        let signed = Arc::clone(&found.signed);
        self.pages.signed.insert(crate::sessions::digest(secret), found);
        signed
    }

    /// The facilities with these ids; unknown ones are absent.
    pub async fn sites(
        &self,
        ids: &BTreeSet<FacilityId>,
    ) -> Result<BTreeMap<FacilityId, Site>, StoreError> {
        let (mut known, unknown) = recall(&self.pages.sites, ids);
        if !unknown.is_empty() {
            for (id, site) in self.store.sites(&unknown).await? {
                self.pages.sites.insert(id, site.clone());
                known.insert(id, site);
            }
        }
        Ok(known)
    }

    /// The reasons with these codes; unknown ones are absent.
    pub async fn reasons_by_code(
        &self,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Reason>, StoreError> {
        let (mut known, unknown) = recall(&self.pages.reasons, codes);
        if !unknown.is_empty() {
            for (code, reason) in self.store.reasons_by_code(&unknown).await? {
                self.pages.reasons.insert(code.clone(), reason.clone());
                known.insert(code, reason);
            }
        }
        Ok(known)
    }

    /// Names what `signed` has just posted for the first time: nobody else reported it, and
    /// nobody can have undone it yet.
    pub async fn describe_new(
        &self,
        signed: &Signed,
        movements: Vec<Movement>,
    ) -> Result<Vec<MovementDetail>, StoreError> {
        let skus: BTreeSet<SkuId> = movements.iter().map(|m| m.sku).collect();
        let labels = self.sku_labels(&skus).await?;
        let codes = movements.iter().filter_map(|m| m.reason.clone()).collect();
        let reasons = self.reasons_by_code(&codes).await?;
        let actor = Actor { id: signed.id, name: signed.name.clone(), kind: signed.kind };
        let describe = |movement: Movement| {
            let sku = labels.get(&movement.sku).cloned();
            let reason = movement.reason.as_ref().and_then(|code| reasons.get(code));
            Ok(MovementDetail {
                sku: sku.ok_or_else(|| StoreError::Inconsistent {
                    table: "skus",
                    what: format!("{} has moved, but is not there", movement.sku),
                })?,
                actor: actor.clone(),
                reported_by: None,
                reason_label: reason.map(|reason| reason.label.clone()),
                gl_account: reason.and_then(|reason| reason.gl_account.clone()),
                reversed_by: None,
                // Orders are posted to by their own operations.
                order: None,
                movement,
            })
        };
        movements.into_iter().map(describe).collect()
    }

    /// The SKUs with these ids; unknown ones are absent.
    ///
    /// The commands of one batch are answered in the same moment, each about another SKU. One look
    /// for all of them costs about as much as one for each
    /// of them would.
    async fn sku_labels(
        &self,
        ids: &BTreeSet<SkuId>,
    ) -> Result<BTreeMap<SkuId, SkuLabel>, StoreError> {
        let (mut known, unknown) = recall(&self.pages.skus, ids);
        if unknown.is_empty() {
            return Ok(known);
        }
        self.pages.wanted().extend(&unknown);
        let _turn = self.pages.looking.lock().await;
        // Whoever had the turn before us has looked up what was wanted by then.
        let (found, unknown) = recall(&self.pages.skus, &unknown);
        known.extend(found);
        if unknown.is_empty() {
            return Ok(known);
        }
        let mut together = unknown.clone();
        {
            let mut wanted = self.pages.wanted();
            wanted.retain(|id| !unknown.contains(id));
            while together.len() < SKUS_TOGETHER_MAX
                && let Some(id) = wanted.pop_first()
            {
                together.insert(id);
            }
        }
        for (id, label) in self.store.sku_labels(&together).await? {
            self.pages.skus.insert(id, label.clone());
            if unknown.contains(&id) {
                known.insert(id, label);
            }
        }
        Ok(known)
    }
}

/// What of this is remembered, and what isn't.
fn recall<K: Clone + Ord + Hash, V: Clone>(
    cache: &Cache<K, V>,
    wanted: &BTreeSet<K>,
) -> (BTreeMap<K, V>, BTreeSet<K>) {
    let mut known = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for key in wanted {
        match cache.get(key) {
            Some(value) => drop(known.insert(key.clone(), value)),
            None => drop(unknown.insert(key.clone())),
        }
    }
    (known, unknown)
}

/// Says, in the transaction of a change, that what any node remembers may be wrong now.
pub(crate) async fn change<C: ConnectionTrait>(tx: &C) -> Result<(), StoreError> {
    let version = directory::Column::Version;
    directory::Entity::update_many()
        .col_expr(version, sea_orm::sea_query::Expr::col(version).add(1))
        .filter(directory::Column::Id.eq(ROW))
        .exec(tx)
        .await?;
    Ok(())
}
