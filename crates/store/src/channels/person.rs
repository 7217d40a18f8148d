//! What a person decides about a push that waits for one.

use onhand_domain::{Micros, channel::PushStatus};
use sea_orm::{ActiveModelTrait, EntityTrait, QuerySelect, Set};
use uuid::Uuid;

use super::{
    pushes::{Push, push_of},
    refusal::{ChannelError, ChannelRefusal},
};
use crate::{
    Store,
    entities::channel_pushes,
    unit::{By, Unit},
};

impl Store {
    /// Lets a push go that was held for its size.
    ///
    /// # Errors
    /// [`ChannelRefusal::Push`] where it is not held.
    pub async fn release_push(&self, by: &By, id: Uuid) -> Result<Push, ChannelError> {
        let remedy = "only one that is held can be released";
        let to = PushStatus::Pending;
        decide(self, by, id, (&[PushStatus::Held], remedy), to, None).await
    }

    /// Sends a push again that was rejected, in a call of its own, so that it does no harm to
    /// others. What comes behind it in its lane follows.
    ///
    /// # Errors
    /// [`ChannelRefusal::Push`] where it was not rejected.
    pub async fn retry_push(&self, by: &By, id: Uuid) -> Result<Push, ChannelError> {
        let remedy = "only one that was rejected can be tried again";
        let to = PushStatus::Pending;
        decide(self, by, id, (&[PushStatus::Rejected], remedy), to, Some(id)).await
    }

    /// Gives a push up: somebody has settled it in another way. The lane goes on as if the shop
    /// had it.
    ///
    /// # Errors
    /// [`ChannelRefusal::Push`] where it is over, or the shop may have it already.
    pub async fn skip_push(&self, by: &By, id: Uuid) -> Result<Push, ChannelError> {
        let remedy = "wait until the shop has answered";
        let from = [PushStatus::Held, PushStatus::Rejected, PushStatus::Pending];
        decide(self, by, id, (&from, remedy), PushStatus::Skipped, None).await
    }
}

async fn decide(
    store: &Store,
    by: &By,
    id: Uuid,
    (from, remedy): (&[PushStatus], &'static str),
    to: PushStatus,
    apart: Option<Uuid>,
) -> Result<Push, ChannelError> {
    let unit = Unit::begin(store, by).await?;
    let row = channel_pushes::Entity::find_by_id(id).lock_exclusive().one(&unit.tx).await?;
    let push = push_of(row.ok_or(ChannelRefusal::Unknown("push"))?)?;
    // Asked twice.
    let done = push.status == to && to != PushStatus::Pending;
    if done {
        return Ok(push);
    }
    if !from.contains(&push.status) {
        return Err(ChannelRefusal::Push { status: push.status.code(), remedy }.into());
    }
    let over = to.is_final().then_some(unit.now);
    let row = channel_pushes::ActiveModel {
        id: Set(id),
        status: Set(to.code().to_owned()),
        settled_at: Set(over.map(|Micros(at)| at)),
        call_id: Set(if to.is_final() { push.call } else { None }),
        tries: Set(0),
        apart: apart.map_or(sea_orm::NotSet, |apart| Set(Some(apart))),
        ..Default::default()
    };
    let row = row.update(&unit.tx).await?;
    let subject = format!("push {id}: {} to {}", push.status.code(), to.code());
    unit.commit_work(push.facility, subject).await?;
    Ok(push_of(row)?)
}
