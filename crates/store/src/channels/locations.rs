//! The locations of a shop, as they were read last.

use onhand_domain::{ChannelId, FacilityId, Micros};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, OnConflict},
};

use super::rows;
use crate::{
    Store, StoreError,
    entities::{channel_facilities, channel_locations},
};

/// Most locations that are kept and listed: more than the shop lets anybody have.
const LOCATIONS_MAX: usize = 2_000;

/// A location as a shop tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopLocation {
    /// The shop's id of it.
    pub location: String,
    /// What it is called there.
    pub name: String,
    /// Whether the shop takes changes for it.
    pub active: bool,
}

/// A location with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// As the shop tells of it.
    pub shop: ShopLocation,
    /// When it was read.
    pub seen_at: Micros,
    /// The facilities behind it, with the units of each SKU that each holds back.
    pub facilities: Vec<(FacilityId, i64)>,
}

impl Store {
    /// Keeps all locations of a shop as they were just read. One that the shop has no more is
    /// inactive: its changes wait.
    pub async fn put_channel_locations(
        &self,
        channel: ChannelId,
        read: &[ShopLocation],
    ) -> Result<(), StoreError> {
        use channel_locations::Column as C;
        let now = self.clock().now();
        let tx = rows::begin(self).await?;
        let mut gone = channel_locations::Entity::update_many()
            .col_expr(C::Active, Expr::value(false))
            .filter(C::ChannelId.eq(channel.0));
        if !read.is_empty() {
            let there = read.iter().take(LOCATIONS_MAX).map(|one| one.location.clone());
            gone = gone.filter(C::Location.is_not_in(there));
        }
        gone.exec(&tx).await?;
        let row = |one: &ShopLocation| channel_locations::ActiveModel {
            channel_id: Set(channel.0),
            location: Set(one.location.clone()),
            name: Set(one.name.clone()),
            active: Set(one.active),
            seen_at: Set(now.0),
        };
        if !read.is_empty() {
            let again = OnConflict::columns([C::ChannelId, C::Location])
                .update_columns([C::Name, C::Active, C::SeenAt])
                .to_owned();
            channel_locations::Entity::insert_many(read.iter().take(LOCATIONS_MAX).map(row))
                .on_conflict(again)
                .exec_without_returning(&tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// The locations of a shop with what stands behind them, by name.
    pub async fn list_channel_locations(
        &self,
        channel: ChannelId,
    ) -> Result<Vec<Location>, StoreError> {
        let db = self.reader();
        let mapped = channel_facilities::Entity::find()
            .filter(channel_facilities::Column::ChannelId.eq(channel.0))
            .order_by_asc(channel_facilities::Column::FacilityId)
            .all(&db)
            .await?;
        let rows = channel_locations::Entity::find()
            .filter(channel_locations::Column::ChannelId.eq(channel.0))
            .order_by_asc(channel_locations::Column::Name)
            .order_by_asc(channel_locations::Column::Location)
            .limit(LOCATIONS_MAX as u64)
            .all(&db)
            .await?;
        let location = |row: channel_locations::Model| {
            let behind = mapped.iter().filter(|one| one.location == row.location);
            Location {
                facilities: behind.map(|one| (one.facility_id.into(), one.safety_stock)).collect(),
                seen_at: Micros(row.seen_at),
                shop: ShopLocation { location: row.location, name: row.name, active: row.active },
            }
        };
        Ok(rows.into_iter().map(location).collect())
    }
}
