//! A shop that behaves badly, and what we say came of it.

use std::time::Duration;

use onhand_shopify::budget::{Share, Work};
use onhand_shopify::client::Limits;
use onhand_shopify::code::{Code, Stop};
use onhand_shopify::judge::{Verdict, judge};
use onhand_shopify::read::ReadError;
use onhand_shopify::reply::Reply;

use crate::stand_in::{Answer, StandIn};

const WORK: Work = Work { name: "adjust", size: 1 };
const PAYLOAD: &str = "{\"query\":\"mutation { x }\",\"variables\":{\"ü\":1}}";
const DONE: &str = r#"{"data":{"inventoryAdjustQuantities":{"inventoryAdjustmentGroup":
    {"id":"gid://shopify/InventoryAdjustmentGroup/1"},"userErrors":[]}}}"#;

async fn send(stand_in: &StandIn, limits: Limits) -> Reply {
    let shop = stand_in.shop(limits);
    let permit = shop.admit(WORK, Share::Ordinary).await;
    shop.send_call(permit, PAYLOAD).await
}

fn short() -> Limits {
    Limits { total: Duration::from_millis(300), body_max: 10_000, ..Limits::default() }
}

#[tokio::test]
async fn the_frozen_text_arrives_byte_for_byte() {
    let stand_in = StandIn::start([Answer::ok(DONE)]).await;
    let reply = send(&stand_in, Limits::default()).await;
    assert!(matches!(judge(&reply, 1), Verdict::Confirmed { .. }), "{reply:?}");
    let requests = stand_in.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert!(request.head.starts_with("POST /admin/api/2026-10/graphql.json HTTP/1.1\r\n"));
    let head = request.head.to_lowercase();
    assert!(head.contains("\r\nx-shopify-access-token: shpat_test\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{head}");
    assert_eq!(request.body, PAYLOAD.as_bytes());
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let stand_in = StandIn::start([]).await;
    let shop = stand_in.shop(Limits::default());
    stand_in.stop().await;
    let permit = shop.admit(WORK, Share::Ordinary).await;
    let reply = shop.send_call(permit, PAYLOAD).await;
    assert!(matches!(reply, Reply::NotSent { .. }), "{reply:?}");
}

#[tokio::test]
async fn once_it_was_sent_nobody_knows() {
    let headers_only = Answer::raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"data\":");
    for answer in [Answer::Cut, Answer::Silence, headers_only] {
        let stand_in = StandIn::start([answer]).await;
        let reply = send(&stand_in, short()).await;
        assert!(matches!(reply, Reply::Unknown { .. }), "{reply:?}");
        assert_eq!(stand_in.requests().len(), 1, "one try, and never another by itself");
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let stand_in = StandIn::start([Answer::ok(&"x".repeat(10_001))]).await;
    let reply = send(&stand_in, short()).await;
    let Reply::Unknown { problem } = &reply else { panic!("{reply:?}") };
    assert!(problem.contains("larger than 10000"), "{problem}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_our_token() {
    let elsewhere = StandIn::start([Answer::ok(DONE)]).await;
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}/x\r\ncontent-length: 0\r\n\r\n",
        elsewhere.base()
    );
    let stand_in = StandIn::start([Answer::raw(&answer)]).await;
    let reply = send(&stand_in, Limits::default()).await;
    assert!(matches!(judge(&reply, 1), Verdict::Stop { reason: Stop::Moved, .. }), "{reply:?}");
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn who_is_sent_away_stays_away_as_long_as_told() {
    let answer = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 2.0\r\ncontent-length: 0\r\n\r\n";
    let stand_in = StandIn::start([Answer::raw(answer)]).await;
    let shop = stand_in.shop(Limits::default());
    let permit = shop.admit(WORK, Share::Ordinary).await;
    let reply = shop.send_call(permit, PAYLOAD).await;
    let wait = Some(Duration::from_secs(2));
    let verdict = judge(&reply, 1);
    assert!(matches!(&verdict, Verdict::Again { wait: told, .. } if *told == wait), "{verdict:?}");
    assert!(shop.try_admit(WORK, Share::Urgent).is_err(), "nothing else goes out meanwhile");
}

#[tokio::test]
async fn the_budget_is_learned_from_the_answer() {
    let cost = r#","extensions":{"cost":{"requestedQueryCost":13,"actualQueryCost":13,
        "throttleStatus":{"maximumAvailable":2000,"currentlyAvailable":15,"restoreRate":100}}}}"#;
    let answer = DONE.strip_suffix('}').unwrap().to_owned() + cost;
    let stand_in = StandIn::start([Answer::ok(&answer)]).await;
    let shop = stand_in.shop(Limits::default());
    let permit = shop.admit(WORK, Share::Ordinary).await;
    assert!(shop.try_admit(WORK, Share::Urgent).is_err(), "one at a time before the first answer");
    shop.send_call(permit, PAYLOAD).await;
    assert_eq!(shop.pace().cost_of(WORK).to_bits(), 13.0_f64.to_bits());
    assert!(shop.try_admit(WORK, Share::Ordinary).is_err(), "15 points are left for the urgent");
}

