//! A count from its making to its end, through the API.

use onhand_domain::{Micros, Scope};
use serde_json::{Value, json};

use super::examples;
use crate::{
    stocked::Stocked,
    testing::{NOW, Who},
};

const HOUR: i64 = 3_600 * Micros::SECOND;

fn time(at: Micros) -> Value {
    serde_json::to_value(crate::wire::ApiTime(at)).expect("a time")
}

fn members(value: &Value) -> Vec<&String> {
    value.as_object().expect("an object").keys().collect()
}

/// A directed count of the shoe.
fn of_shoes(shop: &Stocked) -> Value {
    json!({
        "id": shop.state.id(), "facility_id": shop.main.0, "name": "Shoes", "kind": "directed",
        "sku_ids": [shop.shoe.0],
    })
}

async fn make(shop: &Stocked, who: &Who, body: &Value) -> Value {
    shop.state.as_(who).post("/counts", body).await.created()
}

async fn go(shop: &Stocked, who: &Who, count: &Value, step: &str) -> crate::testing::Reply {
    let path = format!("/counts/{}/{step}", count["id"].as_str().expect("an id"));
    shop.state.as_(who).post(&path, &json!({})).await
}

#[tokio::test]
async fn a_count_is_made_once_opened_and_given_up() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let body = of_shoes(&shop);
    let made = make(&shop, &manager, &body).await;
    assert_eq!((&made["status"], &made["blind"]), (&json!("draft"), &json!(true)));
    assert_eq!((&made["item_count"], &made["version"]), (&json!(1), &json!(1)));
    assert_eq!(made["created_by"]["id"], json!(manager.id.0));
    assert_eq!(members(&made), members(&examples::count()));
    assert_eq!(make(&shop, &manager, &body).await, made, "a retry");
    let mut other = body.clone();
    other["name"] = json!("Boots");
    shop.state.as_(&manager).post("/counts", &other).await.problem(409, "id-reused");
    shop.state.clock.advance(1);
    let opened = go(&shop, &manager, &made, "open").await.ok();
    assert_eq!((&opened["status"], &opened["version"]), (&json!("open"), &json!(2)));
    assert_eq!(opened["may"]["submit"], true);
    assert_eq!(go(&shop, &manager, &made, "open").await.ok(), opened, "a retry");
    let cancelled = go(&shop, &manager, &made, "cancel").await.ok();
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["cancelled_by"]["id"], json!(manager.id.0));
    assert_eq!(go(&shop, &manager, &made, "cancel").await.ok(), cancelled, "a retry");
    let refused = go(&shop, &manager, &made, "open").await.problem(409, "count-status");
    assert_eq!(refused["remedy"], "make a new one");
    assert_eq!(refused["count_status"], "cancelled");
}

#[tokio::test]
async fn what_a_count_may_ask_for() {
    let store = Stocked::new().await;
    let manager = store.at_main("facility_manager").await;
    let untracked = store.sku("Gift card", false, None).await;
    let (nobody, shoe) = (store.state.id(), store.shoe.0);
    for (change, pointers) in [
        (json!({"sku_ids": [shoe, nobody, untracked.0]}), vec!["/sku_ids/1", "/sku_ids/2"]),
        (json!({"sku_ids": []}), vec!["/sku_ids"]),
        (json!({"sku_ids": null}), vec!["/sku_ids"]),
        (json!({"filter": {}}), vec!["/filter"]),
        (json!({"sku_ids": null, "filter": {"category": "none"}}), vec!["/filter"]),
        (json!({"sku_ids": null, "filter": {"limit": 0}}), vec!["/filter/limit"]),
        (json!({"kind": "spot", "sku_ids": [shoe, nobody]}), vec!["/sku_ids"]),
        (json!({"kind": "area"}), vec!["/kind"]),
        (json!({"name": " "}), vec!["/name"]),
        (json!({"area": ""}), vec!["/area"]),
        (json!({"start_at": time(NOW), "due_at": time(NOW.plus(-1))}), vec!["/due_at"]),
        (json!({"assignee_ids": [nobody]}), vec!["/assignee_ids/0"]),
        (json!({"note": "x".repeat(1_001)}), vec!["/note"]),
    ] {
        let mut body = of_shoes(&store);
        for (name, value) in change.as_object().expect("members") {
            body[name] = value.clone();
        }
        let problem = store.state.as_(&manager).post("/counts", &body).await;
        let problem = problem.problem(422, "invalid-request");
        let errors = problem["errors"].as_array().expect("errors").clone();
        let found: Vec<_> = errors.iter().map(|e| e["pointer"].as_str().expect("one")).collect();
        assert_eq!(found, pointers, "{change}");
    }
    let list = store.state.as_(&manager).get("/counts").await.ok();
    assert_eq!(list["items"], json!([]), "nothing was written");
    let mut twice = of_shoes(&store);
    twice["sku_ids"] = json!([shoe, shoe]);
    assert_eq!(make(&store, &manager, &twice).await["item_count"], 1);
}

