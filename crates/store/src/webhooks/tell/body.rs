//! What messages say, in the words of the API.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_domain::{Micros, Movement, PrincipalId, Quantities, Reason, SkuId, hook::HookEvent};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{moved::Moved, news::News};
use crate::{
    Store, StoreError,
    catalog::SkuRef,
    entities::{counts, facilities, variance_requests},
    stock::{Actor, OrderAtRisk},
};

/// Largest body of a message, in bytes: what receivers take without being asked.
pub const PAYLOAD_BYTES_MAX: usize = 64 << 10;
/// Ids of one query, below SQLite's parameters.
const IDS_MAX: usize = 10_000;
/// Most order lines that a message names.
const ORDERS_MAX: usize = 20;
/// Most facilities that it offers for each.
const ALTERNATIVES_MAX: usize = 3;

/// A message that is to be made.
pub(super) struct Draft {
    pub(super) event: HookEvent,
    pub(super) subject: Uuid,
    pub(super) at: Micros,
    pub(super) data: Value,
}

/// The body of a message. What a body can't hold is left out, and says so: `truncated`.
pub(in crate::webhooks) fn body_of(event: HookEvent, at: Micros, data: Value) -> String {
    let whole = |data: &Value| {
        json!({"type": event.code(), "timestamp": time(at), "data": data}).to_string()
    };
    let body = whole(&data);
    if body.len() <= PAYLOAD_BYTES_MAX {
        return body;
    }
    // Texts and lists alone have no bound of their own; ids and numbers are what counts.
    let keep = |value: &Value| !(value.is_array() || value.as_str().is_some_and(|s| s.len() > 200));
    let Value::Object(members) = data else { return whole(&json!({"truncated": true})) };
    let mut small: serde_json::Map<_, _> =
        members.into_iter().filter(|(_, value)| keep(value)).collect();
    small.insert("truncated".to_owned(), json!(true));
    let body = whole(&Value::Object(small));
    if body.len() <= PAYLOAD_BYTES_MAX { body } else { whole(&json!({"truncated": true})) }
}

/// RFC 3339 in UTC.
fn time(at: Micros) -> Value {
    at.to_timestamp().map_or(Value::Null, |at| Value::String(at.to_string()))
}

/// What people call the things that messages name by id. What has no name any more is told without
/// one: a message that can't be made would keep all others waiting.
pub(super) struct Names {
    facilities: HashMap<Uuid, (String, String)>,
    skus: HashMap<SkuId, SkuRef>,
    actors: HashMap<PrincipalId, Actor>,
    reasons: BTreeMap<String, Reason>,
}

impl Names {
    pub(super) async fn load(
        store: &Store,
        moved: &Moved,
        news: &News,
    ) -> Result<Self, StoreError> {
        let movements = || moved.all();
        let requests = || news.requests.iter().map(|(_, row)| row);
        let skus: BTreeSet<SkuId> = movements()
            .map(|it| it.sku)
            .chain(requests().map(|row| SkuId(row.sku_id)))
            .chain(news.drift.iter().map(|row| SkuId(row.sku_id)))
            .collect();
        let actors: BTreeSet<PrincipalId> = movements()
            .map(|it| it.actor)
            .chain(requests().map(|row| PrincipalId(row.reported_by)))
            .chain(requests().filter_map(|row| row.decided_by.map(PrincipalId)))
            .chain(news.counts.iter().filter_map(|row| row.closed_by.map(PrincipalId)))
            .collect();
        let reasons: BTreeSet<String> = movements()
            .filter_map(|it| it.reason.clone())
            .chain(requests().map(|row| row.reason.clone()))
            .collect();
        let places: BTreeSet<Uuid> = movements()
            .map(|it| it.facility.0)
            .chain(requests().map(|row| row.facility_id))
            .chain(news.counts.iter().map(|row| row.facility_id))
            .collect();
        let mut names = Self {
            facilities: facilities_of(store, &places).await?,
            skus: HashMap::new(),
            actors: HashMap::new(),
            reasons: store.reasons_by_code(&reasons).await?,
        };
        let skus: Vec<SkuId> = skus.into_iter().collect();
        for chunk in skus.chunks(IDS_MAX).filter(|chunk| !chunk.is_empty()) {
            names.skus.extend(store.sku_refs(chunk).await?);
        }
        let actors: Vec<PrincipalId> = actors.into_iter().collect();
        for chunk in actors.chunks(IDS_MAX).filter(|chunk| !chunk.is_empty()) {
            names.actors.extend(store.actors(&chunk.iter().copied().collect()).await?);
        }
        Ok(names)
    }

    pub(super) fn sku(&self, id: SkuId) -> Value {
        let Some(sku) = self.skus.get(&id) else { return json!({"id": id.0}) };
        json!({
            "id": id.0, "code": sku.code, "title": sku.title,
            "product_id": sku.product_id.0, "product_title": sku.product_title,
        })
    }

    fn actor(&self, id: PrincipalId) -> Value {
        let Some(actor) = self.actors.get(&id) else { return json!({"id": id.0}) };
        json!({"id": id.0, "name": actor.name, "kind": actor.kind.code()})
    }

