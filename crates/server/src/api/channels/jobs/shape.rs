//! A job and what it found, as the API shows them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_domain::{ChannelId, PrincipalId};
use onhand_store::channels as store;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::result::{Compared, JobResult, Read};
use crate::{
    Problem,
    api::{
        Actor, ApiResult,
        channels::{Skus, location_names},
        shapes::{SkuRef, codes},
    },
    state::AppState,
    wire::ApiTime,
};

/// What somebody asked of a shop that takes longer than a request.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ChannelJob {
    /// Made by the client.
    id: Uuid,
    /// The shop.
    channel_id: Uuid,
    /// What is done.
    #[schema(value_type = codes::ChannelJobKind, example = "check")]
    kind: &'static str,
    /// How it stands.
    #[schema(value_type = codes::ChannelJobStatus, example = "done")]
    status: &'static str,
    /// Who asked.
    by: Actor,
    /// When it began.
    began_at: ApiTime,
    /// When it ended.
    ended_at: Option<ApiTime>,
    /// Why it failed.
    #[schema(value_type = Option<Problem>)]
    problem: Option<serde_json::Value>,
    /// What was read.
    read: Option<ShopRead>,
    /// What was compared.
    compared: Option<ShopCompared>,
    /// What takes part from then on; null also where one that was stopped went on.
    taken_in: Option<ShopTakenIn>,
    /// The audit.
    audit: Option<Audit>,
}

/// What was read of a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ShopRead {
    /// Its locations.
    locations: usize,
    /// Its items.
    items: ShopItems,
}

/// A shop's items, by what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ShopItems {
    /// They are a SKU.
    matched: u64,
    /// They fit several SKUs, or another item has theirs.
    twice: u64,
    /// They fit none.
    none: u64,
    /// The shop keeps no stock of them.
    untracked: u64,
}

/// A shop beside the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ShopCompared {
    /// Levels that were compared.
    levels: usize,
    /// Those that differ.
    differing: usize,
    /// Of these, the 100 that differ most; empty in lists.
    differences: Vec<ShopDifference>,
}

/// A level that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ShopDifference {
    /// What.
    sku: Option<SkuRef>,
    /// The shop's id of the item.
    item: String,
    /// The shop's id of the location.
    location: String,
    /// What that is called.
    location_name: String,
    /// What the shop has as available.
    shop_has: i64,
    /// What it should have.
    should_have: i64,
}

/// What takes part from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ShopTakenIn {
    /// Levels that are kept equal.
    levels: u64,
    /// Changes that make them so.
    changes: u64,
}

/// Every level of a shop against the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Audit {
    /// Id.
    id: Uuid,
    /// Why.
    #[schema(value_type = codes::AuditKind, example = "nightly")]
    kind: &'static str,
    /// How far it is.
    #[schema(value_type = codes::ChannelJobStatus, example = "done")]
    status: &'static str,
    /// When it began.
    began_at: ApiTime,
    /// When it was over.
    ended_at: Option<ApiTime>,
    /// When the last level was judged.
    as_of: Option<ApiTime>,
    /// Levels that take part.
    levels: i64,
    /// Those that are equal.
    equal: i64,
    /// Those of which changes were under way to the end.
    in_flight: i64,
    /// Levels of the shop that take no part.
    left_out: i64,
    /// How many differ, by class.
    #[schema(value_type = BTreeMap<String, i64>)]
    differing: BTreeMap<&'static str, i64>,
    /// Why it failed.
    problem: Option<String>,
}

impl From<store::Audit> for Audit {
    fn from(audit: store::Audit) -> Self {
        let class = |(class, n): (onhand_domain::channel::DifferenceClass, i64)| (class.code(), n);
        Self {
            id: audit.id,
            kind: audit.kind.code(),
            status: audit.status.code(),
            began_at: audit.began_at.into(),
            ended_at: audit.ended_at.map(ApiTime),
            as_of: audit.as_of.map(ApiTime),
            levels: audit.levels,
            equal: audit.equal,
            in_flight: audit.in_flight,
            left_out: audit.left_out,
            differing: audit.differing.into_iter().map(class).collect(),
            problem: audit.problem,
        }
    }
}

