//! From the ledger's outcomes to the API's answers.

use std::collections::BTreeMap;

use onhand_domain::{
    FacilityScope, Money, MovementId, Permission, place,
    plan::outcome::{Outcome, Posted},
    request::Request,
};
use onhand_store::stock::{MovementDetail, RequestDetail, Shortfall};
use uuid::Uuid;

use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::{self, Asked},
        shapes::{
            Movement, OrderAtRisk, VarianceAnswer, VarianceRequest, VarianceStatus, named_orders,
            requests_for,
        },
    },
    caller::Caller,
    state::AppState,
    wire::ApiMoney,
};

/// What became of the entries that the ledger was asked for.
pub(super) enum Done {
    /// A movement, with the level after it and what it meant for later counts.
    Posted { movement: Box<onhand_domain::Movement>, after: place::Quantities, replay: bool },
    /// A request.
    Requested(Box<Request>),
}

/// Sorts an outcome; a refusal becomes its problem.
pub(super) fn done(outcome: Outcome, asked: &Asked<'_>) -> Result<Done, Problem> {
    match outcome {
        Outcome::Refused(refusal) => Err(refusals::problem(&refusal, asked)),
        Outcome::Requested(request) | Outcome::Declined(request) => {
            Ok(Done::Requested(Box::new(request)))
        }
        Outcome::Posted(posted) => posted_of(posted),
        Outcome::Ordered(_) | Outcome::Followed(_) => Err(wrong_outcome()),
    }
}

fn posted_of(posted: Posted) -> Result<Done, Problem> {
    let (corrections, replay) = (posted.corrections, posted.replay);
    let movement = posted.movements.into_iter().next().ok_or_else(wrong_outcome)?;
    let after = corrections.last().map_or(movement.after, |last| last.after);
    Ok(Done::Posted { movement: Box::new(movement), after, replay })
}

fn wrong_outcome() -> Problem {
    tracing::error!("a variance had the outcome of another command");
    Problem::internal()
}

/// The answers to variances that the caller has just asked for, in the same order.
pub(super) async fn answers_to_new(
    state: &AppState,
    caller: &Caller,
    all: Vec<Done>,
) -> ApiResult<Vec<VarianceAnswer>> {
    let (new, known): (Vec<&Done>, Vec<&Done>) =
        all.iter().partition(|done| matches!(done, Done::Posted { replay: false, .. }));
    let movement = |done: &Done| match done {
        Done::Posted { movement, .. } => Some((**movement).clone()),
        Done::Requested(_) => None,
    };
    let new = new.into_iter().filter_map(movement).collect();
    let described = caller.directory().describe_new(&caller.signed, new).await?;
    let mut named = Named::of(state, caller, &known).await?;
    named.add(caller, described);
    finish(state, caller, all, named).await
}

/// The answers to what was written, in the same order.
async fn answers(
    state: &AppState,
    caller: &Caller,
    all: Vec<Done>,
) -> ApiResult<Vec<VarianceAnswer>> {
    let named = Named::of(state, caller, &all.iter().collect::<Vec<_>>()).await?;
    finish(state, caller, all, named).await
}

async fn finish(
    state: &AppState,
    caller: &Caller,
    mut all: Vec<Done>,
    named: Named,
) -> ApiResult<Vec<VarianceAnswer>> {
    level_of_replays(state, &mut all).await?;
    let drafts: Vec<Draft> = all.iter().map(|done| named.draft(done)).collect::<Result<_, _>>()?;
    let at_risk = at_risk(state, caller, &drafts).await?;
    Ok(drafts.into_iter().zip(at_risk).map(|(draft, at_risk)| draft.answer(at_risk)).collect())
}

/// What would come of one variance. Nothing was written, so nothing is named that isn't there.
pub(super) async fn preview_answer(
    state: &AppState,
    caller: &Caller,
    done: Done,
) -> ApiResult<VarianceAnswer> {
    let draft = match done {
        Done::Posted { movement, after, .. } => Draft::posted(&movement, after, None),
        Done::Requested(request) => {
            let details = state.store.describe_requests(vec![*request]).await?;
            let detail = details.into_iter().next().ok_or_else(wrong_outcome)?;
            Draft::requested(&detail, None)
        }
    };
    let draft = Draft { would: true, ..draft };
    let at_risk = at_risk(state, caller, std::slice::from_ref(&draft)).await?;
    Ok(draft.answer(at_risk.into_iter().flatten().collect()))
}

/// The answer to one movement that was posted by an approval or an undo.
pub(crate) async fn answer_posted(
    state: &AppState,
    caller: &Caller,
    outcome: Outcome,
    asked: &Asked<'_>,
) -> ApiResult<VarianceAnswer> {
    let done = done(outcome, asked)?;
    answers(state, caller, vec![done]).await?.pop().ok_or_else(wrong_outcome)
}