    fn facility(&self, id: Uuid) -> Value {
        let Some((code, name)) = self.facilities.get(&id) else { return json!({"id": id}) };
        json!({"id": id, "code": code, "name": name})
    }

    fn reason_label(&self, code: Option<&str>) -> Option<&str> {
        code.and_then(|code| self.reasons.get(code)).map(|reason| reason.label.as_str())
    }

    /// A variance or its reversal.
    pub(super) fn movement(&self, it: &Movement) -> Value {
        json!({
            "id": it.id.0,
            "seq": it.seq,
            "facility": self.facility(it.facility.0),
            "sku": self.sku(it.sku),
            "kind": it.kind.code(),
            "quantity": it.quantity,
            "from": it.from.code(),
            "to": it.to.code(),
            "on_hand_change": it.on_hand_change(),
            "available_change": it.available_change(),
            "level_after": level(&it.after),
            "reason": it.reason,
            "reason_label": self.reason_label(it.reason.as_deref()),
            "note": it.note,
            "actor": self.actor(it.actor),
            "effective_at": time(it.effective_at),
            "recorded_at": time(it.recorded_at),
            "reverses": it.reverses.map(|id| id.0),
        })
    }

    /// Orders that can't be filled any more since a movement.
    pub(super) fn at_risk(&self, it: &Movement, orders: &[OrderAtRisk]) -> Value {
        let named: Vec<Value> = orders.iter().take(ORDERS_MAX).map(order).collect();
        json!({
            "facility": self.facility(it.facility.0),
            "sku": self.sku(it.sku),
            "movement_id": it.id.0,
            "available": it.after.available,
            "orders": named,
            "more_orders": orders.len() > named.len(),
        })
    }

    /// A variance that waited for somebody.
    pub(super) fn request(&self, row: &variance_requests::Model) -> Value {
        json!({
            "id": row.id,
            "facility": self.facility(row.facility_id),
            "sku": self.sku(SkuId(row.sku_id)),
            "quantity": row.quantity,
            "reason": row.reason,
            "reason_label": self.reason_label(Some(&row.reason)),
            "note": row.note,
            "because": row.because.split_whitespace().collect::<Vec<_>>(),
            "status": row.status,
            "effective_at": time(Micros(row.effective_at)),
            "reported_by": self.actor(PrincipalId(row.reported_by)),
            "reported_at": time(Micros(row.reported_at)),
            "decided_by": row.decided_by.map(|id| self.actor(PrincipalId(id))),
            "decided_at": row.decided_at.map(|at| time(Micros(at))),
            "decision_note": row.decision_note,
        })
    }

    /// A count that was posted.
    pub(super) fn count(&self, row: &counts::Model) -> Value {
        json!({
            "id": row.id,
            "facility": self.facility(row.facility_id),
            "name": row.name,
            "kind": row.kind,
            "area": row.area,
            "closed_by": row.closed_by.map(|id| self.actor(PrincipalId(id))),
            "closed_at": row.closed_at.map(|at| time(Micros(at))),
        })
    }
}

fn order(line: &OrderAtRisk) -> Value {
    let alternatives: Vec<Value> = line
        .alternatives
        .iter()
        .take(ALTERNATIVES_MAX)
        .map(|it| {
            let id = it.facility.0;
            json!({"facility_id": id, "code": it.code, "name": it.name, "available": it.available})
        })
        .collect();
    json!({
        "order_id": line.order.0,
        "order_line_id": line.line.0,
        "name": line.name,
        "channel": line.channel,
        "placed_at": time(line.placed_at),
        "due_at": line.due_at.map(time),
        "quantity": line.quantity,
        "short": line.short,
        "alternatives": alternatives,
    })
}

fn level(after: &Quantities) -> Value {
    json!({
        "on_hand": after.on_hand(),
        "available": after.available,
        "committed": after.committed,
        "reserved": after.reserved,
        "damaged": after.damaged,
        "quality_control": after.quality_control,
        "safety_stock": after.safety_stock,
    })
}

async fn facilities_of(
    store: &Store,
    ids: &BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, (String, String)>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = facilities::Entity::find()
        .filter(facilities::Column::Id.is_in(ids.iter().copied()))
        .all(&store.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, (row.code, row.name))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_body_is_larger_than_it_may_be() {
        let at = Micros(1_768_478_400_000_000);
        let small = body_of(HookEvent::Ping, at, json!({"a": 1}));
        let read: Value = serde_json::from_str(&small).expect("JSON");
        let timestamp = "2026-01-15T12:00:00Z";
        assert_eq!(read, json!({"type": "ping", "timestamp": timestamp, "data": {"a": 1}}));
        let long = "x".repeat(PAYLOAD_BYTES_MAX);
        let cut = body_of(HookEvent::Ping, at, json!({"id": 7, "note": long, "list": [long]}));
        let read: Value = serde_json::from_str(&cut).expect("JSON");
        assert_eq!(read["data"], json!({"id": 7, "truncated": true}));
    }
}
