mod back;

use std::collections::BTreeMap;

use jiff::Timestamp;
use onhand_domain::{
    ChannelId, FacilityId, Micros, SkuId,
    plan::command::{FollowLine, FollowOrder},
};
use onhand_store::channels::{FollowedLine, OrderGround, ShopThing};
use uuid::Uuid;

use super::*;
use crate::read::{
    AssignedLine, Assignment, Fulfillment, FulfillmentStatus, OrderHead, OrderLine, Refund,
    RefundedLine, Restock, SentLine,
};

const CHANNEL: ChannelId = ChannelId(Uuid::from_u128(1));
const STORE: FacilityId = FacilityId(Uuid::from_u128(10));
const OTHER: FacilityId = FacilityId(Uuid::from_u128(11));
const WAREHOUSE: FacilityId = FacilityId(Uuid::from_u128(12));
const DEPOT: FacilityId = FacilityId(Uuid::from_u128(13));
const SHOE: SkuId = SkuId(Uuid::from_u128(20));
const BOOT: SkuId = SkuId(Uuid::from_u128(21));
const LINE: &str = "gid://shopify/LineItem/1";
/// Locations: of one facility each, of two, and of none.
const FIRST: &str = "gid://shopify/Location/1";
const SECOND: &str = "gid://shopify/Location/2";
const GROUP: &str = "gid://shopify/Location/3";
const NOBODY: &str = "gid://shopify/Location/4";

fn item(n: u32) -> String {
    format!("gid://shopify/InventoryItem/{n}")
}

fn ground() -> OrderGround {
    let locations = [(FIRST, vec![STORE]), (SECOND, vec![OTHER]), (GROUP, vec![WAREHOUSE, DEPOT])];
    let things =
        [ShopThing::Sku(SHOE), ShopThing::Sku(BOOT), ShopThing::Untracked, ShopThing::Unmatched];
    OrderGround {
        locations: locations.into_iter().map(|(at, behind)| (at.to_owned(), behind)).collect(),
        items: (1..).zip(things).map(|(n, thing)| (item(n), thing)).collect(),
        available: BTreeMap::from([((WAREHOUSE, SHOE), 2), ((DEPOT, SHOE), 5)]),
        lines: BTreeMap::new(),
    }
}

/// Minute `n` of the day.
fn at(n: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + 60 * n).unwrap()
}

/// An order of so many shoes, placed at minute 0, changed at minute 10.
fn order(quantity: i64) -> Order {
    Order {
        head: OrderHead {
            id: "gid://shopify/Order/7".to_owned(),
            name: "#7".to_owned(),
            created_at: at(0),
            updated_at: at(10),
            cancelled_at: None,
            source_name: Some("web".to_owned()),
            display_fulfillment_status: "UNFULFILLED".to_owned(),
            retail_location: None,
        },
        lines: vec![line(LINE, 1, quantity)],
        assignments: Vec::new(),
        fulfillments: Vec::new(),
        refunds: Vec::new(),
        has_returns: false,
        returns: Vec::new(),
        cut: false,
    }
}

fn line(id: &str, item_number: u32, quantity: i64) -> OrderLine {
    OrderLine {
        id: id.to_owned(),
        item: Some(item(item_number)),
        sku: None,
        quantity,
        current_quantity: quantity,
        unfulfilled_quantity: 0,
    }
}

fn assigned(location: &str, status: &str, remaining: i64) -> Assignment {
    Assignment {
        id: format!("gid://shopify/FulfillmentOrder/{remaining}"),
        status: status.to_owned(),
        location: Some(location.to_owned()),
        lines: vec![AssignedLine {
            id: "part".to_owned(),
            line: LINE.to_owned(),
            item: Some(item(1)),
            total: remaining,
            remaining,
        }],
    }
}

fn sent(n: i64, location: &str, quantity: i64) -> Fulfillment {
    Fulfillment {
        id: format!("gid://shopify/Fulfillment/{n}"),
        status: FulfillmentStatus::Success,
        created_at: at(n),
        updated_at: at(n),
        location: Some(location.to_owned()),
        lines: vec![SentLine { line: LINE.to_owned(), quantity }],
    }
}

