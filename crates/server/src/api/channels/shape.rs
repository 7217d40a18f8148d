//! A channel as the API shows it: all but its secrets.

use onhand_domain::{
    Micros,
    channel::{ItemProblem, LaneStatus, Urgency},
};
use onhand_shopify::auth::Secret;
use onhand_store::channels as store;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::jobs::ChannelJob;
use crate::{
    Problem,
    api::{ApiResult, shapes::codes},
    state::AppState,
    wire::ApiTime,
};

/// Microseconds of a millisecond.
const MICROS_A_MILLI: i64 = 1_000;

/// A shop that is kept equal to the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Channel {
    /// Id.
    id: Uuid,
    /// What people call it.
    #[schema(example = "Acme")]
    name: String,
    /// The shop's address.
    #[schema(example = "https://acme.myshopify.com")]
    shop: String,
    /// Which version of its API is spoken.
    api_version: String,
    /// How it knows who we are. What that takes is never shown.
    #[schema(value_type = codes::CredentialKind, example = "static")]
    credential_kind: &'static str,
    /// What we may do there.
    scopes: Vec<String>,
    /// How many secrets for the shop's messages are kept; null where the server has no key to
    /// open them with.
    webhook_secrets: Option<usize>,
    /// How it stands.
    #[schema(value_type = codes::ChannelStatus, example = "running")]
    status: &'static str,
    /// Why, in words.
    status_reason: Option<String>,
    /// At or below it the shop is told that there are none.
    threshold: i64,
    /// Changes of more units wait for a person; null for no limit.
    push_limit: Option<i64>,
    /// Whether differences are set right without asking.
    corrects: bool,
    /// Grows with each change of its settings.
    version: i64,
    /// When it was made.
    created_at: ApiTime,
    /// Since when nothing waits.
    in_step_since: Option<ApiTime>,
    /// When the shop answered last.
    last_reply_at: Option<ApiTime>,
    /// Since when its orders are followed.
    orders_from: Option<ApiTime>,
    /// Up to when.
    orders_until: Option<ApiTime>,
    /// What is being done with it, without results.
    job: Option<ChannelJob>,
    /// How it stands in numbers; null in lists and in answers to writes.
    summary: Option<ChannelSummary>,
}

/// A shop in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ChannelSummary {
    /// Movements that were not looked at yet.
    behind: i64,
    /// Changes that wait to be sent.
    waiting: Waiting,
    /// Changes that were sent, with no answer yet.
    sending: i64,
    /// Changes that wait for a person because of their size.
    held: i64,
    /// Changes that the shop refused.
    rejected: i64,
    /// When the oldest of all these was recorded.
    oldest: Option<ApiTime>,
    /// Changes that were settled within the last hour, at most ten thousand.
    settled_last_hour: u64,
    /// Half of these took no longer from the ledger to the shop.
    median_ms: Option<i64>,
    /// Of these, 99 in 100 took no longer.
    p99_ms: Option<i64>,
    /// The shop's levels.
    levels: LevelNumbers,
    /// The shop's items.
    items: ItemNumbers,
    /// Levels at which the shop and the ledger differ.
    differences: DifferenceNumbers,
}

/// Changes that wait to be sent, by how urgent they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Waiting {
    /// The shop could sell what isn't there.
    oversell: i64,
    /// There is less than the shop knows.
    fall: i64,
    /// There is more.
    rise: i64,
}

/// Levels, by whether they take part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LevelNumbers {
    /// They are kept equal.
    live: i64,
    /// The shop takes no changes of them for now.
    frozen: i64,
    /// They take no part any more.
    closed: i64,
}

/// Items, by what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ItemNumbers {
    /// They are a SKU.
    matched: i64,
    /// Of these, those that take no part yet.
    not_live: i64,
    /// They fit several SKUs, or another item has theirs.
    twice: i64,
    /// They fit none.
    none: i64,
    /// The shop keeps no stock of them.
    untracked: i64,
    /// The shop has them no more.
    gone: i64,
}

