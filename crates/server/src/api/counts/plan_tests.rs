//! Planning counts: by filter, by file, and what a device gets to know.

use axum::{
    body::Body,
    http::{Request, header},
};
use onhand_domain::{Micros, MovementKind, Scope};
use serde_json::{Value, json};

use crate::{
    stocked::Stocked,
    testing::{NOW, Reply, Who},
};

async fn import(shop: &Stocked, who: &Who, query: &str, sheet: &str) -> Reply {
    let request = Request::post(format!("/api/v1/counts/imports?{query}"))
        .header(header::CONTENT_TYPE, "text/csv")
        .body(Body::from(sheet.to_owned()))
        .expect("a request");
    shop.state.as_(who).send(request).await
}

fn faults(report: &Value) -> Vec<(u64, &str, &str)> {
    let errors = report["errors"].as_array().expect("errors").iter();
    errors
        .map(|e| {
            let line = e["line"].as_u64().expect("a line");
            let column = e["column"].as_str().unwrap_or("");
            (line, column, e["problem"].as_str().expect("words"))
        })
        .collect()
}

#[tokio::test]
async fn a_sheet_makes_its_counts_once() {
    let stocked = Stocked::new().await;
    // Every test SKU has the code TR-204: the barcode tells them apart.
    let shoe = stocked.barcoded("Shoe", true, "4006381333931").await;
    let boot = stocked.barcoded("Boot", true, "96385074").await;
    let manager = stocked.at_main("facility_manager").await;
    let client = stocked.state.as_(&manager);
    let sheet = "Count,SKU or Barcode,Facility,Area,Start,Due,Kind\n\
                 Shoes,04006381333931,S1,,2026-01-16 09:00,2026-01-16,\n\
                 shoes,96385074,s1,,,,directed\n\
                 Shoes,96385074,S1,,,,\n\
                 Back room,,S1,Back room,,,area\n";
    let tried = import(&stocked, &manager, "mode=dry_run", sheet).await.ok();
    assert_eq!((&tried["merged"], &tried["errors"]), (&json!(1), &json!([])));
    assert_eq!(client.get("/counts").await.ok()["items"], json!([]), "a dry run writes nothing");
    let done = import(&stocked, &manager, "", sheet).await.ok();
    let items = |report: &Value| -> Vec<(String, i64, bool)> {
        let counts = report["counts"].as_array().expect("counts").iter();
        let name = |c: &Value| c["name"].as_str().expect("a name").to_owned();
        counts
            .map(|c| (name(c), c["items"].as_i64().expect("a number"), c["made"] == true))
            .collect()
    };
    let named = |made| vec![("Shoes".to_owned(), 2, made), ("Back room".to_owned(), 0, made)];
    assert_eq!(items(&done), named(true));
    let again = import(&stocked, &manager, "mode=all_or_nothing", sheet).await.ok();
    assert_eq!(items(&again), named(false), "the same file makes nothing twice");
    assert_eq!(again["counts"][0]["id"], done["counts"][0]["id"]);
    let counts = client.get("/counts?origin=import").await.ok();
    let [shoes, room] = &counts["items"].as_array().expect("two")[..] else { panic!("{counts}") };
    assert_eq!(
        (&shoes["start_at"], &shoes["status"]),
        (&json!("2026-01-16T08:00:00Z"), &json!("scheduled"))
    );
    assert_eq!(shoes["due_at"], "2026-01-16T22:59:59Z", "the end of the day there");
    assert_eq!((&room["kind"], &room["area"]), (&json!("area"), &json!("Back room")));
    let path = format!("/counts/{}/catalog", shoes["id"].as_str().expect("an id"));
    let listed = client.get(&path).await.ok();
    assert_eq!(listed["items"][0]["sku"]["id"], json!(shoe.0), "in the order of the file");
    assert_eq!(listed["items"][1]["sku"]["id"], json!(boot.0));
}

