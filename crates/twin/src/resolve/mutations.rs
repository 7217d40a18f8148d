//! Mutations: what is asked becomes a command, what came of it a payload.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::inventory::pair;
use super::{argument_id, gid, parse_gid};
use crate::bulk;
use crate::graphql::{Call, FieldError, Object, Val};
use crate::journal::JournalError;
use crate::shop::Shop;
use crate::world::idempotency::concurrent;
use crate::world::{
    Act, BulkAct, ChangeOutcome, InventoryChange, Line, MoveLine, Outcome, Refusal, SetLine,
    SubscriptionInput, Terminal, UserError, WebhookAct,
};

/// Mutations that must have the directive `@idempotent`.
const IDEMPOTENT: [&str; 4] = [
    "inventoryActivate",
    "inventoryAdjustQuantities",
    "inventoryMoveQuantities",
    "inventorySetQuantities",
];

/// Does what a root field of a mutation asks.
pub(crate) async fn mutate(
    shop: &Arc<Shop>,
    call: &Call<'_>,
    key: Option<&str>,
    delay: Duration,
) -> Result<Val, FieldError> {
    if let Some(change) = read_change(call, key)? {
        let claim = key.map(|key| shop.claim(key));
        if matches!(claim, Some(None)) {
            return Ok(change_payload(&change, &concurrent(&change)));
        }
        tokio::time::sleep(delay).await;
        let act = Act::Inventory { key: key.map(ToOwned::to_owned), change: change.clone() };
        let outcome = shop.apply(act).await.map_err(|error| broken(&error))?;
        // Until now nobody else may use the key.
        drop(claim);
        return match outcome {
            Outcome::Change(outcome) => Ok(change_payload(&change, &outcome)),
            _ => Err(internal()),
        };
    }
    tokio::time::sleep(delay).await;
    match call.field {
        "webhookSubscriptionCreate" => {
            let input = subscription_input(call);
            let topic = call.text("topic").unwrap_or_default().to_owned();
            subscription(shop, WebhookAct::Create { topic, input }).await
        }
        "webhookSubscriptionUpdate" => {
            let id = argument_id(call, "id", "WebhookSubscription")?;
            let act = WebhookAct::Update { id, input: subscription_input(call) };
            subscription(shop, act).await
        }
        "webhookSubscriptionDelete" => {
            let id = argument_id(call, "id", "WebhookSubscription")?;
            delete_subscription(shop, id).await
        }
        "bulkOperationRunQuery" => bulk_run(shop, call).await,
        "bulkOperationCancel" => {
            let id = argument_id(call, "id", "BulkOperation")?;
            let result = result(shop, Act::Bulk(BulkAct::Cancel { id })).await?;
            Ok(bulk_payload(result.err().map(|it| ("id", it.message, None)), Some(id)))
        }
        field => Err(FieldError::unknown("Mutation", field)),
    }
}

fn internal() -> FieldError {
    FieldError::new("INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong.")
}

fn broken(error: &JournalError) -> FieldError {
    eprintln!("onhand-twin: {error}");
    internal()
}

async fn result(shop: &Shop, act: Act) -> Result<Result<u64, Refusal>, FieldError> {
    match shop.apply(act).await.map_err(|error| broken(&error))? {
        Outcome::Id(id) => Ok(Ok(id)),
        Outcome::Refused(refusal) => Ok(Err(refusal)),
        _ => Err(internal()),
    }
}

/// The change of the inventory that a call asks for; None if it asks for something else.
pub(crate) fn read_change(
    call: &Call<'_>,
    key: Option<&str>,
) -> Result<Option<InventoryChange>, FieldError> {
    let takes_key = IDEMPOTENT.contains(&call.field);
    match key {
        None if takes_key => {
            let message =
                "The @idempotent directive is required for this mutation but was not provided.";
            return Err(FieldError::new("BAD_REQUEST", message));
        }
        Some(_) if !takes_key => {
            let message = "The @idempotent directive is not supported by this mutation.";
            return Err(FieldError::new("BAD_REQUEST", message));
        }
        _ => {}
    }
    let empty = Map::new();
    let input = call.arguments.get("input").and_then(Value::as_object).unwrap_or(&empty);
    Ok(Some(match call.field {
        "inventoryAdjustQuantities" => InventoryChange::Adjust {
            name: text(input, "name"),
            reason: text(input, "reason"),
            reference: optional(input, "referenceDocumentUri"),
            lines: each(input, "changes", line)?,
        },
        "inventorySetQuantities" => InventoryChange::Set {
            name: text(input, "name"),
            reason: text(input, "reason"),
            reference: optional(input, "referenceDocumentUri"),
            lines: each(input, "quantities", set_line)?,
        },
        "inventoryMoveQuantities" => InventoryChange::Move {
            reason: text(input, "reason"),
            reference: text(input, "referenceDocumentUri"),
            lines: each(input, "changes", move_line)?,
        },
        "inventoryActivate" => {
            let item = call.text("inventoryItemId").unwrap_or_default();
            let (item, location) = pair(item, call.text("locationId").unwrap_or_default())?;
            let (available, on_hand) = (call.number("available"), call.number("onHand"));
            InventoryChange::Activate { item, location, available, on_hand }
        }
        "inventoryDeactivate" => {
            let text = call.text("inventoryLevelId").unwrap_or_default();
            let Some(("InventoryLevel", level, item)) = parse_gid(text) else {
                let message = format!("Invalid global id '{text}'");
                return Err(FieldError::new("INVALID_VARIABLE", message));
            };
            InventoryChange::Deactivate { level, item: item.unwrap_or_default() }
        }
        _ => return Ok(None),
    }))
}

