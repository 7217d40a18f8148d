//! Channels: the shops that are kept equal to the ledger, how they stand and what they are told.

mod authorization;
mod correct_channel_difference;
mod create_channel;
mod create_channel_authorization;
mod credentials;
mod delete_channel_facility;
mod delivery;
mod difference;
mod examples;
mod get_channel;
mod get_channel_authorization_setup;
mod item;
mod jobs;
mod list_channel_audits;
mod list_channel_deliveries;
mod list_channel_differences;
mod list_channel_items;
mod list_channel_locations;
mod list_channels;
mod location;
mod put_channel_facility;
mod put_channel_item_sku;
mod refusals;
mod retry_channel_delivery;
mod shape;
mod stop_channel;
#[cfg(test)]
mod tests;
mod update_channel;

use std::collections::HashMap;

use axum::http::StatusCode;
use onhand_domain::{ChannelId, Permission, SkuId};
use onhand_shopify::sealed::Key;
use onhand_store::channels as store;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Problem,
    api::{ApiResult, shapes::SkuRef},
    caller::{Authorised, Caller},
    state::AppState,
};

pub(crate) use authorization::App;
pub(crate) use jobs::CHANNEL_JOBS_MAX;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_channels::list_channels, create_channel::create_channel))
        .routes(routes!(
            get_channel_authorization_setup::get_channel_authorization_setup,
            create_channel_authorization::create_channel_authorization
        ))
        .routes(routes!(get_channel::get_channel, update_channel::update_channel))
        .merge(jobs::routes())
        .routes(routes!(list_channel_deliveries::list_channel_deliveries))
        .routes(routes!(retry_channel_delivery::retry_channel_delivery))
        .routes(routes!(stop_channel::stop_channel))
        .routes(routes!(list_channel_locations::list_channel_locations))
        .routes(routes!(
            put_channel_facility::put_channel_facility,
            delete_channel_facility::delete_channel_facility
        ))
        .routes(routes!(list_channel_items::list_channel_items))
        .routes(routes!(put_channel_item_sku::put_channel_item_sku))
        .routes(routes!(list_channel_differences::list_channel_differences))
        .routes(routes!(correct_channel_difference::correct_channel_difference))
}

/// May the caller see the shops? Whether they may decide about them, too.
///
/// Whoever counts blind anywhere sees none: a shop's quantities are those of the ledger.
pub(crate) async fn viewer(caller: &Caller) -> ApiResult<bool> {
    let manages = caller.access().decide(Permission::ChannelsManage, None).allowed;
    if !manages {
        caller.authorise(Permission::ChannelsView, None).await?;
    }
    sighted(caller)?;
    Ok(manages)
}

/// May the caller decide about the shops?
pub(crate) async fn manager(caller: &Caller) -> ApiResult<Authorised> {
    let authorised = caller.authorise(Permission::ChannelsManage, None).await?;
    sighted(caller)?;
    Ok(authorised)
}

fn sighted(caller: &Caller) -> ApiResult<()> {
    let blind = caller.access().blind.as_ref().is_some_and(|blind| !blind.here.is_empty());
    if blind { Err(Problem::counting_blind()) } else { Ok(()) }
}

/// The channel with this id.
pub(crate) async fn channel(state: &AppState, id: Uuid) -> ApiResult<store::Channel> {
    let found = state.store.find_channel(ChannelId(id)).await?;
    found.ok_or_else(|| Problem::unknown("channel"))
}

/// What credentials are sealed with.
pub(crate) fn key(state: &AppState) -> ApiResult<&Key> {
    state.config.secret_key.as_ref().ok_or_else(|| {
        Problem::conflict("no-secret-key", "The server has no key to seal credentials with").detail(
            "name a file with 32 random bytes in ONHAND_SECRET_KEY_FILE and start the server again; \
             keep it where the database and its backups are not",
        )
    })
}

/// What the locations of a channel are called.
pub(crate) async fn location_names(
    state: &AppState,
    channel: ChannelId,
) -> ApiResult<HashMap<String, String>> {
    let all = state.store.list_channel_locations(channel).await?;
    Ok(all.into_iter().map(|one| (one.shop.location, one.shop.name)).collect())
}

/// The SKUs of a page, in one query.
pub(crate) struct Skus(HashMap<SkuId, onhand_store::catalog::SkuRef>);

impl Skus {
    /// Those with these ids.
    pub(crate) async fn of(
        state: &AppState,
        ids: impl IntoIterator<Item = SkuId>,
    ) -> ApiResult<Self> {
        let ids: Vec<SkuId> = ids.into_iter().collect();
        Ok(Self(state.store.sku_refs(&ids).await?))
    }

    /// One of them.
    pub(crate) fn get(&self, id: SkuId) -> Option<SkuRef> {
        self.0.get(&id).cloned().map(Into::into)
    }
}

/// What a word of a query means.
pub(crate) fn read_word<T>(
    name: &str,
    word: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
) -> ApiResult<Option<T>> {
    let Some(word) = word else { return Ok(None) };
    read(word).map(Some).ok_or_else(|| {
        let (pointer, detail) = (format!("?{name}"), "is none of its words");
        Problem::new(StatusCode::BAD_REQUEST, "invalid-query", "The request can't be read")
            .detail(format!("{pointer}: {detail}"))
            .at(pointer, detail)
    })
}
