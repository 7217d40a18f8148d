//! The client against a shop that has rules of its own.

use onhand_shopify::auth::{Credentials, Endpoint, Secret, oauth};
use onhand_shopify::budget::{Share, Work};
use onhand_shopify::call::{self, AVAILABLE, AdjustLine, Header, MoveLine, SetLine, Terminal};
use onhand_shopify::client::{Limits, Shop};
use onhand_shopify::code::{Code, Stop};
use onhand_shopify::documents::BULK_LEVELS;
use onhand_shopify::judge::{Verdict, judge};
use onhand_shopify::read::{BulkStatus, QUANTITY_NAMES};
use onhand_shopify::reply::Reply;
use onhand_shopify::webhook::{self, Delivery, WebhookError};
use onhand_store::Clock as _;
use onhand_store::clock::System;
use serde_json::json;
use uuid::Uuid;

use crate::fake::{FIRST, Fake, SECOND, SHOE, SHOE_41, UNSTOCKED};
use crate::stand_in::{Answer, StandIn};

const MOVEMENT: &str = "gid://onhand/Movement/1";

async fn send(shop: &Shop, payload: &str) -> Reply {
    let permit = shop.admit(Work { name: "adjust", size: 1 }, Share::Ordinary).await;
    shop.send_call(permit, payload).await
}

fn header(key: u128) -> Header<'static> {
    Header { key: Uuid::from_u128(key), reason: "shrinkage", reference: MOVEMENT }
}

const fn line(item: &str, delta: i64) -> AdjustLine<'_> {
    AdjustLine { item, location: FIRST, delta, compare: None, document: None }
}

fn adjust(key: u128, lines: &[AdjustLine<'_>]) -> String {
    call::adjust(header(key), AVAILABLE, lines).unwrap()
}

async fn available(shop: &Shop, item: &str) -> i64 {
    let found = shop.levels_of(FIRST, &[item], &[AVAILABLE]).await.unwrap();
    found[0].level.as_ref().unwrap().quantity(AVAILABLE).unwrap()
}

#[tokio::test]
async fn a_shop_is_read() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let scopes = shop.scopes().await.unwrap();
    assert!(scopes.iter().any(|scope| scope == "write_inventory"), "{scopes:?}");
    assert_eq!(shop.info().await.unwrap().myshopify_domain, "twin.myshopify.com");
    let locations = shop.locations().await.unwrap();
    let ids: Vec<_> = locations.iter().map(|location| location.id.as_str()).collect();
    assert_eq!(ids, [FIRST, SECOND, UNSTOCKED]);

    let mut pages = shop.items();
    let items = pages.next().await.unwrap().unwrap();
    assert_eq!(pages.next().await.unwrap(), None);
    let codes: Vec<_> = items.iter().map(|item| item.code.as_deref()).collect();
    assert_eq!(codes, [Some("S-40"), Some("S-41"), Some("CARD")]);
    let tracked: Vec<_> = items.iter().map(|item| item.tracked).collect();
    assert_eq!(tracked, [true, true, false]);
    let item = &items[0];
    assert_eq!((item.item.as_str(), item.barcode.as_deref()), (SHOE, Some("4000000000017")));
    assert_eq!((items[1].barcode.as_deref(), item.handle.as_str()), (None, "shoe"));
    assert_eq!((item.options[0].name.as_str(), item.options[0].value.as_str()), ("Size", "40"));

    let gone = "gid://shopify/InventoryItem/1";
    let found = shop.levels_of(FIRST, &[SHOE, gone, SHOE_41], QUANTITY_NAMES).await.unwrap();
    let item = found[0].level.as_ref().unwrap();
    assert_eq!(item.quantities.len(), QUANTITY_NAMES.len());
    assert_eq!((item.quantity("available"), item.active), (Some(10), true));
    assert_eq!((found[1].tracked, &found[1].level), (None, &None));
    let nowhere = shop.levels_of(UNSTOCKED, &[SHOE], &[AVAILABLE]).await.unwrap();
    assert_eq!((nowhere[0].tracked, &nowhere[0].level), (Some(true), &None));
    let again = shop.levels(&[&item.id], QUANTITY_NAMES).await.unwrap();
    assert_eq!(again[0].as_ref(), Some(item));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_nothing_is_doubled() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let fault = json!({"next": {"cut_after_commit": 1}, "only": ["inventoryAdjustQuantities"]});
    fake.post("/twin/faults", &fault).await;
    let payload = adjust(1, &[line(SHOE, -1), line(SHOE_41, 2)]);
    let lost = send(&shop, &payload).await;
    assert!(matches!(lost, Reply::Unknown { .. }), "{lost:?}");
    assert!(matches!(judge(&lost, 2), Verdict::Again { code: Code::NoAnswer, .. }));
    let reply = send(&shop, &payload).await;
    let Verdict::Confirmed { adjustment } = judge(&reply, 2) else { panic!("{reply:?}") };
    assert!(adjustment.starts_with("gid://shopify/InventoryAdjustmentGroup/"), "{adjustment}");
    assert_eq!((available(&shop, SHOE).await, available(&shop, SHOE_41).await), (9, 7));
    let other = judge(&send(&shop, &adjust(1, &[line(SHOE, -2)])).await, 1);
    let parked = Code::IdempotencyKeyParameterMismatch;
    assert!(matches!(&other, Verdict::Park { code, .. } if *code == parked), "{other:?}");
    assert_eq!(available(&shop, SHOE).await, 9);
}

