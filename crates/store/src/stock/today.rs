//! What happened at a facility since its midnight.

use onhand_domain::{FacilityId, FacilityScope, Micros, Money, MovementKind, Place};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Alias, ExprTrait},
};

use super::{grounds::Site, movements::MovementFilter};
use crate::{
    Store, StoreError,
    entities::{movements, variance_requests},
};

/// What happened at a facility since its midnight. What was undone counts back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// The midnight, in the facility's time zone.
    pub since: Micros,
    /// Variances, less those that were undone.
    pub variances: i64,
    /// Good units that became fewer by them.
    pub units_lost: i64,
    /// Good units that became more.
    pub units_gained: i64,
    /// What the lost ones were worth, where that is known.
    pub value_lost: Money,
    /// What the gained ones are worth, where that is known.
    pub value_gained: Money,
    /// Units sold.
    pub sold: i64,
    /// Units received from suppliers.
    pub received: i64,
    /// Units that customers brought back.
    pub returned: i64,
    /// Units that came from other facilities.
    pub transferred_in: i64,
    /// Units sent to other facilities.
    pub transferred_out: i64,
}

#[derive(FromQueryResult)]
struct Group {
    kind: String,
    from_place: String,
    to_place: String,
    units: i64,
}

impl Site {
    /// The last midnight there.
    pub fn midnight(&self, now: Micros) -> Micros {
        let at = now.to_timestamp().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let day = at.to_zoned(self.time_zone.clone());
        day.start_of_day().map_or(now, |start| start.timestamp().into())
    }
}

impl Store {
    /// What happened at a facility since its midnight.
    ///
    /// Reads the movements of that time and no others: backwards from the ledger's end.
    pub async fn today(&self, site: &Site) -> Result<Today, StoreError> {
        use movements::Column as C;
        let since = site.midnight(self.clock().now());
        let db = self.reader();
        // `recorded_at` grows with `seq`: the newest one of yesterday is found by walking back
        // over those of today.
        let yesterday: Option<i64> = movements::Entity::find()
            .select_only()
            .column(C::Seq)
            .filter(C::FacilityId.eq(site.id.0))
            .filter(C::RecordedAt.lt(since.0))
            .order_by_desc(C::Seq)
            .limit(1)
            .into_tuple()
            .one(&db)
            .await?;
        let groups: Vec<Group> = movements::Entity::find()
            .select_only()
            .columns([C::Kind, C::FromPlace, C::ToPlace])
            .column_as(C::Quantity.sum().cast_as(Alias::new("BIGINT")), "units")
            .filter(C::FacilityId.eq(site.id.0))
            .filter(C::Seq.gt(yesterday.unwrap_or_default()))
            .filter(C::Reason.is_null())
            .group_by(C::Kind)
            .group_by(C::FromPlace)
            .group_by(C::ToPlace)
            .into_model()
            .all(&db)
            .await?;
        let mut today = Today { since, ..Today::default() };
        for group in groups {
            today.add(&group);
        }
        let here = FacilityScope::Only([site.id].into());
        let filter = MovementFilter { from: Some(since), ..MovementFilter::default() };
        for total in self.variance_totals(&here, &filter).await? {
            today.variances = today.variances.saturating_add(total.count);
            today.units_lost = today.units_lost.saturating_add(total.units_lost);
            today.units_gained = today.units_gained.saturating_add(total.units_gained);
            today.value_lost = today.value_lost.saturating_add(total.value_lost);
            today.value_gained = today.value_gained.saturating_add(total.value_gained);
        }
        Ok(today)
    }

    /// How many variance requests wait at a facility.
    pub async fn pending_requests(&self, facility: FacilityId) -> Result<u64, StoreError> {
        use variance_requests::Column as C;
        let pending = variance_requests::Entity::find()
            .filter(C::FacilityId.eq(facility.0))
            .filter(C::Status.eq(onhand_domain::request::RequestStatus::Pending.code()));
        Ok(pending.count(&self.reader()).await?)
    }
}

impl Today {
    fn add(&mut self, group: &Group) {
        let is_undo = group.kind == MovementKind::Reversal.code();
        // A reversal goes the way back: turned round it is what it undoes.
        let (from, to) = if is_undo {
            (&group.to_place, &group.from_place)
        } else {
            (&group.from_place, &group.to_place)
        };
        let on_shelf =
            |place: &str| Place::from_code(place).is_some_and(|place| place.state().is_some());
        let is_fact = [MovementKind::Receipt, MovementKind::Sale, MovementKind::Return]
            .into_iter()
            .chain([MovementKind::TransferIn, MovementKind::TransferOut])
            .any(|kind| kind.code() == group.kind);
        if !is_fact && !is_undo {
            return;
        }
        let slot = match (Place::from_code(from), Place::from_code(to)) {
            (Some(Place::Supplier), _) if on_shelf(to) => &mut self.received,
            (Some(Place::Customer), _) if on_shelf(to) => &mut self.returned,
            (Some(Place::Transit), _) if on_shelf(to) => &mut self.transferred_in,
            (_, Some(Place::Customer)) if on_shelf(from) => &mut self.sold,
            (_, Some(Place::Transit)) if on_shelf(from) => &mut self.transferred_out,
            _ => return,
        };
        *slot = slot.saturating_add(if is_undo { -group.units } else { group.units });
    }
}
