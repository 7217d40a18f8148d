//! Which node publishes to a shop: one at a time.
//!
//! Time decides who may take over, and nothing else: whether a write of a holder counts is decided
//! by its term, which grows whenever another node takes over. So a holder that was frozen for an
//! hour, or whose clock is wrong, writes nothing any more.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set,
    sea_query::Expr,
};
use uuid::Uuid;

use super::rows;
use crate::{Store, StoreError, entities::channels};

/// The right to publish to a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The shop.
    pub channel: ChannelId,
    /// The node that has it.
    pub node: Uuid,
    /// How often it went from one node to another.
    pub term: i64,
    /// Until when nobody else may take it.
    pub until: Micros,
}

impl Store {
    /// Takes or renews the right to publish until `until`; none where another node has it.
    pub async fn take_channel_lease(
        &self,
        channel: ChannelId,
        node: Uuid,
        until: Micros,
    ) -> Result<Option<Lease>, StoreError> {
        let now = self.clock().now();
        let tx = rows::begin(self).await?;
        let row = channels::Entity::find_by_id(channel.0).lock_exclusive().one(&tx).await?;
        let Some(row) = row else { return Ok(None) };
        let mine = row.lease_owner == Some(node);
        if !mine && row.lease_owner.is_some() && row.lease_until > now.0 {
            return Ok(None);
        }
        let term = if mine { row.lease_term } else { row.lease_term.saturating_add(1) };
        let taken = channels::ActiveModel {
            id: Set(channel.0),
            lease_owner: Set(Some(node)),
            lease_term: Set(term),
            lease_until: Set(until.0),
            ..Default::default()
        };
        channels::Entity::update(taken).exec(&tx).await?;
        tx.commit().await?;
        Ok(Some(Lease { channel, node, term, until }))
    }

    /// Gives the right back, so that another node needs not wait for its end. One that is held by
    /// somebody else by now stays with them.
    pub async fn drop_channel_lease(&self, lease: &Lease) -> Result<(), StoreError> {
        use channels::Column as C;
        channels::Entity::update_many()
            .col_expr(C::LeaseOwner, Expr::value(None::<Uuid>))
            .col_expr(C::LeaseUntil, Expr::value(0_i64))
            .filter(held(lease))
            .exec(&self.writer())
            .await?;
        Ok(())
    }
}

fn held(lease: &Lease) -> Condition {
    use channels::Column as C;
    Condition::all()
        .add(C::Id.eq(lease.channel.0))
        .add(C::LeaseOwner.eq(lease.node))
        .add(C::LeaseTerm.eq(lease.term))
}

/// Whether nobody has taken over; if so nobody can before the transaction ends.
pub(super) async fn holds(tx: &impl ConnectionTrait, lease: &Lease) -> Result<bool, StoreError> {
    let row = channels::Entity::find().filter(held(lease)).lock_shared().one(tx).await?;
    Ok(row.is_some())
}