impl ChannelJob {
    /// Whether it is one of this channel.
    pub(in crate::api::channels) fn is_of(&self, channel: ChannelId) -> bool {
        self.channel_id == channel.0
    }

    /// Jobs without single differences and audits, in the same order.
    pub(in crate::api::channels) async fn in_short(
        state: &AppState,
        jobs: Vec<store::Job>,
    ) -> ApiResult<Vec<Self>> {
        let ids: BTreeSet<PrincipalId> = jobs.iter().map(|job| job.by).collect();
        let actors = if ids.is_empty() { HashMap::new() } else { state.store.actors(&ids).await? };
        Ok(jobs.into_iter().map(|job| Self::of(&job, &actors).0).collect())
    }

    /// A job with all that it found.
    pub(super) async fn whole(state: &AppState, job: store::Job) -> ApiResult<Self> {
        let channel = job.channel;
        let actors = state.store.actors(&[job.by].into()).await?;
        let (mut shown, result) = Self::of(&job, &actors);
        if let Some((compared, found)) = shown.compared.as_mut().zip(result.compared) {
            let skus = Skus::of(state, found.largest.iter().map(|one| one.sku)).await?;
            let names = location_names(state, channel).await?;
            let different = |one: super::result::Different| ShopDifference {
                sku: skus.get(one.sku),
                location_name: names.get(&one.location).cloned().unwrap_or_default(),
                item: one.item,
                location: one.location,
                shop_has: one.has,
                should_have: one.should,
            };
            compared.differences = found.largest.into_iter().map(different).collect();
        }
        if let Some(id) = result.audit {
            shown.audit = state.store.find_audit(channel, id).await?.map(Audit::from);
        }
        Ok(shown)
    }

    fn of(
        job: &store::Job,
        actors: &HashMap<PrincipalId, onhand_store::stock::Actor>,
    ) -> (Self, JobResult) {
        // Written by this program; what it can't read any more is as good as none.
        let read = |text: &String| serde_json::from_str::<JobResult>(text).ok();
        let result = job.result.as_ref().and_then(read).unwrap_or_default();
        let problem = job.problem.as_ref().and_then(|text| serde_json::from_str(text).ok());
        let problem = problem.or_else(|| job.lost.then(lost));
        let nobody = || Actor { id: job.by.0, name: String::new(), kind: "user".to_owned() };
        let shown = Self {
            id: job.id,
            channel_id: job.channel.0,
            kind: job.kind.code(),
            status: job.status.code(),
            by: actors.get(&job.by).cloned().map_or_else(nobody, Actor::from),
            began_at: job.began_at.into(),
            ended_at: job.ended_at.map(ApiTime),
            problem,
            read: result.read.clone().map(ShopRead::from),
            compared: result.compared.as_ref().map(ShopCompared::from),
            taken_in: result.taken_in.map(|(levels, changes)| ShopTakenIn { levels, changes }),
            audit: None,
        };
        (shown, result)
    }
}

/// Nobody could say so: its node is gone.
fn lost() -> serde_json::Value {
    let problem = Problem::conflict("job-lost", "The server that worked on it is gone")
        .detail("begin it again with a new id");
    serde_json::to_value(problem).unwrap_or_default()
}

impl From<Read> for ShopRead {
    fn from(read: Read) -> Self {
        let Read { locations, matched, twice, none, untracked } = read;
        Self { locations, items: ShopItems { matched, twice, none, untracked } }
    }
}

impl From<&Compared> for ShopCompared {
    fn from(compared: &Compared) -> Self {
        Self { levels: compared.levels, differing: compared.differing, differences: Vec::new() }
    }
}
