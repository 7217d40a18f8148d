//! The shop is made equal to the ledger: once for all of it, later for items that came in.
//!
//! One compare-and-set for each level that differs; from then on changes only. What the ledger
//! records after the moment of comparison lies behind the cursors and is derived.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    ChannelId, Micros, Quantities, SkuId,
    channel::{
        CallKind, Change, ChannelStatus, LaneStatus, PushStatus, QuantityName, ShopReason, Urgency,
    },
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use super::{
    channel::lock,
    ground::{Ground, levels_as_read},
    lanes,
    refusal::{ChannelError, ChannelRefusal},
    rows::{self, IDS_MAX},
    snapshot::{Wanted, WantedLevel, matched},
    write::{self, Cause, Lane},
};
use crate::{
    Store, StoreError,
    entities::{channel_calls, channel_cursors, channel_items, channel_lanes, channels},
    unit::{By, Unit},
};

/// Most levels that one transaction takes in.
pub const LANES_MAX: usize = 1_000_000;

/// Quantities beside available that are ours to keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Held back.
    pub reserved: i64,
    /// Not saleable.
    pub damaged: i64,
    /// Under inspection.
    pub quality_control: i64,
    /// Buffer.
    pub safety_stock: i64,
}

impl Beside {
    pub(super) const fn of(level: &Quantities) -> Self {
        Self {
            reserved: level.reserved,
            damaged: level.damaged,
            quality_control: level.quality_control,
            safety_stock: level.safety_stock,
        }
    }

    /// With the shop's names.
    pub const fn named(&self) -> [(QuantityName, i64); 4] {
        [
            (QuantityName::Reserved, self.reserved),
            (QuantityName::Damaged, self.damaged),
            (QuantityName::QualityControl, self.quality_control),
            (QuantityName::SafetyStock, self.safety_stock),
        ]
    }
}

/// A level as the shop has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopLevel {
    /// The item.
    pub item: String,
    /// The location.
    pub location: String,
    /// What can be sold.
    pub available: i64,
    /// What lies beside it; none where it was not read and is left alone.
    pub beside: Option<Beside>,
}

/// What was taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Levels that take part from now on.
    pub lanes: u64,
    /// Changes that make the shop equal.
    pub pushes: u64,
}

impl Store {
    /// Takes the shop in and begins to run, in one transaction: cursors where the comparison was,
    /// a lane for each level of the shop or the ledger, a compare-and-set for each that differs.
    /// What waited before is given up: the comparison has it.
    ///
    /// `has` is every level that the shop has of the compared items; what is not in it the shop
    /// has not.
    ///
    /// # Errors
    /// [`ChannelRefusal::Status`] while it runs, [`ChannelRefusal::UnderWay`] while calls are,
    /// [`ChannelRefusal::Outdated`] where the comparison does not hold any more.
    pub async fn go_live(
        &self,
        by: &By,
        wanted: &Wanted,
        has: &[ShopLevel],
    ) -> Result<TakenIn, ChannelError> {
        let channel = wanted.channel;
        let unit = Unit::begin(self, by).await?;
        let tx = &unit.tx;
        let settings = lock(tx, channel).await?;
        if settings.status == ChannelStatus::Running {
            let remedy = "stop it before it is taken in anew";
            return Err(ChannelRefusal::Status { status: settings.status, remedy }.into());
        }
        let under_way = channel_calls::Entity::find()
            .filter(channel_calls::Column::ChannelId.eq(channel.0))
            .filter(channel_calls::Column::SettledAt.is_null())
            .count(tx)
            .await?;
        if under_way > 0 {
            return Err(ChannelRefusal::UnderWay(under_way).into());
        }
        let cursors = rows::lock_cursors(tx, channel.0).await?;
        let passed = |cursor: &channel_cursors::Model| {
            let head = wanted.heads.get(&cursor.facility_id.into());
            head.is_none_or(|head| *head < cursor.seq)
        };
        let ground = Ground::load(tx, channel, settings.threshold).await?;
        if ground != wanted.ground || cursors.iter().any(passed) {
            return Err(ChannelRefusal::Outdated.into());
        }
        lanes::close_all(tx, channel, "taken_in_anew", unit.now).await?;
        // What was matched otherwise since then takes no part yet.
        let now = matched(tx, channel).await?;
        let items: BTreeMap<String, SkuId> = wanted.items.clone();
        let items = items.into_iter().filter(|(item, sku)| now.get(item) == Some(sku)).collect();
        let taken = take_in(self, tx, wanted, &items, has, unit.now).await?;
        write::upsert_cursors(tx, channel, wanted.heads.iter().map(|(at, seq)| (*at, *seq)))
            .await?;
        channels::Entity::update_many()
            .col_expr(channels::Column::Status, Expr::value(ChannelStatus::Running.code()))
            .col_expr(channels::Column::StatusReason, Expr::value(None::<String>))
            .col_expr(channels::Column::InStepSince, Expr::value(None::<i64>))
            .filter(channels::Column::Id.eq(channel.0))
            .exec(tx)
            .await?;
        let TakenIn { lanes, pushes } = taken;
        let subject = format!("channel {channel}: {lanes} levels, {pushes} differ");
        unit.commit_work(None, subject).await?;
        Ok(taken)
    }