#[tokio::test]
async fn faults_before_the_commit_change_nothing_and_pass() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let payload = adjust(2, &[line(SHOE, -1)]);
    for fault in ["cut_before_commit", "http_502", "http_429", "internal_error", "throttled"] {
        let next = json!({"next": {fault: 1}, "only": ["inventoryAdjustQuantities"]});
        fake.post("/twin/faults", &next).await;
        let verdict = judge(&send(&fake.shop(), &payload).await, 1);
        assert!(matches!(verdict, Verdict::Again { .. }), "{fault}: {verdict:?}");
        assert_eq!(available(&shop, SHOE).await, 10, "{fault}");
    }
    let next = json!({"next": {"previous_attempt_failed": 1}});
    fake.post("/twin/faults", &next).await;
    assert!(matches!(judge(&send(&shop, &payload).await, 1), Verdict::Again { .. }));
    let burnt = judge(&send(&shop, &payload).await, 1);
    assert!(matches!(burnt, Verdict::FreshKey { .. }), "{burnt:?}");
    let fresh = judge(&send(&shop, &adjust(3, &[line(SHOE, -1)])).await, 1);
    assert!(matches!(fresh, Verdict::Confirmed { .. }), "{fresh:?}");
    assert_eq!(available(&shop, SHOE).await, 9);
}

#[tokio::test]
async fn a_bad_line_is_named_and_nothing_is_applied() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let gone = "gid://shopify/InventoryItem/1";
    let reply = send(&shop, &adjust(4, &[line(SHOE, -1), line(gone, -1), line(SHOE_41, 1)])).await;
    let Verdict::BadLines { lines } = judge(&reply, 3) else { panic!("{reply:?}") };
    let named: Vec<_> = lines.iter().map(|line| (line.index, line.code.clone())).collect();
    assert_eq!(named, [(1, Code::InvalidInventoryItem)]);
    assert_eq!((available(&shop, SHOE).await, available(&shop, SHOE_41).await), (10, 5));
}

#[tokio::test]
async fn a_set_compares_and_the_same_once_more_is_nothing() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let set = |key, quantity, compare| {
        let line = SetLine { item: SHOE, location: FIRST, quantity, compare: Some(compare) };
        call::set(header(key), AVAILABLE, &[line]).unwrap()
    };
    let stale = judge(&send(&shop, &set(5, 20, 11)).await, 1);
    assert_eq!(stale, Verdict::Stale { lines: vec![0] });
    assert_eq!(available(&shop, SHOE).await, 10);
    let done = judge(&send(&shop, &set(6, 20, 10)).await, 1);
    assert!(matches!(done, Verdict::Confirmed { .. }), "{done:?}");
    assert_eq!(judge(&send(&shop, &set(7, 20, 20)).await, 1), Verdict::NoOp);
    assert_eq!(available(&shop, SHOE).await, 20);
}

