//! Messages for a person to look at, to try and to send again.

use onhand_domain::hook::{HookEvent, HookStatus};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    HookError, HookRefusal, Message,
    rows::{lock, message_of},
    tell::body_of,
};
use crate::{
    Store, StoreError,
    entities::webhook_messages,
    refusal::Refusal,
    unit::{By, Unit, or_taken},
};

/// Where the next page starts: when the last one was made, and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCursor(i64, Uuid);

impl MessageCursor {
    /// The cursor of whatever comes after this one.
    pub const fn after(message: &Message) -> Self {
        Self(message.created_at.0, message.id)
    }
}

impl Store {
    /// Messages of an endpoint, the latest first, at most `limit`.
    pub async fn list_webhook_messages(
        &self,
        endpoint: Uuid,
        status: Option<HookStatus>,
        after: Option<MessageCursor>,
        limit: u64,
    ) -> Result<Vec<Message>, StoreError> {
        use webhook_messages::Column as C;
        let behind = after.map(|MessageCursor(at, id)| {
            let same = Condition::all().add(C::CreatedAt.eq(at)).add(C::Id.lt(id));
            Condition::any().add(C::CreatedAt.lt(at)).add(same)
        });
        let condition = Condition::all()
            .add(C::EndpointId.eq(endpoint))
            .add_option(status.map(|status| C::Status.eq(status.code())))
            .add_option(behind);
        let rows = webhook_messages::Entity::find()
            .filter(condition)
            .order_by_desc(C::CreatedAt)
            .order_by_desc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(message_of).collect()
    }

    /// A message that says nothing, to try whether it arrives. The same id again is the first one.
    ///
    /// # Errors
    /// [`HookRefusal`]; nothing is written then.
    pub async fn ping_webhook(
        &self,
        by: &By,
        endpoint: Uuid,
        id: Uuid,
    ) -> Result<Message, HookError> {
        let unit = Unit::begin(self, by).await?;
        let row = lock(&unit.tx, endpoint).await?.ok_or(Refusal::Unknown("webhook endpoint"))?;
        if let Some(known) = webhook_messages::Entity::find_by_id(id).one(&unit.tx).await? {
            let same = known.endpoint_id == endpoint && known.event == HookEvent::Ping.code();
            return if same { Ok(message_of(known)?) } else { Err(Refusal::IdReused.into()) };
        }
        if !row.active {
            return Err(HookRefusal::Off.into());
        }
        let data = json!({"endpoint_id": endpoint, "endpoint": row.name});
        let row = webhook_messages::Model {
            id,
            endpoint_id: endpoint,
            event: HookEvent::Ping.code().to_owned(),
            subject: id,
            payload: body_of(HookEvent::Ping, unit.now, data),
            status: HookStatus::Waiting.code().to_owned(),
            tries: 0,
            next_at: unit.now.0,
            created_at: unit.now.0,
            delivered_at: None,
            http_status: None,
            problem: None,
        };
        let insert = row.clone().into_active_model().reset_all().insert(&unit.tx).await;
        or_taken(insert, Refusal::IdReused)?;
        unit.commit_work(None, format!("webhook endpoint {endpoint}: tried")).await?;
        Ok(message_of(row)?)
    }

    /// Sends a message again, from the first try on: the same id, the same body.
    ///
    /// # Errors
    /// [`HookRefusal`]; nothing is written then.
    pub async fn replay_webhook_message(
        &self,
        by: &By,
        endpoint: Uuid,
        id: Uuid,
    ) -> Result<Message, HookError> {
        let unit = Unit::begin(self, by).await?;
        let unknown = || Refusal::Unknown("webhook message");
        let row = lock(&unit.tx, endpoint).await?.ok_or_else(unknown)?;
        let known = webhook_messages::Entity::find_by_id(id)
            .filter(webhook_messages::Column::EndpointId.eq(endpoint))
            .lock_exclusive()
            .one(&unit.tx)
            .await?;
        let mut known = known.ok_or_else(unknown)?;
        if !row.active {
            return Err(HookRefusal::Off.into());
        }
        HookStatus::Waiting.code().clone_into(&mut known.status);
        (known.tries, known.next_at) = (0, unit.now.0);
        let row = known.clone().into_active_model().reset_all();
        row.update(&unit.tx).await?;
        unit.commit_work(None, format!("webhook message {id}: replayed")).await?;
        Ok(message_of(known)?)
    }
}
