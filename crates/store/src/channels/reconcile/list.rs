//! Differences, for people to look at and for the next look.

use onhand_domain::{
    ChannelId, Micros, SkuId,
    channel::{DifferenceClass, can_be_corrected},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    channels::{draft::LaneKey, rows::word},
    entities::{channel_differences, channel_pushes},
};

/// A level at which the shop is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The level.
    pub lane: LaneKey,
    /// What it is here.
    pub sku: SkuId,
    /// How it stands.
    pub class: DifferenceClass,
    /// What the shop has as available; none where it was never stocked.
    pub has: Option<i64>,
    /// What it should have.
    pub should: i64,
    /// Since when it is not equal.
    pub first_seen_at: Micros,
    /// When it was read last.
    pub seen_at: Micros,
    /// How often it was read with the same numbers.
    pub sightings: i64,
    /// Since when it is certain.
    pub confirmed_at: Option<Micros>,
    /// Whether it is being set right.
    pub correcting: bool,
    /// Whether a person may have it set right now.
    pub can_be_corrected: bool,
    /// How often it was set right by itself.
    pub corrections: i64,
    /// Why it could not be.
    pub problem: Option<String>,
}

/// Which differences to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// Only those that are certain, or only the others.
    pub confirmed: Option<bool>,
    /// Only those of this class.
    pub class: Option<DifferenceClass>,
}

/// Where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceCursor(String, String);

impl DifferenceCursor {
    /// The cursor of whatever comes after this difference.
    pub fn after(one: &Difference) -> Self {
        Self(one.lane.item.clone(), one.lane.location.clone())
    }
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DifferencesNumber {
    /// Certain ones.
    pub confirmed: u64,
    /// Others.
    pub unconfirmed: u64,
}

impl Store {
    /// Differences by item and location, at most `limit`.
    pub async fn list_differences(
        &self,
        channel: ChannelId,
        filter: &DifferenceFilter,
        after: Option<&DifferenceCursor>,
        limit: u64,
    ) -> Result<Vec<Difference>, StoreError> {
        use channel_differences::Column as C;
        let certain = |yes: bool| {
            if yes { C::ConfirmedAt.is_not_null() } else { C::ConfirmedAt.is_null() }
        };
        let behind = after.map(|DifferenceCursor(item, location)| {
            let same = Condition::all()
                .add(C::Item.eq(item.as_str()))
                .add(C::Location.gt(location.as_str()));
            Condition::any().add(C::Item.gt(item.as_str())).add(same)
        });
        let condition = Condition::all()
            .add(C::ChannelId.eq(channel.0))
            .add_option(filter.confirmed.map(certain))
            .add_option(filter.class.map(|class| C::Class.eq(class.code())))
            .add_option(behind);
        let rows = channel_differences::Entity::find()
            .filter(condition)
            .order_by_asc(C::Item)
            .order_by_asc(C::Location)
            .limit(limit)
            .all(&self.reader())
            .await?;
        self.differences(rows).await
    }

    /// The difference at a level, if there is one.
    pub async fn find_difference(
        &self,
        channel: ChannelId,
        lane: &LaneKey,
    ) -> Result<Option<Difference>, StoreError> {
        let key = (channel.0, lane.item.clone(), lane.location.clone());
        let row = channel_differences::Entity::find_by_id(key).one(&self.reader()).await?;
        Ok(self.differences(row.into_iter().collect()).await?.pop())
    }

    /// How many differences a shop has.
    pub async fn count_differences(
        &self,
        channel: ChannelId,
    ) -> Result<DifferencesNumber, StoreError> {
        use channel_differences::Column as C;
        let all = || channel_differences::Entity::find().filter(C::ChannelId.eq(channel.0));
        let db = self.reader();
        let confirmed = all().filter(C::ConfirmedAt.is_not_null()).count(&db).await?;
        let unconfirmed = all().filter(C::ConfirmedAt.is_null()).count(&db).await?;
        Ok(DifferencesNumber { confirmed, unconfirmed })
    }

    /// Levels that are to be looked at again by now, the longest overdue first.
    pub async fn differences_due(
        &self,
        channel: ChannelId,
        now: Micros,
        limit: u64,
    ) -> Result<Vec<LaneKey>, StoreError> {
        use channel_differences::Column as C;
        let rows: Vec<(String, String)> = channel_differences::Entity::find()
            .select_only()
            .columns([C::Item, C::Location])
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::NextAt.lte(now.0))
            .order_by_asc(C::NextAt)
            .limit(limit)
            .into_tuple()
            .all(&self.reader())
            .await?;
        Ok(rows.into_iter().map(|(item, location)| LaneKey { item, location }).collect())
    }

    async fn differences(
        &self,
        rows: Vec<channel_differences::Model>,
    ) -> Result<Vec<Difference>, StoreError> {
        let pushes: Vec<Uuid> = rows.iter().filter_map(|row| row.push_id).collect();
        let mut open: Vec<Uuid> = Vec::new();
        if !pushes.is_empty() {
            open = channel_pushes::Entity::find()
                .select_only()
                .column(channel_pushes::Column::Id)
                .filter(channel_pushes::Column::Id.is_in(pushes))
                .filter(channel_pushes::Column::SettledAt.is_null())
                .into_tuple()
                .all(&self.reader())
                .await?;
        }
        let one = |row: channel_differences::Model| {
            let under_way = row.push_id.is_some_and(|id| open.contains(&id));
            let correcting = under_way || row.wanted_at.is_some();
            difference_of(row, correcting)
        };
        rows.into_iter().map(one).collect()
    }
}

pub(super) fn difference_of(
    row: channel_differences::Model,
    correcting: bool,
) -> Result<Difference, StoreError> {
    let class = word("channel_differences", DifferenceClass::from_code, &row.class)?;
    let certain = row.confirmed_at.is_some() && can_be_corrected(class);
    let can = row.has.is_some() || class == DifferenceClass::Inactive;
    Ok(Difference {
        lane: LaneKey { item: row.item, location: row.location },
        sku: SkuId(row.sku_id),
        class,
        has: row.has,
        should: row.should,
        first_seen_at: Micros(row.first_seen_at),
        seen_at: Micros(row.seen_at),
        sightings: row.sightings,
        confirmed_at: row.confirmed_at.map(Micros),
        correcting,
        can_be_corrected: certain && can && !correcting,
        corrections: row.corrections,
        problem: row.problem,
    })
}
