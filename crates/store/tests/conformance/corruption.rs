//! Whatever is changed behind the ledger's back is named.

use onhand_domain::{
    FacilityId, FacilityScope, MovementKind, OrderId, SkuId,
    plan::command::{Body, OrderDraft, OrderLineDraft},
};
use onhand_store::{
    Clock as _, StoreError,
    verify::{DIFFERENCES_MAX, Difference, What},
};
use uuid::Uuid;

use crate::world::{
    MINUTE, World, count, fact, new_id, on_both, posted, record, reverse, variance,
};

/// Tries until two verifications meet.
const MEETINGS_MAX: usize = 100;

on_both! {
    a_wrong_level,
    a_level_that_is_missing,
    a_wrong_head,
    a_quantity_that_was_changed,
    a_note_that_was_changed,
    a_running_quantity_that_was_changed,
    a_movement_that_was_deleted,
    a_time_that_runs_backwards,
    an_effect_before_its_cause,
    a_kind_that_nobody_knows,
    a_hash_that_is_too_short,
    a_reversal_that_reverses_something_else,
    two_reversals_of_one_movement,
    an_order_line_that_promises_too_much,
    a_promise_to_no_line,
    a_count_with_another_variance,
    a_count_that_was_forgotten,
    movements_of_no_facility,
    more_differences_than_are_listed,
    another_facility_is_not_looked_at,
    an_untouched_ledger_is_clean,
}

/// A ledger with something of everything: 12 movements at the first facility, one at the second.
async fn lived_in(world: &World) {
    let (here, there) = (world.facilities[0], world.facilities[1]);
    let (shoe, boot) = (world.skus[0], world.skus[1]);
    world.one(record(here, shoe, MovementKind::Receipt, 10)).await; // 1
    world.one(record(here, boot, MovementKind::Receipt, 5)).await; // 2
    let damaged = variance(here, shoe, -1);
    let slip = damaged.id;
    world.one(Body::Variance(damaged)).await; // 3
    posted(world.one(reverse(slip)).await); // 4
    let line =
        |sku, quantity| OrderLineDraft { id: new_id().0.into(), facility: here, sku, quantity };
    let order = |name: &str, lines| OrderDraft {
        id: OrderId(new_id().0),
        name: name.to_owned(),
        channel: "web".to_owned(),
        placed_at: None,
        due_at: None,
        lines,
    };
    world.one(Body::PlaceOrder(order("#1", vec![line(shoe, 2), line(boot, 1)]))).await; // 5, 6
    let second = order("#2", vec![line(boot, 1)]);
    let id = second.id;
    world.one(Body::PlaceOrder(second)).await; // 7
    world.one(Body::CancelOrder(id)).await; // 8
    world.clock.advance(MINUTE);
    let counted_at = world.clock.now();
    world.clock.advance(MINUTE);
    posted(world.one(count(here, shoe, 9, counted_at)).await); // 9: one is missing
    let mut late = fact(here, shoe, MovementKind::Sale, 1);
    late.effective_at = Some(counted_at.plus(-1));
    let late = posted(world.one(Body::Record(vec![late])).await); // 10, and its correction 11
    assert_eq!(late.corrections.len(), 1);
    world.one(record(here, shoe, MovementKind::Sale, 1)).await; // 12
    world.one(record(there, shoe, MovementKind::Receipt, 3)).await;
    let report = world.assert_clean().await;
    assert_eq!(report.facilities.iter().map(|f| f.movements).max(), Some(12));
}

/// Lives, corrupts, verifies.
async fn after(world: &World, sql: &str) -> Vec<Difference> {
    lived_in(world).await;
    world.corrupt(sql).await;
    let report = world.verify().await;
    assert!(!report.is_clean(), "{sql} was not noticed");
    assert_eq!(report.differences.len() as u64, report.differences_total);
    report.differences
}

#[track_caller]
fn find(differences: &[Difference], what: What, seq: Option<i64>) -> &Difference {
    let found = differences.iter().find(|d| d.what == what && d.seq == seq);
    found.unwrap_or_else(|| panic!("{what:?} at {seq:?} is not in {differences:#?}"))
}

fn whats(differences: &[Difference]) -> Vec<What> {
    let mut whats: Vec<What> = differences.iter().map(|d| d.what).collect();
    whats.sort_unstable();
    whats.dedup();
    whats
}

fn key(world: &World) -> String {
    let (facility, sku): (FacilityId, SkuId) = (world.facilities[0], world.skus[0]);
    format!("facility_id = {} AND sku_id = {}", world.sql(facility.0), world.sql(sku.0))
}

fn number(world: &World, seq: i64) -> String {
    format!("facility_id = {} AND seq = {seq}", world.sql(world.facilities[0].0))
}

