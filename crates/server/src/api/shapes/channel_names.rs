//! What the shops are called that orders come from.

use std::collections::HashMap;

use onhand_domain::ChannelId;
use uuid::Uuid;

use crate::{api::ApiResult, state::AppState};

/// The connected shops' names. An order that follows a shop has the channel's id as its channel,
/// others have whatever their system calls it.
#[derive(Debug, Default)]
pub(crate) struct ChannelNames(HashMap<ChannelId, String>);

impl ChannelNames {
    /// Those that these orders' channels need; nothing is asked where none is a shop of ours.
    pub(crate) async fn of<'a>(
        state: &AppState,
        channels: impl IntoIterator<Item = &'a str>,
    ) -> ApiResult<Self> {
        if !channels.into_iter().any(|channel| channel.parse::<Uuid>().is_ok()) {
            return Ok(Self::default());
        }
        let all = state.store.list_channels().await?;
        Ok(Self(all.into_iter().map(|channel| (channel.id, channel.name)).collect()))
    }

    /// What to call an order's channel, and which shop of ours it is.
    pub(crate) fn name(&self, channel: String) -> (String, Option<Uuid>) {
        let id = channel.parse::<Uuid>().ok().map(ChannelId);
        match id.and_then(|id| Some((self.0.get(&id)?.clone(), id.0))) {
            Some((name, id)) => (name, Some(id)),
            None => (channel, None),
        }
    }
}