#[tokio::test]
async fn damaged_units_are_moved_and_written_off() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let from = Terminal { name: AVAILABLE, document: None };
    let to = Terminal { name: "damaged", document: Some(MOVEMENT) };
    let line = MoveLine { item: SHOE, location: FIRST, quantity: 3, from, to };
    let moved = judge(&send(&shop, &call::shift(header(8), &[line]).unwrap()).await, 1);
    assert!(matches!(moved, Verdict::Confirmed { .. }), "{moved:?}");
    let off = AdjustLine {
        item: SHOE,
        location: FIRST,
        delta: -1,
        compare: None,
        document: Some(MOVEMENT),
    };
    let off = judge(&send(&shop, &call::adjust(header(9), "damaged", &[off]).unwrap()).await, 1);
    assert!(matches!(off, Verdict::Confirmed { .. }), "{off:?}");
    let found = shop.levels_of(FIRST, &[SHOE], QUANTITY_NAMES).await.unwrap();
    let level = found[0].level.as_ref().unwrap();
    let quantities = ["available", "damaged", "on_hand"].map(|name| level.quantity(name));
    assert_eq!(quantities, [Some(7), Some(2), Some(9)]);
}

#[tokio::test]
async fn what_was_never_stocked_is_made_sellable() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let first = AdjustLine { location: UNSTOCKED, ..line(SHOE, 4) };
    let reply = judge(&send(&shop, &adjust(10, &[first])).await, 1);
    assert!(matches!(reply, Verdict::Confirmed { .. }), "{reply:?}");
    let level = || async {
        let found = shop.levels_of(UNSTOCKED, &[SHOE], &[AVAILABLE]).await.unwrap();
        let level = found[0].level.clone().unwrap();
        (level.active, level.quantity(AVAILABLE))
    };
    assert_eq!(level().await, (false, Some(4)), "applied, and nobody can buy it");
    assert!(shop.activate(Uuid::from_u128(11), SHOE, UNSTOCKED).await.unwrap());
    assert_eq!(level().await, (true, Some(4)));
}

#[tokio::test]
async fn a_token_that_ends_under_way_is_renewed_within_the_call() {
    let fake = Fake::open().await;
    let shop = fake.shop_with(Credentials::ClientCredentials {
        client_id: "app".to_owned(),
        client_secret: Secret::new("secret"),
    });
    assert_eq!(available(&shop, SHOE).await, 10);
    fake.post("/twin/tokens/expire", &json!({})).await;
    let done = judge(&send(&shop, &adjust(12, &[line(SHOE, -1)])).await, 1);
    assert!(matches!(done, Verdict::Confirmed { .. }), "{done:?}");
    assert_eq!(available(&shop, SHOE).await, 9);
}

#[tokio::test]
async fn what_is_no_longer_granted_stops_the_shop() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    fake.post("/twin/scopes", &json!({"scopes": ["read_inventory", "read_locations"]})).await;
    let denied = judge(&send(&shop, &adjust(13, &[line(SHOE, -1)])).await, 1);
    assert!(matches!(denied, Verdict::Stop { reason: Stop::Reconnect, .. }), "{denied:?}");
    let wrong = fake.shop_with(Credentials::Static { token: Secret::new("shpat_other") });
    let refused = judge(&send(&wrong, &adjust(13, &[line(SHOE, -1)])).await, 1);
    assert!(matches!(refused, Verdict::Stop { reason: Stop::Reconnect, .. }), "{refused:?}");
}

#[tokio::test]
async fn subscriptions_are_made_listed_and_ended() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let uri = "http://127.0.0.1:9/webhooks/shopify/1";
    let fields = ["inventory_item_id", "available"];
    let id = shop.subscribe("INVENTORY_LEVELS_UPDATE", uri, &fields).await.unwrap();
    let all = shop.subscriptions().await.unwrap();
    let [one] = all.as_slice() else { panic!("{all:?}") };
    let seen = (one.id.as_str(), one.topic.as_str(), one.uri.as_str());
    assert_eq!(seen, (id.as_str(), "INVENTORY_LEVELS_UPDATE", uri));
    shop.unsubscribe(&id).await.unwrap();
    assert!(shop.subscriptions().await.unwrap().is_empty());
}

