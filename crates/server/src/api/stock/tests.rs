//! Levels, movements, and what other systems saw happen.

use onhand_domain::{MovementKind, Scope};
use serde_json::{Value, json};

use crate::{
    stocked::{Stocked, levels},
    testing::NOW,
};

const MINUTE: i64 = 60_000_000;

fn fact(stocked: &Stocked, kind: &str, quantity: i64) -> Value {
    json!({
        "id": stocked.state.id(), "facility_id": stocked.main.0, "sku_id": stocked.shoe.0,
        "kind": kind, "quantity": quantity,
    })
}

#[tokio::test]
async fn a_till_tells_what_it_sold() {
    let stocked = Stocked::new().await;
    let till = stocked.state.key("inventory_controller", Scope::Facility(stocked.main)).await;
    let till = stocked.state.as_(&till);
    let mut sale = fact(&stocked, "sale", 15);
    sale["source"] = json!({"origin": "pos", "key": "receipt-4711"});
    let mut bad = fact(&stocked, "receipt", 0);
    bad["effective_at"] = json!("2026-01-15T11:00:00Z");
    let mut foreign = fact(&stocked, "sale", 1);
    foreign["facility_id"] = json!(stocked.harbour.0);
    let body = json!({"movements": [sale, bad, foreign, fact(&stocked, "return", 1)]});
    let answer = till.post("/movements", &body).await.ok();
    let results = &answer["results"];
    assert_eq!(results[0]["status"], "posted");
    assert_eq!(levels(&results[0]["level_after"]), [-3, -3, 0], "it happened, so it is recorded");
    let movement = &results[0]["movement"];
    assert_eq!(
        (&movement["origin"], &movement["origin_key"]),
        (&json!("pos"), &json!("receipt-4711"))
    );
    assert_eq!(results[1]["problem"]["errors"][0]["pointer"], "/movements/1/quantity");
    assert_eq!(results[2]["problem"]["status"], 404);
    assert_eq!(results[2]["problem"]["errors"][0]["pointer"], "/movements/2/facility_id");
    assert_eq!(results[3]["level_after"]["available"], -2);
    assert!(results[1].get("movement").is_none() && results[3].get("problem").is_none());

    let again = till.post("/movements", &body).await.ok();
    assert_eq!(again, answer, "a retry is answered as the first time");
    assert_eq!(stocked.now().await, ([-2, -2, 0], 3));
    let negative = format!("/levels?facility_id={}&negative=true", stocked.main);
    let negative = till.get(&negative).await.ok();
    assert_eq!(negative["items"][0]["available"], -2);
}

#[tokio::test]
async fn a_late_sale_shows_what_it_corrected() {
    let stocked = Stocked::new().await;
    stocked.state.clock.advance(10 * MINUTE);
    stocked.count(10, NOW.plus(5 * MINUTE)).await;
    let till = stocked.state.key("inventory_controller", Scope::All).await;
    let till = stocked.state.as_(&till);
    let mut sale = fact(&stocked, "sale", 2);
    sale["effective_at"] = json!("2026-01-15T12:01:00Z");
    let body = json!({"movements": [sale]});
    let answer = till.post("/movements", &body).await.ok();
    let result = &answer["results"][0];
    assert_eq!(result["movement"]["level_after"]["available"], 8);
    assert_eq!(result["corrections"][0]["kind"], "late_correction");
    assert_eq!(result["level_after"]["available"], 10, "today's stock is what was counted");
    assert_eq!(till.post("/movements", &body).await.ok(), answer);
}

#[tokio::test]
async fn bad_calls_are_refused_as_a_whole() {
    let stocked = Stocked::new().await;
    let till = stocked.state.key("inventory_controller", Scope::All).await;
    let till = stocked.state.as_(&till);
    let many: Vec<Value> = (0..1_001).map(|_| fact(&stocked, "sale", 1)).collect();
    till.post("/movements", &json!({"movements": many})).await.problem(422, "too-many");
    let opening = json!({"movements": [fact(&stocked, "opening", 1)]});
    till.post("/movements", &opening).await.expect(422);
    let associate = stocked.at_main("associate").await;
    let body = json!({"movements": [fact(&stocked, "sale", 1)]});
    let answer = stocked.state.as_(&associate).post("/movements", &body).await.ok();
    assert_eq!(answer["results"][0]["problem"]["permission"], "movement.record");
    assert_eq!(stocked.now().await, ([12, 12, 0], 1));
}