fn refund(n: i64, restock: Restock, quantity: i64, location: Option<&str>) -> Refund {
    Refund {
        id: format!("gid://shopify/Refund/{n}"),
        created_at: Some(at(n)),
        lines: vec![RefundedLine {
            line: LINE.to_owned(),
            quantity,
            restock,
            location: location.map(str::to_owned),
        }],
    }
}

fn read_since(order: &Order, ground: &OrderGround, from: Option<i64>) -> Meaning {
    let from = from.map(|n| Micros::from(at(n)));
    meaning(Terms { channel: CHANNEL, from, ground }, order)
}

fn read(order: &Order) -> FollowOrder {
    let meaning = read_since(order, &ground(), None);
    assert_eq!(meaning.left_out, Vec::new());
    meaning.order
}

/// What is open and dropped where.
fn lines(order: &FollowOrder) -> Vec<(FacilityId, i64, i64)> {
    order.lines.iter().map(|line| (line.facility, line.open, line.dropped)).collect()
}

fn sales(order: &FollowOrder) -> Vec<(FacilityId, i64)> {
    order.sales.iter().map(|sale| (sale.facility, sale.quantity)).collect()
}

fn returns(order: &FollowOrder) -> Vec<(FacilityId, i64)> {
    order.returns.iter().map(|back| (back.facility, back.quantity)).collect()
}

/// The ground, once the ledger has these lines of the order.
fn knowing(lines: &[FollowLine]) -> OrderGround {
    let known = |line: &FollowLine| {
        let FollowLine { facility, sku, open, dropped, .. } = *line;
        (line.id, FollowedLine { facility, sku, open, dropped })
    };
    OrderGround { lines: lines.iter().map(known).collect(), ..ground() }
}

#[test]
fn what_waits_is_promised_where_it_waits() {
    let mut order = order(3);
    order.assignments = vec![assigned(FIRST, "OPEN", 2), assigned(SECOND, "ON_HOLD", 1)];
    let read = read(&order);
    assert_eq!(lines(&read), [(STORE, 2, 0), (OTHER, 1, 0)]);
    assert_eq!((read.name.as_str(), read.channel), ("#7", CHANNEL.to_string()));
    assert_eq!((read.placed_at, read.version), (at(0).into(), at(10).into()));
    assert!(!read.cancelled && read.sales.is_empty() && read.returns.is_empty());
}

#[test]
fn the_same_order_means_the_same_whoever_reads_it() {
    let mut order = order(3);
    order.assignments = vec![assigned(FIRST, "OPEN", 1)];
    order.fulfillments = vec![sent(1, FIRST, 2)];
    assert_eq!(read(&order), read(&order));
    let other = Terms { channel: ChannelId(Uuid::from_u128(2)), from: None, ground: &ground() };
    let (ours, theirs) = (read(&order), meaning(other, &order).order);
    assert_ne!(ours.id, theirs.id);
    assert_ne!(ours.lines[0].id, theirs.lines[0].id);
    assert_ne!(ours.sales[0].id, theirs.sales[0].id);
}

#[test]
fn what_moved_is_promised_where_it_is_now() {
    let mut order = order(2);
    order.assignments = vec![assigned(FIRST, "OPEN", 2)];
    let before = read(&order);
    order.assignments = vec![assigned(FIRST, "CLOSED", 0), assigned(SECOND, "OPEN", 2)];
    let after = read_since(&order, &knowing(&before.lines), None).order;
    let there: Vec<_> = after.lines.iter().filter(|line| line.open > 0).collect();
    assert_eq!(
        there.iter().map(|line| (line.facility, line.open)).collect::<Vec<_>>(),
        [(OTHER, 2)]
    );
    assert_ne!(there[0].id, before.lines[0].id);
}

#[test]
fn what_was_cancelled_as_a_part_is_not_promised() {
    let mut order = order(2);
    // The shop leaves the numbers of a part that was cancelled.
    order.assignments = vec![assigned(FIRST, "CANCELLED", 2), assigned(SECOND, "OPEN", 2)];
    assert_eq!(lines(&read(&order)), [(OTHER, 2, 0)]);
}