#[tokio::test]
async fn errors_of_a_sheet_name_their_row() {
    let shop = Stocked::new().await;
    shop.barcoded("Shoe", true, "4006381333931").await;
    shop.barcoded("Gift card", false, "96385074").await;
    let manager = shop.at_main("facility_manager").await;
    let sheet = "count,barcode,facility,due,kind\n\
                 A,4006381333931,S1,2026-01-16,directed\n\
                 A,111,S1,,\n\
                 A,96385074,S1,,\n\
                 A,4006381333931,S2,,\n\
                 A,4006381333931,S1,2026-01-17,\n\
                 ,4006381333931,S1,,\n\
                 B,4006381333931,S1,,area\n\
                 C,4006381333931,S1,tomorrow,\n\
                 D,TR-204,S1,,\n";
    let report = import(&shop, &manager, "", sheet).await.ok();
    let mut found = faults(&report);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (3, "sku", "is neither a SKU code nor a barcode that is known"),
            (4, "sku", "is a SKU that no stock is kept of"),
            (5, "facility", "is no facility of yours"),
            (6, "due", "has another one in a row before"),
            (7, "count", "is empty"),
            (8, "sku", "has no place in an area"),
            (9, "due", "is no time"),
            (10, "sku", "stands for several SKUs"),
        ]
    );
    assert_eq!(report["errors_total"], 8);
    assert_eq!(report["counts"].as_array().expect("counts").len(), 1);
    let nothing = import(&shop, &manager, "mode=all_or_nothing", &sheet.replace("A,", "Z,")).await;
    assert_eq!(nothing.ok()["counts"], json!([]));
    let counts = shop.state.as_(&manager).get("/counts").await.ok();
    assert_eq!(counts["items"].as_array().expect("items").len(), 1);
    let other = import(&shop, &manager, "", "Handle,Title\na,b\n").await;
    other.problem(422, "unreadable-file");
    let associate = shop.at_main("associate").await;
    import(&shop, &associate, "", sheet).await.problem(403, "not-permitted");
    let away = format!("facility_id={}", shop.harbour);
    import(&shop, &manager, &away, sheet).await.problem(404, "unknown-facility");
}

#[tokio::test]
async fn a_filter_shows_and_chooses_the_same() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);
    let boot = shop.sku("Winter Boot", true, Some(1_0000)).await;
    let gone = shop.sku("Sandal", true, Some(1_0000)).await;
    let less = shop.sku("Slipper", true, Some(1_0000)).await;
    shop.sku("Never here", true, None).await;
    shop.record(shop.main, boot, MovementKind::Receipt, 3, None).await;
    shop.record(shop.main, gone, MovementKind::Receipt, 1, None).await;
    shop.record(shop.main, gone, MovementKind::Sale, 1, None).await;
    shop.record(shop.main, less, MovementKind::Sale, 2, None).await;
    shop.count(12, NOW.plus(-Micros::DAY)).await;
    for (query, filter, titles) in [
        ("", json!({}), vec!["Sandal", "Slipper", "Trail Runner", "Winter Boot"]),
        ("&negative=true", json!({"negative": true}), vec!["Slipper"]),
        ("&on_hand_zero=true", json!({"on_hand_zero": true}), vec!["Sandal"]),
        ("&value_min=100.00", json!({"value_min": "100.00"}), vec!["Trail Runner"]),
        ("&q=win", json!({"q": "win"}), vec!["Winter Boot"]),
        (
            "&not_counted_days=1",
            json!({"not_counted_days": 1}),
            vec!["Sandal", "Slipper", "Winter Boot"],
        ),
        ("&category=none", json!({"category": "none"}), vec![]),
        ("&limit=1&q=trail", json!({"limit": 1, "q": "trail"}), vec!["Trail Runner"]),
    ] {
        let path = format!("/counts/candidates?facility_id={}{query}", shop.main);
        let shown = client.get(&path).await.ok();
        let items = shown["items"].as_array().expect("items").clone();
        let named: Vec<_> =
            items.iter().map(|it| it["product_title"].as_str().expect("a title")).collect();
        assert_eq!(named, titles, "{query}");
        assert_eq!(shown["total"], json!(titles.len()));
        let body = json!({
            "id": shop.state.id(), "facility_id": shop.main.0, "name": "Some",
            "kind": "directed", "filter": filter,
        });
        let made = client.post("/counts", &body).await;
        if titles.is_empty() {
            made.problem(422, "invalid-request");
        } else {
            assert_eq!(made.created()["item_count"], json!(titles.len()), "{filter}");
        }
    }
}