/// Differences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DifferenceNumbers {
    /// They were seen twice, with nothing under way.
    confirmed: u64,
    /// They may pass.
    unconfirmed: u64,
}

impl Channel {
    /// The channel, with what is being done with it.
    pub(super) fn of(
        state: &AppState,
        channel: store::Channel,
        job: Option<ChannelJob>,
        summary: Option<ChannelSummary>,
    ) -> Self {
        let time = |at: Option<Micros>| at.map(ApiTime);
        let secrets = secrets_kept(state, &channel);
        Self {
            id: channel.id.0,
            credential_kind: channel.credential_kind.code(),
            webhook_secrets: secrets,
            status: channel.status.code(),
            status_reason: channel.status_reason,
            threshold: channel.threshold,
            push_limit: channel.push_limit,
            corrects: channel.corrects,
            version: channel.version,
            created_at: channel.created_at.into(),
            in_step_since: time(channel.in_step_since),
            last_reply_at: time(channel.last_reply_at),
            orders_from: time(channel.orders_from),
            orders_until: time(channel.orders_until),
            name: channel.name,
            shop: channel.shop,
            api_version: channel.api_version,
            scopes: channel.scopes,
            job,
            summary,
        }
    }

    /// The channel after a write.
    pub(super) async fn written(state: &AppState, channel: store::Channel) -> ApiResult<Self> {
        let job = running(state).await?.into_iter().find(|job| job.is_of(channel.id));
        Ok(Self::of(state, channel, job, None))
    }
}

/// How many secrets for a shop's messages are kept, as far as they can be opened.
fn secrets_kept(state: &AppState, channel: &store::Channel) -> Option<usize> {
    let Some(sealed) = &channel.webhook_secrets else { return Some(0) };
    let key = state.config.secret_key.as_ref()?;
    key.open_value::<Vec<Secret>>(channel.id.0, &sealed.0).ok().map(|all| all.len())
}

/// The jobs that run now.
pub(super) async fn running(state: &AppState) -> ApiResult<Vec<ChannelJob>> {
    let jobs = state.store.running_channel_jobs().await?;
    ChannelJob::in_short(state, jobs).await
}

/// How it stands in numbers.
pub(super) async fn summary(
    state: &AppState,
    channel: onhand_domain::ChannelId,
) -> Result<ChannelSummary, Problem> {
    let summary = state.store.channel_summary(channel).await?;
    let differences = state.store.count_differences(channel).await?;
    let pending = |urgency: Urgency| summary.pending.get(&urgency).copied().unwrap_or(0);
    let lanes = |status: LaneStatus| summary.lanes.get(&status).copied().unwrap_or(0);
    let items = |problem: ItemProblem| summary.problems.get(&problem).copied().unwrap_or(0);
    Ok(ChannelSummary {
        behind: summary.behind,
        waiting: Waiting {
            oversell: pending(Urgency::Oversell),
            fall: pending(Urgency::Fall),
            rise: pending(Urgency::Rise),
        },
        sending: summary.sending,
        held: summary.held,
        rejected: summary.rejected,
        oldest: summary.oldest.map(ApiTime),
        settled_last_hour: summary.settled,
        median_ms: summary.median.map(|micros| micros / MICROS_A_MILLI),
        p99_ms: summary.p99.map(|micros| micros / MICROS_A_MILLI),
        levels: LevelNumbers {
            live: lanes(LaneStatus::Live),
            frozen: lanes(LaneStatus::Frozen),
            closed: lanes(LaneStatus::Closed),
        },
        items: ItemNumbers {
            matched: summary.items,
            not_live: summary.items_not_live,
            twice: items(ItemProblem::Twice),
            none: items(ItemProblem::None),
            untracked: items(ItemProblem::Untracked),
            gone: items(ItemProblem::Gone),
        },
        differences: DifferenceNumbers {
            confirmed: differences.confirmed,
            unconfirmed: differences.unconfirmed,
        },
    })
}
