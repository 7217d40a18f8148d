//! Photos as a device sends them and a reviewer sees them.

use axum::{
    body::Body,
    http::{Request, header},
};
use onhand_store::photos::PHOTO_BYTES_MAX;
use serde_json::{Value, json};

use crate::{
    stocked::Stocked,
    testing::{Reply, Who},
};

/// A picture of one pixel, with something said about it, as a phone does.
fn photo(about: &[u8]) -> Vec<u8> {
    let length = u16::try_from(about.len() + 2).expect("short").to_be_bytes();
    let head = [&b"\xff\xd8\xff\xe1"[..], &length, about].concat();
    let frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00";
    let scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x01\xff\x00\x02\xff\xd9";
    [&head, &frame[..], &scan[..]].concat()
}

async fn send(stocked: &Stocked, who: &Who, query: &str, body: Vec<u8>) -> Reply {
    let request = Request::post(format!("/api/v1/photos?{query}"))
        .header(header::CONTENT_TYPE, "image/jpeg")
        .body(Body::from(body))
        .expect("a request");
    stocked.state.as_(who).send(request).await
}

async fn a_count(stocked: &Stocked, manager: &Who) -> String {
    let body = json!({
        "id": stocked.state.id(), "facility_id": stocked.main.0, "name": "Shoes",
        "kind": "area",
    });
    let count = stocked.state.as_(manager).post("/counts", &body).await.created();
    count["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_photo_of_a_line_is_kept_without_what_it_tells() {
    let stocked = Stocked::new().await;
    let manager = stocked.at_main("facility_manager").await;
    let count = a_count(&stocked, &manager).await;
    let (id, shoe) = (stocked.state.id(), stocked.shoe);
    let query = format!("id={id}&count_id={count}&sku_id={shoe}");
    let sent = photo(b"Exif\0\0 at home");
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(send(&stocked, &manager, &query, sent.clone()).await.created());
    }
    assert_eq!(answers[0], answers[1]);
    let path = format!("/photos/{id}");
    let seen = stocked.state.as_(&manager).get(&path).await;
    assert_eq!(seen.status, 200);
    assert_eq!(answers[0]["bytes"], json!(seen.bytes.len()));
    assert!(!seen.bytes.windows(4).any(|w| w == b"Exif" || w == b"home"));
    assert_eq!(seen.headers[header::CONTENT_TYPE], "image/jpeg");
    assert_eq!(seen.headers["x-content-type-options"], "nosniff");
    let etag = seen.headers[header::ETAG].to_str().expect("a text").to_owned();
    assert_eq!(json!(etag.trim_matches('"')), answers[0]["sha256"]);
    let cache = seen.headers[header::CACHE_CONTROL].to_str().expect("a text");
    assert!(cache.contains("private") && cache.contains("immutable"));
    let request = Request::get(format!("/api/v1{path}")).header(header::IF_NONE_MATCH, etag);
    let request = request.body(Body::empty()).expect("a request");
    assert_eq!(stocked.state.as_(&manager).send(request).await.status, 304);
    let other = [&photo(b"")[..photo(b"").len() - 3], b"\x03\xff\xd9"].concat();
    send(&stocked, &manager, &query, other).await.problem(409, "id-reused");
}

#[tokio::test]
async fn only_who_may_see_the_thing_sees_its_photo() {
    let stocked = Stocked::new().await;
    let manager = stocked.at_main("facility_manager").await;
    let elsewhere = onhand_domain::Scope::Facility(stocked.harbour);
    let stranger = stocked.state.user("facility_manager", elsewhere).await;
    let count = a_count(&stocked, &manager).await;
    let associate = stocked.at_main("associate").await;
    let variance = stocked.variance(-1, "lost");
    let reported = stocked.state.as_(&associate).post("/variances", &variance).await.ok();
    assert_eq!(reported["status"], "requested");
    let variance: &Value = &variance["id"];
    let variance = variance.as_str().expect("an id");
    let of_line = format!("count_id={count}&sku_id={}", stocked.shoe);
    let list_of_line = format!("/counts/{count}/lines/{}/photos", stocked.shoe);
    let things = [
        (of_line, list_of_line),
        (format!("movement_id={variance}"), format!("/variances/{variance}/photos")),
    ];
    for (of, list) in things {
        let query = format!("id={}&{of}", stocked.state.id());
        let refused = send(&stocked, &stranger, &query, photo(b"")).await;
        assert_eq!(refused.status, 404, "{}", refused.text());
        let nobody = stocked.state.nobody().await;
        assert_eq!(send(&stocked, &nobody, &query, photo(b"")).await.status, 403);
        let seen = stocked.state.as_(&manager).get(&list).await.ok();
        assert_eq!(seen, json!({"items": []}), "{list}");
        let kept = send(&stocked, &associate, &query, photo(b"")).await.created();
        assert_eq!(kept["taken_by"]["id"], json!(associate.id.0));
        stocked.state.clock.advance(1);
        let query = format!("id={}&{of}", stocked.state.id());
        let next = send(&stocked, &associate, &query, photo(b"")).await.created();
        for who in [&manager, &associate] {
            let seen = stocked.state.as_(who).get(&list).await.ok();
            assert_eq!(seen, json!({"items": [kept, next]}), "{list}");
        }
        assert_eq!(stocked.state.as_(&stranger).get(&list).await.status, 404, "{list}");
        assert_eq!(stocked.state.as_(&nobody).get(&list).await.status, 403, "{list}");
        let path = format!("/photos/{}", kept["id"].as_str().expect("an id"));
        assert_eq!(stocked.state.as_(&manager).get(&path).await.status, 200);
        stocked.state.as_(&stranger).get(&path).await.problem(404, "unknown-photo");
        assert_eq!(stocked.state.as_(&nobody).get(&path).await.status, 404);
    }
}

#[tokio::test]
async fn what_is_no_photo_is_refused() {
    let stocked = Stocked::new().await;
    let manager = stocked.at_main("facility_manager").await;
    let count = a_count(&stocked, &manager).await;
    let query = || format!("id={}&count_id={count}&sku_id={}", stocked.state.id(), stocked.shoe);
    for bad in [&b"\x89PNG\r\n"[..], b"<svg/>", b"", &photo(b"")[..20]] {
        let refused = send(&stocked, &manager, &query(), bad.to_vec()).await;
        refused.problem(422, "unreadable-file");
    }
    let huge = vec![0xff; PHOTO_BYTES_MAX + 1];
    send(&stocked, &manager, &query(), huge).await.problem(413, "too-large");
    let json = stocked.state.as_(&manager).post(&format!("/photos?{}", query()), &json!({})).await;
    json.problem(415, "unsupported-media-type");
    let id = stocked.state.id();
    for of in ["", "&count_id=01900000-0000-7000-8000-000000000001"] {
        let refused = send(&stocked, &manager, &format!("id={id}{of}"), photo(b"")).await;
        refused.problem(400, "invalid-query");
    }
    let nothing = format!("id={id}&count_id={count}&sku_id={id}");
    send(&stocked, &manager, &nothing, photo(b"")).await.problem(404, "unknown-sku");
    for _ in 0..20 {
        send(&stocked, &manager, &query(), photo(b"")).await.created();
    }
    send(&stocked, &manager, &query(), photo(b"")).await.problem(422, "too-many");
}