#[tokio::test]
async fn orders_are_found_with_where_they_are_sent_from() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let placed = json!({"request": "r1", "lines": [{"sku": "S-40", "quantity": 2}]});
    fake.post("/twin/orders", &placed).await;
    let since = "2020-01-01T00:00:00Z".parse().unwrap();
    let page = shop.orders_since(since, None).await.unwrap();
    let [head] = page.orders.as_slice() else { panic!("{page:?}") };
    assert_eq!((page.after, head.cancelled_at), (None, None));
    let order = shop.order(&head.id).await.unwrap().unwrap();
    assert_eq!((order.head.id.as_str(), order.cut), (head.id.as_str(), false));
    let lines: Vec<_> = order.lines.iter().map(|l| (l.item.as_deref(), l.quantity)).collect();
    assert_eq!(lines, [(Some(SHOE), 2)]);
    let [assignment] = order.assignments.as_slice() else { panic!("{order:?}") };
    assert_eq!(assignment.location.as_deref(), Some(FIRST));
    assert_eq!(
        (assignment.lines[0].line.as_str(), assignment.lines[0].remaining),
        (order.lines[0].id.as_str(), 2)
    );
    assert_eq!(shop.order("gid://shopify/Order/1").await.unwrap(), None);
}

#[tokio::test]
async fn a_bulk_read_is_started_and_looked_after() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let started = shop.start_bulk(BULK_LEVELS.text).await.unwrap();
    let found = shop.poll_bulk(&started.id).await.unwrap().unwrap();
    assert!(
        [BulkStatus::Created, BulkStatus::Running, BulkStatus::Completed].contains(&found.status)
    );
    assert_eq!(shop.poll_bulk("gid://shopify/BulkOperation/1").await.unwrap(), None);
}

#[tokio::test]
async fn a_person_lets_the_app_in_and_its_tokens_rotate() {
    let fake = Fake::open().await;
    let secret = Secret::new("secret");
    let state = oauth::new_state();
    let redirect = "http://127.0.0.1:9/shopify/back".parse().unwrap();
    let scopes = ["read_inventory", "write_inventory", "read_locations", "read_products"];
    let out = oauth::authorize_url(fake.base(), "app", &scopes, &redirect, &state);
    let back = fake.let_in_at(&out).await;
    assert_eq!(back.path(), "/shopify/back");
    let query = back.query().unwrap();
    let callback = oauth::check_callback(query, fake.base(), &secret, &state, System.now());
    let code = callback.unwrap().code;

    let endpoint = Endpoint::open(fake.base(), Limits::default()).unwrap();
    let token = endpoint.exchange("app", &secret, code.expose(), System.now()).await.unwrap();
    assert!(token.expires_at.is_some(), "{token:?}");
    let shop = fake.shop_with(Credentials::Offline {
        client_id: "app".to_owned(),
        client_secret: secret,
        refresh_token: token.refresh.unwrap(),
    });
    for _ in 0..3 {
        assert_eq!(available(&shop, SHOE).await, 10);
        fake.post("/twin/tokens/expire", &json!({})).await;
    }
}

#[tokio::test]
async fn what_the_shop_tells_is_known_from_what_is_forged() {
    let fake = Fake::open().await;
    let shop = fake.shop();
    let receiver = StandIn::start([Answer::ok(""), Answer::ok("")]).await;
    let uri = format!("{}/webhooks/shopify/1", receiver.base());
    shop.subscribe("INVENTORY_LEVELS_UPDATE", &uri, &[]).await.unwrap();
    fake.post("/twin/faults", &json!({"next": {"webhook_forged": 1}})).await;
    let done = judge(&send(&shop, &adjust(14, &[line(SHOE, -1)])).await, 1);
    assert!(matches!(done, Verdict::Confirmed { .. }), "{done:?}");
    let [forged, real] = receiver.first_requests().await;
    let secrets = [Secret::new("secret")];
    let refused = webhook::verify(&forged.headers(), &forged.body, &secrets);
    assert_eq!(refused, Err(WebhookError::Forged));
    webhook::verify(&real.headers(), &real.body, &secrets).unwrap();
    let delivery = Delivery::read(&real.headers()).unwrap();
    assert_eq!(delivery.topic, "inventory_levels/update");
    assert!(delivery.event_id.is_some() && delivery.triggered_at.is_some(), "{delivery:?}");
    let body: serde_json::Value = serde_json::from_slice(&real.body).unwrap();
    assert_eq!(body["available"], 9);
}
