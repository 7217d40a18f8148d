//! Endpoints: who is told.

use std::collections::BTreeSet;

use onhand_domain::{encode::Encoder, hook::HookEvent};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{
    ENDPOINTS_MAX, Endpoint, HookError, HookRefusal, Sealed, URL_CHARS_MAX,
    rows::{endpoint_of, events_text, lock},
    tell::start_here,
};
use crate::{
    Store, StoreError,
    entities::{webhook_cursors, webhook_endpoints},
    refusal::{Refusal, check_name},
    unit::{By, Unit, or_taken},
};

/// An endpoint that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEndpoint {
    /// Made by the client.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Where messages go.
    pub url: String,
    /// What they are signed with.
    pub secret: Sealed,
    /// What it is told of.
    pub events: BTreeSet<HookEvent>,
}

/// What changes; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointChange {
    /// What people call it.
    pub name: Option<String>,
    /// Where messages go.
    pub url: Option<String>,
    /// All that it is told of.
    pub events: Option<BTreeSet<HookEvent>>,
    /// Whether it is told anything.
    pub active: Option<bool>,
}

impl Store {
    /// The endpoints, oldest first; at most [`ENDPOINTS_MAX`].
    pub async fn list_webhook_endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        let rows = webhook_endpoints::Entity::find()
            .order_by_asc(webhook_endpoints::Column::CreatedAt)
            .order_by_asc(webhook_endpoints::Column::Id)
            .limit(ENDPOINTS_MAX)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(endpoint_of).collect()
    }

    /// The endpoint with this id.
    pub async fn webhook_endpoint(&self, id: Uuid) -> Result<Option<Endpoint>, StoreError> {
        let row = webhook_endpoints::Entity::find_by_id(id).one(&self.reader()).await?;
        row.map(endpoint_of).transpose()
    }

    /// Makes an endpoint, which is told what happens from now on. The flag says whether it was made
    /// now: a retry finds the first one, with the first one's secret.
    ///
    /// # Errors
    /// [`HookRefusal`]; nothing is written then.
    pub async fn create_webhook_endpoint(
        &self,
        by: &By,
        new: NewEndpoint,
    ) -> Result<(Endpoint, bool), HookError> {
        check(&new.name, &new.url, &new.events)?;
        let fingerprint = Encoder::new("onhand.webhook-endpoint")
            .text(&new.name)
            .text(&new.url)
            .text(&events_text(&new.events))
            .hash();
        let unit = Unit::begin(self, by).await?;
        if let Some(row) = webhook_endpoints::Entity::find_by_id(new.id).one(&unit.tx).await? {
            let same = row.fingerprint == fingerprint;
            return if same {
                Ok((endpoint_of(row)?, false))
            } else {
                Err(Refusal::IdReused.into())
            };
        }
        if webhook_endpoints::Entity::find().count(&unit.tx).await? >= ENDPOINTS_MAX {
            return Err(HookRefusal::TooMany(ENDPOINTS_MAX).into());
        }
        let row = webhook_endpoints::Model {
            id: new.id,
            name: new.name,
            url: new.url,
            secret: new.secret.0,
            events: events_text(&new.events),
            active: true,
            status_reason: None,
            failing_since: None,
            since: unit.now.0,
            told_at: unit.now.0,
            created_at: unit.now.0,
            version: 1,
            fingerprint: fingerprint.to_vec(),
        };
        let insert = row.clone().into_active_model().reset_all().insert(&unit.tx).await;
        or_taken(insert, Refusal::IdReused)?;
        start_here(&unit.tx, new.id).await?;
        let made = endpoint_of(row)?;
        // Without its address: that may hold a secret of its own, and an audit is read by others.
        let subject = format!("webhook endpoint {}: made, {:?}", made.id, made.name);
        unit.commit_work(None, subject).await?;
        Ok((made, true))
    }

    /// Changes an endpoint. Once it is switched on again it is told what happens from then on;
    /// messages that were waiting are sent.
    ///
    /// # Errors
    /// [`HookRefusal`]; nothing is written then.
    pub async fn update_webhook_endpoint(
        &self,
        by: &By,
        id: Uuid,
        change: EndpointChange,
    ) -> Result<Endpoint, HookError> {
        let unit = Unit::begin(self, by).await?;
        let before = lock(&unit.tx, id).await?.ok_or(Refusal::Unknown("webhook endpoint"))?;
        let mut after = before.clone();
        after.name = change.name.unwrap_or(after.name);
        after.url = change.url.unwrap_or(after.url);
        after.active = change.active.unwrap_or(after.active);
        let was = endpoint_of(before.clone())?;
        let events = change.events.unwrap_or(was.events);
        check(&after.name, &after.url, &events)?;
        after.events = events_text(&events);
        if after.active != before.active {
            (after.status_reason, after.failing_since) = (None, None);
        }
        if after.active && !before.active {
            (after.since, after.told_at) = (unit.now.0, unit.now.0);
            start_here(&unit.tx, id).await?;
        }
        if after == before {
            return Ok(endpoint_of(before)?);
        }
        after.version = after.version.saturating_add(1);
        let row = after.clone().into_active_model().reset_all();
        row.update(&unit.tx).await?;
        let subject = format!(
            "webhook endpoint {id}: {:?}, {}, {}{}",
            after.name,
            after.events,
            if after.active { "on" } else { "off" },
            if after.url == before.url { "" } else { ", another address" },
        );
        unit.commit_work(None, subject).await?;
        Ok(endpoint_of(after)?)
    }

    /// Removes an endpoint. Its messages are forgotten by and by.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] where there is none.
    pub async fn delete_webhook_endpoint(&self, by: &By, id: Uuid) -> Result<(), HookError> {
        let unit = Unit::begin(self, by).await?;
        let row = lock(&unit.tx, id).await?.ok_or(Refusal::Unknown("webhook endpoint"))?;
        webhook_endpoints::Entity::delete_by_id(id).exec(&unit.tx).await?;
        drop_cursors(&unit.tx, id).await?;
        let subject = format!("webhook endpoint {id}: removed, {:?}", row.name);
        Ok(unit.commit_work(None, subject).await?)
    }
}

async fn drop_cursors(tx: &impl ConnectionTrait, id: Uuid) -> Result<(), StoreError> {
    let own = webhook_cursors::Column::EndpointId.eq(id);
    webhook_cursors::Entity::delete_many().filter(own).exec(tx).await?;
    Ok(())
}

fn check(name: &str, url: &str, events: &BTreeSet<HookEvent>) -> Result<(), Refusal> {
    check_name("/name", name)?;
    if url.chars().count() > URL_CHARS_MAX {
        return Err(Refusal::invalid("/url", format!("at most {URL_CHARS_MAX} characters")));
    }
    if events.is_empty() || events.iter().any(|event| !event.can_be_chosen()) {
        return Err(Refusal::invalid("/events", "name at least one event; ping is none of them"));
    }
    Ok(())
}
