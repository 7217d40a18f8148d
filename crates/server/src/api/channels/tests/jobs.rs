//! Jobs, on a shop that answers.

use onhand_domain::{Micros, MovementKind, Scope, channel::JobKind};
use onhand_store::channels::{JOB_SILENCE_MICROS, NewJob};
use onhand_twin::{Options, Plan, Twin};
use serde_json::{Value, json};

use super::{Shop, by};
use crate::{
    stocked::Stocked,
    testing::{Client, NOW, TestState},
};

/// How often a job is asked for before the test gives up.
const POLLS_MAX: u32 = 1_000;
pub(super) const TOKEN: &str = "shpat_hidden";
const FIRST: &str = "gid://shopify/Location/60000001";
const CATALOG: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Barcode,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n\
boot,Boot,Size,40,B-40,4000000000017,shopify,10,59.00\n\
boot,,,41,B-41,,shopify,5,59.00\n";

/// A fake shop's address.
pub(super) async fn twin() -> String {
    let twin = Twin::open(Options {
        listen: ([127, 0, 0, 1], 0).into(),
        catalog: CATALOG.into(),
        locations: 3,
        location_names: Vec::new(),
        stocked_at: 2,
        domain: "twin.myshopify.com".to_owned(),
        token: TOKEN.to_owned(),
        client_id: "app".to_owned(),
        client_secret: "secret".to_owned(),
        plan: Plan::Plus,
        seed: 7,
        state: None,
    });
    let twin = twin.await.expect("a fake shop");
    let address = twin.address().to_owned();
    tokio::spawn(twin.serve());
    address
}

