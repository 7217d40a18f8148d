//! `POST /movements`

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{
    FacilityId, MovementId, MovementKind, Origin,
    plan::{
        command::{Body, Command, Fact},
        outcome::{Outcome, Posted},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::facts::{Recorder, recorder};
use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::{self, Asked},
        shapes::{Movement, Quantities},
        variances::said,
    },
    caller::Caller,
    extract::ApiJson,
    state::AppState,
    wire::{ApiMoney, ApiTime},
};

/// Most movements of one call.
pub(crate) const MOVEMENTS_MAX: usize = 1_000;

/// The members of a movement that a problem may point at.
const MEMBERS: &[&str] = &[
    "id",
    "facility_id",
    "sku_id",
    "kind",
    "quantity",
    "effective_at",
    "note",
    "order_line_id",
    "unit_cost",
];

/// Things that happened, as another system tells them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateMovements {
    /// At most 1,000; each is recorded or refused by itself.
    #[schema(max_items = 1_000)]
    movements: Vec<NewMovement>,
}

/// Something that happened. It is accepted even where the record then goes negative.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMovement {
    /// Made by the client: the same again is a retry.
    id: Uuid,
    /// Where.
    facility_id: Uuid,
    /// What.
    sku_id: Uuid,
    /// What happened.
    kind: FactKind,
    /// How many units, at least 1.
    #[schema(example = 1, minimum = 1, maximum = 1_000_000)]
    quantity: i64,
    /// When it happened; now where absent. It may lie before a count: then the count's variance
    /// is corrected.
    effective_at: Option<ApiTime>,
    /// Which system saw it.
    source: Option<Source>,
    /// What somebody wants to say.
    #[schema(max_length = 1000)]
    note: Option<String>,
    /// The order line that a sale fills: its units are taken from what was promised to it.
    order_line_id: Option<Uuid>,
    /// Cost of one unit, where the document says it; the SKU's own where absent.
    unit_cost: Option<ApiMoney>,
}

/// What other systems see happen.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactKind {
    /// From the shelf to a customer.
    Sale,
    /// From a supplier to the shelf.
    Receipt,
    /// From a customer to the shelf.
    Return,
    /// From the shelf on its way to another facility.
    TransferOut,
    /// From another facility to the shelf.
    TransferIn,
}

/// The system that saw it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// What kind of system.
    origin: SourceOrigin,
    /// The event's key there.
    #[schema(example = "receipt-4711", max_length = 200)]
    key: Option<String>,
}

/// A kind of system.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SourceOrigin {
    /// A till.
    Pos,
    /// Any program.
    Api,
    /// A file.
    Import,
    /// A Shopify shop.
    Shopify,
}

/// What came of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovementResults {
    /// In the order asked.
    results: Vec<MovementResult>,
}

/// What came of one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovementResult {
    /// The id that the client made.
    id: Uuid,
    /// What came of it.
    status: ResultStatus,
    /// The movement; absent where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    movement: Option<Movement>,
    /// What it meant for the next count after it; absent where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    corrections: Option<Vec<Movement>>,
    /// The level after all of it; absent where it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    level_after: Option<Quantities>,
    /// Why it was refused; its pointers lead into the body of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<Problem>,
}

/// What came of a movement.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResultStatus {
    /// It is in the ledger, now or since the first time it was sent.
    Posted,
    /// Nothing of it was written.
    Rejected,
}

/// Records sales, receipts, returns and transfers of other systems, each with a result of its
/// own. Late ones as well.
#[utoipa::path(
    post,
    path = "/movements",
    operation_id = "create_movements",
    tag = "stock",
    request_body(content = CreateMovements, example = json!({"movements": [{
        "id": "01900000-0000-7000-8000-000000000001",
        "facility_id": "01900000-0000-7000-8000-00000000000a",
        "sku_id": "01900000-0000-7000-8000-00000000000b",
        "kind": "sale", "quantity": 1, "effective_at": "2026-03-01T09:30:00Z",
        "source": {"origin": "pos", "key": "receipt-4711"},
    }]})),
    responses((status = 200, description = "What came of each", body = MovementResults,
        example = json!({"results": [{
            "id": "01900000-0000-7000-8000-000000000001", "status": "rejected",
            "problem": {
                "type": "urn:onhand:problem:in-the-future", "title": "That has not happened yet",
                "status": 422,
                "detail": "The time lies in the future; check the clock of the device.",
                "errors": [{"pointer": "/movements/0/effective_at",
                    "detail": "The time lies in the future; check the clock of the device."}],
            },
        }]}))),
    extensions(("x-permission" = json!("movement.record"))),
)]
pub(crate) async fn create_movements(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateMovements>,
) -> ApiResult<Json<MovementResults>> {
    let asked = body.movements;
    if asked.len() > MOVEMENTS_MAX {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let detail = format!("at most {MOVEMENTS_MAX}; these are {}", asked.len());
        return Err(Problem::new(status, "too-many", "Too many at a time")
            .detail(format!("Send at most {MOVEMENTS_MAX} movements at a time."))
            .at("/movements", detail)
            .with("max", MOVEMENTS_MAX));
    }
    let facilities = asked.iter().map(|m| FacilityId(m.facility_id)).collect();
    let recorder = recorder(&state, &caller, &facilities).await?;
    let outcomes = post(&state, &caller, &recorder, &asked).await?;
    let results = results(&state, &caller, &asked, outcomes).await?;
    Ok(Json(MovementResults { results }))
}