async fn a_wrong_level(world: World) {
    let sql = format!("UPDATE levels SET available = available + 1 WHERE {}", key(&world));
    let found = after(&world, &sql).await;
    let level = find(&found, What::Level, Some(12));
    assert_eq!(found.len(), 1);
    assert_eq!((level.facility, level.sku), (world.facilities[0], Some(world.skus[0])));
    assert_eq!((level.expected.as_str(), level.found.as_str()), ("available 6", "available 7"));
}

async fn a_level_that_is_missing(world: World) {
    let sql = format!("DELETE FROM levels WHERE {}", key(&world));
    let found = after(&world, &sql).await;
    assert_eq!(find(&found, What::Level, Some(12)).found, "no level");
}

async fn a_wrong_head(world: World) {
    let here = world.sql(world.facilities[0].0);
    let sql = format!("UPDATE ledger_heads SET seq = 11 WHERE facility_id = {here}");
    let found = after(&world, &sql).await;
    let head = find(&found, What::Head, Some(12));
    assert_eq!((head.expected.as_str(), head.found.as_str()), ("number 12", "number 11"));
}

async fn a_quantity_that_was_changed(world: World) {
    let sql = format!("UPDATE movements SET quantity = 9 WHERE {}", number(&world, 1));
    let found = after(&world, &sql).await;
    find(&found, What::Hash, Some(1));
    find(&found, What::RunningQuantities, Some(1));
    find(&found, What::Level, Some(12));
    let running = found.iter().filter(|d| d.what == What::RunningQuantities).count();
    assert_eq!(running, 1, "the rows after a wrong one are not wrong themselves: {found:#?}");
}

async fn a_note_that_was_changed(world: World) {
    let sql = format!("UPDATE movements SET note = 'nothing to see' WHERE {}", number(&world, 3));
    let found = after(&world, &sql).await;
    find(&found, What::Hash, Some(3));
    assert_eq!(found.len(), 1);
}

async fn a_running_quantity_that_was_changed(world: World) {
    let sql = format!("UPDATE movements SET after_damaged = 7 WHERE {}", number(&world, 3));
    let found = after(&world, &sql).await;
    let running = find(&found, What::RunningQuantities, Some(3));
    assert_eq!((running.expected.as_str(), running.found.as_str()), ("damaged 1", "damaged 7"));
    find(&found, What::Hash, Some(3));
    assert_eq!(found.len(), 2, "{found:#?}");
}

async fn a_movement_that_was_deleted(world: World) {
    let sql = format!("DELETE FROM movements WHERE {}", number(&world, 2));
    let found = after(&world, &sql).await;
    let gap = find(&found, What::Sequence, Some(3));
    assert_eq!((gap.expected.as_str(), gap.found.as_str()), ("number 2", "number 3"));
    // And at the end: the head knows of the last one.
    let here = world.sql(world.facilities[0].0);
    world.corrupt(&format!("DELETE FROM movements WHERE facility_id = {here} AND seq = 12")).await;
    find(&world.verify().await.differences, What::Head, Some(11));
}

async fn a_time_that_runs_backwards(world: World) {
    let sql = format!(
        "UPDATE movements SET recorded_at = recorded_at - 5, effective_at = effective_at - 5 \
         WHERE {}",
        number(&world, 6)
    );
    find(&after(&world, &sql).await, What::RecordedAt, Some(6));
}

async fn an_effect_before_its_cause(world: World) {
    let sql =
        format!("UPDATE movements SET effective_at = recorded_at + 1 WHERE {}", number(&world, 2));
    find(&after(&world, &sql).await, What::EffectiveAt, Some(2));
}

async fn a_kind_that_nobody_knows(world: World) {
    let sql = format!("UPDATE movements SET kind = 'gift' WHERE {}", number(&world, 2));
    let found = after(&world, &sql).await;
    assert!(find(&found, What::Row, Some(2)).found.starts_with("\"gift\" as "));
    if !world.is_postgres() {
        // SQLite keeps a text where a number belongs.
        let sql = format!("UPDATE movements SET quantity = 'many' WHERE {}", number(&world, 3));
        world.corrupt(&sql).await;
        find(&world.verify().await.differences, What::Row, Some(3));
    }
}

async fn a_hash_that_is_too_short(world: World) {
    let short = if world.is_postgres() { "'\\x00'::bytea" } else { "x'00'" };
    let sql = format!("UPDATE movements SET hash = {short} WHERE {}", number(&world, 2));
    assert_eq!(find(&after(&world, &sql).await, What::Row, Some(2)).found, "a hash of 1 bytes");
}