#[tokio::test]
async fn another_version_is_told() {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nx-shopify-api-version: 2027-01\r\ncontent-length: {}\r\n\r\n{DONE}",
        DONE.len()
    );
    let stand_in = StandIn::start([Answer::raw(&answer)]).await;
    let reply = send(&stand_in, Limits::default()).await;
    assert_eq!(reply.other_version(), Some("2027-01"));
    assert!(matches!(judge(&reply, 1), Verdict::Confirmed { .. }), "it was applied all the same");
}

#[tokio::test]
async fn a_static_token_that_is_refused_stops_the_shop() {
    let answer = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
    let stand_in = StandIn::start([Answer::raw(answer)]).await;
    let reply = send(&stand_in, Limits::default()).await;
    let verdict = judge(&reply, 1);
    assert!(matches!(verdict, Verdict::Stop { reason: Stop::Reconnect, .. }), "{verdict:?}");
    assert_eq!(stand_in.requests().len(), 1);
}

#[tokio::test]
async fn a_read_is_tried_again_and_partial_data_is_none() {
    let scopes = r#"{"data":{"currentAppInstallation":{"accessScopes":[{"handle":"a"}]}}}"#;
    let throttled = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],
        "extensions":{"cost":{"requestedQueryCost":2,"throttleStatus":{"maximumAvailable":2000,
        "currentlyAvailable":1500,"restoreRate":100}}}}"#;
    let stand_in = StandIn::start([Answer::Cut, Answer::ok(throttled), Answer::ok(scopes)]).await;
    assert_eq!(stand_in.shop(Limits::default()).scopes().await.unwrap(), ["a"]);

    let partial = r#"{"data":{"currentAppInstallation":{"accessScopes":[]}},"errors":[{"message":
        "Access denied","extensions":{"code":"ACCESS_DENIED"}}]}"#;
    let stand_in = StandIn::start([Answer::ok(partial)]).await;
    let stopped = stand_in.shop(Limits::default()).scopes().await.unwrap_err();
    assert!(matches!(stopped, ReadError::Stopped { reason: Stop::Reconnect, .. }), "{stopped:?}");
}

#[tokio::test]
async fn pages_get_smaller_where_they_are_too_dear() {
    let dear = r#"{"errors":[{"message":"Query cost is 1003","extensions":{"code":
        "MAX_COST_EXCEEDED"}}]}"#;
    let levels = r#"{"data":{"nodes":[{"id":"i1","tracked":true,"inventoryLevel":{"id":"l1",
        "isActive":true,"updatedAt":"2026-11-23T12:00:00Z","quantities":[{"name":"available",
        "quantity":-2}]}},{"id":"i2","tracked":true,"inventoryLevel":null},null]}}"#;
    let stand_in = StandIn::start([Answer::ok(dear), Answer::ok(levels)]).await;
    let shop = stand_in.shop(Limits::default());
    let found = shop.levels_of("loc", &["i1", "i2", "i3"], &["available"]).await.unwrap();
    let level = found[0].level.as_ref().unwrap();
    assert_eq!((level.quantity("available"), level.quantity("damaged")), (Some(-2), None));
    assert_eq!((found[1].tracked, &found[1].level), (Some(true), &None), "never stocked there");
    assert_eq!((found[2].tracked, found[2].item.as_str()), (None, "i3"), "gone");

    let dear = vec![Answer::ok(dear); 9];
    let stand_in = StandIn::start(dear).await;
    let refused = stand_in.shop(Limits::default()).levels_of("loc", &["i1"], &[]).await;
    let refused = refused.unwrap_err();
    assert!(matches!(refused, ReadError::Refused { code: Code::MaxCostExceeded, .. }));
}
