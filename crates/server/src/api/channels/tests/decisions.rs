//! What people decide about a shop: settings, locations, items, pushes.

use onhand_store::channels::{DeliveryKind, Handled, NewDelivery};
use serde_json::{Value, json};

use super::Shop;
use crate::testing::NOW;

#[tokio::test]
async fn settings_change_and_what_does_not_fit_is_pointed_at() {
    let shop = Shop::running().await;
    let admin = shop.admin().await;
    let client = shop.stocked.state.as_(&admin);
    let path = shop.path("");
    let changed = client.patch(&path, &json!({"name": "Acme EU", "push_limit": 5})).await.ok();
    assert_eq!((&changed["name"], &changed["push_limit"]), (&json!("Acme EU"), &json!(5)));
    let unlimited = client.patch(&path, &json!({"push_limit": null, "corrects": true})).await.ok();
    assert!(unlimited["push_limit"].is_null());
    assert_eq!((&unlimited["corrects"], &unlimited["name"]), (&json!(true), &json!("Acme EU")));
    for (change, pointer) in [
        (json!({"threshold": -1}), "/threshold"),
        (json!({"push_limit": 0}), "/push_limit"),
        (json!({"name": ""}), "/name"),
        (json!({"colour": "red"}), "/colour"),
        (json!({"credentials": "shpat_hidden"}), "/credentials"),
        (json!({"webhook_secret": 7}), "/webhook_secret"),
    ] {
        let answer = client.patch(&path, &change).await;
        let problem = answer.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{change}");
        assert!(!answer.text().contains("hidden"), "{}", answer.text());
    }
    let other = client.patch(&path, &json!({"threshold": 3})).await.problem(409, "channel-status");
    assert_eq!(other["channel_status"], "running");
    // Nothing can be sealed: this server has no key.
    let secret = json!({"webhook_secret": "whsec_hidden"});
    client.patch(&path, &secret).await.problem(409, "no-secret-key");
    let new = json!({
        "id": shop.stocked.state.id(), "shop": "other.example",
        "credentials": {"kind": "static", "token": "shpat_hidden"},
    });
    let refused = client.post("/channels", &new).await;
    refused.problem(409, "no-secret-key");
    assert!(!refused.text().contains("hidden"));
}

#[tokio::test]
async fn facilities_stand_behind_locations() {
    let shop = Shop::running().await;
    let stocked = &shop.stocked;
    let admin = shop.admin().await;
    let client = stocked.state.as_(&admin);
    let harbour = shop.path(&format!("/facilities/{}", stocked.harbour));
    let body = json!({"location": super::LOCATION, "safety_stock": 2});
    client.put(&harbour, &body).await.problem(409, "channel-status");
    client
        .delete(&shop.path(&format!("/facilities/{}", stocked.main)))
        .await
        .problem(409, "channel-status");
    let stopped = client.post(&shop.path("/stop"), &json!({})).await.ok();
    assert_eq!(stopped["status"], "stopped");
    assert_eq!(client.post(&shop.path("/stop"), &json!({})).await.ok(), stopped, "once more");
    let location = client.put(&harbour, &body).await.ok();
    let behind = location["facilities"].as_array().expect("facilities");
    let codes: Vec<_> = behind.iter().map(|one| (&one["code"], &one["safety_stock"])).collect();
    assert_eq!(codes, [(&json!("S1"), &json!(0)), (&json!("S2"), &json!(2))]);
    let nowhere = json!({"location": "gid://shopify/Location/9"});
    client.put(&harbour, &nowhere).await.problem(404, "unknown-location");
    let nobody = shop.path(&format!("/facilities/{}", stocked.state.id()));
    client.put(&nobody, &body).await.problem(404, "unknown-facility");
    let below = json!({"location": super::LOCATION, "safety_stock": -1});
    client.put(&harbour, &below).await.problem(422, "invalid-request");
    for _ in 0..2 {
        client.delete(&harbour).await.expect(204);
    }
    let status = client.get(&shop.path("")).await.ok()["status"].clone();
    assert_eq!(status, "connected", "it is to be compared anew");
}

#[tokio::test]
async fn a_person_says_which_sku_an_item_is() {
    let shop = Shop::connected().await;
    let stocked = &shop.stocked;
    let admin = shop.admin().await;
    let client = stocked.state.as_(&admin);
    let none = client.get(&shop.path("/items?problem=none")).await.ok();
    assert_eq!(none["items"][0]["item"], super::ITEM);
    let sku = json!({"sku_id": stocked.shoe.0});
    let matched = client.put(&shop.path("/items/1/sku"), &sku).await.ok();
    assert_eq!(
        (&matched["sku"]["product_title"], &matched["problem"]),
        (&json!("Trail Runner"), &json!(null))
    );
    let whole = shop.path("/items/gid:%2F%2Fshopify%2FInventoryItem%2F1/sku");
    assert_eq!(client.put(&whole, &sku).await.ok(), matched);
    assert_eq!(client.get(&shop.path("/items?not_live=true")).await.ok()["items"][0], matched);
    let unmatched = client.put(&whole, &json!({"sku_id": null})).await.ok();
    assert_eq!((&unmatched["sku"], &unmatched["problem"]), (&json!(null), &json!("none")));
    client.put(&shop.path("/items/2/sku"), &sku).await.problem(404, "unknown-item");
    client.put(&whole, &json!({})).await.problem(422, "invalid-request");
    let nothing = json!({"sku_id": stocked.state.id()});
    client.put(&whole, &nothing).await.problem(404, "unknown-sku");
    client.get(&shop.path("/items?problem=odd")).await.problem(400, "invalid-query");
}