fn text(input: &Map<String, Value>, name: &str) -> String {
    optional(input, name).unwrap_or_default()
}

fn optional(input: &Map<String, Value>, name: &str) -> Option<String> {
    input.get(name)?.as_str().map(ToOwned::to_owned)
}

fn number(input: &Map<String, Value>, name: &str) -> i64 {
    input.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn each<T>(
    input: &Map<String, Value>,
    name: &str,
    read: impl Fn(&Map<String, Value>) -> Result<T, FieldError>,
) -> Result<Vec<T>, FieldError> {
    let list = input.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(Value::as_object).map(read).collect()
}

/// What the caller believes to be there. Null gives up the comparison; leaving it out is an error.
fn believed(input: &Map<String, Value>, kind: &str) -> Result<Option<i64>, FieldError> {
    if let Some(value) = input.get("changeFromQuantity") {
        return Ok(value.as_i64());
    }
    let message = format!("{kind} must include the following argument: changeFromQuantity.");
    Err(FieldError::new("INVALID_FIELD_ARGUMENTS", message))
}

fn line(input: &Map<String, Value>) -> Result<Line, FieldError> {
    let (item, location) = pair(&text(input, "inventoryItemId"), &text(input, "locationId"))?;
    Ok(Line {
        item,
        location,
        delta: number(input, "delta"),
        from: believed(input, "InventoryChangeInput")?,
        ledger: optional(input, "ledgerDocumentUri"),
    })
}

fn set_line(input: &Map<String, Value>) -> Result<SetLine, FieldError> {
    let (item, location) = pair(&text(input, "inventoryItemId"), &text(input, "locationId"))?;
    let from = believed(input, "InventoryQuantityInput")?;
    Ok(SetLine { item, location, quantity: number(input, "quantity"), from })
}

fn move_line(input: &Map<String, Value>) -> Result<MoveLine, FieldError> {
    let item = text(input, "inventoryItemId");
    let end = |name: &str| {
        let empty = Map::new();
        let input = input.get(name).and_then(Value::as_object).unwrap_or(&empty);
        Ok::<_, FieldError>(Terminal {
            location: pair(&item, &text(input, "locationId"))?.1,
            name: text(input, "name"),
            from: believed(input, "InventoryMoveQuantityTerminalInput")?,
            ledger: optional(input, "ledgerDocumentUri"),
        })
    };
    let (from, to) = (end("from")?, end("to")?);
    let location = super::gid("Location", from.location);
    let item = pair(&item, &location)?.0;
    Ok(MoveLine { item, quantity: number(input, "quantity"), from, to })
}

fn change_payload(change: &InventoryChange, outcome: &ChangeOutcome) -> Val {
    let group = || outcome.group.map_or(Val::NULL, |id| Val::Object(Object::Group(id)));
    let level = || outcome.level.map_or(Val::NULL, |key| Val::Object(Object::Level(key)));
    let errors = |kind| ("userErrors", user_errors(kind, &outcome.errors));
    match change {
        InventoryChange::Adjust { .. } => Val::plain(
            "InventoryAdjustQuantitiesPayload",
            vec![
                ("inventoryAdjustmentGroup", group()),
                errors("InventoryAdjustQuantitiesUserError"),
            ],
        ),
        InventoryChange::Set { .. } => Val::plain(
            "InventorySetQuantitiesPayload",
            vec![("inventoryAdjustmentGroup", group()), errors("InventorySetQuantitiesUserError")],
        ),
        InventoryChange::Move { .. } => Val::plain(
            "InventoryMoveQuantitiesPayload",
            vec![("inventoryAdjustmentGroup", group()), errors("InventoryMoveQuantitiesUserError")],
        ),
        InventoryChange::Activate { .. } => Val::plain(
            "InventoryActivatePayload",
            vec![("inventoryLevel", level()), errors("UserError")],
        ),
        InventoryChange::Deactivate { .. } => {
            Val::plain("InventoryDeactivatePayload", vec![errors("UserError")])
        }
    }
}

fn user_errors(kind: &'static str, errors: &[UserError]) -> Val {
    let error = |error: &UserError| {
        let field = error.field.clone();
        let fields = vec![
            ("code", Val::of(error.code)),
            ("field", field.map_or(Val::NULL, Val::of)),
            ("message", Val::of(error.message.clone())),
        ];
        Val::plain(kind, fields)
    };
    Val::List(errors.iter().map(error).collect())
}

fn one_error(kind: &'static str, field: &str, message: String, code: Option<&'static str>) -> Val {
    let error = UserError { code, ..UserError::plain(&[field], message) };
    user_errors(kind, &[error])
}

fn subscription_input(call: &Call<'_>) -> SubscriptionInput {
    let empty = Map::new();
    let input =
        call.arguments.get("webhookSubscription").and_then(Value::as_object).unwrap_or(&empty);
    let list = |name: &str| {
        let list = input.get(name)?.as_array()?;
        Some(list.iter().filter_map(|it| it.as_str().map(ToOwned::to_owned)).collect())
    };
    SubscriptionInput {
        uri: optional(input, "uri").or_else(|| optional(input, "callbackUrl")),
        format: optional(input, "format"),
        include_fields: list("includeFields"),
        filter: optional(input, "filter"),
        name: optional(input, "name"),
    }
}

async fn subscription(shop: &Shop, act: WebhookAct) -> Result<Val, FieldError> {
    let kind = match act {
        WebhookAct::Create { .. } => "WebhookSubscriptionCreatePayload",
        _ => "WebhookSubscriptionUpdatePayload",
    };
    Ok(match result(shop, Act::Webhook(act)).await? {
        Ok(id) => Val::plain(
            kind,
            vec![
                ("webhookSubscription", Val::Object(Object::Subscription(id))),
                ("userErrors", Val::List(Vec::new())),
            ],
        ),
        Err(refusal) => Val::plain(
            kind,
            vec![
                ("webhookSubscription", Val::NULL),
                (
                    "userErrors",
                    one_error("UserError", "webhookSubscription", refusal.message, None),
                ),
            ],
        ),
    })
}

async fn delete_subscription(shop: &Shop, id: u64) -> Result<Val, FieldError> {
    let result = result(shop, Act::Webhook(WebhookAct::Delete { id })).await?;
    let (deleted, errors) = match result {
        Ok(id) => (Val::of(gid("WebhookSubscription", id)), Val::List(Vec::new())),
        Err(refusal) => (Val::NULL, one_error("UserError", "id", refusal.message, None)),
    };
    let fields = vec![("deletedWebhookSubscriptionId", deleted), ("userErrors", errors)];
    Ok(Val::plain("WebhookSubscriptionDeletePayload", fields))
}

async fn bulk_run(shop: &Arc<Shop>, call: &Call<'_>) -> Result<Val, FieldError> {
    let query = call.text("query").unwrap_or_default().to_owned();
    if call.flag("groupObjects") {
        return Err(FieldError::new("TWIN_UNKNOWN", "the twin does not know groupObjects"));
    }
    if let Err(message) = bulk::check(&query) {
        return Ok(bulk_payload(Some(("query", message, Some("INVALID"))), None));
    }
    let created = result(shop, Act::Bulk(BulkAct::Create { query })).await?;
    Ok(match created {
        Ok(id) => {
            bulk::start(shop, id);
            bulk_payload(None, Some(id))
        }
        Err(refusal) => bulk_payload(Some(("query", refusal.message, Some("LIMIT_REACHED"))), None),
    })
}

fn bulk_payload(error: Option<(&str, String, Option<&'static str>)>, id: Option<u64>) -> Val {
    let errors = match error {
        None => Val::List(Vec::new()),
        Some((field, message, code)) => one_error("BulkOperationUserError", field, message, code),
    };
    let operation = id.map_or(Val::NULL, |id| Val::Object(Object::Bulk(id)));
    let fields = vec![("bulkOperation", operation), ("userErrors", errors)];
    Val::plain("BulkOperationRunQueryPayload", fields)
}