#[test]
fn what_was_sent_is_sold_from_where_it_left() {
    let mut order = order(5);
    order.assignments = vec![assigned(FIRST, "IN_PROGRESS", 2)];
    order.fulfillments = vec![sent(1, FIRST, 2), sent(2, SECOND, 1)];
    let read = read(&order);
    assert_eq!(lines(&read), [(STORE, 2, 0), (OTHER, 0, 0)]);
    assert_eq!(sales(&read), [(STORE, 2), (OTHER, 1)]);
    assert_eq!(read.sales[0].at, at(1).into());
    assert_eq!(read.sales[0].line, Some(read.lines[0].id));
    let key = format!("{CHANNEL}/orders/7/fulfillments/1");
    assert_eq!(read.sales[0].origin_key, key);
}

#[test]
fn a_line_that_is_named_twice_in_a_fulfilment_is_one_sale() {
    let mut order = order(3);
    let mut fulfillment = sent(1, FIRST, 2);
    fulfillment.lines.push(SentLine { line: LINE.to_owned(), quantity: 1 });
    order.fulfillments = vec![fulfillment];
    assert_eq!(sales(&read(&order)), [(STORE, 3)]);
}

#[test]
fn what_was_called_back_left_and_came_back() {
    let mut order = order(2);
    let called_back = Fulfillment {
        status: FulfillmentStatus::Cancelled,
        updated_at: at(5),
        ..sent(1, FIRST, 2)
    };
    order.fulfillments = vec![called_back];
    order.assignments = vec![assigned(FIRST, "OPEN", 2)];
    let read = read(&order);
    assert_eq!((sales(&read), returns(&read)), (vec![(STORE, 2)], vec![(STORE, 2)]));
    assert_eq!((read.sales[0].at, read.returns[0].at), (at(1).into(), at(5).into()));
    assert_ne!(read.sales[0].id, read.returns[0].id);
    assert_eq!(lines(&read), [(STORE, 2, 0)]);
    order.fulfillments[0].status = FulfillmentStatus::Failure;
    let failed = read_since(&order, &ground(), None).order;
    assert_eq!((sales(&failed), returns(&failed)), (Vec::new(), Vec::new()), "it never left");
}

#[test]
fn cancelled_with_restock_comes_back_to_stock() {
    let mut order = order(2);
    order.assignments = vec![assigned(FIRST, "OPEN", 2)];
    let before = read(&order);
    order.head.cancelled_at = Some(at(5));
    order.assignments = vec![assigned(FIRST, "CANCELLED", 0)];
    order.refunds = vec![refund(5, Restock::Cancel, 2, Some(FIRST))];
    let after = read_since(&order, &knowing(&before.lines), None).order;
    assert!(after.cancelled);
    assert_eq!(lines(&after), [(STORE, 0, 0)]);
    assert_eq!(returns(&after), [], "it never left");
}

#[test]
fn cancelled_without_restock_is_dropped_where_it_was_promised() {
    let mut order = order(2);
    order.assignments = vec![assigned(SECOND, "OPEN", 2)];
    let before = read(&order);
    order.head.cancelled_at = Some(at(5));
    order.assignments = vec![assigned(SECOND, "CANCELLED", 0)];
    order.refunds = vec![refund(5, Restock::NoRestock, 2, None)];
    let after = read_since(&order, &knowing(&before.lines), None).order;
    assert_eq!(lines(&after), [(OTHER, 0, 2)]);
    assert_eq!(after.lines[0].dropped_at, Some(at(5).into()));
    assert_eq!(lines(&read(&order)), [(OTHER, 0, 2)], "the same without having seen it before");
    let known = read_since(&order, &knowing(&after.lines), None).order;
    assert_eq!(lines(&known), [(OTHER, 0, 2)], "and the same once more");
}

#[test]
fn what_was_dropped_stays_where_it_was_dropped() {
    let mut order = order(3);
    order.assignments = vec![assigned(FIRST, "OPEN", 2)];
    order.refunds = vec![refund(5, Restock::NoRestock, 1, None)];
    let before = read(&order);
    assert_eq!(lines(&before), [(STORE, 2, 1)]);
    order.assignments = vec![assigned(SECOND, "OPEN", 2)];
    let after = read_since(&order, &knowing(&before.lines), None).order;
    assert_eq!(lines(&after), [(STORE, 0, 1), (OTHER, 2, 0)]);
}