/// What came of each: the ledger's answer, or why it was not asked.
async fn post(
    state: &AppState,
    caller: &Caller,
    recorder: &Recorder,
    asked: &[NewMovement],
) -> ApiResult<Vec<Result<Posted, Problem>>> {
    let mut commands = Vec::with_capacity(asked.len());
    let mut refused: BTreeMap<usize, Problem> = BTreeMap::new();
    for (n, movement) in asked.iter().enumerate() {
        match command(state, caller, recorder, movement, n) {
            Ok(command) => commands.push(command),
            Err(problem) => {
                refused.insert(n, problem);
            }
        }
    }
    let mut outcomes = state.store.post(commands).await?.into_iter();
    let result = |(n, movement): (usize, &NewMovement)| {
        if let Some(problem) = refused.remove(&n) {
            return Err(problem);
        }
        match outcomes.next() {
            Some(Outcome::Posted(posted)) => Ok(posted),
            Some(Outcome::Refused(refusal)) => {
                let facility = recorder.name(movement.facility_id.into());
                let pointer = format!("/movements/{n}");
                let asked = Asked { pointer: &pointer, members: MEMBERS, facility };
                Err(refusals::problem(&refusal, &asked))
            }
            _ => Err(wrong_outcome()),
        }
    };
    Ok(asked.iter().enumerate().map(result).collect())
}

fn wrong_outcome() -> Problem {
    tracing::error!("a movement had the outcome of another command");
    Problem::internal()
}

fn command(
    state: &AppState,
    caller: &Caller,
    recorder: &Recorder,
    movement: &NewMovement,
    n: usize,
) -> Result<Command, Problem> {
    let facility = FacilityId(movement.facility_id);
    let pointer = format!("/movements/{n}/facility_id");
    let mut authority = recorder.authority(state, caller, facility, &pointer)?;
    if let Some(source) = &movement.source {
        authority.origin = match source.origin {
            SourceOrigin::Pos => Origin::Pos,
            SourceOrigin::Api => Origin::Api,
            SourceOrigin::Import => Origin::Import,
            SourceOrigin::Shopify => Origin::Shopify,
        };
    }
    let fact = Fact {
        id: movement.id.into(),
        facility,
        sku: movement.sku_id.into(),
        kind: match movement.kind {
            FactKind::Sale => MovementKind::Sale,
            FactKind::Receipt => MovementKind::Receipt,
            FactKind::Return => MovementKind::Return,
            FactKind::TransferOut => MovementKind::TransferOut,
            FactKind::TransferIn => MovementKind::TransferIn,
        },
        quantity: movement.quantity,
        effective_at: movement.effective_at.map(|at| at.0),
        origin_key: movement.source.as_ref().and_then(|source| source.key.clone()),
        note: said(movement.note.as_deref()),
        order_line: movement.order_line_id.map(Into::into),
        unit_cost: movement.unit_cost.map(|cost| cost.0),
    };
    Ok(Command { authority, body: Body::Record(vec![fact]) })
}

/// Adds the names. A retry is answered as the first time, with its corrections.
async fn results(
    state: &AppState,
    caller: &Caller,
    asked: &[NewMovement],
    mut outcomes: Vec<Result<Posted, Problem>>,
) -> ApiResult<Vec<MovementResult>> {
    let replays = outcomes.iter().flatten().filter(|posted| posted.replay);
    let replays: Vec<MovementId> =
        replays.flat_map(|posted| posted.movements.iter().map(|m| m.id)).collect();
    let earlier = state.store.corrections_of(&replays).await?;
    for posted in outcomes.iter_mut().flatten().filter(|posted| posted.replay) {
        let own = posted.movements.iter().filter_map(|m| earlier.get(&m.id));
        posted.corrections = own.flatten().cloned().collect();
    }
    let all = outcomes.iter().flatten();
    let all = all.flat_map(|posted| posted.movements.iter().chain(&posted.corrections)).cloned();
    let described = state.store.describe_movements(all.collect()).await?;
    let mut seen = described.into_iter().map(|d| Movement::seen_by(caller.access(), d));
    let result = |(movement, outcome): (&NewMovement, Result<Posted, Problem>)| {
        let id = movement.id;
        match outcome {
            Ok(posted) => MovementResult {
                id,
                status: ResultStatus::Posted,
                level_after: posted
                    .movements
                    .iter()
                    .chain(&posted.corrections)
                    .last()
                    .map(|m| m.after.into()),
                movement: seen.by_ref().take(posted.movements.len()).last(),
                corrections: Some(seen.by_ref().take(posted.corrections.len()).collect()),
                problem: None,
            },
            Err(problem) => MovementResult {
                id,
                status: ResultStatus::Rejected,
                movement: None,
                corrections: None,
                level_after: None,
                problem: Some(problem),
            },
        }
    };
    Ok(asked.iter().zip(outcomes).map(result).collect())
}
