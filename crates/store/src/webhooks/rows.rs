//! Rows as what they mean.

use std::collections::BTreeSet;

use onhand_domain::{
    Micros,
    hook::{HookEvent, HookOff, HookStatus},
};
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};
use uuid::Uuid;

use super::{Endpoint, Message, Sealed};
use crate::{
    StoreError,
    entities::{webhook_endpoints, webhook_messages},
};

fn word<T>(
    table: &'static str,
    read: impl Fn(&str) -> Option<T>,
    text: &str,
) -> Result<T, StoreError> {
    read(text).ok_or_else(|| StoreError::Inconsistent {
        table,
        what: format!("{text:?} as {}", std::any::type_name::<T>()),
    })
}

/// What an endpoint is told of, as it stands in its row.
pub(super) fn events_text(events: &BTreeSet<HookEvent>) -> String {
    let codes: Vec<&str> = events.iter().map(|event| event.code()).collect();
    codes.join(" ")
}

pub(super) fn endpoint_of(row: webhook_endpoints::Model) -> Result<Endpoint, StoreError> {
    let table = "webhook_endpoints";
    let events = row.events.split_whitespace();
    let off = row.status_reason.as_deref();
    Ok(Endpoint {
        id: row.id,
        events: events
            .map(|event| word(table, HookEvent::from_code, event))
            .collect::<Result<_, _>>()?,
        off_because: off.map(|why| word(table, HookOff::from_code, why)).transpose()?,
        name: row.name,
        url: row.url,
        secret: Sealed(row.secret),
        active: row.active,
        failing_since: row.failing_since.map(Micros),
        created_at: Micros(row.created_at),
        version: row.version,
    })
}

pub(super) fn message_of(row: webhook_messages::Model) -> Result<Message, StoreError> {
    let table = "webhook_messages";
    Ok(Message {
        id: row.id,
        endpoint: row.endpoint_id,
        event: word(table, HookEvent::from_code, &row.event)?,
        subject: row.subject,
        payload: row.payload,
        status: word(table, HookStatus::from_code, &row.status)?,
        tries: row.tries,
        next_at: Micros(row.next_at),
        created_at: Micros(row.created_at),
        delivered_at: row.delivered_at.map(Micros),
        http_status: row.http_status.and_then(|status| u16::try_from(status).ok()),
        problem: row.problem,
    })
}

/// The endpoint, kept from others until the transaction ends.
pub(super) async fn lock(
    tx: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<webhook_endpoints::Model>, StoreError> {
    Ok(webhook_endpoints::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}
