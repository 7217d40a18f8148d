//! Home, and live changes.

use axum::{http::header, response::Response};
use futures::StreamExt as _;
use onhand_domain::{MovementKind, Scope};
use onhand_store::{By, people::UserChange};
use serde_json::{Value, json};

use crate::{stocked::Stocked, testing::NOW};

/// The events of an answer, one after the other.
pub(crate) struct Events {
    body: axum::body::BodyDataStream,
    text: String,
}

impl Events {
    pub(crate) fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event's name and data; `None` where the stream ended.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name));
                    line.unwrap_or_default().trim().to_owned()
                };
                let (name, data) = (field("event:"), field("data:"));
                self.text = rest.to_owned();
                return Some((name, serde_json::from_str(&data).expect("JSON")));
            }
            let chunk = self.body.next().await?.expect("a chunk");
            self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }
}

#[tokio::test]
async fn home_says_what_there_is_to_do() {
    let stocked = Stocked::new().await;
    let boot = stocked.sku("Boot", true, None).await;
    stocked.record(stocked.main, boot, MovementKind::Sale, 2, None).await;
    stocked.record(stocked.main, stocked.shoe, MovementKind::Sale, 3, None).await;
    stocked.record(stocked.harbour, boot, MovementKind::Sale, 9, None).await;
    let associate = stocked.at_main("associate").await;
    let report = stocked.variance(-1, "damaged");
    stocked.state.as_(&associate).post("/variances", &report).await.ok();
    let manager = stocked.at_main("facility_manager").await;
    let manager = stocked.state.as_(&manager);
    let home = manager.get(&format!("/home?facility_id={}", stocked.main)).await.ok();
    assert_eq!(
        (&home["requests_pending"], &home["requests"][0]["may_decide"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(
        (&home["negative_count"], &home["negative"][0]["level"]["available"]),
        (&json!(1), &json!(-2))
    );
    assert_eq!(home["negative"][0]["sku"]["product_title"], "Boot");
    let today = &home["today"];
    assert_eq!((&today["sold"], &today["received"]), (&json!(5), &json!(12)));
    assert_eq!(today["since"], "2026-01-14T23:00:00Z", "midnight in Berlin");
    assert_eq!(home["recent"].as_array().map(Vec::len), Some(3));
    assert_eq!(home["recent"][0]["kind"], "sale");
    manager.get("/home").await.problem(400, "invalid-query");
    let foreign = format!("/home?facility_id={}", stocked.harbour);
    manager.get(&foreign).await.problem(404, "unknown-facility");
}

#[tokio::test]
async fn changes_of_the_own_store_are_heard() {
    let stocked = Stocked::new().await;
    let manager = stocked.at_main("facility_manager").await;
    let path = format!("/events?facility_id={}", stocked.main);
    let mut events = Events::of(stocked.state.as_(&manager).open(&path).await);
    assert_eq!(events.next().await, Some(("hello".to_owned(), json!({}))));
    stocked.record(stocked.harbour, stocked.shoe, MovementKind::Sale, 1, None).await;
    let sale = stocked.record(stocked.main, stocked.shoe, MovementKind::Sale, 2, None).await;
    let (name, level) = events.next().await.expect("an event");
    assert_eq!((name.as_str(), &level["movement_id"]), ("level", &json!(sale)));
    assert_eq!((&level["level"]["available"], &level["kind"]), (&json!(10), &json!("sale")));
    assert_eq!(level["facility_id"], json!(stocked.main.0));
    let associate = stocked.at_main("associate").await;
    let report = stocked.variance(-1, "damaged");
    stocked.state.as_(&associate).post("/variances", &report).await.ok();
    let heard = events.next().await.expect("an event");
    assert_eq!(heard, ("requests".to_owned(), json!({"facility_id": stocked.main.0})));

    stocked.state.app.stopping.cancel();
    assert_eq!(events.next().await, None, "a stop ends it");
}

#[tokio::test]
async fn whoever_loses_the_right_hears_nothing_more() {
    let stocked = Stocked::new().await;
    let leaving = stocked.at_main("associate").await;
    let path = format!("/events?facility_id={}", stocked.main);
    let mut gone = Events::of(stocked.state.as_(&leaving).open(&path).await);
    gone.next().await;
    let signing_out = stocked.at_main("associate").await;
    let mut signed_out = Events::of(stocked.state.as_(&signing_out).open("/events").await);
    signed_out.next().await;

    let change = UserChange { active: Some(false), ..UserChange::default() };
    let by = By::command_line("update_user");
    stocked.state.app.store.update_user(&by, leaving.id, change).await.expect("locked out");
    assert_eq!(gone.next().await, None);
    stocked.state.as_(&signing_out).delete("/session").await.expect(204);
    assert_eq!(signed_out.next().await, None);
    // And a session that is only listened with ends as any other.
    let idle = stocked.at_main("associate").await;
    let mut ended = Events::of(stocked.state.as_(&idle).open("/events").await);
    ended.next().await;
    stocked.state.clock.set(NOW.plus(onhand_store::sessions::IDLE_MICROS_MAX));
    assert_eq!(ended.next().await, None);
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let stocked = Stocked::new().await;
    let auditor = stocked.state.user("auditor", Scope::All).await;
    let auditor = stocked.state.as_(&auditor);
    let streams = &stocked.state.app.streams;
    let first = auditor.open("/events").await;
    let rest = u32::try_from(streams.available_permits()).expect("small");
    let taken = streams.try_acquire_many(rest).expect("free");
    let full = auditor.get("/events").await;
    full.problem(503, "busy");
    assert!(full.headers.contains_key(header::RETRY_AFTER));
    drop((first, taken));
    assert_eq!(auditor.open("/events").await.status(), 200, "whoever leaves makes room");
}
