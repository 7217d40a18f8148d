//! How far a variance is on its way, for whoever logged it.

use onhand_domain::Scope;
use onhand_store::channels::{Bad, Settlement};
use serde_json::{Value, json};

use super::Shop;
use crate::api::work::tests::Events;

#[tokio::test]
async fn a_variance_is_saved_sent_and_confirmed() {
    let shop = Shop::running().await;
    let stocked = &shop.stocked;
    let manager = stocked.at_main("facility_manager").await;
    let client = stocked.state.as_(&manager);
    let body = stocked.variance(-1, "lost");
    let first = client.post("/variances", &body).await;
    assert_eq!(first.ok()["movement"]["channels"], Value::Null);
    let path = format!("/variances/{}", body["id"].as_str().expect("an id"));
    let way = async || client.get(&path).await.ok()["channels"].clone();

    let saved = way().await;
    assert_eq!((&saved[0]["channel"], &saved[0]["status"]), (&json!("Acme"), &json!("saved")));
    assert_eq!(saved[0]["channel_id"], json!(shop.id.0));
    let calls = shop.freeze().await;
    assert_eq!(calls.len(), 1);
    shop.send(calls[0].0).await;
    let sent = way().await;
    assert_eq!((&sent[0]["status"], &sent[0]["confirmed_at"]), (&json!("sent"), &Value::Null));
    assert!(sent[0]["sent_at"].is_string());
    let group = "gid://shopify/InventoryAdjustmentGroup/1".to_owned();
    shop.settle(calls[0].0, Settlement::Confirmed { adjustment: Some(group.clone()) }).await;
    let confirmed = way().await;
    assert_eq!(
        (&confirmed[0]["status"], &confirmed[0]["adjustment"]),
        (&json!("confirmed"), &json!(group))
    );
    assert!(confirmed[0]["confirmed_at"].is_string());

    // The list says the same, and so does the history of all movements.
    for list in ["/variances", "/movements?kind=variance"] {
        assert_eq!(client.get(list).await.ok()["items"][0]["channels"], confirmed, "{list}");
    }
    // A retry answers as the first time, though the shop has it by now.
    assert_eq!(client.post("/variances", &body).await.bytes, first.bytes);
    // What belongs to nobody else stays with them.
    let other = stocked.state.user("facility_manager", Scope::Facility(stocked.harbour)).await;
    stocked.state.as_(&other).get(&path).await.problem(404, "unknown-variance");
    let receipt = client.get("/movements?kind=receipt").await.ok()["items"][0].clone();
    assert_eq!(receipt["channels"][0]["status"], "none", "it was there before the shop");
    let no_variance = format!("/variances/{}", receipt["id"].as_str().expect("an id"));
    client.get(&no_variance).await.problem(404, "unknown-variance");
}

#[tokio::test]
async fn a_store_that_no_shop_has_tells_none() {
    let shop = Shop::running().await;
    let stocked = &shop.stocked;
    let other = stocked.state.user("facility_manager", Scope::Facility(stocked.harbour)).await;
    let mut body = stocked.variance(-1, "lost");
    body["facility_id"] = json!(stocked.harbour.0);
    let client = stocked.state.as_(&other);
    client.post("/variances", &body).await.ok();
    let path = format!("/variances/{}", body["id"].as_str().expect("an id"));
    assert_eq!(client.get(&path).await.ok()["channels"], json!([]));
}

#[tokio::test]
async fn what_the_shop_refuses_says_why() {
    let shop = Shop::running().await;
    let stocked = &shop.stocked;
    let manager = stocked.at_main("facility_manager").await;
    let client = stocked.state.as_(&manager);
    let body = stocked.variance(-1, "lost");
    client.post("/variances", &body).await.ok();
    let key = shop.freeze().await[0].0;
    shop.send(key).await;
    let refused = Settlement::Refused {
        bad: Bad::All,
        code: "NOT_STOCKED".to_owned(),
        problem: "the item is not stocked there".to_owned(),
    };
    shop.settle(key, refused).await;
    let path = format!("/variances/{}", body["id"].as_str().expect("an id"));
    let way = client.get(&path).await.ok()["channels"][0].clone();
    assert_eq!(
        (&way["status"], &way["problem"]),
        (&json!("rejected"), &json!("the item is not stocked there"))
    );
    let admin = shop.admin().await;
    let admin = stocked.state.as_(&admin);
    let summary = admin.get(&shop.path("")).await.ok()["summary"].clone();
    assert_eq!((&summary["rejected"], &summary["held"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn an_order_of_a_shop_has_its_name() {
    let shop = Shop::running().await;
    let stocked = &shop.stocked;
    let key = stocked.state.key("inventory_controller", Scope::All).await;
    let client = stocked.state.as_(&key);
    for (channel, name, id) in [
        (shop.id.to_string(), "Acme", json!(shop.id.0)),
        ("web".to_owned(), "web", Value::Null),
        (stocked.state.id().to_string(), "", Value::Null),
    ] {
        let body = json!({
            "id": stocked.state.id(), "name": "#1", "channel": channel,
            "lines": [{"id": stocked.state.id(), "facility_id": stocked.main.0,
                "sku_id": stocked.shoe.0, "quantity": 1}],
        });
        let placed = client.post("/orders", &body).await.created();
        let name = if name.is_empty() { channel.as_str() } else { name };
        assert_eq!((&placed["channel"], &placed["channel_id"]), (&json!(name), &id));
        assert_eq!(placed["follows_shop"], false);
        let path = format!("/orders/{}", body["id"].as_str().expect("an id"));
        assert_eq!(client.get(&path).await.ok(), placed);
    }
}

#[tokio::test]
async fn whoever_may_see_the_store_hears_that_the_shop_has_it() {
    let shop = Shop::running().await;
    let stocked = &shop.stocked;
    let manager = stocked.at_main("facility_manager").await;
    let elsewhere = Scope::Facility(stocked.harbour);
    let other = stocked.state.user("facility_manager", elsewhere).await;
    let mut own = Events::of(stocked.state.as_(&manager).open("/events").await);
    let mut foreign = Events::of(stocked.state.as_(&other).open("/events").await);
    own.next().await;
    foreign.next().await;
    for _ in 0..2 {
        let body = stocked.variance(-1, "lost");
        stocked.state.as_(&manager).post("/variances", &body).await.ok();
    }
    for (key, _) in shop.freeze().await {
        shop.send(key).await;
        shop.settle(key, Settlement::Confirmed { adjustment: None }).await;
    }
    let mut names = Vec::new();
    let told = loop {
        let (name, data) = own.next().await.expect("an event");
        if name == "pushes" {
            break data;
        }
        names.push(name);
    };
    assert_eq!(told, json!({"facility_id": stocked.main.0, "channel_id": shop.id.0}));
    assert_eq!(names, ["level", "level"], "both are told as one");
    // Whatever comes next for the other store is its own.
    let sold = onhand_domain::MovementKind::Sale;
    stocked.record(stocked.harbour, stocked.shoe, sold, 1, None).await;
    let (name, data) = foreign.next().await.expect("an event");
    assert_eq!((name.as_str(), &data["facility_id"]), ("level", &json!(stocked.harbour.0)));
}
