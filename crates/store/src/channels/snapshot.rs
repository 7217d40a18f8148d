//! What a shop should have, at one moment of the ledger.

use std::collections::BTreeMap;

use onhand_domain::{ChannelId, FacilityId, Micros, Quantities, SkuId};
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait,
    IsolationLevel, QueryFilter, QuerySelect, TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

use super::{
    channel::channel_of,
    go_live::Beside,
    ground::{Ground, Levels, levels_now},
    refusal::{ChannelError, ChannelRefusal},
};
use crate::{
    Store, StoreError,
    entities::{channel_items, channels, ledger_heads},
};

/// What a shop should have, at one moment of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The shop.
    pub channel: ChannelId,
    /// When it was read.
    pub taken_at: Micros,
    /// How far each facility's ledger was then.
    pub heads: BTreeMap<FacilityId, i64>,
    /// The shop's items that are a SKU.
    pub items: BTreeMap<String, SkuId>,
    pub(super) ground: Ground,
    pub(super) levels: Levels,
}

/// What a shop should have of an item at a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedLevel {
    /// What it is.
    pub sku: SkuId,
    /// What it should have as available.
    pub target: i64,
    /// What it should have beside that, where the location is one facility; otherwise that is the
    /// shop's own business.
    pub beside: Option<Beside>,
}

impl Wanted {
    /// What the shop should have of an item at a location; none where that is no business of ours.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] where the sum of what facilities have leaves 64 bits.
    pub fn level(&self, item: &str, location: &str) -> Result<Option<WantedLevel>, StoreError> {
        let (Some(sku), Some(behind)) = (self.items.get(item), self.ground.0.get(location)) else {
            return Ok(None);
        };
        let level = |facility: FacilityId| -> Quantities {
            self.levels.get(&(facility, *sku)).copied().unwrap_or_default()
        };
        let beside = match behind.facilities.as_slice() {
            [(facility, _)] if behind.rule.exact => Some(Beside::of(&level(*facility))),
            _ => None,
        };
        let target = behind.target(|facility| level(facility).available)?;
        Ok(Some(WantedLevel { sku: *sku, target, beside }))
    }

    /// The locations that have a facility, by the shop's ids.
    pub fn locations(&self) -> impl Iterator<Item = &str> {
        self.ground.0.keys().map(String::as_str)
    }

    /// The levels, by item and location, of which the ledger has anything to say. All others are
    /// nothing.
    pub fn known(&self) -> impl Iterator<Item = (&str, &str)> {
        let items: BTreeMap<SkuId, &str> =
            self.items.iter().map(|(item, sku)| (*sku, item.as_str())).collect();
        let locations = self.ground.by_facility();
        let at = |(facility, sku): &(FacilityId, SkuId)| {
            Some((*items.get(sku)?, locations.get(facility)?.0))
        };
        let all: std::collections::BTreeSet<_> = self.levels.keys().filter_map(at).collect();
        all.into_iter()
    }
}

impl Store {
    /// What a shop should have now, from one moment of the database, with how far the ledgers
    /// were: what is recorded later is told as changes.
    ///
    /// # Errors
    /// [`ChannelRefusal::Unknown`].
    pub async fn shop_levels_wanted(&self, channel: ChannelId) -> Result<Wanted, ChannelError> {
        let tx = snapshot(self).await?;
        let row = channels::Entity::find_by_id(channel.0).one(&tx).await?;
        let settings = channel_of(row.ok_or(ChannelRefusal::Unknown("channel"))?)?;
        let ground = Ground::load(&tx, channel, settings.threshold).await?;
        let mapped: Vec<Uuid> = ground.by_facility().keys().map(|facility| facility.0).collect();
        let rows = ledger_heads::Entity::find()
            .filter(ledger_heads::Column::FacilityId.is_in(mapped.iter().copied()))
            .all(&tx)
            .await?;
        // A facility where nothing ever moved has no row.
        let mut heads: BTreeMap<FacilityId, i64> =
            mapped.into_iter().map(|facility| (facility.into(), 0)).collect();
        heads.extend(rows.into_iter().map(|row| (FacilityId(row.facility_id), row.seq)));
        let items = matched(&tx, channel).await?;
        let levels = levels_now(&tx, channel).await?;
        let taken_at = self.clock().now();
        Ok(Wanted { channel, taken_at, heads, items, ground, levels })
    }
}

/// The items that are a SKU.
pub(super) async fn matched(
    db: &impl ConnectionTrait,
    channel: ChannelId,
) -> Result<BTreeMap<String, SkuId>, StoreError> {
    use channel_items::Column as C;
    let rows: Vec<(String, Uuid)> = channel_items::Entity::find()
        .select_only()
        .columns([C::Item, C::SkuId])
        .filter(C::ChannelId.eq(channel.0))
        .filter(C::SkuId.is_not_null())
        .filter(C::Problem.is_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(item, sku)| (item, SkuId(sku))).collect())
}

/// One moment of the database. Nobody waits for it, and it waits for nobody.
pub(super) async fn snapshot(store: &Store) -> Result<DatabaseTransaction, StoreError> {
    let db = store.reader();
    let options = match db.get_database_backend() {
        DbBackend::Postgres => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        },
        // On SQLite every transaction that reads is a snapshot.
        _ => TransactionOptions::default(),
    };
    Ok(db.begin_with_options(options).await?)
}