#[test]
fn money_back_for_what_was_sent_drops_nothing() {
    let mut order = order(2);
    order.fulfillments = vec![sent(1, FIRST, 2)];
    order.refunds = vec![refund(5, Restock::NoRestock, 1, None)];
    assert_eq!(lines(&read(&order)), [(STORE, 0, 0)]);
    order.fulfillments = vec![sent(1, FIRST, 1)];
    order.assignments = vec![assigned(FIRST, "OPEN", 1)];
    assert_eq!(lines(&read(&order)), [(STORE, 1, 0)], "and nothing that still waits");
}

#[test]
fn what_came_back_can_be_sold_where_it_came_back_to() {
    let mut order = order(3);
    order.fulfillments = vec![sent(1, FIRST, 3)];
    order.refunds = vec![
        refund(5, Restock::Return, 1, Some(SECOND)),
        refund(6, Restock::Return, 1, None),
        refund(7, Restock::LegacyRestock, 1, Some(FIRST)),
    ];
    let read = read(&order);
    assert_eq!(returns(&read), [(OTHER, 1), (STORE, 1), (STORE, 1)]);
    assert_eq!(read.returns[0].at, at(5).into());
    assert_eq!(read.returns[0].origin_key, format!("{CHANNEL}/orders/7/refunds/5"));
    assert_eq!(lines(&read), [(STORE, 0, 0)]);
}

#[test]
fn an_edit_adds_and_takes_away() {
    let mut order = order(3);
    order.assignments = vec![assigned(FIRST, "OPEN", 1)];
    order.refunds =
        vec![refund(4, Restock::Cancel, 1, Some(FIRST)), refund(5, Restock::NoRestock, 1, None)];
    let added = "gid://shopify/LineItem/2";
    order.lines.push(line(added, 2, 4));
    let mut part = assigned(FIRST, "OPEN", 4);
    part.lines[0].line = added.to_owned();
    order.assignments.push(part);
    let read = read(&order);
    assert_eq!(lines(&read), [(STORE, 1, 1), (STORE, 4, 0)]);
    let skus: Vec<SkuId> = read.lines.iter().map(|line| line.sku).collect();
    assert_eq!(skus, [SHOE, BOOT]);
}

#[test]
fn a_sale_at_the_till_leaves_no_order() {
    let mut order = order(2);
    order.head.source_name = Some("pos".to_owned());
    order.head.retail_location = Some(FIRST.to_owned());
    order.fulfillments = vec![sent(1, FIRST, 2)];
    order.assignments = vec![assigned(FIRST, "CLOSED", 0)];
    order.refunds = vec![refund(5, Restock::Return, 1, Some(FIRST))];
    let sold = read(&order);
    assert_eq!((sold.lines.len(), sold.sales[0].line), (0, None));
    assert_eq!((sales(&sold), returns(&sold)), (vec![(STORE, 2)], vec![(STORE, 1)]));
    // To be sent from elsewhere: an order like any other.
    order.assignments = vec![assigned(SECOND, "OPEN", 1)];
    assert_eq!(lines(&read(&order)), [(STORE, 0, 0), (OTHER, 1, 0)]);
}

#[test]
fn what_nobody_has_matched_is_left_out_and_told() {
    let mut order = order(1);
    order.assignments = vec![assigned(FIRST, "OPEN", 1)];
    order.lines.push(line("gid://shopify/LineItem/2", 3, 1));
    order.lines.push(line("gid://shopify/LineItem/3", 4, 1));
    order.lines.push(line("gid://shopify/LineItem/4", 9, 1));
    order.lines.push(OrderLine { item: None, ..line("gid://shopify/LineItem/5", 1, 1) });
    let meaning = read_since(&order, &ground(), None);
    let left_out = [LeftOut::Item(item(4)), LeftOut::Item(item(9))];
    assert_eq!(meaning.left_out, left_out, "not what nobody keeps stock of");
    assert_eq!(lines(&meaning.order), [(STORE, 1, 0)]);
    let words = meaning.left_out().unwrap();
    assert!(words.contains("InventoryItem/4 is no SKU; "), "{words}");
}

#[test]
fn a_variant_that_is_gone_is_known_by_what_waits() {
    let mut order = order(1);
    order.lines[0].item = None;
    order.assignments = vec![assigned(FIRST, "OPEN", 1)];
    assert_eq!(lines(&read(&order)), [(STORE, 1, 0)]);
}

