//! Whoever counts blind is told the book's quantity by nothing: every operation is called.

use axum::http::Method;
use onhand_domain::Scope;
use onhand_store::people::NewGrant;
use serde_json::{Value, json};

use super::{operations::Op, world::World};
use crate::testing::{Reply, Who};

/// What the store has of the SKU when the count begins; nothing else in the world says it.
const BOOK: i64 = 918_273;
/// What the catalogue has brought before.
const IMPORTED: i64 = 40;
/// Operations that must have shown the book before the count: fewer, and the walk proves nothing.
const SHOWING_MIN: usize = 4;

/// A count of the store, and a session in it, as paths.
struct Counting {
    count: String,
    session: String,
}

#[tokio::test]
async fn a_counter_finds_the_expected_quantity_nowhere() {
    // All that somebody can hold at a store: the count alone keeps it from them.
    for roles in [&["associate"][..], &["facility_manager", "inventory_controller", "auditor"]] {
        let world = World::new().await;
        world.receive(BOOK - IMPORTED).await;
        let scope = Scope::Facility(world.home);
        let grant = |role: &&str| NewGrant { role: (*role).to_owned(), scope: scope.clone() };
        let counter = world.state.person(roles.iter().map(grant).collect()).await;
        let showing = showing(&world, &counter).await;
        assert!(showing.len() >= SHOWING_MIN, "{roles:?} see it only in {showing:?}");

        let counting = begin(&world, &counter).await;
        for op in world.ops.iter().filter(|op| goes_on(op)) {
            for reply in [
                world.send(&world.request(op, world.home).await, Some(&counter)).await,
                own(&world, op, &counting, &counter).await,
            ] {
                let text = reply.text();
                assert!(!text.contains(&BOOK.to_string()), "{} tells {roles:?}: {text}", op.id);
            }
        }
        let path = format!("/levels?facility_id={}", world.home);
        let refused = world.state.as_(&counter).get(&path).await;
        refused.problem(403, "counting-blind");

        // The walk has begun other sessions, too.
        for count in counts_under_way(&world).await {
            let cancel = format!("/counts/{count}/cancel");
            world.state.as_(&world.mighty).post(&cancel, &json!({})).await.ok();
        }
        let levels = world.state.as_(&counter).get(&path).await.ok();
        assert!(levels.to_string().contains(&BOOK.to_string()), "and then again: {levels}");
    }
}

/// Whether the walk goes on after it: the stream of events has no end, and whoever signs out is
/// refused everything.
fn goes_on(op: &Op) -> bool {
    !matches!(op.id.as_str(), "stream_events" | "sign_out" | "change_password")
}

#[tokio::test]
async fn sight_comes_back_with_the_end_of_the_session() {
    let world = World::new().await;
    let counter = world.state.user("associate", Scope::Facility(world.home)).await;
    let path = format!("/levels?facility_id={}", world.home);
    for end in ["submit", "discard"] {
        world.state.as_(&counter).get(&path).await.ok();
        let counting = begin(&world, &counter).await;
        world.state.as_(&counter).get(&path).await.problem(403, "counting-blind");
        let end = format!("{}/{end}", counting.session);
        world.state.as_(&counter).post(&end, &json!({})).await.ok();
    }
    world.state.as_(&counter).get(&path).await.ok();
}

async fn counts_under_way(world: &World) -> Vec<String> {
    let counts =
        world.state.as_(&world.mighty).get("/counts?status=open,in_review&limit=200").await;
    let counts = counts.ok();
    let items = counts["items"].as_array().expect("items").iter();
    items.map(|count| text(&count["id"])).collect()
}

/// The lists and things that show the book to somebody who does not count.
async fn showing(world: &World, who: &Who) -> Vec<String> {
    let mut showing = Vec::new();
    for op in world.ops.iter().filter(|op| op.method == Method::GET && goes_on(op)) {
        let reply = world.send(&world.request(op, world.home).await, Some(who)).await;
        if reply.text().contains(&BOOK.to_string()) {
            showing.push(op.id.clone());
        }
    }
    showing
}

/// A blind count of the whole store is opened, and the counter has scanned one unit.
async fn begin(world: &World, counter: &Who) -> Counting {
    let mighty = world.state.as_(&world.mighty);
    let count = json!({
        "id": world.state.id(), "facility_id": world.home.0, "name": "Everything", "kind": "area",
        "blind": true,
    });
    let count = text(&mighty.post("/counts", &count).await.created()["id"]);
    mighty.post(&format!("/counts/{count}/open"), &json!({})).await.ok();
    let own = world.state.as_(counter);
    let session = json!({"id": world.state.id()});
    let begun = own.post(&format!("/counts/{count}/sessions"), &session).await.created();
    let session = format!("/count-sessions/{}", text(&begun["id"]));
    let scan = json!({
        "id": world.state.id(), "code": "4006381333931", "quantity": 1, "how": "scanned",
        "scanned_at": "2026-01-15T11:59:00Z",
    });
    own.post(&format!("{session}/scans"), &json!({"scans": [scan]})).await.ok();
    Counting { count: format!("/counts/{count}"), session }
}

/// The operation, on what the counter counts.
async fn own(world: &World, op: &Op, counting: &Counting, counter: &Who) -> Reply {
    let mut request = world.request(op, world.home).await;
    let path = op.path.trim_start_matches("/api/v1");
    for (collection, own) in
        [("/counts/{id}", &counting.count), ("/count-sessions/{id}", &counting.session)]
    {
        let ends =
            op.id.contains("submit") || op.id.contains("discard") || op.id.contains("cancel");
        if let Some(rest) = path.strip_prefix(collection).filter(|_| !ends) {
            let rest = rest.replace("{sku_id}", &world.sku_text());
            request.aim_at(&format!("/api/v1{own}{rest}"));
        }
    }
    world.send(&request, Some(counter)).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
