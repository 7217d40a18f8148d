//! A person wants a difference set right.

use onhand_domain::{
    ChannelId,
    channel::{ChannelStatus, DifferenceClass, can_be_corrected},
};
use sea_orm::{ActiveModelTrait, EntityTrait, Set};

use super::{
    facts::State,
    list::{Difference, difference_of},
    take::correct,
};
use crate::{
    Store,
    channels::{
        draft::LaneKey,
        refusal::{ChannelError, ChannelRefusal},
        rows, write,
    },
    entities::channel_differences,
    unit::{By, Unit},
};

impl Store {
    /// Sets the shop to what the ledger has, if it still has what was seen; an item that is not
    /// sellable is made so. Asked twice it is done once.
    ///
    /// # Errors
    /// [`ChannelRefusal::Unknown`] where there is none (any more), [`ChannelRefusal::NotConfirmed`]
    /// where it is not certain, or the level has changed since; [`ChannelRefusal::Status`] while
    /// the channel does not run.
    pub async fn correct_difference(
        &self,
        by: &By,
        channel: ChannelId,
        lane: &LaneKey,
    ) -> Result<Difference, ChannelError> {
        let unit = Unit::begin(self, by).await?;
        rows::lock_cursors(&unit.tx, channel.0).await?;
        let state = State::load(&unit.tx, channel, std::iter::once(lane)).await?;
        let state = state.ok_or(ChannelRefusal::Unknown("channel"))?;
        let key = (channel.0, lane.item.clone(), lane.location.clone());
        let row = channel_differences::Entity::find_by_id(key).one(&unit.tx).await?;
        let mut row = row.ok_or(ChannelRefusal::Unknown("difference"))?;
        let known = difference_of(row.clone(), false)?;
        let open = state.lanes.get(lane).is_some_and(|lane| lane.open);
        if open && row.push_id.is_some() || row.wanted_at.is_some() {
            return Ok(Difference { correcting: true, ..known });
        }
        let unchanged = !open && state.should(lane) == (row.should, row.ordinal);
        let sellable = known.class == DifferenceClass::Inactive || row.has.is_some();
        let takes_part = state.sku(lane).is_some();
        let certain = row.confirmed_at.is_some() && can_be_corrected(known.class);
        if !(certain && unchanged && sellable && takes_part) {
            return Err(ChannelRefusal::NotConfirmed.into());
        }
        let status = state.channel.status;
        if status != ChannelStatus::Running {
            return Err(ChannelRefusal::Status { status, remedy: "start it first" }.into());
        }
        if known.class == DifferenceClass::Inactive {
            row.wanted_at = Some(unit.now.0);
        } else {
            row.push_id = Some(correct(self, (&unit.tx, &state), &row, unit.now).await?);
            write::not_in_step(&unit.tx, channel).await?;
        }
        let changed = channel_differences::ActiveModel {
            channel_id: Set(row.channel_id),
            item: Set(row.item.clone()),
            location: Set(row.location.clone()),
            wanted_at: Set(row.wanted_at),
            push_id: Set(row.push_id),
            next_at: Set(unit.now.0),
            ..Default::default()
        };
        changed.update(&unit.tx).await?;
        let (has, should) = (row.has.unwrap_or_default(), row.should);
        let subject =
            format!("channel {channel}: {} at {}: {has} to {should}", lane.item, lane.location);
        unit.commit_work(None, subject).await?;
        Ok(Difference { correcting: true, ..known })
    }
}
