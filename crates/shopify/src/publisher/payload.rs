//! The text of a call that was drafted, and what stands in it.

use onhand_domain::channel::{CallKind, QuantityName};
use onhand_store::channels::{Draft, LaneKey};
use serde_json::Value;
use uuid::Uuid;

use crate::call::{self, AdjustLine, CallError, Header, MoveLine, SetLine, Terminal};

/// The text of a draft under a key.
///
/// Lines whose pushes cancel each other out are left away; where nothing is left there is nothing
/// to send, and no text.
pub(super) fn of(draft: &Draft, key: Uuid) -> Result<Option<String>, CallError> {
    let reference = reference(draft, key);
    let header = Header { key, reason: draft.reason.code(), reference: &reference };
    let lines: Vec<_> = draft.lines.iter().filter(|line| line.delta != 0).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let document = |name: QuantityName| name.wants_document().then_some(reference.as_str());
    let text = match draft.kind {
        CallKind::Adjust => {
            let lines = lines.iter().map(|line| AdjustLine {
                item: &line.lane.item,
                location: &line.lane.location,
                delta: line.delta,
                compare: line.compare,
                document: document(draft.name),
            });
            call::adjust(header, draft.name.code(), &lines.collect::<Vec<_>>())?
        }
        CallKind::Set => {
            let lines = lines.iter().map(|line| SetLine {
                item: &line.lane.item,
                location: &line.lane.location,
                quantity: line.compare.unwrap_or_default().saturating_add(line.delta),
                compare: line.compare,
            });
            call::set(header, draft.name.code(), &lines.collect::<Vec<_>>())?
        }
        CallKind::Move => {
            let end = |name: QuantityName| Terminal { name: name.code(), document: document(name) };
            let (from, to) = (end(draft.name), end(draft.to_name.unwrap_or(draft.name)));
            let lines = lines.iter().map(|line| MoveLine {
                item: &line.lane.item,
                location: &line.lane.location,
                quantity: line.delta,
                from,
                to,
            });
            call::shift(header, &lines.collect::<Vec<_>>())?
        }
    };
    Ok(Some(text))
}

/// Why it happened, for the shop's history: the movement where there is one, else our record of
/// the call, which lists them.
fn reference(draft: &Draft, key: Uuid) -> String {
    match draft.lines.as_slice() {
        [line] => match line.movement {
            Some(movement) => format!("gid://onhand/Movement/{movement}"),
            None => format!("gid://onhand/Call/{key}"),
        },
        _ => format!("gid://onhand/Call/{key}"),
    }
}

/// The same content under another key; none for a text that is not ours.
pub(super) fn with_key(text: &str, key: Uuid) -> Option<String> {
    let mut request: Value = serde_json::from_str(text).ok()?;
    *request.get_mut("variables")?.get_mut("key")? = key.to_string().into();
    serde_json::to_string(&request).ok()
}

/// The lanes of a text, in the order of its lines: the shop names a line by its index.
pub(super) fn lanes(text: &str) -> Vec<LaneKey> {
    let Ok(request) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let Some(input) = request.pointer("/variables/input") else { return Vec::new() };
    let lines = ["changes", "quantities"].iter().find_map(|name| input.get(name)?.as_array());
    let word = |line: &Value, place: &str| Some(line.pointer(place)?.as_str()?.to_owned());
    let lane = |line: &Value| {
        Some(LaneKey {
            item: word(line, "/inventoryItemId")?,
            location: word(line, "/locationId").or_else(|| word(line, "/from/locationId"))?,
        })
    };
    lines.into_iter().flatten().filter_map(lane).collect()
}

#[cfg(test)]
mod tests {
    use onhand_domain::{
        ChannelId, MovementId,
        channel::{ShopReason, Urgency},
    };
    use onhand_store::channels::DraftLine;

    use super::*;

    fn draft(kind: CallKind, deltas: &[i64]) -> Draft {
        let line = |(n, delta): (usize, &i64)| DraftLine {
            lane: LaneKey {
                item: format!("gid://shopify/InventoryItem/{n}"),
                location: "gid://shopify/Location/9".to_owned(),
            },
            delta: *delta,
            compare: (kind == CallKind::Set).then_some(10),
            pushes: vec![Uuid::from_u128(1)],
            movement: Some(MovementId(Uuid::from_u128(7))),
        };
        let to_name = (kind == CallKind::Move).then_some(QuantityName::Damaged);
        Draft {
            channel: ChannelId(Uuid::from_u128(3)),
            kind,
            name: QuantityName::Available,
            to_name,
            reason: ShopReason::Shrinkage,
            urgency: Urgency::Fall,
            lines: deltas.iter().enumerate().map(line).collect(),
        }
    }

    fn text(draft: &Draft) -> Value {
        let text = of(draft, Uuid::from_u128(5)).expect("a call").expect("lines");
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn a_call_for_one_movement_names_it_and_one_for_many_names_itself() {
        let reference = |deltas: &[i64]| {
            let text = text(&draft(CallKind::Adjust, deltas));
            text.pointer("/variables/input/referenceDocumentUri").cloned().expect("named")
        };
        assert_eq!(reference(&[-1]), format!("gid://onhand/Movement/{}", Uuid::from_u128(7)));
        assert_eq!(reference(&[-1, 2]), format!("gid://onhand/Call/{}", Uuid::from_u128(5)));
    }

    #[test]
    fn a_set_makes_what_was_compared_and_changed() {
        let text = text(&draft(CallKind::Set, &[-4]));
        let line = text.pointer("/variables/input/quantities/0").expect("a line");
        assert_eq!((&line["quantity"], &line["changeFromQuantity"]), (&6.into(), &10.into()));
    }

    #[test]
    fn only_the_end_of_a_move_that_is_not_for_sale_has_a_document() {
        let text = text(&draft(CallKind::Move, &[2]));
        let line = text.pointer("/variables/input/changes/0").expect("a line");
        assert!(line["from"].get("ledgerDocumentUri").is_none(), "{line}");
        assert_eq!(
            line["to"]["ledgerDocumentUri"],
            *"gid://onhand/Movement/00000000-0000-0000-0000-000000000007"
        );
    }

    #[test]
    fn lines_that_cancel_out_are_not_sent_and_the_others_keep_their_lanes() {
        let draft = draft(CallKind::Adjust, &[0, 3, 0, -1]);
        let text = of(&draft, Uuid::from_u128(5)).expect("a call").expect("lines");
        let lanes: Vec<_> = lanes(&text).into_iter().map(|lane| lane.item).collect();
        assert_eq!(lanes, ["gid://shopify/InventoryItem/1", "gid://shopify/InventoryItem/3"]);
        let nothing = super::tests::draft(CallKind::Adjust, &[0, 0]);
        assert_eq!(of(&nothing, Uuid::from_u128(5)), Ok(None));
    }

    #[test]
    fn another_key_changes_nothing_else() {
        let first =
            of(&draft(CallKind::Adjust, &[3]), Uuid::from_u128(5)).expect("ok").expect("ok");
        let other = with_key(&first, Uuid::from_u128(6)).expect("ours");
        let (mut one, mut two): (Value, Value) = (
            serde_json::from_str(&first).expect("JSON"),
            serde_json::from_str(&other).expect("JSON"),
        );
        assert_ne!(one, two);
        one["variables"]["key"].take();
        two["variables"]["key"].take();
        assert_eq!(one, two);
    }
}