#[tokio::test]
async fn the_history_names_the_orders() {
    let stocked = Stocked::new().await;
    let order = stocked.order("#1042", 2, 5).await;
    stocked.record(stocked.main, stocked.shoe, MovementKind::Sale, 1, None).await;
    let manager = stocked.at_main("facility_manager").await;
    let page = stocked.state.as_(&manager).get("/movements?limit=2").await.ok();
    assert_eq!(page["items"][0]["order"], Value::Null, "a sale to nobody that is known");
    let named = &page["items"][1]["order"];
    assert_eq!((&named["id"], &named["name"]), (&json!(order.id.0), &json!("#1042")));
    assert_eq!((&named["channel"], &named["channel_id"]), (&json!("web"), &Value::Null));
}

#[tokio::test]
async fn the_history_is_paged_and_filtered() {
    let stocked = Stocked::new().await;
    for quantity in 1..=5 {
        stocked.state.clock.advance(MINUTE);
        stocked.record(stocked.main, stocked.shoe, MovementKind::Sale, quantity, None).await;
    }
    let manager = stocked.at_main("facility_manager").await;
    let manager = stocked.state.as_(&manager);
    let list = async |query: &str| -> Vec<i64> {
        let mut quantities = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = manager.get(&format!("/movements?limit=2{query}{cursor}")).await.ok();
            let items = page["items"].as_array().expect("a list").clone();
            quantities.extend(items.iter().map(|m| m["quantity"].as_i64().expect("a number")));
            let Some(next) = page["next_cursor"].as_str() else { return quantities };
            cursor = format!("&cursor={next}");
        }
    };
    assert_eq!(list("").await, [5, 4, 3, 2, 1, 12], "of the own store alone, newest first");
    assert_eq!(list("&kind=receipt").await, [12]);
    assert_eq!(list(&format!("&kind=sale&sku_id={}", stocked.shoe)).await, [5, 4, 3, 2, 1]);
    let between = "&from=2026-01-15T12:02:00Z&to=2026-01-15T12:04:00Z";
    assert_eq!(list(between).await, [3, 2]);
    assert!(list("&reason=damaged").await.is_empty());
    let foreign = format!("/movements?facility_id={}", stocked.harbour);
    manager.get(&foreign).await.problem(404, "unknown-facility");
    manager.get("/movements?kind=gift").await.problem(400, "invalid-query");

    let own = manager.get(&format!("/levels?sku_id={}", stocked.shoe)).await.ok();
    assert_eq!(own["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(own["items"][0]["seq"], 6);
}

#[tokio::test]
async fn the_history_of_a_product_has_all_of_its_skus_and_no_other() {
    let stocked = Stocked::new().await;
    let sock = stocked.sku("Sock", true, None).await;
    for (facility, sku, quantity) in [
        (stocked.main, sock, 100),
        (stocked.harbour, stocked.shoe, 1),
        (stocked.main, stocked.shoe, 2),
        (stocked.harbour, sock, 200),
    ] {
        stocked.state.clock.advance(MINUTE);
        stocked.record(facility, sku, MovementKind::Receipt, quantity, None).await;
    }
    let key = stocked.state.key("inventory_controller", Scope::All).await;
    let key = stocked.state.as_(&key);
    let level = key.get(&format!("/movements?sku_id={}", stocked.shoe)).await.ok();
    let product = level["items"][0]["sku"]["product_id"].as_str().expect("an id").to_owned();
    let list = async |query: &str| -> Vec<i64> {
        let mut quantities = Vec::new();
        let mut cursor = String::new();
        loop {
            // One at a time: the two deliveries of the first moment stand on two pages.
            let page = key.get(&format!("/movements?limit=1{query}{cursor}")).await.ok();
            let items = page["items"].as_array().expect("a list").clone();
            quantities.extend(items.iter().map(|m| m["quantity"].as_i64().expect("a number")));
            let Some(next) = page["next_cursor"].as_str() else { return quantities };
            cursor = format!("&cursor={next}");
        }
    };
    let mut all = list("").await;
    all[4..].sort_unstable();
    assert_eq!(all, [200, 2, 1, 100, 4, 12], "of both facilities, newest first, each once");
    let mut of_product = list(&format!("&product_id={product}")).await;
    of_product[2..].sort_unstable();
    assert_eq!(of_product, [2, 1, 4, 12]);
    let at_main = format!("&product_id={product}&facility_id={}", stocked.main);
    assert_eq!(list(&at_main).await, [2, 12]);
    assert!(list(&format!("&product_id={}", stocked.state.id())).await.is_empty());
    assert!(list(&format!("&product_id={product}&sku_id={sock}")).await.is_empty());
}
