//! Messages that are due, and messages for a person to look at.

use std::collections::BTreeSet;

use onhand_domain::{ChannelId, Micros};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{DELIVERIES_MAX, Delivery, DeliveryKind, DeliveryStatus, delivery_of};
use crate::{Store, StoreError, entities::channel_deliveries};

/// Which messages to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only those that stand like this.
    pub status: Option<DeliveryStatus>,
    /// Only those of which something was left out, or which failed.
    pub with_problem: bool,
}

/// Where the next page starts: when the last one came in, and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryCursor(i64, Uuid);

impl DeliveryCursor {
    /// The cursor of whatever comes after this one.
    pub const fn after(delivery: &Delivery) -> Self {
        Self(delivery.received_at.0, delivery.id)
    }
}

/// As the partial indexes have it: `SQLite` takes them for no other text.
const WAITING: &str = "status = 'waiting'";

impl Store {
    /// Messages that are to be looked at by now, the oldest first, at most [`DELIVERIES_MAX`].
    pub async fn due_deliveries(
        &self,
        channel: ChannelId,
        now: Micros,
    ) -> Result<Vec<Delivery>, StoreError> {
        use channel_deliveries::Column as C;
        let rows = channel_deliveries::Entity::find()
            .filter(C::ChannelId.eq(channel.0))
            .filter(Expr::cust(WAITING))
            .filter(C::NextAt.lte(now.0))
            .order_by_asc(C::NextAt)
            .limit(DELIVERIES_MAX as u64)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(delivery_of).collect()
    }

    /// Messages about these subjects that wait, due or not, at most [`DELIVERIES_MAX`]: all that
    /// have come in before a reading of them are answered by it. Of levels, those at one location.
    pub async fn waiting_deliveries(
        &self,
        channel: ChannelId,
        kind: DeliveryKind,
        subjects: &BTreeSet<&str>,
        location: Option<&str>,
    ) -> Result<Vec<Delivery>, StoreError> {
        use channel_deliveries::Column as C;
        let about = Condition::all()
            .add(C::ChannelId.eq(channel.0))
            .add(C::Kind.eq(kind.code()))
            .add(C::Subject.is_in(subjects.iter().copied()))
            .add_option(location.map(|location| C::Location.eq(location)));
        let rows = channel_deliveries::Entity::find()
            .filter(about)
            .filter(Expr::cust(WAITING))
            .limit(DELIVERIES_MAX as u64)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(delivery_of).collect()
    }

    /// Messages, the latest first, at most `limit`.
    pub async fn list_deliveries(
        &self,
        channel: ChannelId,
        filter: DeliveryFilter,
        after: Option<DeliveryCursor>,
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        use channel_deliveries::Column as C;
        let behind = after.map(|DeliveryCursor(at, id)| {
            let same = Condition::all().add(C::ReceivedAt.eq(at)).add(C::Id.lt(id));
            Condition::any().add(C::ReceivedAt.lt(at)).add(same)
        });
        let condition = Condition::all()
            .add(C::ChannelId.eq(channel.0))
            .add_option(filter.status.map(|status| C::Status.eq(status.code())))
            .add_option(filter.with_problem.then(|| C::Problem.is_not_null()))
            .add_option(behind);
        let rows = channel_deliveries::Entity::find()
            .filter(condition)
            .order_by_desc(C::ReceivedAt)
            .order_by_desc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(delivery_of).collect()
    }
}
