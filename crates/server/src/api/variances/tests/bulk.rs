//! A box of damaged goods.

use serde_json::{Value, json};

use crate::stocked::{Stocked, levels};

#[tokio::test]
async fn each_entry_has_its_own_result() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);
    let good = shop.variance(-1, "damaged");
    let mut elsewhere = shop.variance(-1, "damaged");
    elsewhere["facility_id"] = json!(shop.harbour.0);
    let body = json!({"variances": [
        good, shop.variance(0, "damaged"), elsewhere, good, shop.variance(-2, "nonsense"),
        shop.variance(-3, "lost"), shop.variance(-51, "lost"),
    ]});
    let answer = client.post("/variances/bulk", &body).await.ok();
    let results = answer["results"].as_array().expect("a list");
    let statuses: Vec<&str> =
        results.iter().map(|r| r["status"].as_str().expect("a status")).collect();
    assert_eq!(
        statuses,
        ["posted", "rejected", "rejected", "posted", "rejected", "posted", "rejected"]
    );
    for (n, entry) in results.iter().enumerate() {
        assert_eq!(entry["id"], body["variances"][n]["id"]);
    }
    assert_eq!(results[3], results[0], "the same entry twice is one variance");
    let pointer = |n: usize| &results[n]["problem"]["errors"][0]["pointer"];
    assert_eq!(pointer(1), "/variances/1/quantity");
    assert_eq!(pointer(2), "/variances/2/facility_id");
    assert_eq!(pointer(4), "/variances/4/reason");
    assert_eq!(results[6]["problem"]["type"], "urn:onhand:problem:below-zero");
    assert_eq!(levels(&results[5]["level_before"]), [12, 11, 1]);
    assert_eq!(levels(&results[5]["level_after"]), [9, 8, 1]);
    assert_eq!(shop.now().await, ([9, 8, 1], 3));
    assert_eq!(client.post("/variances/bulk", &body).await.ok(), answer, "a retry");
}

#[tokio::test]
async fn a_thousand_are_done_and_one_more_is_too_many() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);
    let mut many: Vec<Value> =
        (0..500).flat_map(|_| [shop.variance(1, "found"), shop.variance(-1, "lost")]).collect();
    for body in &mut many {
        body["note"] = json!("n".repeat(1_000));
    }
    many.push(shop.variance(1, "found"));
    let before = shop.now().await;
    let problem = client.post("/variances/bulk", &json!({"variances": many})).await;
    assert_eq!(problem.problem(422, "too-many")["errors"][0]["pointer"], "/variances");
    assert_eq!(shop.now().await, before);
    many.pop();
    let answer = client.post("/variances/bulk", &json!({"variances": many})).await.ok();
    let results = answer["results"].as_array().expect("a list");
    assert_eq!(results.len(), 1_000);
    // 20.00 each: the day's 5,000.00 are used up after 250 of them.
    let posted = results.iter().filter(|r| r["status"] == "posted").count();
    assert_eq!(posted, 250);
    assert!(results[250..].iter().all(|r| r["request_because"] == json!(["day_value"])));
    assert_eq!(shop.now().await, ([12, 12, 0], 251));
}