async fn a_reversal_that_reverses_something_else(world: World) {
    let first = format!("SELECT id FROM movements WHERE {}", number(&world, 1));
    let sql = format!("UPDATE movements SET reverses = ({first}) WHERE {}", number(&world, 4));
    let found = after(&world, &sql).await;
    assert_eq!(find(&found, What::Reversal, Some(4)).expected, "the mirror of number 1");
    let none = world.sql(Uuid::from_u128(1));
    world
        .corrupt(&format!("UPDATE movements SET reverses = {none} WHERE {}", number(&world, 4)))
        .await;
    let found = world.verify().await.differences;
    assert_eq!(find(&found, What::Reversal, Some(4)).found, "none with that id");
}

async fn two_reversals_of_one_movement(world: World) {
    lived_in(&world).await;
    world.corrupt("DROP INDEX movements_reverses").await;
    let third = format!("SELECT id FROM movements WHERE {}", number(&world, 3));
    world
        .corrupt(&format!("UPDATE movements SET reverses = ({third}) WHERE {}", number(&world, 8)))
        .await;
    let found = world.verify().await.differences;
    assert_eq!(find(&found, What::Reversal, Some(3)).found, "2 reversals");
}

async fn an_order_line_that_promises_too_much(world: World) {
    let sql = format!("UPDATE order_lines SET open_quantity = 3 WHERE {}", key(&world));
    let found = after(&world, &sql).await;
    let line = find(&found, What::OrderLine, None);
    assert!(line.expected.starts_with("2 open of line "), "{line:?}");
    assert_eq!((line.sku, line.found.as_str()), (Some(world.skus[0]), "3 open"));
}

async fn a_promise_to_no_line(world: World) {
    let sql = format!("DELETE FROM order_lines WHERE {}", key(&world));
    let found = after(&world, &sql).await;
    assert_eq!(find(&found, What::OrderLine, None).found, "no such line here");
}

async fn a_count_with_another_variance(world: World) {
    let sql = format!("UPDATE anchors SET variance = variance + 1 WHERE {}", key(&world));
    let found = after(&world, &sql).await;
    assert_eq!(whats(&found), [What::Anchor]);
    assert!(find(&found, What::Anchor, None).expected.starts_with("variance 0 of count "));
}

async fn a_count_that_was_forgotten(world: World) {
    let sql = format!("DELETE FROM anchors WHERE {}", key(&world));
    let found = after(&world, &sql).await;
    find(&found, What::Anchor, Some(9));
    find(&found, What::Anchor, Some(11));
}

async fn movements_of_no_facility(world: World) {
    let here = world.sql(world.facilities[0].0);
    let sql = format!("DELETE FROM facilities WHERE id = {here}");
    let found = after(&world, &sql).await;
    assert_eq!(whats(&found), [What::Facility]);
    assert_eq!(found[0].facility, world.facilities[0]);
}

async fn more_differences_than_are_listed(world: World) {
    let facility = world.facilities[0];
    let more = DIFFERENCES_MAX + 10;
    let skus = world.add_skus(more).await;
    let facts = skus.iter().map(|sku| fact(facility, *sku, MovementKind::Receipt, 1)).collect();
    posted(world.one(Body::Record(facts)).await);
    world.corrupt("UPDATE levels SET available = 2").await;
    let report = world.verify().await;
    assert_eq!(report.differences.len(), DIFFERENCES_MAX);
    assert_eq!(report.differences_total, more as u64);
}

async fn another_facility_is_not_looked_at(world: World) {
    let sql = format!("UPDATE levels SET available = available + 1 WHERE {}", key(&world));
    after(&world, &sql).await;
    let there = FacilityScope::Only([world.facilities[1]].into());
    let report = world.store.verify(&there).await.expect("verified");
    assert!(report.is_clean());
    assert_eq!((report.facilities.len(), report.movements()), (1, 1));
    let nowhere = world.store.verify(&FacilityScope::none()).await.expect("verified");
    assert!(nowhere.facilities.is_empty());
}

async fn an_untouched_ledger_is_clean(world: World) {
    assert_eq!(world.assert_clean().await.movements(), 0);
    lived_in(&world).await;
    let report = world.assert_clean().await;
    for facility in report.facilities {
        assert_eq!(facility.units.values().sum::<i128>(), 0, "units are conserved");
    }
    // A fast machine may be done with the first before it begins the second.
    for _ in 0..MEETINGS_MAX {
        let (one, two) = tokio::join!(
            world.store.verify(&FacilityScope::All),
            world.store.verify(&FacilityScope::All)
        );
        match (one, two) {
            (Ok(report), Err(StoreError::Busy)) | (Err(StoreError::Busy), Ok(report)) => {
                assert!(report.is_clean());
                return;
            }
            (one, two) => assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}"),
        }
    }
    panic!("never one at a time");
}