    /// Takes in items that were matched after the channel began to run, as the ledger was where
    /// the cursors stand. Items that take part already, or are no SKU, are left alone.
    ///
    /// `has` is every level that the shop has of these items.
    pub async fn add_lanes(
        &self,
        channel: ChannelId,
        items: &BTreeSet<String>,
        has: &[ShopLevel],
    ) -> Result<TakenIn, ChannelError> {
        use channel_items::Column as C;
        let tx = rows::begin(self).await?;
        let now = self.clock().now();
        let row = channels::Entity::find_by_id(channel.0).one(&tx).await?;
        let threshold = row.ok_or(ChannelRefusal::Unknown("channel"))?.threshold;
        let cursors = rows::lock_cursors(&tx, channel.0).await?;
        if cursors.is_empty() {
            return Ok(TakenIn::default());
        }
        let fresh: Vec<(String, uuid::Uuid)> = channel_items::Entity::find()
            .select_only()
            .columns([C::Item, C::SkuId])
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::Item.is_in(items.iter().take(IDS_MAX).map(String::as_str)))
            .filter(C::SkuId.is_not_null())
            .filter(C::Problem.is_null())
            .filter(C::Live.eq(false))
            .into_tuple()
            .all(&tx)
            .await?;
        let items: BTreeMap<String, SkuId> =
            fresh.into_iter().map(|(item, sku)| (item, SkuId(sku))).collect();
        let heads = cursors.into_iter().map(|row| (row.facility_id.into(), row.seq)).collect();
        let skus = items.values().copied().collect();
        let wanted = Wanted {
            channel,
            taken_at: now,
            heads,
            ground: Ground::load(&tx, channel, threshold).await?,
            levels: levels_as_read(&tx, channel, &skus, false).await?,
            items,
        };
        let taken = take_in(self, &tx, &wanted, &wanted.items, has, now).await?;
        if taken.pushes > 0 {
            write::not_in_step(&tx, channel).await?;
        }
        tx.commit().await?;
        Ok(taken)
    }
}

