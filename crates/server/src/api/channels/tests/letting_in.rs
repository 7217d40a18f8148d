//! An app that a person lets in: to the shop and back, and what becomes of it if somebody meddles.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Request, header},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use onhand_domain::{ChannelId, Micros, Scope};
use onhand_shopify::{
    auth::{Credentials, Token},
    connect::SCOPES_ASKED,
};
use onhand_store::channels::{AUTHORIZATION_MICROS_MAX, AUTHORIZATIONS_A_SESSION_MAX, Channel};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use url::Url;
use uuid::Uuid;

use super::jobs::{TOKEN, job, twin};
use crate::testing::{Client, TestState, Who};

const HERE: &str = "https://onhand.example.com";
/// The twin's clock stands still here, and so does ours.
const THEN: &str = "2100-01-01T00:00:00Z";
const THEN_MICROS: Micros = Micros(4_102_444_800_000_000);

/// An admin, and a shop that asks them.
struct Scene {
    state: TestState,
    admin: Who,
    shop: String,
}

/// An answer that the shop has made.
type Pairs = BTreeMap<String, String>;

impl Scene {
    async fn open() -> Self {
        let shop = twin().await;
        let state = TestState::at(HERE).await;
        state.clock.set(THEN_MICROS);
        let admin = state.user("admin", Scope::All).await;
        let scene = Self { state, admin, shop };
        scene.at_shop("/twin/clock", &json!({"set": THEN, "frozen": true}).to_string()).await;
        scene
    }

    fn client(&self) -> Client<'_> {
        self.state.as_(&self.admin)
    }

    /// Sends something to the shop itself; the whole answer.
    async fn at_shop(&self, path: &str, body: &str) -> String {
        let address = self.shop.strip_prefix("http://").expect("this machine");
        let mut line = TcpStream::connect(address).await.expect("listens");
        let kind = if body.starts_with('{') { "json" } else { "x-www-form-urlencoded" };
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: twin\r\ncontent-type: application/{kind}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        line.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.expect("answered");
        answer
    }

    fn body(&self) -> Value {
        json!({
            "id": self.state.id(), "shop": self.shop, "client_id": "app", "client_secret": "secret",
        })
    }

    /// Where the admin is sent.
    async fn sent(&self, body: &Value) -> Url {
        let answer = self.client().post("/channels/authorizations", body).await.created();
        assert_eq!(
            super::members(&answer),
            super::members(&super::super::examples::authorization())
        );
        answer["authorize_url"].as_str().expect("text").parse().expect("an address")
    }

    /// What the shop sends them back with, by what they answer there.
    async fn decided(&self, there: &Url, decision: &str) -> String {
        let form = format!("{}&answer={decision}", there.query().expect("a query"));
        let answer = self.at_shop(there.path(), &form).await;
        let back = answer.lines().find_map(|line| line.strip_prefix("location: "));
        let back = back.unwrap_or_else(|| panic!("{answer}"));
        let path = back.strip_prefix(HERE).expect("our address");
        path.strip_prefix("/oauth/shopify/callback?").expect("our path").to_owned()
    }

    /// The whole way up to the callback, of a shop that isn't connected yet.
    async fn answer(&self, body: &Value) -> String {
        let there = self.sent(body).await;
        self.decided(&there, "install").await
    }

    /// Comes back; the page that it leads to.
    async fn back_as(&self, client: &Client<'_>, query: &str) -> String {
        let uri = format!("/oauth/shopify/callback?{query}");
        // As a browser says it that another site leads here.
        let request = Request::get(uri).header("sec-fetch-site", "cross-site");
        let request = request.body(Body::empty()).expect("a request");
        let reply = client.send(request).await;
        reply.expect(303);
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        let to = reply.headers[header::LOCATION].to_str().expect("text").to_owned();
        for secret in ["secret", "code=", "state=", "hmac", TOKEN] {
            assert!(!to.contains(secret), "{to}");
        }
        to
    }

    async fn back(&self, query: &str) -> String {
        self.back_as(&self.client(), query).await
    }

    async fn channels(&self) -> Value {
        self.client().get("/channels").await.ok()["items"].clone()
    }

    async fn channel(&self, id: Uuid) -> Channel {
        let found = self.state.app.store.find_channel(ChannelId(id)).await.expect("read");
        found.expect("a channel")
    }

    /// The token that is kept.
    async fn token(&self, id: Uuid) -> Token {
        let channel = self.channel(id).await;
        let key = self.state.app.config.secret_key.as_ref().expect("a key");
        key.open_value(id, &channel.token.expect("a token").0).expect("opens")
    }

    async fn credentials(&self, id: Uuid) -> Credentials {
        let channel = self.channel(id).await;
        let key = self.state.app.config.secret_key.as_ref().expect("a key");
        key.open_value(id, &channel.credentials.0).expect("opens")
    }
}

