//! Which facility stands behind which location of a shop.

use onhand_domain::{ChannelId, FacilityId, channel::ChannelStatus};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set,
    sea_query::{Expr, OnConflict},
};

use super::{
    channel::lock,
    lanes,
    refusal::{ChannelError, ChannelRefusal},
};
use crate::{
    Store,
    entities::{channel_facilities, channel_locations, channels, facilities},
    refusal::Refusal,
    unit::{By, Unit},
};

/// A facility behind a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The facility.
    pub facility: FacilityId,
    /// The shop's id of the location.
    pub location: String,
    /// Units of each SKU that the facility never offers there.
    pub safety_stock: i64,
}

impl Store {
    /// Puts a facility behind a location; several may stand behind one. The shop is to be made
    /// equal anew afterwards.
    ///
    /// # Errors
    /// [`ChannelRefusal::Status`] while the channel runs.
    pub async fn map_facility(
        &self,
        by: &By,
        channel: ChannelId,
        mapping: Mapping,
    ) -> Result<(), ChannelError> {
        use channel_facilities::Column as C;
        if mapping.safety_stock < 0 {
            return Err(Refusal::invalid("/safety_stock", "must be 0 or more").into());
        }
        let unit = Unit::begin(self, by).await?;
        let status = lock(&unit.tx, channel).await?.status;
        let key = (channel.0, mapping.location.clone());
        if channel_locations::Entity::find_by_id(key).count(&unit.tx).await? == 0 {
            return Err(ChannelRefusal::Unknown("location").into());
        }
        let facility = mapping.facility;
        if facilities::Entity::find_by_id(facility.0).count(&unit.tx).await? == 0 {
            return Err(ChannelRefusal::Unknown("facility").into());
        }
        let row = channel_facilities::Model {
            channel_id: channel.0,
            facility_id: facility.0,
            location: mapping.location.clone(),
            safety_stock: mapping.safety_stock,
        };
        let before = channel_facilities::Entity::find_by_id((channel.0, facility.0));
        if before.one(&unit.tx).await?.as_ref() == Some(&row) {
            return Ok(());
        }
        make_anew(&unit, channel, status).await?;
        let again = OnConflict::columns([C::ChannelId, C::FacilityId])
            .update_columns([C::Location, C::SafetyStock])
            .to_owned();
        let row: channel_facilities::ActiveModel = channel_facilities::ActiveModel {
            channel_id: Set(row.channel_id),
            facility_id: Set(row.facility_id),
            location: Set(row.location),
            safety_stock: Set(row.safety_stock),
        };
        channel_facilities::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(&unit.tx)
            .await?;
        let subject = format!("channel {channel}: {}", mapping.location);
        Ok(unit.commit_work(Some(facility), subject).await?)
    }

    /// Takes a facility away from its location. The shop is to be made equal anew afterwards.
    ///
    /// # Errors
    /// [`ChannelRefusal::Status`] while the channel runs.
    pub async fn unmap_facility(
        &self,
        by: &By,
        channel: ChannelId,
        facility: FacilityId,
    ) -> Result<(), ChannelError> {
        let unit = Unit::begin(self, by).await?;
        let status = lock(&unit.tx, channel).await?.status;
        let key = (channel.0, facility.0);
        if channel_facilities::Entity::find_by_id(key).count(&unit.tx).await? == 0 {
            return Ok(());
        }
        make_anew(&unit, channel, status).await?;
        channel_facilities::Entity::delete_by_id(key).exec(&unit.tx).await?;
        let subject = format!("channel {channel}: no location");
        Ok(unit.commit_work(Some(facility), subject).await?)
    }
}

/// What the shop should have is another number from now on.
async fn make_anew(
    unit: &Unit,
    channel: ChannelId,
    status: ChannelStatus,
) -> Result<(), ChannelError> {
    if status == ChannelStatus::Running {
        let remedy = "stop it before its locations change";
        return Err(ChannelRefusal::Status { status, remedy }.into());
    }
    lanes::close_all(&unit.tx, channel, "mapping", unit.now).await?;
    set_connected(&unit.tx, channel).await
}

async fn set_connected(tx: &impl ConnectionTrait, channel: ChannelId) -> Result<(), ChannelError> {
    channels::Entity::update_many()
        .col_expr(channels::Column::Status, Expr::value(ChannelStatus::Connected.code()))
        .filter(channels::Column::Id.eq(channel.0))
        .exec(tx)
        .await?;
    Ok(())
}
