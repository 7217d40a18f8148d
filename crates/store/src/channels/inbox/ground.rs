//! What it takes to say what an order of a shop means here.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{ChannelId, FacilityId, OrderId, OrderLineId, SkuId, channel::ItemProblem};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::super::rows::{IDS_MAX, word};
use crate::{
    Store, StoreError,
    entities::{channel_facilities, channel_items, levels, order_lines},
};

/// What an item of a shop is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShopThing {
    /// A SKU.
    Sku(SkuId),
    /// The shop keeps no stock of it, and neither do we.
    Untracked,
    /// Nobody has said yet.
    Unmatched,
}

/// A line of an order as it is followed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowedLine {
    /// From where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many are promised there.
    pub open: i64,
    /// How many were taken off it in all, and did not come back to stock.
    pub dropped: i64,
}

/// What an order of a shop has to do with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderGround {
    /// The facilities behind each location of the shop.
    pub locations: BTreeMap<String, Vec<FacilityId>>,
    /// What the shop's items are; one that is not in here was never read.
    pub items: BTreeMap<String, ShopThing>,
    /// What these facilities have as available, where several stand behind one location.
    pub available: BTreeMap<(FacilityId, SkuId), i64>,
    /// The lines of the order that are followed already.
    pub lines: BTreeMap<OrderLineId, FollowedLine>,
}

impl Store {
    /// What an order with these items has to do with here.
    pub async fn order_ground(
        &self,
        channel: ChannelId,
        order: OrderId,
        items: &BTreeSet<&str>,
    ) -> Result<OrderGround, StoreError> {
        let db = self.reader();
        let mapped = channel_facilities::Entity::find()
            .filter(channel_facilities::Column::ChannelId.eq(channel.0))
            .order_by_asc(channel_facilities::Column::FacilityId)
            .all(&db)
            .await?;
        let mut ground = OrderGround::default();
        for row in mapped {
            ground.locations.entry(row.location).or_default().push(row.facility_id.into());
        }
        let known = channel_items::Entity::find()
            .filter(channel_items::Column::ChannelId.eq(channel.0))
            .filter(channel_items::Column::Item.is_in(items.iter().take(IDS_MAX).copied()))
            .all(&db)
            .await?;
        for row in known {
            let thing = thing_of(&row)?;
            ground.items.insert(row.item, thing);
        }
        let rows = order_lines::Entity::find()
            .filter(order_lines::Column::OrderId.eq(order.0))
            .all(&db)
            .await?;
        let line = |row: order_lines::Model| {
            let followed = FollowedLine {
                facility: row.facility_id.into(),
                sku: row.sku_id.into(),
                open: row.open_quantity,
                dropped: row.dropped,
            };
            (OrderLineId(row.id), followed)
        };
        ground.lines = rows.into_iter().map(line).collect();
        self.available_in_groups(&mut ground).await?;
        Ok(ground)
    }

    /// What facilities have that share a location with others.
    async fn available_in_groups(&self, ground: &mut OrderGround) -> Result<(), StoreError> {
        use levels::Column as L;
        let groups = ground.locations.values().filter(|behind| behind.len() > 1);
        let shared: Vec<Uuid> = groups.flatten().map(|facility| facility.0).collect();
        let skus: Vec<Uuid> = ground
            .items
            .values()
            .filter_map(|thing| match thing {
                ShopThing::Sku(sku) => Some(sku.0),
                ShopThing::Untracked | ShopThing::Unmatched => None,
            })
            .collect();
        if shared.is_empty() || skus.is_empty() {
            return Ok(());
        }
        let rows: Vec<(Uuid, Uuid, i64)> = levels::Entity::find()
            .select_only()
            .columns([L::FacilityId, L::SkuId, L::Available])
            .filter(L::FacilityId.is_in(shared))
            .filter(L::SkuId.is_in(skus))
            .into_tuple()
            .all(&self.reader())
            .await?;
        let level = |(facility, sku, available)| ((FacilityId(facility), SkuId(sku)), available);
        ground.available = rows.into_iter().map(level).collect();
        Ok(())
    }
}

fn thing_of(row: &channel_items::Model) -> Result<ShopThing, StoreError> {
    let read = |code: &str| word("channel_items", ItemProblem::from_code, code);
    Ok(match (row.problem.as_deref().map(read).transpose()?, row.sku_id) {
        (None, Some(sku)) => ShopThing::Sku(sku.into()),
        (Some(ItemProblem::Untracked), _) => ShopThing::Untracked,
        _ => ShopThing::Unmatched,
    })
}
