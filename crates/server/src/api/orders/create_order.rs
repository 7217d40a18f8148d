//! `POST /orders`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::{
    FacilityId, OrderId, Permission,
    plan::{
        QUANTITY_MAX,
        command::{Body, Command, OrderDraft, OrderLineDraft},
        outcome::{Outcome, Refusal},
    },
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Order, order};
use crate::{
    Problem,
    api::{
        ApiResult,
        refusals::{self, Asked},
        stock::recorder,
    },
    caller::Caller,
    extract::ApiJson,
    state::AppState,
    wire::ApiTime,
};

/// Most lines of an order.
const LINES_MAX: usize = 1_000;

/// An order that was placed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateOrder {
    /// Made by the client: the same again is a retry.
    id: Uuid,
    /// What the shop calls it.
    #[schema(example = "#1042", min_length = 1, max_length = 200)]
    name: String,
    /// Where it came from.
    #[schema(example = "web", min_length = 1, max_length = 200)]
    channel: String,
    /// When the customer ordered; now where absent.
    placed_at: Option<ApiTime>,
    /// When it must be filled.
    due_at: Option<ApiTime>,
    /// What was ordered, 1 to 1,000 lines.
    #[schema(min_items = 1, max_items = 1_000)]
    lines: Vec<NewOrderLine>,
}

/// So many units of one SKU, from one facility.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrderLine {
    /// Made by the client.
    id: Uuid,
    /// From where.
    facility_id: Uuid,
    /// What.
    sku_id: Uuid,
    /// How many, at least 1.
    #[schema(example = 2, minimum = 1, maximum = 1_000_000)]
    quantity: i64,
}

/// Promises the units of every line. The customer has ordered, so it is accepted even where less
/// is available; the shortfall shows as orders at risk.
#[utoipa::path(
    post,
    path = "/orders",
    operation_id = "create_order",
    tag = "orders",
    request_body(content = CreateOrder, example = json!({
        "id": "01900000-0000-7000-8000-000000000001", "name": "#1042", "channel": "web",
        "lines": [{
            "id": "01900000-0000-7000-8000-000000000002",
            "facility_id": "01900000-0000-7000-8000-00000000000a",
            "sku_id": "01900000-0000-7000-8000-00000000000b", "quantity": 2,
        }],
    })),
    responses((status = 201, description = "The order", body = Order,
        example = json!({
            "id": "01900000-0000-7000-8000-000000000001", "name": "#1042", "channel": "web",
            "channel_id": null, "follows_shop": false,
            "placed_at": "2026-03-01T09:30:00Z", "due_at": null, "status": "open", "lines": [],
        }))),
    extensions(("x-permission" = json!("movement.record"))),
)]
pub(crate) async fn create_order(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateOrder>,
) -> ApiResult<(StatusCode, Json<Order>)> {
    for (pointer, text) in [("/name", &body.name), ("/channel", &body.channel)] {
        if text.trim().is_empty() {
            return Err(Problem::invalid(pointer, "must have a text"));
        }
    }
    if body.lines.is_empty() || body.lines.len() > LINES_MAX {
        // Whoever may record nowhere is told that first.
        caller.scope(Permission::MovementRecord).await?;
        let lines = body.lines.len();
        let refusal = Refusal::Lines { lines, max: LINES_MAX };
        let asked = Asked { pointer: "", members: &["lines"], facility: None };
        return Err(refusals::problem(&refusal, &asked));
    }
    let facilities = body.lines.iter().map(|line| FacilityId(line.facility_id)).collect();
    let recorder = recorder(&state, &caller, &facilities).await?;
    let mut authority = None;
    for (n, line) in body.lines.iter().enumerate() {
        let pointer = format!("/lines/{n}/facility_id");
        let own = recorder.authority(&state, &caller, line.facility_id.into(), &pointer)?;
        authority.get_or_insert(own);
    }
    let authority = authority.ok_or_else(Problem::internal)?;
    let command = Command { authority, body: Body::PlaceOrder(draft(&body)) };
    match state.store.post(vec![command]).await?.pop() {
        Some(Outcome::Ordered(placed)) => {
            let scope = caller.access().scope(Permission::StockView);
            let found = state.store.order(&scope, placed.id).await?;
            let made = found.ok_or_else(Problem::internal)?;
            Ok((StatusCode::CREATED, Json(order(&state, made).await?)))
        }
        Some(Outcome::Refused(refusal)) => Err(problem(&refusal, &body)),
        _ => Err(Problem::internal()),
    }
}

fn draft(body: &CreateOrder) -> OrderDraft {
    let line = |line: &NewOrderLine| OrderLineDraft {
        id: line.id.into(),
        facility: line.facility_id.into(),
        sku: line.sku_id.into(),
        quantity: line.quantity,
    };
    OrderDraft {
        id: OrderId(body.id),
        name: body.name.clone(),
        channel: body.channel.clone(),
        placed_at: body.placed_at.map(|at| at.0),
        due_at: body.due_at.map(|at| at.0),
        lines: body.lines.iter().map(line).collect(),
    }
}

/// The refusal as a problem that points at the line that is meant.
fn problem(refusal: &Refusal, body: &CreateOrder) -> Problem {
    let line = body.lines.iter().position(|line| match refusal {
        Refusal::IdReused(id) => *id != body.id && *id == line.id,
        Refusal::UnknownSku(sku) => sku.0 == line.sku_id,
        Refusal::UnknownFacility(facility) => facility.0 == line.facility_id,
        Refusal::ZeroQuantity | Refusal::NegativeQuantity | Refusal::OversizedQuantity { .. } => {
            !(1..=QUANTITY_MAX).contains(&line.quantity)
        }
        _ => false,
    });
    if let Some(n) = line {
        let pointer = format!("/lines/{n}");
        let members = &["id", "facility_id", "sku_id", "quantity"];
        return refusals::problem(refusal, &Asked { pointer: &pointer, members, facility: None });
    }
    let members = &["id", "name", "channel", "lines"];
    let problem = refusals::problem(refusal, &Asked { pointer: "", members, facility: None });
    match refusal {
        Refusal::InTheFuture | Refusal::BeforeOpening => {
            problem.at("/placed_at", "give the time at which the customer ordered")
        }
        _ => problem,
    }
}