/// Makes the lanes of some items, and what makes the shop equal there.
async fn take_in(
    store: &Store,
    tx: &impl ConnectionTrait,
    wanted: &Wanted,
    items: &BTreeMap<String, SkuId>,
    has: &[ShopLevel],
    now: Micros,
) -> Result<TakenIn, ChannelError> {
    let shop: BTreeMap<(&str, &str), &ShopLevel> =
        has.iter().map(|level| ((level.item.as_str(), level.location.as_str()), level)).collect();
    // Lanes that took part before do so again, also where both have nothing now.
    let ordinals = ordinals(tx, wanted.channel, items).await?;
    let before = ordinals.keys().map(|(item, location)| (item.as_str(), location.as_str()));
    let keys: BTreeSet<(&str, &str)> =
        shop.keys().copied().chain(wanted.known()).chain(before).collect();
    if keys.len() > LANES_MAX {
        return Err(ChannelRefusal::TooMany(LANES_MAX).into());
    }
    let mut lanes = Vec::new();
    let mut pushes = Vec::new();
    for key in keys {
        let (item, location) = key;
        let Some(sku) = items.get(item) else { continue };
        let Some(level) = wanted.level(item, location)? else { continue };
        let known = ordinals.get(&(item.to_owned(), location.to_owned())).copied();
        let mut lane = Lane {
            item: item.to_owned(),
            location: location.to_owned(),
            sku: *sku,
            expected: level.target,
            ordinal: known.unwrap_or(0),
            status: LaneStatus::Live,
            reason: None,
        };
        let facility = match wanted.ground.0.get(location).map(|one| one.facilities.as_slice()) {
            Some([(facility, _)]) => Some(*facility),
            _ => None,
        };
        let cause = Cause { facility, ..Cause::default() };
        for (change, compare) in differences(&level, shop.get(&key).copied()) {
            let id = (wanted.channel, store.ids().next());
            let at = (now, PushStatus::Pending);
            pushes.push(write::push(id, &mut lane, &change, compare, cause, at));
        }
        lanes.push(lane);
    }
    let taken = TakenIn { lanes: lanes.len() as u64, pushes: pushes.len() as u64 };
    write::upsert_lanes(tx, wanted.channel, lanes).await?;
    write::insert_pushes(tx, pushes).await?;
    set_live(tx, wanted.channel, items).await?;
    Ok(taken)
}

/// The numbers of the lanes that were there before: they go on.
async fn ordinals(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    items: &BTreeMap<String, SkuId>,
) -> Result<BTreeMap<(String, String), i64>, StoreError> {
    use channel_lanes::Column as C;
    let items: Vec<&str> = items.keys().map(String::as_str).collect();
    let mut found = BTreeMap::new();
    for items in items.chunks(IDS_MAX) {
        let rows: Vec<(String, String, i64)> = channel_lanes::Entity::find()
            .select_only()
            .columns([C::Item, C::Location, C::Ordinal])
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::Item.is_in(items.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        found.extend(rows.into_iter().map(|(item, at, ordinal)| ((item, at), ordinal)));
    }
    Ok(found)
}

async fn set_live(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    items: &BTreeMap<String, SkuId>,
) -> Result<(), StoreError> {
    use channel_items::Column as C;
    let items: Vec<&str> = items.keys().map(String::as_str).collect();
    for items in items.chunks(IDS_MAX) {
        channel_items::Entity::update_many()
            .col_expr(C::Live, Expr::value(true))
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::Item.is_in(items.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// What makes the shop equal: each with what the shop has, if it has the level at all.
fn differences(level: &WantedLevel, shop: Option<&ShopLevel>) -> Vec<(Change, Option<i64>)> {
    let change = |name, has: Option<i64>, want: i64, urgency| {
        let delta = want.saturating_sub(has.unwrap_or(0));
        // A level that the shop has not can't be compared; adding to it makes it.
        let set = name == QuantityName::Available && has.is_some();
        let kind = if set { CallKind::Set } else { CallKind::Adjust };
        let reason = ShopReason::Correction;
        (delta != 0).then_some((Change { kind, name, to: None, delta, reason, urgency }, has))
    };
    let has = shop.map(|level| level.available);
    let urgency = Urgency::of(level.target.saturating_sub(has.unwrap_or(0)), level.target);
    let mut all: Vec<_> =
        change(QuantityName::Available, has, level.target, urgency).into_iter().collect();
    // What lies beside available is left alone where it was not read.
    let read = shop.map_or(Some(Beside::default()), |shop| shop.beside);
    if let (Some(want), Some(read)) = (level.beside, read) {
        for ((name, want), (_, there)) in want.named().into_iter().zip(read.named()) {
            all.extend(change(name, shop.map(|_| there), want, Urgency::Rise));
        }
    }
    all
}
