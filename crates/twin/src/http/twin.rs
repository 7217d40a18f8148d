//! The rest of `/twin/…`: edits in the admin, knobs, clock, what was counted.

use axum::Json;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Failure, State, done, problem, refuse};
use crate::clock::{ClockSetting, machine_micros, parse, rfc3339_micros};
use crate::faults::Faults;
use crate::shop::Shop;
use crate::world::{Act, Edit, State as Place, TokenAct};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditForm {
    item_id: u64,
    location_id: u64,
    /// The state; `available` if none is named.
    name: Option<String>,
    delta: Option<i64>,
    quantity: Option<i64>,
    /// Who does it.
    app: Option<String>,
}

async fn make(shop: &Shop, edit: Edit) -> Answer {
    let id = done(shop, Act::Edit(edit)).await?;
    Ok(Json(json!({ "id": id })))
}

/// `POST /twin/edit`: another app changes a quantity.
pub(super) async fn edit(axum::extract::State(shop): State, Json(form): Json<EditForm>) -> Answer {
    let name = form.name.as_deref().unwrap_or("available");
    let Some(state) = Place::parse(name) else {
        return Err(refuse(422, format!("there is no state {name}")));
    };
    let app = form.app.unwrap_or_else(|| "another app".to_owned());
    let (item, location) = (form.item_id, form.location_id);
    let edit = match (form.delta, form.quantity) {
        (Some(delta), None) => Edit::Adjust { app, item, location, state, delta },
        (None, Some(quantity)) => Edit::Set { app, item, location, state, quantity },
        _ => return Err(refuse(422, "say either delta or quantity")),
    };
    make(&shop, edit).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StockForm {
    item_id: u64,
    location_id: u64,
    active: bool,
}

/// `POST /twin/stock`: stock an item at a location, or no longer.
pub(super) async fn stock(
    axum::extract::State(shop): State,
    Json(form): Json<StockForm>,
) -> Answer {
    let StockForm { item_id: item, location_id: location, active } = form;
    make(&shop, Edit::Stock { item, location, active }).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemForm {
    tracked: Option<bool>,
    mutable: Option<bool>,
    #[serde(default)]
    delete: bool,
}

/// `POST /twin/items/{id}`: track it or not, make it a bundle's parent, delete it.
pub(super) async fn edit_item(
    axum::extract::State(shop): State,
    Path(item): Path<u64>,
    Json(form): Json<ItemForm>,
) -> Answer {
    if let Some(tracked) = form.tracked {
        done(&shop, Act::Edit(Edit::Tracked { item, tracked })).await?;
    }
    if let Some(mutable) = form.mutable {
        done(&shop, Act::Edit(Edit::Mutable { item, mutable })).await?;
    }
    if form.delete {
        done(&shop, Act::Edit(Edit::Delete { item })).await?;
    }
    Ok(Json(json!({ "id": item })))
}

/// `POST /twin/locations/{id}/activate`
pub(super) async fn activate_location(
    axum::extract::State(shop): State,
    Path(location): Path<u64>,
) -> Answer {
    make(&shop, Edit::Location { location, active: true }).await
}

/// `POST /twin/locations/{id}/deactivate`
pub(super) async fn deactivate_location(
    axum::extract::State(shop): State,
    Path(location): Path<u64>,
) -> Answer {
    make(&shop, Edit::Location { location, active: false }).await
}

/// `POST /twin/uninstall`: the merchant removes the app.
pub(super) async fn uninstall(axum::extract::State(shop): State) -> Answer {
    make(&shop, Edit::Uninstall).await
}

/// `POST /twin/install`: and adds it again.
pub(super) async fn install(axum::extract::State(shop): State) -> Answer {
    make(&shop, Edit::Install).await
}

#[derive(Debug, Deserialize)]
pub(super) struct ScopesForm {
    scopes: Vec<String>,
}

/// `POST /twin/scopes`: the scopes that the app has from now on.
pub(super) async fn scopes(
    axum::extract::State(shop): State,
    Json(form): Json<ScopesForm>,
) -> Answer {
    make(&shop, Edit::Scopes { scopes: form.scopes }).await
}

#[derive(Debug, Deserialize)]
pub(super) struct SecretForm {
    secret: String,
}

/// `POST /twin/secret`: the app's secret is rotated.
pub(super) async fn secret(
    axum::extract::State(shop): State,
    Json(form): Json<SecretForm>,
) -> Answer {
    make(&shop, Edit::Secret { secret: form.secret }).await
}

/// `POST /twin/tokens/expire`: all tokens expire now, but not the fixed one.
pub(super) async fn expire_tokens(axum::extract::State(shop): State) -> Answer {
    done(&shop, Act::Token(TokenAct::ExpireAll)).await?;
    Ok(Json(json!({})))
}

/// `GET /twin/stats`: what was asked and answered since the start.
pub(super) async fn stats(axum::extract::State(shop): State) -> Json<Value> {
    let bucket = shop.bucket.give_back(0.0, shop.now());
    let world = shop.read();
    Json(json!({
        "counts": shop.stats.all(),
        "bucket": bucket,
        "plan": format!("{:?}", shop.bucket.plan()).to_lowercase(),
        "adjustments": world.groups.len(),
        "orders": world.orders.len(),
        "deliveries_waiting": world.deliveries.len(),
        "installed": world.access.installed,
    }))
}

/// `GET /twin/webhooks`: subscriptions and what is on its way to them.
pub(super) async fn webhooks(axum::extract::State(shop): State) -> Json<Value> {
    let world = shop.read();
    let subscriptions: Vec<Value> = world
        .subscriptions
        .values()
        .map(|it| json!({ "id": it.id, "topic": it.topic, "uri": it.uri, "name": it.name }))
        .collect();
    let waiting: Vec<Value> = world
        .deliveries
        .values()
        .take(100)
        .map(|it| {
            json!({
                "topic": it.topic,
                "webhook_id": it.webhook_id,
                "attempts": it.attempts,
                "due": rfc3339_micros(it.due),
            })
        })
        .collect();
    let total = world.deliveries.len();
    Json(json!({ "subscriptions": subscriptions, "waiting": waiting, "waiting_total": total }))
}

/// `GET /twin/faults`
pub(super) async fn faults(axum::extract::State(shop): State) -> Json<Faults> {
    Json(shop.read().faults.clone())
}

/// `POST /twin/faults`: sets all knobs; what isn't named is off.
pub(super) async fn set_faults(
    axum::extract::State(shop): State,
    Json(faults): Json<Faults>,
) -> Result<Json<Faults>, Failure> {
    if let Some(problem) = faults.problem() {
        return Err(refuse(422, problem));
    }
    shop.pending.set(&faults);
    // A restart must not hit again what was hit: certain faults are not kept.
    let kept = Faults { next: std::collections::BTreeMap::new(), ..faults.clone() };
    done(&shop, Act::Faults(kept)).await?;
    Ok(Json(faults))
}

/// `GET /twin/clock`
pub(super) async fn clock(axum::extract::State(shop): State) -> Json<Value> {
    let frozen = shop.read().clock.frozen_micros.is_some();
    Json(json!({ "now": rfc3339_micros(shop.now()), "frozen": frozen }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ClockForm {
    /// The time from now on. The clock never goes back.
    set: Option<String>,
    advance_ms: Option<i64>,
    /// Whether it stands still.
    frozen: Option<bool>,
}

/// `POST /twin/clock`
pub(super) async fn set_clock(
    axum::extract::State(shop): State,
    Json(form): Json<ClockForm>,
) -> Answer {
    let now = shop.now();
    let wanted = match &form.set {
        Some(text) => parse(text).ok_or_else(|| refuse(422, "set is no time"))?,
        None => now,
    };
    let wanted = wanted.saturating_add(form.advance_ms.unwrap_or(0).saturating_mul(1000));
    if wanted < now {
        return Err(refuse(422, "the clock never goes back"));
    }
    let was_frozen = shop.read().clock.frozen_micros.is_some();
    let frozen = form.frozen.unwrap_or(was_frozen);
    let setting = ClockSetting {
        offset_micros: wanted - machine_micros(),
        frozen_micros: frozen.then_some(wanted),
    };
    done(&shop, Act::Clock(setting)).await?;
    shop.bell.notify_one();
    Ok(clock(axum::extract::State(shop)).await)
}

/// `GET /twin/bulk/{id}.jsonl`: the rows of a bulk operation.
pub(super) async fn bulk(axum::extract::State(shop): State, Path(file): Path<String>) -> Response {
    let id = file.strip_suffix(".jsonl").and_then(|id| id.parse().ok());
    match id.and_then(|id| crate::bulk::rows(&shop, id)) {
        Some(rows) => ([(CONTENT_TYPE, "application/jsonl")], rows).into_response(),
        None => problem(404, "Not Found"),
    }
}
