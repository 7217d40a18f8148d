//! Lists, sums and filters.

use std::collections::BTreeSet;

use onhand_domain::{MovementKind, Scope};
use serde_json::json;

use crate::{api::shapes::examples, stocked::Stocked, testing::TestState};

fn ids(list: &serde_json::Value) -> Vec<serde_json::Value> {
    list["items"].as_array().expect("a list").iter().map(|m| m["id"].clone()).collect()
}

#[tokio::test]
async fn pages_filters_and_sums_agree() {
    for postgres in [false, true] {
        let state = if postgres { TestState::postgres().await } else { TestState::new().await };
        let shop = Stocked::on(state).await;
        let controller = shop.state.user("inventory_controller", Scope::All).await;
        let manager = shop.at_main("facility_manager").await;
        let client = shop.state.as_(&controller);
        let mut all = Vec::new();
        for (n, (quantity, reason)) in
            [(-1, "damaged"), (-2, "lost"), (3, "found"), (-4, "damaged")].into_iter().enumerate()
        {
            shop.state.clock.advance(60 * onhand_domain::Micros::SECOND);
            let mut body = shop.variance(quantity, reason);
            if n == 3 {
                body["facility_id"] = json!(shop.harbour.0);
            }
            let who = if n == 2 { &manager } else { &controller };
            shop.state.as_(who).post("/variances", &body).await.ok();
            // Sales are no variances.
            shop.record(shop.main, shop.shoe, MovementKind::Sale, 1, None).await;
            all.insert(0, body["id"].clone());
        }
        assert_eq!(ids(&client.get("/variances").await.ok()), all);
        let first = client.get("/variances?limit=3").await.ok();
        let cursor = first["next_cursor"].as_str().expect("more");
        let rest = client.get(&format!("/variances?limit=3&cursor={cursor}")).await.ok();
        assert_eq!([ids(&first), ids(&rest)].concat(), all);
        assert!(rest["next_cursor"].is_null());

        for (filter, found) in [
            (format!("facility_id={}", shop.main), &[1, 2, 3][..]),
            (format!("facility_id={}", shop.harbour), &[0]),
            (format!("sku_id={}", shop.shoe), &[0, 1, 2, 3]),
            (format!("sku_id={}", shop.state.id()), &[]),
            ("reason=damaged".to_owned(), &[0, 3]),
            (format!("actor_id={}", manager.id), &[1]),
            ("from=2026-01-15T12:02:00Z".to_owned(), &[0, 1, 2]),
            ("from=2026-01-15T12:02:00Z&to=2026-01-15T12:03:00Z".to_owned(), &[2]),
        ] {
            let list = client.get(&format!("/variances?{filter}")).await.ok();
            let wanted: Vec<_> = found.iter().map(|n: &usize| all[*n].clone()).collect();
            assert_eq!(ids(&list), wanted, "{filter}");
            let sums = client.get(&format!("/variances/summary?{filter}")).await.ok();
            assert_eq!(sums["total"]["count"], json!(found.len()), "{filter}");
        }
        let sums = client.get("/variances/summary").await.ok();
        assert_eq!(
            sums["items"][0],
            json!({"reason": "damaged", "label": "Damaged", "count": 2, "units_lost": 5,
                "units_gained": 0, "value_lost": "100.00", "value_gained": "0.00"})
        );
        assert_eq!(
            sums["total"],
            json!({"count": 4, "units_lost": 7, "units_gained": 3, "value_lost": "140.00",
                "value_gained": "60.00"})
        );

        let path = format!("/variances/{}/reversal", all[3].as_str().expect("an id"));
        client.post(&path, &json!({"id": shop.state.id()})).await.ok();
        let sums = client.get("/variances/summary?reason=damaged").await.ok();
        assert_eq!(sums["total"]["count"], 1, "what was undone counts back");
        assert_eq!(sums["total"]["units_lost"], 4);
        assert_eq!(sums["total"]["value_lost"], "80.00");
        assert_eq!(client.get("/variances").await.ok()["items"][0]["kind"], "reversal");
        client.get("/variances?from=yesterday").await.problem(400, "invalid-query");
        client.get("/variances?colour=red").await.problem(400, "invalid-query");
    }
}

#[tokio::test]
async fn the_most_used_reasons_are_those_of_the_last_ninety_days() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    for (reason, quantity) in [("damaged", -1), ("damaged", -1), ("lost", -1)] {
        shop.state.as_(&manager).post("/variances", &shop.variance(quantity, reason)).await.ok();
    }
    let store = &shop.state.app.store;
    let uses = store.reason_uses(shop.main).await.expect("read");
    assert_eq!((uses.get("damaged"), uses.get("lost")), (Some(&2), Some(&1)));
    assert!(store.reason_uses(shop.harbour).await.expect("read").is_empty());
    shop.state.clock.advance(91 * onhand_domain::Micros::DAY);
    assert!(store.reason_uses(shop.main).await.expect("read").is_empty());
}

/// The members of a document, with those of what lies in it.
fn members(value: &serde_json::Value, path: &str, all: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(object) => {
            for (name, value) in object {
                all.insert(format!("{path}/{name}"));
                members(value, &format!("{path}/{name}"), all);
            }
        }
        serde_json::Value::Array(entries) => {
            for entry in entries {
                members(entry, &format!("{path}/*"), all);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn examples_have_the_members_of_answers() {
    let shop = Stocked::new().await;
    shop.order("#1", 11, 1).await;
    let controller = shop.state.user("inventory_controller", Scope::All).await;
    shop.record(shop.harbour, shop.shoe, MovementKind::Receipt, 20, None).await;
    let associate = shop.at_main("associate").await;
    let (small, large) = (shop.variance(-1, "damaged"), shop.variance(-4, "damaged"));
    let client = shop.state.as_(&controller);
    let asked = shop.state.as_(&associate).post("/variances", &small).await.ok();
    let path = format!("/variance-requests/{}/decline", small["id"].as_str().expect("an id"));
    let posted = shop.variance(-1, "damaged");
    for (answer, example) in [
        (client.post("/variances/preview", &large).await.ok(), examples::would_post()),
        (asked["request"].clone(), examples::request()),
        (client.post(&path, &json!({})).await.ok(), examples::declined()),
        (client.post("/variances", &posted).await.ok(), examples::posted()),
    ] {
        let [real, shown] = [answer, example].map(|document| {
            let mut all = BTreeSet::new();
            members(&document, "", &mut all);
            all
        });
        assert_eq!(real, shown);
    }
}