/// Begins a job and waits until it has ended.
pub(super) async fn job(client: &Client<'_>, path: &str, body: &Value) -> Value {
    let begun = client.post(path, body).await.expect(202);
    let channel = begun["channel_id"].as_str().expect("an id");
    let path = format!("/channels/{channel}/jobs/{}", begun["id"].as_str().expect("an id"));
    for _ in 0..POLLS_MAX {
        let job = client.get(&path).await.ok();
        if job["status"] != "running" {
            return job;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the job {path} does not end");
}

#[tokio::test]
async fn a_shop_is_connected_compared_and_started() {
    let stocked = Stocked::on(TestState::with_key().await).await;
    let boot = stocked.barcoded("Boot", true, "4000000000017").await;
    stocked.record(stocked.main, boot, MovementKind::Receipt, 12, None).await;
    let state = &stocked.state;
    let admin = state.user("admin", Scope::All).await;
    let client = state.as_(&admin);
    let address = twin().await;

    let mut body = json!({
        "id": state.id(), "shop": address, "credentials": {"kind": "static", "token": "shpat_not"},
    });
    let refused = client.post("/channels", &body).await;
    refused.problem(422, "shop-refused");
    assert!(!refused.text().contains("shpat_not"), "{}", refused.text());
    body["credentials"]["token"] = json!(TOKEN);
    body["webhook_secret"] = json!("whsec_hidden");
    let made = client.post("/channels", &body).await.created();
    assert_eq!((&made["status"], &made["webhook_secrets"]), (&json!("connected"), &json!(1)));
    assert_eq!(client.post("/channels", &body).await.created()["id"], made["id"], "a retry");
    let mut other = body.clone();
    other["credentials"]["token"] = json!("shpat_other");
    client.post("/channels", &other).await.problem(409, "id-reused");
    other = body.clone();
    other["id"] = json!(state.id());
    let taken = client.post("/channels", &other).await.problem(409, "code-taken");
    assert_eq!(taken["errors"][0]["pointer"], "/shop");

    let path = |rest: &str| format!("/channels/{}{rest}", made["id"].as_str().expect("an id"));
    let nothing = job(&client, &path("/start"), &json!({"id": state.id()})).await;
    assert_eq!(nothing["problem"]["type"], "urn:onhand:problem:nothing-to-take-in", "{nothing}");
    let location = json!({"location": FIRST});
    client.put(&path(&format!("/facilities/{}", stocked.main)), &location).await.ok();

    let check = json!({"id": state.id()});
    let checked = job(&client, &path("/check"), &check).await;
    assert_eq!(checked["status"], "done", "{checked}");
    assert_eq!(super::members(&checked), super::members(&super::super::examples::job()));
    assert_eq!(checked["read"]["items"]["matched"], 1);
    assert_eq!(checked["read"]["items"]["none"], 1);
    assert_eq!(checked["compared"]["differing"], 1);
    let difference = &checked["compared"]["differences"][0];
    assert_eq!((&difference["shop_has"], &difference["should_have"]), (&json!(10), &json!(12)));
    assert_eq!(difference["sku"]["product_title"], "Boot");
    assert_eq!(client.post(&path("/check"), &check).await.expect(202), checked, "the same job");
    client.post(&path("/start"), &check).await.problem(409, "id-reused");

    let started = job(&client, &path("/start"), &json!({"id": state.id()})).await;
    assert_eq!(started["taken_in"], json!({"levels": 1, "changes": 1}), "{started}");
    assert_eq!(client.get(&path("")).await.ok()["status"], "running");
    let anew = job(&client, &path("/start"), &json!({"id": state.id(), "anew": true})).await;
    assert_eq!(anew["problem"]["type"], "urn:onhand:problem:channel-status");
    client.post(&path("/stop"), &json!({})).await.ok();
    let resumed = job(&client, &path("/start"), &json!({"id": state.id()})).await;
    assert_eq!((&resumed["status"], &resumed["taken_in"]), (&json!("done"), &Value::Null));
    let list = client.get(&path("/jobs?kind=check")).await.ok();
    assert_eq!(list["items"][0]["id"], checked["id"]);
    assert_eq!(list["items"][0]["compared"]["differences"], json!([]));

    for answer in [made, checked, started, list, client.get("/audit").await.ok()] {
        assert!(!answer.to_string().contains("hidden"), "{answer}");
    }
}

#[tokio::test]
async fn every_level_is_judged() {
    let stocked = Stocked::on(TestState::with_key().await).await;
    let boot = stocked.barcoded("Boot", true, "4000000000017").await;
    stocked.record(stocked.main, boot, MovementKind::Receipt, 10, None).await;
    let state = &stocked.state;
    let admin = state.user("admin", Scope::All).await;
    let client = state.as_(&admin);
    let body = json!({
        "id": state.id(), "shop": twin().await, "credentials": {"kind": "static", "token": TOKEN},
    });
    let made = client.post("/channels", &body).await.created();
    let path = |rest: &str| format!("/channels/{}{rest}", made["id"].as_str().expect("an id"));
    job(&client, &path("/check"), &json!({"id": state.id()})).await;
    let location = json!({"location": FIRST});
    client.put(&path(&format!("/facilities/{}", stocked.main)), &location).await.ok();
    let started = job(&client, &path("/start"), &json!({"id": state.id()})).await;
    assert_eq!(started["taken_in"], json!({"levels": 1, "changes": 0}), "{started}");
    let audited = job(&client, &path("/audits"), &json!({"id": state.id()})).await;
    assert_eq!(audited["status"], "done", "{audited}");
    assert_eq!((&audited["audit"]["levels"], &audited["audit"]["equal"]), (&json!(1), &json!(1)));
    assert_eq!(super::members(&audited["audit"]), super::members(&super::super::examples::audit()));
    let list = client.get(&path("/audits")).await.ok();
    assert_eq!(list["items"][0], audited["audit"]);
}

#[tokio::test]
async fn one_job_at_a_time_and_a_silent_one_is_lost() {
    let shop = Shop::running().await;
    let state = &shop.stocked.state;
    let admin = shop.admin().await;
    let client = state.as_(&admin);
    let id = state.id();
    let new = NewJob { id, channel: shop.id, kind: JobKind::Check, anew: false };
    let store = &state.app.store;
    assert!(store.begin_channel_job(&by(), new).await.expect("begun").1);
    let path = shop.path(&format!("/jobs/{id}"));
    assert_eq!(client.get(&path).await.ok()["status"], "running");
    assert_eq!(client.get(&shop.path("")).await.ok()["job"]["id"], json!(id));
    let other = NewJob { id: state.id(), ..new };
    assert!(store.begin_channel_job(&by(), other).await.is_err(), "one at a time");
    assert!(store.beat_channel_job(id).await.expect("asked"));
    state.clock.set(NOW.plus(JOB_SILENCE_MICROS));
    assert_eq!(client.get(&path).await.ok()["status"], "running", "not yet");
    state.clock.set(NOW.plus(JOB_SILENCE_MICROS + Micros::SECOND));
    let lost = client.get(&path).await.ok();
    assert_eq!(
        (&lost["status"], &lost["problem"]["type"]),
        (&json!("failed"), &json!("urn:onhand:problem:job-lost"))
    );
    assert!(client.get(&shop.path("")).await.ok()["job"].is_null());
    assert!(store.begin_channel_job(&by(), other).await.expect("begun").1, "another may begin");
    assert!(!store.beat_channel_job(id).await.expect("asked"), "and it can't come back");
    client.get(&shop.path(&format!("/jobs/{}", state.id()))).await.problem(404, "unknown-job");
}

#[tokio::test]
async fn a_server_without_a_key_does_nothing_with_a_shop() {
    let shop = Shop::connected().await;
    let admin = shop.admin().await;
    let client = shop.stocked.state.as_(&admin);
    for path in ["/check", "/start", "/audits"] {
        let body = json!({"id": shop.stocked.state.id()});
        client.post(&shop.path(path), &body).await.problem(409, "no-secret-key");
    }
    assert_eq!(client.get(&shop.path("/jobs")).await.ok()["items"], json!([]));
}
