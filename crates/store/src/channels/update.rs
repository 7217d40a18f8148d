//! Changes a channel's settings.

use onhand_domain::{
    ChannelId,
    channel::{ChannelStatus, CredentialKind},
};
use sea_orm::{ActiveModelTrait, Set};

use super::{
    channel::{Channel, Sealed, channel_of, lock},
    lanes,
    refusal::{ChannelError, ChannelRefusal},
    token::Token,
};
use crate::{
    Store,
    entities::channels,
    refusal::{Refusal, check_name},
    unit::{By, Unit},
};

/// What is to change; absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelChange {
    /// What people call it.
    pub name: Option<String>,
    /// Which version of its API to speak.
    pub api_version: Option<String>,
    /// What it takes to sign in; the token that was had by what was there before goes with it.
    pub credentials: Option<NewCredentials>,
    /// What we may do there.
    pub scopes: Option<Vec<String>>,
    /// At or below it the shop is told that there are none.
    pub threshold: Option<i64>,
    /// Changes of more units wait for a person; `Some(None)` for no limit.
    pub push_limit: Option<Option<i64>>,
    /// Whether drift is corrected without asking.
    pub corrects: Option<bool>,
}

/// What it takes to sign in, from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredentials {
    /// How the channel knows who we are.
    pub kind: CredentialKind,
    /// What that takes.
    pub sealed: Sealed,
    /// The token that the shop has given by it already: kept together, or a refresh token is lost.
    pub token: Option<Token>,
}

impl Store {
    /// Changes settings. Another threshold makes every level of the shop another one: it is
    /// refused while the channel runs, and afterwards the shop is to be made equal anew.
    ///
    /// # Errors
    /// [`ChannelRefusal::Status`], [`Refusal::Invalid`].
    pub async fn update_channel(
        &self,
        by: &By,
        id: ChannelId,
        change: ChannelChange,
    ) -> Result<Channel, ChannelError> {
        check(&change)?;
        let unit = Unit::begin(self, by).await?;
        let before = lock(&unit.tx, id).await?;
        let other_threshold = change.threshold.is_some_and(|to| to != before.threshold);
        let mut row = channels::ActiveModel { id: Set(id.0), ..Default::default() };
        if other_threshold {
            if before.status == ChannelStatus::Running {
                let remedy = "stop it before its threshold changes";
                return Err(ChannelRefusal::Status { status: before.status, remedy }.into());
            }
            lanes::close_all(&unit.tx, id, "threshold", unit.now).await?;
            row.status = Set(ChannelStatus::Connected.code().to_owned());
        }
        let sets = |value: Option<String>| value.map_or(sea_orm::NotSet, Set);
        row.name = sets(change.name);
        row.api_version = sets(change.api_version);
        if let Some(NewCredentials { kind, sealed, token }) = change.credentials {
            row.credential_kind = Set(kind.code().to_owned());
            row.credentials = Set(sealed.0);
            row.token_expires_at = Set(token.as_ref().and_then(|token| Some(token.expires_at?.0)));
            row.token = Set(token.map(|token| token.token.0));
        }
        row.scopes = sets(change.scopes.map(|scopes| scopes.join(" ")));
        row.threshold = change.threshold.map_or(sea_orm::NotSet, Set);
        row.push_limit = change.push_limit.map_or(sea_orm::NotSet, Set);
        row.corrects = change.corrects.map_or(sea_orm::NotSet, Set);
        row.version = Set(before.version.saturating_add(1));
        let row = row.update(&unit.tx).await?;
        unit.commit_work(None, format!("channel {id}")).await?;
        Ok(channel_of(row)?)
    }
}

fn check(change: &ChannelChange) -> Result<(), Refusal> {
    if let Some(name) = &change.name {
        check_name("/name", name)?;
    }
    if change.threshold.is_some_and(|threshold| threshold < 0) {
        return Err(Refusal::invalid("/threshold", "must be 0 or more"));
    }
    if change.push_limit.flatten().is_some_and(|limit| limit < 1) {
        return Err(Refusal::invalid("/push_limit", "must be 1 or more, or absent"));
    }
    Ok(())
}