#[tokio::test]
async fn a_planned_count_waits_unless_told_otherwise() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let mut body = of_shoes(&shop);
    body["start_at"] = time(NOW.plus(HOUR));
    let made = make(&shop, &manager, &body).await;
    assert_eq!(made["status"], "scheduled");
    let refused = go(&shop, &manager, &made, "open").await.problem(409, "too-early");
    assert_eq!(refused["start_at"], time(NOW.plus(HOUR)));
    let path = format!("/counts/{}/open", body["id"].as_str().expect("an id"));
    let opened = shop.state.as_(&manager).post(&path, &json!({"early": true})).await.ok();
    assert_eq!(opened["status"], "open");
}

#[tokio::test]
async fn what_presses_comes_first_page_by_page() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let mut made = Vec::new();
    for (name, due) in
        [("none", None), ("late", Some(-HOUR)), ("soon", Some(HOUR)), ("later", Some(2 * HOUR))]
    {
        let mut body = of_shoes(&shop);
        body["name"] = json!(name);
        body["due_at"] = due.map_or(Value::Null, |due| time(NOW.plus(due)));
        made.push(make(&shop, &manager, &body).await);
        shop.state.clock.advance(1);
    }
    let over = make(&shop, &manager, &of_shoes(&shop)).await;
    go(&shop, &manager, &over, "cancel").await.ok();
    let client = shop.state.as_(&manager);
    let (mut names, mut path) = (Vec::new(), "/counts?limit=2".to_owned());
    loop {
        let page = client.get(&path).await.ok();
        let items = page["items"].as_array().expect("items").clone();
        names.extend(items.iter().map(|it| it["name"].as_str().expect("a name").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/counts?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["late", "soon", "later", "none", "Shoes"]);
    for (query, found) in [
        ("status=cancelled", vec!["Shoes"]),
        ("status=draft,cancelled&q=SOO", vec!["soon"]),
        ("q=%25", vec![]),
        ("origin=import", vec![]),
        ("mine=true", vec![]),
    ] {
        let page = client.get(&format!("/counts?{query}")).await.ok();
        let items = page["items"].as_array().expect("items").clone();
        let names: Vec<_> = items.iter().map(|it| it["name"].as_str().expect("a name")).collect();
        assert_eq!(names, found, "{query}");
    }
    client.get("/counts?status=done").await.problem(400, "invalid-query");
}

#[tokio::test]
async fn who_may_see_open_and_count() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let (maya, noor) = (shop.at_main("associate").await, shop.at_main("associate").await);
    let elsewhere = shop.state.user("facility_manager", Scope::Facility(shop.harbour)).await;
    let mut body = of_shoes(&shop);
    body["assignee_ids"] = json!([maya.id.0]);
    shop.state.as_(&maya).post("/counts", &body).await.problem(403, "not-permitted");
    let made = make(&shop, &manager, &body).await;
    let path = format!("/counts/{}", made["id"].as_str().expect("an id"));
    for step in ["open", "cancel"] {
        go(&shop, &elsewhere, &made, step).await.problem(404, "unknown-count");
        let refused = go(&shop, &maya, &made, step).await.problem(403, "not-permitted");
        assert_eq!(refused["permission"], "count.manage");
    }
    shop.state.as_(&elsewhere).get(&path).await.problem(404, "unknown-count");
    go(&shop, &manager, &made, "open").await.ok();
    for (who, counts) in [(&maya, true), (&noor, false), (&manager, true)] {
        let seen = shop.state.as_(who).get(&path).await.ok();
        assert_eq!(seen["may"]["count"], counts, "{seen}");
        assert_eq!(seen["may"]["cancel"], json!(who.id == manager.id));
        assert_eq!(seen["may"]["see_expected"], json!(who.id == manager.id));
        let mine = shop.state.as_(who).get("/counts?mine=true").await.ok();
        let own = usize::from(who.id == maya.id);
        assert_eq!(mine["items"].as_array().expect("items").len(), own);
    }
}
