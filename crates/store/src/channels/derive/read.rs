//! Reads what lies behind the cursors.

use std::collections::BTreeMap;

use onhand_domain::{
    ChannelId, FacilityId, Micros, MovementKind, Origin, Place, SkuId, channel::shop_did_it,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::super::rows::word;
use crate::StoreError;

/// Facilities of one statement.
const FACILITIES_A_QUERY_MAX: usize = 100;

/// A facility whose ledger goes on behind the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub(super) struct Ahead {
    facility_id: Uuid,
    seq: i64,
    head: i64,
}

const AHEAD: &str = "
    SELECT k.facility_id, k.seq, h.seq AS head
    FROM channel_cursors k JOIN ledger_heads h ON h.facility_id = k.facility_id
    WHERE k.channel_id = $1 AND h.seq > k.seq ORDER BY k.facility_id";

/// Where there is something to read.
pub(super) async fn ahead(
    db: &impl ConnectionTrait,
    channel: ChannelId,
) -> Result<Vec<Ahead>, StoreError> {
    let values = [channel.0.into()];
    let ask = Statement::from_sql_and_values(db.get_database_backend(), AHEAD, values);
    Ok(Ahead::find_by_statement(ask).all(db).await?)
}

/// Up to where each facility is read this time, and whether more is left: all of them share the
/// limit, so that a count of one keeps no other waiting.
pub(super) fn reach(ahead: &[Ahead], limit: u32) -> (BTreeMap<FacilityId, i64>, bool) {
    let facilities = i64::try_from(ahead.len()).unwrap_or(i64::MAX).max(1);
    let share = i64::from(limit).checked_div(facilities).unwrap_or(1).max(1);
    let to = |one: &Ahead| one.head.min(one.seq.saturating_add(share));
    let more = ahead.iter().any(|one| to(one) < one.head);
    (ahead.iter().map(|one| (FacilityId(one.facility_id), to(one))).collect(), more)
}

/// A movement, as far as a shop has to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) facility: FacilityId,
    pub(super) seq: i64,
    pub(super) id: Uuid,
    pub(super) sku: SkuId,
    pub(super) kind: MovementKind,
    pub(super) quantity: i64,
    pub(super) from: Place,
    pub(super) to: Place,
    pub(super) reason: Option<String>,
    pub(super) recorded_at: Micros,
    pub(super) after_available: i64,
    /// Whether this shop has done it itself.
    pub(super) own: bool,
}

#[derive(FromQueryResult)]
struct Row {
    facility_id: Uuid,
    seq: i64,
    id: Uuid,
    sku_id: Uuid,
    kind: String,
    quantity: i64,
    from_place: String,
    to_place: String,
    reason: Option<String>,
    origin: String,
    origin_key: Option<String>,
    recorded_at: i64,
    after_available: i64,
    order_channel: Option<String>,
}

/// Followed by what lies behind the cursors. By the primary key: numbers are given in the order
/// of the commits, so nothing comes in before what is read here.
const STEPS: &str = "
    SELECT m.facility_id, m.seq, m.id, m.sku_id, m.kind, m.quantity, m.from_place, m.to_place,
        m.reason, m.origin, m.origin_key, m.recorded_at, m.after_available,
        o.channel AS order_channel
    FROM movements m
    LEFT JOIN order_lines l ON l.id = m.order_line_id
    LEFT JOIN orders o ON o.id = l.order_id
    WHERE ";

/// The movements from the cursors on, in the order in which they were recorded.
pub(super) async fn steps(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    ahead: &[Ahead],
    reached: &BTreeMap<FacilityId, i64>,
) -> Result<Vec<Step>, StoreError> {
    let mut steps = Vec::new();
    for ahead in ahead.chunks(FACILITIES_A_QUERY_MAX) {
        let mut parts = Vec::with_capacity(ahead.len());
        let mut values: Vec<Value> = Vec::with_capacity(ahead.len().saturating_mul(3));
        for one in ahead {
            let n = values.len();
            let (at, from, to) = (n + 1, n + 2, n + 3);
            parts.push(format!("(m.facility_id = ${at} AND m.seq > ${from} AND m.seq <= ${to})"));
            let end = reached.get(&FacilityId(one.facility_id)).copied().unwrap_or(one.seq);
            values.extend([one.facility_id.into(), one.seq.into(), end.into()]);
        }
        let sql = format!("{STEPS}{}", parts.join(" OR "));
        let ask = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        for row in Row::find_by_statement(ask).all(db).await? {
            steps.push(step(channel, row)?);
        }
    }
    // Within a facility that is the order of its numbers, too.
    steps.sort_by_key(|step| (step.recorded_at, step.facility, step.seq));
    Ok(steps)
}

fn step(channel: ChannelId, row: Row) -> Result<Step, StoreError> {
    let table = "movements";
    let kind = word(table, MovementKind::from_code, &row.kind)?;
    let origin = word(table, Origin::from_code, &row.origin)?;
    let named = row.order_channel.as_deref().or(row.origin_key.as_deref());
    Ok(Step {
        own: shop_did_it(kind, origin) && is_of(channel, named),
        facility: row.facility_id.into(),
        seq: row.seq,
        id: row.id,
        sku: row.sku_id.into(),
        kind,
        quantity: row.quantity,
        from: word(table, Place::from_code, &row.from_place)?,
        to: word(table, Place::from_code, &row.to_place)?,
        reason: row.reason,
        recorded_at: Micros(row.recorded_at),
        after_available: row.after_available,
    })
}

/// Whether an event of some shop is of this one. What is learned from a shop names it: an order by
/// its channel, a movement by the beginning of its origin's key, `CHANNEL-ID/…`. What names none
/// is of the only shop there is.
fn is_of(channel: ChannelId, named: Option<&str>) -> bool {
    let first = named.and_then(|named| named.split('/').next());
    let id = first.and_then(|first| Uuid::try_parse(first).ok());
    id.is_none_or(|id| id == channel.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_shops_sale_is_news() {
        let ours = ChannelId(Uuid::from_u128(1));
        let other = Uuid::from_u128(2);
        assert!(is_of(ours, None));
        assert!(is_of(ours, Some("Shopify")));
        assert!(is_of(ours, Some(&format!("{ours}/orders/7"))));
        assert!(!is_of(ours, Some(&format!("{other}/orders/7"))));
        assert!(!is_of(ours, Some(&other.to_string())));
    }

    #[test]
    fn facilities_share_a_round() {
        let one = |n: u128, seq, head| Ahead { facility_id: Uuid::from_u128(n), seq, head };
        let ahead = [one(1, 0, 1_000), one(2, 5, 7)];
        let (reached, more) = reach(&ahead, 100);
        let to = |n| reached[&FacilityId(Uuid::from_u128(n))];
        assert_eq!((to(1), to(2), more), (50, 7, true));
        let (reached, more) = reach(&ahead, 10_000);
        assert_eq!((reached.values().sum::<i64>(), more), (1_007, false));
        let (reached, _) = reach(&ahead, 1);
        assert_eq!(reached.values().sum::<i64>(), 7, "at least one of each");
    }
}
