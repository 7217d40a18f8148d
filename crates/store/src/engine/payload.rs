//! Effects as JSON arrays, the one parameter of each statement.

use onhand_domain::{
    Micros, Movement, Quantities,
    encode::Hash,
    order::Order,
    plan::{
        outcome::{Audited, Effects, LevelAfter, Trigger},
        view::{Anchor, Head, Key},
    },
    request::Request,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::needs::Needs;
use crate::Ids;

/// A batch of rows as the text of `$1`; `None` where there is nothing to do.
pub(super) type Rows = Option<String>;

fn rows(values: impl Iterator<Item = Value>) -> Rows {
    let values: Vec<Value> = values.collect();
    (!values.is_empty()).then(|| Value::Array(values).to_string())
}

fn id(id: Uuid) -> String {
    id.simple().to_string()
}

fn maybe_id<T: Into<Uuid>>(value: Option<T>) -> Option<String> {
    value.map(|v| id(v.into()))
}

fn hex(hash: &Hash) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::with_capacity(hash.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `[{"id": …}]`
pub(super) fn ids(ids: impl IntoIterator<Item = Uuid>) -> Rows {
    rows(ids.into_iter().map(|i| json!({ "id": id(i) })))
}

/// `[{"facility_id": …, "sku_id": …, "at": …}]`
pub(super) fn keys(keys: impl IntoIterator<Item = (Key, Option<Micros>)>) -> Rows {
    rows(keys.into_iter().map(|((facility, sku), at)| {
        json!({ "facility_id": id(facility.0), "sku_id": id(sku.0), "at": at.map(|t| t.0) })
    }))
}

/// `[{"principal_id": …, "day": …}]`
pub(super) fn days(needs: &Needs) -> Rows {
    rows(needs.usage.iter().map(|(who, day)| json!({ "principal_id": id(who.0), "day": day })))
}

pub(super) fn movements(effects: &Effects) -> Rows {
    rows(effects.movements.iter().map(movement))
}

fn movement(m: &Movement) -> Value {
    json!({
        "facility_id": id(m.facility.0),
        "seq": m.seq,
        "id": id(m.id.0),
        "sku_id": id(m.sku.0),
        "kind": m.kind.code(),
        "quantity": m.quantity,
        "from_place": m.from.code(),
        "to_place": m.to.code(),
        "reason": m.reason,
        "effective_at": m.effective_at.0,
        "recorded_at": m.recorded_at.0,
        "actor_id": id(m.actor.0),
        "device": m.device,
        "origin": m.origin.code(),
        "origin_key": m.origin_key,
        "note": m.note,
        "reverses": maybe_id(m.reverses.map(|v| v.0)),
        "corrects": maybe_id(m.corrects.map(|v| v.0)),
        "order_line_id": maybe_id(m.order_line.map(|v| v.0)),
        "unit_cost": m.unit_cost.map(|c| c.0),
        "after_available": m.after.available,
        "after_committed": m.after.committed,
        "after_reserved": m.after.reserved,
        "after_damaged": m.after.damaged,
        "after_quality_control": m.after.quality_control,
        "after_safety_stock": m.after.safety_stock,
        "fingerprint": hex(&m.fingerprint),
        "hash": hex(&m.hash),
    })
}

pub(super) fn levels(effects: &Effects) -> Rows {
    rows(effects.levels.iter().map(|((facility, sku), level)| {
        let LevelAfter { quantities, seq, at, counted_at } = level;
        let Quantities { available, committed, reserved, damaged, quality_control, safety_stock } =
            quantities;
        json!({
            "facility_id": id(facility.0),
            "sku_id": id(sku.0),
            "available": available,
            "committed": committed,
            "reserved": reserved,
            "damaged": damaged,
            "quality_control": quality_control,
            "safety_stock": safety_stock,
            "seq": seq,
            "last_movement_at": at.0,
            "last_counted_at": counted_at.map(|t| t.0),
        })
    }))
}

pub(super) fn heads(effects: &Effects) -> Rows {
    rows(effects.heads.iter().map(|(facility, Head { seq, hash, recorded_at })| {
        json!({
            "facility_id": id(facility.0),
            "seq": seq,
            "hash": hex(hash),
            "recorded_at": recorded_at.0,
        })
    }))
}

pub(super) fn anchors(effects: &Effects) -> Rows {
    rows(effects.anchors.iter().map(|((facility, sku), at, anchor)| {
        let Anchor { id: anchor_id, counted, variance, fingerprint } = anchor;
        json!({
            "id": id(anchor_id.0),
            "facility_id": id(facility.0),
            "sku_id": id(sku.0),
            "effective_at": at.0,
            "counted": counted,
            "variance": variance,
            "fingerprint": hex(fingerprint),
        })
    }))
}

pub(super) fn requests(effects: &Effects) -> Rows {
    rows(effects.requests.iter().map(request))
}

fn request(r: &Request) -> Value {
    let because: Vec<&str> = r.because.iter().map(|b| b.code()).collect();
    json!({
        "id": id(r.id.0),
        "facility_id": id(r.facility.0),
        "sku_id": id(r.sku.0),
        "quantity": r.quantity,
        "reason": r.reason,
        "note": r.note,
        "effective_at": r.effective_at.0,
        "reported_by": id(r.reported_by.0),
        "reported_at": r.reported_at.0,
        "device": r.device,
        "because": because.join(" "),
        "value": r.value.map(|v| v.0),
        "fingerprint": hex(&r.fingerprint),
        "status": r.status.code(),
        "decided_by": maybe_id(r.decided_by.map(|v| v.0)),
        "decided_at": r.decided_at.map(|t| t.0),
        "decision_note": r.decision_note,
    })
}

/// The facilities whose requests changed.
pub(super) fn request_facilities(effects: &Effects) -> Rows {
    let facilities: std::collections::BTreeSet<Uuid> =
        effects.requests.iter().map(|r| r.facility.0).collect();
    ids(facilities)
}

pub(super) fn orders(effects: &Effects) -> Rows {
    rows(effects.orders.iter().map(|(order, fingerprint)| {
        json!({
            "id": id(order.id.0),
            "name": order.name,
            "channel": order.channel,
            "placed_at": order.placed_at.0,
            "due_at": order.due_at.map(|t| t.0),
            "status": order.status.code(),
            "fingerprint": hex(fingerprint),
        })
    }))
}

pub(super) fn new_order_lines(effects: &Effects) -> Rows {
    let lines = |order: &Order| -> Vec<Value> {
        order
            .lines
            .iter()
            .map(|line| {
                json!({
                    "id": id(line.id.0),
                    "order_id": id(order.id.0),
                    "facility_id": id(line.facility.0),
                    "sku_id": id(line.sku.0),
                    "quantity": line.quantity,
                    "open_quantity": line.open_quantity,
                    "placed_at": order.placed_at.0,
                })
            })
            .collect()
    };
    rows(effects.orders.iter().flat_map(|(order, _)| lines(order)))
}

pub(super) fn order_lines(effects: &Effects) -> Rows {
    // A batch may touch a line twice; the last word counts, and an UPDATE … FROM with two rows
    // for one target takes either.
    let last: std::collections::BTreeMap<_, _> = effects.order_lines.iter().copied().collect();
    rows(last.into_iter().map(|(line, open)| json!({ "id": id(line.0), "open_quantity": open })))
}

pub(super) fn order_statuses(effects: &Effects) -> Rows {
    let last: std::collections::BTreeMap<_, _> = effects.order_statuses.iter().copied().collect();
    rows(
        last.into_iter()
            .map(|(order, status)| json!({ "id": id(order.0), "status": status.code() })),
    )
}

pub(super) fn usage(effects: &Effects) -> Rows {
    rows(effects.usage.iter().map(
        |((who, day), value)| json!({ "principal_id": id(who.0), "day": day, "value": value.0 }),
    ))
}

pub(super) fn triggers(effects: &Effects) -> Rows {
    rows(effects.triggers.iter().map(|Trigger { key: (facility, sku), cause, movement, at }| {
        json!({
            "facility_id": id(facility.0),
            "sku_id": id(sku.0),
            "cause": cause.code(),
            "movement_id": id(movement.0),
            "raised_at": at.0,
        })
    }))
}

pub(super) fn audit(effects: &Effects, fresh: &dyn Ids) -> Rows {
    rows(effects.audit.iter().map(|Audited { at, actor, action, facility, rule, subject }| {
        json!({
            "id": id(fresh.next()),
            "at": at.0,
            "actor_id": id(actor.0),
            "action": action,
            "facility_id": maybe_id(facility.map(|f| f.0)),
            "allowed": true,
            "rule": rule,
            "subject": subject.to_string(),
        })
    }))
}