/// A retry is not told again what the movement meant for later counts; its answer is still that
/// of the first time.
async fn level_of_replays(state: &AppState, all: &mut [Done]) -> ApiResult<()> {
    let replayed = all.iter().filter_map(|done| match done {
        Done::Posted { movement, replay: true, .. } => Some(movement.id),
        _ => None,
    });
    let replayed: Vec<MovementId> = replayed.collect();
    let corrected = state.store.levels_after_corrections(&replayed).await?;
    for done in all {
        if let Done::Posted { movement, after, replay: true } = done
            && let Some(level) = corrected.get(&movement.id)
        {
            *after = *level;
        }
    }
    Ok(())
}

/// The names of what was written.
struct Named {
    movements: BTreeMap<MovementId, Movement>,
    requests: BTreeMap<Uuid, (RequestDetail, VarianceRequest)>,
}

impl Named {
    async fn of(state: &AppState, caller: &Caller, all: &[&Done]) -> ApiResult<Self> {
        let movements: Vec<_> = all
            .iter()
            .filter_map(|done| match done {
                Done::Posted { movement, .. } => Some((**movement).clone()),
                Done::Requested(_) => None,
            })
            .collect();
        let mut requests: Vec<Request> = all
            .iter()
            .filter_map(|done| match done {
                Done::Requested(request) => Some((**request).clone()),
                Done::Posted { .. } => None,
            })
            .collect();
        let described = state.store.describe_movements(movements).await?;
        // An approved request has its movement's id, and its answer shows both.
        for detail in described.iter().filter(|d| d.reported_by.is_some()) {
            requests.extend(state.store.request(detail.movement.id).await?);
        }
        let details = state.store.describe_requests(requests).await?;
        let seen = requests_for(state, caller, details.clone()).await?;
        let requests = details.into_iter().zip(seen).map(|(d, s)| (s.id, (d, s))).collect();
        let mut named = Self { movements: BTreeMap::new(), requests };
        named.add(caller, described);
        Ok(named)
    }

    fn add(&mut self, caller: &Caller, movements: Vec<MovementDetail>) {
        for detail in movements {
            self.movements.insert(detail.movement.id, Movement::seen_by(caller.access(), detail));
        }
    }

    fn draft(&self, done: &Done) -> Result<Draft, Problem> {
        match done {
            Done::Posted { movement, after, .. } => {
                let seen = self.movements.get(&movement.id).ok_or_else(wrong_outcome)?;
                let request = self.requests.get(&movement.id.0).map(|(_, seen)| seen.clone());
                let draft = Draft::posted(movement, *after, Some(seen.clone()));
                Ok(Draft { request, ..draft })
            }
            Done::Requested(request) => {
                let (detail, seen) = self.requests.get(&request.id.0).ok_or_else(wrong_outcome)?;
                Ok(Draft::requested(detail, Some(seen.clone())))
            }
        }
    }
}

/// An answer without the orders at risk.
struct Draft {
    shortfall: Shortfall,
    id: Uuid,
    requested: bool,
    would: bool,
    because: Vec<onhand_domain::request::Because>,
    movement: Option<Movement>,
    request: Option<VarianceRequest>,
    before: place::Quantities,
    after: place::Quantities,
    value: Option<Money>,
}

impl Draft {
    fn posted(
        movement: &onhand_domain::Movement,
        after: place::Quantities,
        seen: Option<Movement>,
    ) -> Self {
        Self {
            shortfall: Shortfall::at(movement.facility, movement.sku, after.available),
            id: movement.id.0,
            requested: false,
            would: false,
            because: Vec::new(),
            movement: seen,
            request: None,
            before: movement.before(),
            after,
            value: movement.unit_cost.map(|cost| worth(cost, movement.quantity)),
        }
    }

    fn requested(detail: &RequestDetail, seen: Option<VarianceRequest>) -> Self {
        let request = &detail.request;
        let after = detail.level_after;
        Self {
            shortfall: Shortfall::at(request.facility, request.sku, after.available),
            id: request.id.0,
            requested: true,
            would: false,
            because: request.because.clone(),
            movement: None,
            request: seen,
            before: detail.level,
            after,
            value: request.value,
        }
    }

    fn answer(self, orders_at_risk: Vec<OrderAtRisk>) -> VarianceAnswer {
        let status = match (self.requested, self.would) {
            (false, false) => VarianceStatus::Posted,
            (true, false) => VarianceStatus::Requested,
            (false, true) => VarianceStatus::WouldPost,
            (true, true) => VarianceStatus::WouldRequest,
        };
        VarianceAnswer {
            id: self.id,
            status,
            movement: self.movement,
            request_because: self.because.into_iter().map(Into::into).collect(),
            request: self.request,
            level_before: self.before.into(),
            level_after: self.after.into(),
            value: self.value.map(ApiMoney),
            orders_at_risk,
        }
    }
}

fn worth(unit: Money, quantity: i64) -> Money {
    unit.times(quantity).unwrap_or(Money(i64::MAX))
}

async fn at_risk(
    state: &AppState,
    caller: &Caller,
    drafts: &[Draft],
) -> ApiResult<Vec<Vec<OrderAtRisk>>> {
    let scope: FacilityScope = caller.access().sighted_scope(Permission::StockView);
    let shortfalls: Vec<Shortfall> = drafts.iter().map(|draft| draft.shortfall).collect();
    named_orders(state, state.store.orders_at_risk(&scope, &shortfalls).await?).await
}
