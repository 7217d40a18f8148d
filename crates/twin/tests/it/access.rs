//! Who may come in, and what they may see.

use hmac::{Hmac, KeyInit, Mac};
use hyper::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::shop::{Answer, FIRST, SHOE, Shop, change};

async fn grant(shop: &Shop, form: &str) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let path = "/admin/oauth/access_token";
    shop.send(Method::POST, path, &headers, form.to_owned()).await.unwrap()
}

async fn status(shop: &Shop) -> u16 {
    shop.ask("{ shop { id } }", json!({})).await.unwrap().status
}

const ASKED: &str =
    "client_id=app&state=s+1&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fback&scope=read_orders";

/// Where somebody is sent to who decides so.
async fn decided(shop: &Shop, answer: &str) -> String {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let form = format!("{ASKED}&answer={answer}");
    let answer = shop.send(Method::POST, "/admin/oauth/authorize", &headers, form).await.unwrap();
    assert_eq!(answer.status, 303);
    answer.headers["location"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_merchant_is_asked_and_may_say_no() {
    let shop = Shop::open().await;
    let get = async |query: &str| {
        let path = format!("/admin/oauth/authorize?{query}");
        shop.send(Method::GET, &path, &[], String::new()).await.unwrap()
    };
    let page = get(ASKED).await;
    assert_eq!((page.status, page.headers.contains_key("location")), (200, false));
    assert_eq!(get(&ASKED.replace("=app", "=other")).await.status, 400);
    assert_eq!(get(&ASKED.replace("http%3A", "javascript%3A")).await.status, 400);
    let back = decided(&shop, "cancel").await;
    assert!(back.starts_with("http://127.0.0.1:9/back?error=access_denied&host="), "{back}");
    assert!(!back.contains("code="), "{back}");
}

#[tokio::test]
async fn without_a_token_nobody_comes_in() {
    let mut shop = Shop::open().await;
    assert_eq!(status(&shop).await, 200);
    shop.token = "wrong".to_owned();
    assert_eq!(status(&shop).await, 401);
}

#[tokio::test]
async fn the_version_that_answers_is_named() {
    let shop = Shop::open().await;
    let headers = [("x-shopify-access-token", "shpat_test")];
    for (version, status) in [("2026-10", 200), ("2026-01", 200), ("unstable", 200), ("v1", 404)] {
        let path = format!("/admin/api/{version}/graphql.json");
        let body = json!({ "query": "{ shop { id } }" }).to_string();
        let answer = shop.send(Method::POST, &path, &headers, body).await.unwrap();
        assert_eq!(answer.status, status, "{version}");
        assert_eq!(answer.headers["x-shopify-api-version"], "2026-10");
    }
}

#[tokio::test]
async fn client_credentials_give_a_token_for_a_day() {
    let mut shop = Shop::open().await;
    let form = "grant_type=client_credentials&client_id=app&client_secret=secret";
    let answer = grant(&shop, form).await.body;
    assert_eq!(answer["expires_in"], 86_399);
    assert!(answer["scope"].as_str().unwrap().contains("write_inventory"));
    shop.token = answer["access_token"].as_str().unwrap().to_owned();
    assert_eq!(status(&shop).await, 200);
    shop.post("/twin/clock", json!({ "advance_ms": 86_399_000 })).await;
    assert_eq!(status(&shop).await, 401);
    assert_eq!(grant(&shop, &form.replace("=secret", "=wrong")).await.status, 401);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_the_old_one_lives_until_the_new_one_is_used() {
    let mut shop = Shop::open().await;
    let back = decided(&shop, "install").await;
    assert!(back.starts_with("http://127.0.0.1:9/back?code="), "{back}");
    assert!(back.contains("&state=s+1&") && back.contains("&host="), "{back}");
    // Signed are all fields but the signature, by name, as they stand in the address.
    let (fields, signature) = back.split_once('?').unwrap().1.split_once("&hmac=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
    mac.update(fields.as_bytes());
    let signed: Vec<String> =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signature, signed.concat());
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let secret = "client_id=app&client_secret=secret";
    let form = format!("{secret}&code={code}&expiring=1");
    let first = grant(&shop, &form).await.body;
    assert_eq!(first["expires_in"], 3600);
    assert_eq!(grant(&shop, &form).await.status, 400);
    let refresh = |token: &Value| {
        let token = token["refresh_token"].as_str().unwrap().to_owned();
        let form = format!("{secret}&grant_type=refresh_token&refresh_token={token}");
        let shop = shop.clone();
        async move { grant(&shop, &form).await }
    };
    let second = refresh(&first).await.body;
    // The answer was lost: the old one still does.
    let third = refresh(&first).await.body;
    assert_eq!(refresh(&second).await.status, 400);
    let fourth = refresh(&third).await.body;
    assert_eq!(refresh(&first).await.status, 400);
    shop.token = fourth["access_token"].as_str().unwrap().to_owned();
    assert_eq!(status(&shop).await, 200);
    shop.post("/twin/tokens/expire", json!({})).await;
    assert_eq!(status(&shop).await, 401);
}

#[tokio::test]
async fn a_missing_scope_takes_a_part_of_the_answer() {
    let shop = Shop::open().await;
    shop.post("/twin/scopes", json!({ "scopes": ["read_products", "read_locations"] })).await;
    let query = "{ shop { name } products(first: 1) { nodes { title } } orders(first: 1) { nodes { id } } }";
    let answer = shop.query("{ shop { name } location(id: null) { name } }").await;
    assert_eq!(answer["data"]["shop"]["name"], "twin");
    let answer = shop.query(query).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "ACCESS_DENIED");
    assert_eq!(answer["errors"][0]["path"], json!(["orders"]));
    let answer = shop
        .query("{ shop { name } inventoryItem(id: \"gid://shopify/InventoryItem/1\") { id } }")
        .await;
    assert_eq!(answer["data"], json!({ "shop": { "name": "twin" }, "inventoryItem": null }));
    let input = crate::shop::adjust_input("available", &[change(SHOE, FIRST, 1)]);
    let errors = shop.adjust_errors(input).await;
    assert_eq!(errors[0]["extensions"]["code"], "ACCESS_DENIED");
    let scopes = shop.query("{ currentAppInstallation { accessScopes { handle } } }").await;
    assert_eq!(
        scopes["data"]["currentAppInstallation"]["accessScopes"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn an_uninstalled_app_has_no_token() {
    let shop = Shop::open().await;
    shop.post("/twin/uninstall", json!({})).await;
    assert_eq!(status(&shop).await, 401);
    shop.post("/twin/install", json!({})).await;
    assert_eq!(status(&shop).await, 200);
}
