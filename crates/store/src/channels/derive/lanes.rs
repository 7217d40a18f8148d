//! The lanes that some movements touch.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{ChannelId, SkuId, channel::LaneStatus};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    super::{
        ground::Ground,
        rows::{IDS_MAX, word},
        write::Lane,
    },
    read::Step,
};
use crate::{
    StoreError,
    entities::{channel_items, channel_lanes},
};

/// The lanes of some SKUs, as they are and as they become.
pub(super) struct Lanes {
    /// The items that take part.
    items: BTreeMap<SkuId, String>,
    lanes: BTreeMap<(SkuId, String), Known>,
}

struct Known {
    lane: Lane,
    touched: bool,
}

impl Lanes {
    pub(super) async fn load(
        tx: &impl ConnectionTrait,
        channel: ChannelId,
        steps: &[Step],
    ) -> Result<Self, StoreError> {
        let skus: BTreeSet<Uuid> = steps.iter().map(|step| step.sku.0).collect();
        let skus: Vec<Uuid> = skus.into_iter().collect();
        let mut items = BTreeMap::new();
        for skus in skus.chunks(IDS_MAX) {
            let rows: Vec<(Uuid, String)> = channel_items::Entity::find()
                .select_only()
                .columns([channel_items::Column::SkuId, channel_items::Column::Item])
                .filter(channel_items::Column::ChannelId.eq(channel.0))
                .filter(channel_items::Column::SkuId.is_in(skus.iter().copied()))
                .filter(channel_items::Column::Live.eq(true))
                .into_tuple()
                .all(tx)
                .await?;
            items.extend(rows.into_iter().map(|(sku, item)| (SkuId(sku), item)));
        }
        let mut lanes = BTreeMap::new();
        let named: Vec<&str> = items.values().map(String::as_str).collect();
        for named in named.chunks(IDS_MAX) {
            let rows = channel_lanes::Entity::find()
                .filter(channel_lanes::Column::ChannelId.eq(channel.0))
                .filter(channel_lanes::Column::Item.is_in(named.iter().copied()))
                .all(tx)
                .await?;
            for row in rows {
                let lane = lane_of(row)?;
                let key = (lane.sku, lane.location.clone());
                lanes.insert(key, Known { lane, touched: false });
            }
        }
        Ok(Self { items, lanes })
    }

    /// The lane of a SKU at a location, which is going to change; none where it takes no part.
    ///
    /// Of an item that takes part every level of the shop was taken in. So where there is no lane
    /// yet, the shop has nothing.
    pub(super) fn get(&mut self, sku: SkuId, location: &str) -> Option<&mut Lane> {
        let item = self.items.get(&sku)?;
        let new = || Known {
            lane: Lane {
                item: item.clone(),
                location: location.to_owned(),
                sku,
                expected: 0,
                ordinal: 0,
                status: LaneStatus::Live,
                reason: None,
            },
            touched: false,
        };
        let known = self.lanes.entry((sku, location.to_owned())).or_insert_with(new);
        if known.lane.status == LaneStatus::Closed {
            return None;
        }
        known.touched = true;
        Some(&mut known.lane)
    }

    /// Those that something was done with.
    pub(super) fn changed(self) -> impl Iterator<Item = Lane> {
        self.lanes.into_values().filter(|known| known.touched).map(|known| known.lane)
    }

    fn takes_part(&self, sku: SkuId) -> bool {
        self.items.contains_key(&sku)
    }
}

/// The SKUs of which several facilities together decide, or one with a buffer.
pub(super) fn in_groups(steps: &[Step], lanes: &Lanes, ground: &Ground) -> BTreeSet<SkuId> {
    let locations = ground.by_facility();
    let grouped = |step: &&Step| {
        let behind = locations.get(&step.facility);
        behind.is_some_and(|(_, behind)| behind.facilities.len() > 1)
    };
    let taking_part = |sku: &SkuId| lanes.takes_part(*sku);
    steps.iter().filter(grouped).map(|step| step.sku).filter(taking_part).collect()
}

fn lane_of(row: channel_lanes::Model) -> Result<Lane, StoreError> {
    Ok(Lane {
        status: word("channel_lanes", LaneStatus::from_code, &row.status)?,
        item: row.item,
        location: row.location,
        sku: row.sku_id.into(),
        expected: row.expected,
        ordinal: row.ordinal,
        reason: row.reason,
    })
}