#[tokio::test]
async fn a_device_learns_codes_page_by_page_and_no_quantity() {
    let shop = Stocked::new().await;
    let boot = shop.barcoded("Boot", true, "96385074").await;
    shop.record(shop.main, boot, MovementKind::Receipt, 777, None).await;
    shop.sku("Gift card", false, None).await;
    let (manager, associate) =
        (shop.at_main("facility_manager").await, shop.at_main("associate").await);
    let body = json!({
        "id": shop.state.id(), "facility_id": shop.main.0, "name": "All", "kind": "area",
    });
    shop.state.as_(&manager).post("/counts", &body).await.created();
    let client = shop.state.as_(&associate);
    let path = format!("/counts/{}/catalog", body["id"].as_str().expect("an id"));
    let first = client.get(&format!("{path}?limit=1")).await.ok();
    let cursor = first["next_cursor"].as_str().expect("more");
    let second = client.get(&format!("{path}?limit=1&cursor={cursor}")).await;
    assert!(!second.text().contains("777"), "{}", second.text());
    let second = second.ok();
    assert_eq!(second["next_cursor"], json!(null));
    assert_eq!(first["items"][0]["sku"]["id"], json!(shop.shoe.0));
    assert_eq!(second["items"][0]["sku"]["id"], json!(boot.0));
    assert_eq!(second["items"][0]["codes"], json!(["96385074", "TR-204"]));
    client.get(&format!("{path}?limit=1001")).await.problem(400, "invalid-query");
}

#[tokio::test]
async fn a_plan_changes_until_it_is_over() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let other = shop.state.user("facility_manager", Scope::Facility(shop.harbour)).await;
    let client = shop.state.as_(&manager);
    let body = json!({
        "id": shop.state.id(), "facility_id": shop.main.0, "name": "Shoes", "kind": "spot",
        "sku_ids": [shop.shoe.0],
    });
    client.post("/counts", &body).await.created();
    let path = format!("/counts/{}", body["id"].as_str().expect("an id"));
    shop.state.as_(&other).patch(&path, &json!({})).await.problem(404, "unknown-count");
    let same = client.patch(&path, &json!({"name": "Shoes"})).await.ok();
    assert_eq!(same["version"], 1, "nothing has changed");
    let change = json!({
        "name": "Boots", "blind": false, "start_at": "2026-01-16T09:00:00Z",
        "due_at": "2026-01-16T10:00:00Z", "assignee_ids": [manager.id.0], "area": "Front",
    });
    let changed = client.patch(&path, &change).await.ok();
    assert_eq!((&changed["status"], &changed["version"]), (&json!("scheduled"), &json!(2)));
    assert_eq!((&changed["blind"], &changed["area"]), (&json!(false), &json!("Front")));
    assert_eq!(changed["assignees"][0]["id"], json!(manager.id.0));
    assert_eq!(client.get("/counts?mine=true").await.ok()["items"][0]["name"], "Boots");
    let early = json!({"due_at": "2026-01-16T08:00:00Z"});
    let refused = client.patch(&path, &early).await.problem(422, "invalid-request");
    assert_eq!(refused["errors"][0]["pointer"], "/due_at");
    let drafted = client.patch(&path, &json!({"start_at": null, "area": null})).await.ok();
    assert_eq!((&drafted["status"], &drafted["area"]), (&json!("draft"), &json!(null)));
    client.post(&format!("{path}/open"), &json!({})).await.ok();
    client.patch(&path, &json!({"blind": true})).await.problem(409, "count-status");
    let late = json!({"start_at": "2026-01-16T09:00:00Z"});
    client.patch(&path, &late).await.problem(409, "count-status");
    client.patch(&path, &json!({"note": "hurry"})).await.ok();
    client.post(&format!("{path}/cancel"), &json!({})).await.ok();
    let over = client.patch(&path, &json!({"name": "x"})).await.problem(409, "count-status");
    assert_eq!(over["count_status"], "cancelled");
}