#[tokio::test]
async fn a_large_change_waits_for_a_person() {
    let shop = Shop::running().await;
    let stocked = &shop.stocked;
    let admin = shop.admin().await;
    let client = stocked.state.as_(&admin);
    client.patch(&shop.path(""), &json!({"push_limit": 2})).await.ok();
    let manager = stocked.at_main("facility_manager").await;
    let body = stocked.variance(-3, "lost");
    stocked.state.as_(&manager).post("/variances", &body).await.ok();
    assert!(shop.freeze().await.is_empty(), "it is held");
    let list = client.get(&shop.path("/pushes?status=held")).await.ok();
    let held = &list["items"][0];
    assert_eq!(super::members(held), super::members(&crate::api::pushes::example()));
    assert_eq!((&held["delta"], &held["movement_id"]), (&json!(-3), &body["id"]));
    assert_eq!((&held["location_name"], &held["urgency"]), (&json!("High Street"), &json!("fall")));
    assert_eq!(held["may"], json!({"release": true, "retry": false, "skip": true}));
    let push = shop.path(&format!("/pushes/{}", held["id"].as_str().expect("an id")));
    client.post(&format!("{push}/retry"), &json!({})).await.problem(409, "push-status");
    let released = client.post(&format!("{push}/release"), &json!({})).await.ok();
    assert_eq!(released["status"], "pending");
    let again = client.post(&format!("{push}/release"), &json!({})).await;
    assert_eq!(again.problem(409, "push-status")["push_status"], "pending");
    let skipped = client.post(&format!("{push}/skip"), &json!({})).await.ok();
    assert_eq!(skipped["status"], "skipped");
    assert_eq!(client.post(&format!("{push}/skip"), &json!({})).await.ok(), skipped);
    assert_eq!(client.get(&shop.path("/pushes?open=true")).await.ok()["items"], json!([]));
    let nobody = shop.path(&format!("/pushes/{}/skip", stocked.state.id()));
    client.post(&nobody, &json!({})).await.problem(404, "unknown-push");
    // A push is one of its own shop alone.
    let other = push.replace(&shop.id.to_string(), &stocked.state.id().to_string());
    client.post(&format!("{other}/skip"), &json!({})).await.problem(404, "unknown-channel");
}

#[tokio::test]
async fn what_does_not_differ_is_not_set_right() {
    let shop = Shop::running().await;
    let admin = shop.admin().await;
    let client = shop.stocked.state.as_(&admin);
    assert_eq!(client.get(&shop.path("/differences")).await.ok()["items"], json!([]));
    assert_eq!(client.get(&shop.path("/audits")).await.ok()["items"], json!([]));
    let level = json!({"item": super::ITEM, "location": super::LOCATION});
    let correct = shop.path("/differences/correct");
    client.post(&correct, &level).await.problem(404, "unknown-difference");
    client.post(&correct, &json!({"item": super::ITEM})).await.problem(422, "invalid-request");
    client.get(&shop.path("/differences?class=odd")).await.problem(400, "invalid-query");
}

#[tokio::test]
async fn what_could_not_be_followed_is_looked_at_again() {
    let shop = Shop::running().await;
    let store = &shop.stocked.state.app.store;
    let order = |n: u64| NewDelivery {
        delivery: n.to_string(),
        event: None,
        topic: "orders/create".to_owned(),
        kind: DeliveryKind::Order,
        subject: format!("gid://shopify/Order/{n}"),
        location: None,
        triggered_at: Some(NOW),
    };
    store.put_deliveries(shop.id, &[order(1), order(2)]).await.expect("kept");
    let due = store.due_deliveries(shop.id, NOW).await.expect("read");
    let second = due.iter().find(|one| one.subject.ends_with("/2")).expect("told").id;
    let left_out = Some("gid://shopify/InventoryItem/9 is no SKU".to_owned());
    store.settle_deliveries(shop.id, &[second], &Handled::Done { left_out }).await.expect("noted");

    let admin = shop.admin().await;
    let client = shop.stocked.state.as_(&admin);
    let all = client.get(&shop.path("/deliveries")).await.ok();
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
    let problems = client.get(&shop.path("/deliveries?problems=true")).await.ok();
    let told = &problems["items"][0];
    assert_eq!(super::members(told), super::members(&super::super::delivery::example()));
    assert_eq!((&told["id"], &told["status"]), (&json!(second), &json!("done")));
    assert_eq!((&told["next_at"], &told["may_retry"]), (&Value::Null, &json!(true)));
    let first = client.get(&shop.path("/deliveries?limit=1")).await.ok();
    let cursor = first["next_cursor"].as_str().expect("there is a second page");
    let rest = client.get(&shop.path(&format!("/deliveries?cursor={cursor}"))).await.ok();
    assert_eq!(rest["items"], json!([all["items"][1]]));

    let retry = shop.path(&format!("/deliveries/{second}/retry"));
    let waits = client.post(&retry, &json!({})).await.ok();
    assert_eq!((&waits["status"], &waits["problem"]), (&json!("waiting"), &Value::Null));
    assert!(waits["next_at"].is_string());
    assert_eq!(client.get(&shop.path("/deliveries?problems=true")).await.ok()["items"], json!([]));
    client.post(&retry, &json!({"now": 1})).await.problem(422, "invalid-request");
    let nobodys = shop.path(&format!("/deliveries/{}/retry", shop.stocked.state.id()));
    client.post(&nobodys, &json!({})).await.problem(404, "unknown-delivery");
    client.get(&shop.path("/deliveries?status=odd")).await.problem(400, "invalid-query");
}
