//! What scans are scans of: by the codes of the catalogue, by what the session's counter said of
//! a code, and by the list of what is asked for.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    CountSessionId, SkuId,
    count::{CountKind, Scan},
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    catalog,
    counts::{Count, sessions::LockedSession},
    entities::{count_codes, count_items, count_lines, skus},
    error::StoreError,
};

/// Most SKUs that an ambiguous code brings up to choose from.
pub(super) const CANDIDATES_MAX: usize = 20;

/// What somebody said of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// It is this.
    Sku(SkuId),
    /// It is nothing to count.
    Nothing,
}

/// What is known of the codes and SKUs of a sending.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What the session's counter said.
    pub(super) matches: BTreeMap<String, Match>,
    /// What the catalogue says, best first.
    found: BTreeMap<String, Vec<SkuId>>,
    /// SKUs that exist, with whether stock is kept of them.
    tracked: BTreeMap<SkuId, bool>,
    /// Those that are asked for; none where everything is.
    listed: Option<BTreeSet<SkuId>>,
}

impl Known {
    /// Looks up all at once, however many scans there are.
    pub(super) async fn load<C: ConnectionTrait>(
        db: &C,
        session: &LockedSession,
        scans: &[&Scan],
    ) -> Result<Self, StoreError> {
        let codes: BTreeSet<String> = scans.iter().filter_map(|scan| scan.clean_code()).collect();
        let matches = matches(db, session.id(), &codes).await?;
        let found = catalog::find_skus(db, &codes).await?;
        let named = scans.iter().filter_map(|scan| scan.sku);
        let said = matches.values().filter_map(|said| match said {
            Match::Sku(sku) => Some(*sku),
            Match::Nothing => None,
        });
        let all: BTreeSet<SkuId> =
            found.values().flatten().copied().chain(named).chain(said).collect();
        let tracked = tracked(db, &all).await?;
        let listed = listed(db, &session.count, session.row.round, &all).await?;
        Ok(Self { matches, found, tracked, listed })
    }

    pub(super) fn exists(&self, sku: SkuId) -> bool {
        self.tracked.contains_key(&sku)
    }

    pub(super) fn is_listed(&self, sku: SkuId) -> bool {
        self.listed.as_ref().is_none_or(|listed| listed.contains(&sku))
    }

    /// The one SKU that the code can mean: the only one that has it, else the only one of these
    /// that is asked for, else the only one of which stock is kept.
    pub(super) fn by_code(&self, code: &str) -> Option<SkuId> {
        let found = self.candidates(code);
        let listed = |sku: &SkuId| self.listed.is_some() && self.is_listed(*sku);
        let tracked = |sku: &SkuId| self.tracked.get(sku) == Some(&true);
        only(found.iter())
            .or_else(|| only(found.iter().filter(|sku| listed(sku))))
            .or_else(|| only(found.iter().filter(|sku| tracked(sku))))
    }

    /// All that have the code.
    pub(super) fn candidates(&self, code: &str) -> &[SkuId] {
        self.found.get(code).map_or(&[], Vec::as_slice)
    }
}

fn only<'a>(mut skus: impl Iterator<Item = &'a SkuId>) -> Option<SkuId> {
    let first = skus.next()?;
    skus.next().is_none().then_some(*first)
}

async fn matches<C: ConnectionTrait>(
    db: &C,
    session: CountSessionId,
    codes: &BTreeSet<String>,
) -> Result<BTreeMap<String, Match>, StoreError> {
    if codes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = count_codes::Entity::find()
        .filter(count_codes::Column::SessionId.eq(session.0))
        .filter(count_codes::Column::Code.is_in(codes.iter().map(String::as_str)))
        .all(db)
        .await?;
    let said = |row: count_codes::Model| {
        let said = row.sku_id.map_or(Match::Nothing, |sku| Match::Sku(SkuId(sku)));
        (row.code, said)
    };
    Ok(rows.into_iter().map(said).collect())
}

async fn tracked<C: ConnectionTrait>(
    db: &C,
    ids: &BTreeSet<SkuId>,
) -> Result<BTreeMap<SkuId, bool>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(Uuid, bool)> = skus::Entity::find()
        .select_only()
        .columns([skus::Column::Id, skus::Column::Tracked])
        .filter(skus::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, tracked)| (SkuId(id), tracked)).collect())
}

/// Which of the SKUs are asked for: in a recount those that wait for it, in a directed count
/// those on its list, else everything.
pub(in crate::counts) async fn listed<C: ConnectionTrait>(
    db: &C,
    count: &Count,
    round: i64,
    ids: &BTreeSet<SkuId>,
) -> Result<Option<BTreeSet<SkuId>>, StoreError> {
    let own = ids.iter().map(|id| id.0);
    if round > 1 {
        // Also once it is decided: a retry hears what the first sending heard.
        let asked = Condition::any()
            .add(count_lines::Column::Decision.eq("recount"))
            .add(count_lines::Column::Round.eq(round));
        let rows: Vec<Uuid> = count_lines::Entity::find()
            .select_only()
            .column(count_lines::Column::SkuId)
            .filter(count_lines::Column::CountId.eq(count.id.0))
            .filter(count_lines::Column::SkuId.is_in(own))
            .filter(asked)
            .into_tuple()
            .all(db)
            .await?;
        return Ok(Some(rows.into_iter().map(SkuId).collect()));
    }
    if count.kind == CountKind::Area {
        return Ok(None);
    }
    let rows: Vec<Uuid> = count_items::Entity::find()
        .select_only()
        .column(count_items::Column::SkuId)
        .filter(count_items::Column::CountId.eq(count.id.0))
        .filter(count_items::Column::SkuId.is_in(own))
        .into_tuple()
        .all(db)
        .await?;
    Ok(Some(rows.into_iter().map(SkuId).collect()))
}