fn id_of(body: &Value) -> Uuid {
    body["id"].as_str().expect("an id").parse().expect("an id")
}

fn pairs(query: &str) -> Pairs {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Signs pairs as the shop does.
fn signed(mut pairs: Pairs, secret: &str) -> String {
    pairs.remove("hmac");
    let mut text = form_urlencoded::Serializer::new(String::new());
    let text = text.extend_pairs(&pairs).finish();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{text}&hmac={}", hex.concat())
}

#[tokio::test]
async fn who_lets_the_app_in_has_a_shop() {
    let scene = Scene::open().await;
    let setup = scene.client().get("/channels/authorizations").await.ok();
    let example = super::super::examples::authorization_setup();
    assert_eq!(setup, example);
    let body = scene.body();
    let there = scene.sent(&body).await;
    let asked: Pairs = there.query_pairs().into_owned().collect();
    assert_eq!(asked["redirect_uri"], format!("{HERE}/oauth/shopify/callback"));
    assert_eq!(asked["scope"], SCOPES_ASKED.join(","));
    assert!(!there.as_str().contains("secret"), "{there}");
    assert_eq!(scene.channels().await, json!([]), "nothing is made before");

    let query = scene.decided(&there, "install").await;
    let id = id_of(&body);
    assert_eq!(scene.back(&query).await, format!("/settings/shops/{id}?tab=setup"));
    let made = scene.channels().await;
    assert_eq!((&made[0]["id"], &made[0]["status"]), (&json!(id), &json!("connected")));
    assert_eq!(
        (&made[0]["credential_kind"], &made[0]["name"]),
        (&json!("offline"), &json!("twin"))
    );
    assert_eq!(made[1], Value::Null);
    // Again, by the browser's button or by whoever found the address: it leads nowhere.
    assert_eq!(scene.back(&query).await, "/settings/shops/not-connected?why=unknown");
    assert_eq!(scene.channels().await, made);

    let audit = scene.client().get("/audit").await.ok();
    for action in ["create_channel_authorization", "create_channel"] {
        assert!(audit.to_string().contains(action), "{audit}");
    }
    let hidden = [scene.token(id).await.access, scene.token(id).await.refresh.expect("one")];
    for secret in hidden {
        assert!(!format!("{audit}{made}").contains(secret.expose()), "{audit} {made}");
    }
}

#[tokio::test]
async fn its_tokens_rotate_and_each_is_kept() {
    let scene = Scene::open().await;
    let body = scene.body();
    let query = scene.answer(&body).await;
    scene.back(&query).await;
    let id = id_of(&body);
    let first = scene.token(id).await;
    assert_eq!(first.expires_at, Some(THEN_MICROS.plus(3_600 * Micros::SECOND).0));
    assert_eq!(scene.channel(id).await.token_expires_at, first.expires_at.map(Micros));
    let mut before = first.clone();
    for _ in 0..2 {
        scene.at_shop("/twin/tokens/expire", "{}").await;
        let check = json!({"id": scene.state.id()});
        let done = job(&scene.client(), &format!("/channels/{id}/check"), &check).await;
        assert_eq!(done["status"], "done", "{done}");
        let now = scene.token(id).await;
        assert_ne!(now.access, before.access);
        assert_ne!(now.refresh, before.refresh);
        before = now;
    }
    // The credentials themselves stay as they were: the refresh token of the moment is the token's.
    let Credentials::Offline { client_id, refresh_token, .. } = scene.credentials(id).await else {
        panic!("another kind")
    };
    assert_eq!((client_id.as_str(), Some(refresh_token)), ("app", first.refresh));
}

#[tokio::test]
async fn what_the_shop_did_not_say_is_worth_nothing() {
    let scene = Scene::open().await;
    let not = |why: &str| format!("/settings/shops/not-connected?why={why}");
    let with = |query: &str, name: &str, value: &str| {
        let mut pairs = pairs(query);
        pairs.insert(name.to_owned(), value.to_owned());
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        (text, signed(pairs, "secret"))
    };
    // Changed on the way, and signed by somebody who has not the app's secret.
    for (name, value) in [("code", "other"), ("shop", "other.myshopify.com"), ("more", "1")] {
        let query = scene.answer(&scene.body()).await;
        let (forged, _) = with(&query, name, value);
        assert_eq!(scene.back(&forged).await, not("forged"), "{name}");
    }
    let query = scene.answer(&scene.body()).await;
    assert_eq!(scene.back(&signed(pairs(&query), "guessed")).await, not("forged"));
    // A state that nobody was sent away with, none, or two.
    let query = scene.answer(&scene.body()).await;
    assert_eq!(scene.back(&with(&query, "state", "made-up").1).await, not("unknown"));
    assert_eq!(scene.back("code=1").await, not("incomplete"));
    assert_eq!(scene.back(&format!("{query}&state=x")).await, not("incomplete"));
    // Signed, and old.
    let late = scene.answer(&scene.body()).await;
    let old = (THEN_MICROS.0 / Micros::SECOND - 601).to_string();
    assert_eq!(scene.back(&with(&late, "timestamp", &old).1).await, not("too-late"));
    // Signed, with a code that the shop never gave.
    let made_up = scene.answer(&scene.body()).await;
    assert_eq!(scene.back(&with(&made_up, "code", "other").1).await, not("shop-refused"));
    assert_eq!(scene.channels().await, json!([]));
    // The one who was sent away all the time still comes back.
    assert!(scene.back(&query).await.ends_with("?tab=setup"));
}

#[tokio::test]
async fn another_shop_than_was_asked_is_not_taken() {
    let scene = Scene::open().await;
    let mut body = scene.body();
    body["shop"] = json!("Acme.myshopify.com");
    let there = scene.sent(&body).await;
    assert_eq!(there.host_str(), Some("acme.myshopify.com"));
    let asked: Pairs = there.query_pairs().into_owned().collect();
    let answer: Pairs = [
        ("code", "c"),
        ("shop", "evil.myshopify.com"),
        ("state", asked["state"].as_str()),
        ("timestamp", "4102444800"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let to = scene.back(&signed(answer, "secret")).await;
    assert_eq!(to, "/settings/shops/not-connected?why=other-shop");
}

#[tokio::test]
async fn nobody_else_may_come_back() {
    let scene = Scene::open().await;
    let query = scene.answer(&scene.body()).await;
    let not = |why: &str| format!("/settings/shops/not-connected?why={why}");
    let nobody = scene.state.with(axum::http::HeaderMap::new());
    assert_eq!(scene.back_as(&nobody, &query).await, not("signed-out"));
    let other = scene.state.user("admin", Scope::All).await;
    assert_eq!(scene.back_as(&scene.state.as_(&other), &query).await, not("unknown"));
    let manager = scene.state.user("inventory_controller", Scope::All).await;
    assert_eq!(scene.back_as(&scene.state.as_(&manager), &query).await, not("not-permitted"));
    let key = scene.state.key("admin", Scope::All).await;
    assert_eq!(scene.back_as(&scene.state.as_(&key), &query).await, not("signed-out"));
    assert_eq!(scene.channels().await, json!([]));
    assert!(scene.back(&query).await.ends_with("?tab=setup"), "none of them used it up");
}

#[tokio::test]
async fn whoever_says_no_or_takes_too_long_leaves_nothing_behind() {
    let scene = Scene::open().await;
    let not = |why: &str| format!("/settings/shops/not-connected?why={why}");
    let there = scene.sent(&scene.body()).await;
    let no = scene.decided(&there, "cancel").await;
    assert_eq!(scene.back(&no).await, not("refused"));
    // Who goes on in another window after that finds the way closed.
    let yes = scene.decided(&there, "install").await;
    assert_eq!(scene.back(&yes).await, not("unknown"));
    let late = scene.answer(&scene.body()).await;
    scene.state.clock.advance(AUTHORIZATION_MICROS_MAX);
    assert_eq!(scene.back(&late).await, not("too-late"));
    assert_eq!(scene.channels().await, json!([]));
}

#[tokio::test]
async fn an_app_that_may_not_do_enough_is_told_what_it_lacks() {
    let scene = Scene::open().await;
    let few = json!({"scopes": ["read_products", "read_inventory", "write_inventory"]});
    scene.at_shop("/twin/scopes", &few.to_string()).await;
    let query = scene.answer(&scene.body()).await;
    let to = scene.back(&query).await;
    let lacking = "read_locations%2Cread_orders%2Cread_merchant_managed_fulfillment_orders";
    let expected = format!("/settings/shops/not-connected?why=scopes-missing&scopes={lacking}");
    assert_eq!(to, expected);
    assert_eq!(scene.channels().await, json!([]));
}

#[tokio::test]
async fn only_a_fresh_way_leads_somewhere() {
    let scene = Scene::open().await;
    let body = scene.body();
    let old = scene.answer(&body).await;
    let new = scene.answer(&body).await;
    assert_eq!(scene.back(&old).await, "/settings/shops/not-connected?why=unknown");
    // More ways than one session may have: the oldest is given up.
    for _ in 0..AUTHORIZATIONS_A_SESSION_MAX {
        scene.state.clock.advance(1);
        scene.sent(&scene.body()).await;
    }
    assert_eq!(scene.back(&new).await, "/settings/shops/not-connected?why=unknown");
    // Nobody takes over the id of somebody else's way.
    let other = scene.state.user("admin", Scope::All).await;
    let mine = scene.body();
    scene.sent(&mine).await;
    let taken = scene.state.as_(&other).post("/channels/authorizations", &mine).await;
    taken.problem(409, "id-reused");
}

#[tokio::test]
async fn what_can_not_be_begun_says_why() {
    let scene = Scene::open().await;
    let path = "/channels/authorizations";
    let key = scene.state.key("admin", Scope::All).await;
    scene.state.as_(&key).post(path, &scene.body()).await.problem(409, "no-browser");
    for (change, pointer) in [
        (json!({"shop": null}), "/shop"),
        (json!({"shop": "https://shop.example.com"}), "/shop"),
        (json!({"shop": "http://acme.myshopify.com"}), "/shop"),
        (json!({"client_secret": null}), "/client_secret"),
        (json!({"client_id": null}), "/client_id"),
        (json!({"client_id": "a b"}), "/client_id"),
        (json!({"client_id": null, "client_secret": null}), "/client_id"),
        (json!({"client_secret": "secret with spaces"}), "/client_secret"),
        (json!({"name": ""}), "/name"),
    ] {
        let mut body = scene.body();
        let members = change.as_object().expect("members").clone();
        body.as_object_mut().expect("members").extend(members);
        let answer = scene.client().post(path, &body).await;
        let problem = answer.problem(422, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{change}");
        assert!(!answer.text().contains("secret with"), "{}", answer.text());
    }
    let elsewhere = Request::post(format!("/api/v1{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, "https://inside.example.com")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(scene.body().to_string()))
        .expect("a request");
    let other = scene.client().send(elsewhere).await.problem(409, "other-address");
    assert_eq!(other["address"], HERE);

    let unknown = json!({"id": scene.state.id(), "channel_id": scene.state.id()});
    scene.client().post(path, &unknown).await.problem(404, "unknown-channel");
    let query = scene.answer(&scene.body()).await;
    scene.back(&query).await;
    let again = scene.client().post(path, &scene.body()).await.problem(409, "code-taken");
    assert_eq!(again["errors"][0]["pointer"], "/shop");

    let homeless = TestState::with_key().await;
    let admin = homeless.user("admin", Scope::All).await;
    let client = homeless.as_(&admin);
    let setup = client.get(path).await.ok();
    assert_eq!(setup["redirect_url"], Value::Null);
    let problem = client.post(path, &scene.body()).await.problem(409, "no-public-url");
    assert!(problem["detail"].as_str().expect("text").contains("ONHAND_PUBLIC_URL"), "{problem}");
}

#[tokio::test]
async fn a_shop_gets_other_credentials_and_keeps_the_rest() {
    let scene = Scene::open().await;
    let id = scene.state.id();
    let by_token = json!({
        "id": id, "shop": scene.shop, "name": "Acme",
        "credentials": {"kind": "static", "token": TOKEN},
    });
    scene.client().post("/channels", &by_token).await.created();
    // A static token says nothing of the app.
    let path = "/channels/authorizations";
    let bare = json!({"id": scene.state.id(), "channel_id": id});
    let problem = scene.client().post(path, &bare).await.problem(422, "invalid-request");
    assert_eq!(problem["errors"][0]["pointer"], "/client_id");
    let mut with_app = bare.clone();
    with_app["client_id"] = json!("app");
    with_app["client_secret"] = json!("secret");
    let no = scene.sent(&with_app).await;
    let no = scene.decided(&no, "cancel").await;
    let to = scene.back(&no).await;
    assert_eq!(to, format!("/settings/shops/not-connected?why=refused&channel={id}"));
    assert_eq!(scene.credentials(id).await.kind(), "static", "it stays as it was");

    let query = scene.answer(&with_app).await;
    assert_eq!(scene.back(&query).await, format!("/settings/shops/{id}"));
    let channel = scene.client().get(&format!("/channels/{id}")).await.ok();
    assert_eq!(
        (&channel["credential_kind"], &channel["name"]),
        (&json!("offline"), &json!("Acme"))
    );
    let first = scene.token(id).await;
    // By now the app is known, and nothing has to be said of it.
    let query = scene.answer(&bare).await;
    assert_eq!(scene.back(&query).await, format!("/settings/shops/{id}"));
    assert_ne!(scene.token(id).await, first);
    let check = json!({"id": scene.state.id()});
    let done = job(&scene.client(), &format!("/channels/{id}/check"), &check).await;
    assert_eq!(done["status"], "done", "{done}");
}

#[tokio::test]
async fn whoever_has_a_refresh_token_already_hands_it_over() {
    let scene = Scene::open().await;
    let query = scene.answer(&scene.body()).await;
    let form =
        format!("client_id=app&client_secret=secret&expiring=1&code={}", pairs(&query)["code"]);
    let given = scene.at_shop("/admin/oauth/access_token", &form).await;
    let given: Value =
        serde_json::from_str(given.split_once("\r\n\r\n").expect("a body").1).expect("JSON");
    let mut credentials = json!({
        "kind": "offline", "client_id": "app", "client_secret": "secret",
        "refresh_token": given["refresh_token"],
    });
    let mut body = json!({"id": scene.state.id(), "shop": scene.shop, "credentials": credentials});
    body["credentials"]["refresh_token"] = json!("shprt_hidden");
    let refused = scene.client().post("/channels", &body).await;
    refused.problem(422, "shop-refused");
    assert!(!refused.text().contains("hidden"), "{}", refused.text());
    assert_eq!(scene.channels().await, json!([]));

    // The token of the moment is used as it is.
    credentials["access_token"] = given["access_token"].clone();
    credentials["expires_at"] = json!("2100-01-01T01:00:00Z");
    body["credentials"] = credentials.clone();
    let made = scene.client().post("/channels", &body).await.created();
    assert_eq!(made["credential_kind"], "offline");
    let id = id_of(&body);
    let kept = scene.token(id).await;
    assert_eq!(json!(kept.access.expose()), given["access_token"]);
    assert_eq!(
        scene.client().post("/channels", &body).await.created()["id"],
        made["id"],
        "a retry"
    );
    // Without it, one is had at once, and the refresh token has changed.
    credentials.as_object_mut().expect("members").remove("access_token");
    credentials.as_object_mut().expect("members").remove("expires_at");
    let change = json!({"credentials": credentials});
    scene.client().patch(&format!("/channels/{id}"), &change).await.ok();
    let renewed = scene.token(id).await;
    assert_ne!((&renewed.access, &renewed.refresh), (&kept.access, &kept.refresh));
    // Back to a token that never ends: the other kind's token goes.
    let change = json!({"credentials": {"kind": "static", "token": TOKEN}});
    let changed = scene.client().patch(&format!("/channels/{id}"), &change).await.ok();
    assert_eq!(changed["credential_kind"], "static");
    let ended = scene.channel(id).await;
    assert_eq!((ended.token, ended.token_expires_at), (None, None));
}
