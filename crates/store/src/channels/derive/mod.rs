//! Reads the ledgers on, and writes what follows for a shop.
//!
//! One transaction: the cursors are locked, the movements behind them are read, and pushes, lanes
//! and cursors are written. So each movement is derived exactly once, whoever derives and however
//! often it is tried.

mod lanes;
mod read;

use std::collections::BTreeMap;

use onhand_domain::{
    ChannelId, FacilityId, MovementId, SkuId,
    channel::{ChannelStatus, Moved, PushStatus, derive},
};
use sea_orm::EntityTrait;

use self::{lanes::Lanes, read::Step};
use super::{
    channel::{Channel, channel_of},
    ground::{Behind, Ground, levels_as_read},
    rows,
    write::{self, Cause},
};
use crate::{
    Store, StoreError,
    entities::{channel_pushes, channels},
};

/// What was derived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Derivation {
    /// Movements that were looked at.
    pub movements: u64,
    /// Pushes that follow from them.
    pub pushes: u64,
    /// Whether more movements wait.
    pub more: bool,
}

impl Store {
    /// Derives what a shop is to be told of the next movements, about `limit` of all facilities
    /// together. Of a channel that does not run nothing is derived: the ledger keeps it.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written, and the next try finds the same.
    pub async fn derive_pushes(
        &self,
        channel: ChannelId,
        limit: u32,
    ) -> Result<Derivation, StoreError> {
        // Most looks find nothing new, and keep nobody from writing.
        if read::ahead(&self.reader(), channel).await?.is_empty() {
            return Ok(Derivation::default());
        }
        let tx = rows::begin(self).await?;
        rows::lock_cursors(&tx, channel.0).await?;
        let settings = channels::Entity::find_by_id(channel.0).one(&tx).await?;
        let Some(settings) = settings.map(channel_of).transpose()? else {
            return Ok(Derivation::default());
        };
        if settings.status != ChannelStatus::Running {
            return Ok(Derivation::default());
        }
        let ahead = read::ahead(&tx, channel).await?;
        let (reached, more) = read::reach(&ahead, limit);
        let steps = read::steps(&tx, channel, &ahead, &reached).await?;
        let ground = Ground::load(&tx, channel, settings.threshold).await?;
        let mut lanes = Lanes::load(&tx, channel, &steps).await?;
        let grouped = lanes::in_groups(&steps, &lanes, &ground);
        let levels = levels_as_read(&tx, channel, &grouped, true).await?;
        let available = levels.into_iter().map(|(key, level)| (key, level.available)).collect();
        let locations = ground.by_facility();
        let mut desk = Desk { store: self, channel: &settings, locations, available };
        let mut pushes = Vec::new();
        for step in &steps {
            pushes.extend(desk.take(step, &mut lanes)?);
        }
        let done = Derivation { movements: steps.len() as u64, pushes: pushes.len() as u64, more };
        write::insert_pushes(&tx, pushes).await?;
        write::upsert_lanes(&tx, channel, lanes.changed()).await?;
        write::upsert_cursors(&tx, channel, reached).await?;
        if done.pushes > 0 {
            write::not_in_step(&tx, channel).await?;
        }
        tx.commit().await?;
        Ok(done)
    }
}

/// What the steps are judged by.
struct Desk<'a> {
    store: &'a Store,
    channel: &'a Channel,
    locations: BTreeMap<FacilityId, (&'a str, &'a Behind)>,
    /// What the facilities behind shared locations have, as far as they were read.
    available: BTreeMap<(FacilityId, SkuId), i64>,
}

impl Desk<'_> {
    /// What follows from one movement.
    fn take(
        &mut self,
        step: &Step,
        lanes: &mut Lanes,
    ) -> Result<Vec<channel_pushes::ActiveModel>, StoreError> {
        let Some((location, behind)) = self.locations.get(&step.facility).copied() else {
            return Ok(Vec::new());
        };
        let after = self.target_after(step, behind)?;
        let Some(lane) = lanes.get(step.sku, location) else { return Ok(Vec::new()) };
        let moved = Moved {
            kind: step.kind,
            quantity: step.quantity,
            from: step.from,
            to: step.to,
            reason: step.reason.as_deref(),
            own: step.own,
        };
        let impossible = |error: onhand_domain::place::OutOfRange| StoreError::Inconsistent {
            table: "movements",
            what: error.to_string(),
        };
        let derived =
            derive(&moved, lane.expected, after, behind.rule.exact).map_err(impossible)?;
        if derived.changes.is_empty() && lane.expected != derived.expected {
            // A number also where there is nothing to tell: whoever compares the shop must see
            // that the lane has changed, also when it comes back to the same quantity.
            lane.ordinal = lane.ordinal.saturating_add(1);
        }
        lane.expected = derived.expected;
        let cause = Cause {
            facility: Some(step.facility),
            seq: Some(step.seq),
            movement: Some(MovementId(step.id)),
        };
        let mut pushes = Vec::with_capacity(derived.changes.len());
        for change in &derived.changes {
            let large = |limit: i64| change.delta.saturating_abs() > limit;
            let held = self.channel.push_limit.is_some_and(large);
            let status = if held { PushStatus::Held } else { PushStatus::Pending };
            let id = (self.channel.id, self.store.ids().next());
            let at = (step.recorded_at, status);
            pushes.push(write::push(id, lane, change, None, cause, at));
        }
        Ok(pushes)
    }

    fn target_after(&mut self, step: &Step, behind: &Behind) -> Result<i64, StoreError> {
        if behind.rule.exact {
            return Ok(step.after_available);
        }
        self.available.insert((step.facility, step.sku), step.after_available);
        let part = |facility| self.available.get(&(facility, step.sku)).copied().unwrap_or(0);
        behind.target(part)
    }
}
