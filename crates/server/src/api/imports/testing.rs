//! A small catalogue for tests of the API.

use axum::{
    body::Body,
    http::{Request, header},
};
use onhand_domain::{FacilityId, Scope};
use serde_json::Value;

use crate::testing::{Reply, TestState, Who};

/// A cap in two colours and a bag, whose code a cap has too.
pub(crate) const CAP: &str = "\
Handle,Title,Body (HTML),Option1 Name,Option1 Value,Variant SKU,Variant Barcode,Variant Price,\
Cost per item,Variant Inventory Qty
cap,Cap,<p>Warm.</p><p>Really.</p>,Color,Red,C-R,'4006381333931,10.50,4,7
cap,,,,Blue,C/B 1,,10.50,4,0
cap,,,,,,,,,
bag,Bag,,,,C/B 1,,20,,2
";
/// How often a test asks whether an import has ended.
const POLLS_MAX: u32 = 600;

/// Sends a CSV as somebody.
pub(crate) async fn import(state: &TestState, who: &Who, query: &str, csv: &str) -> Reply {
    let request = Request::post(format!("/api/v1/imports?{query}"))
        .header(header::CONTENT_TYPE, "text/csv; charset=utf-8")
        .body(Body::from(csv.to_owned()))
        .expect("a request");
    state.as_(who).send(request).await
}

/// Waits until an import has ended, and answers it.
pub(crate) async fn finished(state: &TestState, who: &Who, started: &Value) -> Value {
    let path = format!("/imports/{}", started["id"].as_str().expect("an id"));
    for _ in 0..POLLS_MAX {
        let import = state.as_(who).get(&path).await.ok();
        if import["status"] != "running" {
            return import;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the import does not end");
}

/// Imports [`CAP`] with its stock at a facility.
pub(crate) async fn import_cap(state: &TestState, facility: FacilityId) {
    let controller = state.user("inventory_controller", Scope::All).await;
    let query = format!("kind=catalog&facility_id={facility}");
    let started = import(state, &controller, &query, CAP).await.expect(202);
    let ended = finished(state, &controller, &started).await;
    assert_eq!(ended["report"]["errors_total"], 0, "{ended}");
}