#[test]
fn an_item_that_is_no_sku_any_more_keeps_its_promises() {
    let mut order = order(1);
    order.assignments = vec![assigned(FIRST, "OPEN", 1)];
    let before = read(&order);
    let mut ground = knowing(&before.lines);
    ground.items.insert(item(1), ShopThing::Unmatched);
    assert_eq!(lines(&read_since(&order, &ground, None).order), [(STORE, 1, 0)]);
}

#[test]
fn a_location_without_facility_is_left_out_and_told() {
    let mut order = order(3);
    order.assignments = vec![assigned(NOBODY, "OPEN", 1), assigned(FIRST, "OPEN", 1)];
    order.fulfillments = vec![Fulfillment { location: None, ..sent(1, FIRST, 1) }];
    let meaning = read_since(&order, &ground(), None);
    let left_out = [LeftOut::Location(NOBODY.to_owned()), LeftOut::Nowhere(LINE.to_owned())];
    assert_eq!(meaning.left_out, left_out);
    assert_eq!(lines(&meaning.order), [(STORE, 1, 0)]);
    assert_eq!(sales(&meaning.order), []);
}

#[test]
fn of_a_group_who_has_most_gets_a_line_and_keeps_it() {
    let mut order = order(4);
    order.assignments = vec![assigned(GROUP, "OPEN", 4)];
    let first = read(&order);
    assert_eq!(lines(&first), [(DEPOT, 4, 0)]);
    let mut later = knowing(&first.lines);
    later.available = BTreeMap::from([((WAREHOUSE, SHOE), 9), ((DEPOT, SHOE), 0)]);
    assert_eq!(lines(&read_since(&order, &later, None).order), [(DEPOT, 4, 0)]);
    order.assignments = vec![assigned(GROUP, "IN_PROGRESS", 1)];
    order.fulfillments = vec![sent(1, GROUP, 3)];
    let sold = read_since(&order, &later, None).order;
    assert_eq!((lines(&sold), sales(&sold)), (vec![(DEPOT, 1, 0)], vec![(DEPOT, 3)]));
    // Another choice would be another sale of the same units, were its id not the same.
    let elsewhere = OrderGround { lines: BTreeMap::new(), ..later };
    let again = read_since(&order, &elsewhere, None).order;
    assert_eq!(sales(&again), [(WAREHOUSE, 3)]);
    assert_eq!(again.sales[0].id, sold.sales[0].id);
}

#[test]
fn lines_of_a_group_do_not_all_count_on_the_same_units() {
    let mut order = order(4);
    let other = "gid://shopify/LineItem/2";
    order.lines.push(line(other, 1, 2));
    let mut second = assigned(GROUP, "OPEN", 2);
    second.lines[0].line = other.to_owned();
    order.assignments = vec![assigned(GROUP, "OPEN", 4), second];
    assert_eq!(lines(&read(&order)), [(DEPOT, 4, 0), (WAREHOUSE, 2, 0)]);
}

#[test]
fn what_happened_before_the_orders_were_followed_is_in_the_stock() {
    let mut order = order(6);
    order.fulfillments = vec![
        sent(1, FIRST, 1),
        sent(6, FIRST, 1),
        Fulfillment {
            status: FulfillmentStatus::Cancelled,
            updated_at: at(7),
            ..sent(2, FIRST, 1)
        },
    ];
    order.refunds = vec![
        refund(3, Restock::Return, 1, Some(FIRST)),
        refund(4, Restock::NoRestock, 1, None),
        refund(8, Restock::NoRestock, 1, None),
    ];
    order.assignments = vec![assigned(FIRST, "OPEN", 2)];
    let since = read_since(&order, &ground(), Some(5)).order;
    assert_eq!(sales(&since), [(STORE, 1)]);
    assert_eq!(returns(&since), [(STORE, 1)], "called back since then");
    assert_eq!(lines(&since), [(STORE, 2, 1)], "what was dropped since then");
    let from_the_first = read_since(&order, &ground(), None).order;
    assert_eq!(lines(&from_the_first), [(STORE, 2, 2)]);
    assert_eq!(sales(&from_the_first).len(), 3);
}

#[test]
fn an_old_order_means_nothing() {
    let mut order = order(1);
    order.fulfillments = vec![sent(1, FIRST, 1)];
    assert!(read_since(&order, &ground(), Some(5)).is_empty());
    assert!(!read_since(&order, &ground(), Some(1)).is_empty());
}
