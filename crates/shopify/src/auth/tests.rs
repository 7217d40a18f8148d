//! One renewal for all who ask, kept before it is used.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::routing::post;
use futures::future::join_all;
use onhand_domain::Micros;
use onhand_store::clock::Fixed;
use serde_json::{Value, json};
use std::collections::HashMap;

use super::*;
use crate::client::{Base, Limits};

const HOUR: i64 = 3600 * Micros::SECOND;

/// A shop's tokens, counted; and what it was sent.
#[derive(Clone, Default)]
struct Desk {
    forms: Arc<Mutex<Vec<HashMap<String, String>>>>,
    answers: Arc<Mutex<VecDeque<(StatusCode, Value)>>>,
}

async fn give(
    State(desk): State<Desk>,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, String) {
    let mut forms = desk.forms.lock().unwrap();
    forms.push(form);
    let number = forms.len();
    let usual = json!({"access_token": format!("a{number}"), "scope": "x,y", "expires_in": 3600,
                       "refresh_token": format!("r{number}"), "refresh_token_expires_in": 7_776_000});
    let (status, body) =
        desk.answers.lock().unwrap().pop_front().unwrap_or((StatusCode::OK, usual));
    (status, body.to_string())
}

impl Desk {
    async fn open(&self) -> Endpoint {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Base::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let router =
            Router::new().route("/admin/oauth/access_token", post(give)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Endpoint::open(&base, Limits::default()).unwrap()
    }

    fn answers(&self, status: u16, body: Value) {
        let status = StatusCode::from_u16(status).unwrap();
        self.answers.lock().unwrap().push_back((status, body));
    }

    fn forms(&self) -> Vec<HashMap<String, String>> {
        self.forms.lock().unwrap().clone()
    }
}

/// Keeps in memory, or fails.
#[derive(Default)]
struct Memory {
    kept: Mutex<Option<Token>>,
    broken: Mutex<bool>,
}

#[async_trait]
impl TokenKeeper for Memory {
    async fn load(&self) -> Result<Option<Token>, KeepError> {
        Ok(self.kept.lock().unwrap().clone())
    }

    async fn keep(&self, token: &Token) -> Result<(), KeepError> {
        if *self.broken.lock().unwrap() {
            return Err(KeepError("the disk is full".to_owned()));
        }
        *self.kept.lock().unwrap() = Some(token.clone());
        Ok(())
    }
}

struct World {
    desk: Desk,
    memory: Arc<Memory>,
    clock: Arc<Fixed>,
    tokens: Tokens,
}

fn offline() -> Credentials {
    Credentials::Offline {
        client_id: "app".to_owned(),
        client_secret: Secret::new("hush"),
        refresh_token: Secret::new("r0"),
    }
}

async fn world(credentials: Credentials) -> World {
    let desk = Desk::default();
    let memory = Arc::new(Memory::default());
    let clock = Arc::new(Fixed::at(Micros(0)));
    let keeper: Arc<dyn TokenKeeper> = Arc::<Memory>::clone(&memory);
    let tokens =
        Tokens::new(credentials, desk.open().await, keeper, Arc::<Fixed>::clone(&clock) as _);
    World { desk, memory, clock, tokens }
}

impl World {
    async fn token(&self) -> Result<String, TokenError> {
        self.tokens.token().await.map(|token| token.expose().to_owned())
    }

    fn used(&self, key: &str) -> Vec<String> {
        self.desk.forms().iter().map(|form| form[key].clone()).collect()
    }
}

#[tokio::test]
async fn however_many_ask_one_renewal_is_under_way() {
    let world = world(offline()).await;
    let tokens = join_all((0..20).map(|_| world.token())).await;
    assert!(tokens.iter().all(|token| token.as_deref() == Ok("a1")), "{tokens:?}");
    assert_eq!(world.desk.forms().len(), 1);
}

#[tokio::test]
async fn a_token_is_renewed_at_four_fifths_of_its_life() {
    let world = world(offline()).await;
    assert_eq!(world.token().await.unwrap(), "a1");
    world.clock.set(Micros(HOUR * 8 / 10 - 1));
    assert_eq!(world.token().await.unwrap(), "a1");
    world.clock.set(Micros(HOUR * 8 / 10));
    assert_eq!(world.token().await.unwrap(), "a2");
}

#[tokio::test]
async fn each_refresh_token_is_used_once_and_kept_before_the_next() {
    let world = world(offline()).await;
    for _ in 0..3 {
        world.token().await.unwrap();
        world.clock.advance(HOUR);
    }
    assert_eq!(world.used("refresh_token"), ["r0", "r1", "r2"]);
    assert_eq!(world.used("grant_type"), ["refresh_token"; 3]);
    let kept = world.memory.kept.lock().unwrap().clone().unwrap();
    assert_eq!(
        (kept.access.expose(), kept.refresh.unwrap().expose().to_owned()),
        ("a3", "r3".to_owned())
    );
}

#[tokio::test]
async fn what_could_not_be_kept_is_not_used_and_not_asked_for_again() {
    let world = world(offline()).await;
    *world.memory.broken.lock().unwrap() = true;
    for _ in 0..2 {
        let failure = world.token().await.unwrap_err();
        assert_eq!(failure, TokenError::NotKept("the disk is full".to_owned()));
    }
    *world.memory.broken.lock().unwrap() = false;
    assert_eq!(world.token().await.unwrap(), "a1");
    assert_eq!(world.desk.forms().len(), 1, "the pair was there all the time");
}

#[tokio::test]
async fn while_the_old_token_is_good_a_failed_renewal_stops_nothing() {
    let world = world(offline()).await;
    world.token().await.unwrap();
    world.clock.set(Micros(HOUR * 9 / 10));
    world.desk.answers(502, json!({}));
    assert_eq!(world.token().await.unwrap(), "a1");
    assert_eq!(world.token().await.unwrap(), "a1");
    assert_eq!(world.desk.forms().len(), 2, "not at every request");
    world.desk.answers(502, json!({}));
    world.clock.set(Micros(HOUR));
    assert!(matches!(world.token().await, Err(TokenError::Failed(_))), "at its end it is over");
    assert!(world.token().await.is_ok());
}

#[tokio::test]
async fn another_nodes_renewal_is_taken_over() {
    let world = world(offline()).await;
    world.token().await.unwrap();
    world.clock.set(Micros(HOUR * 9 / 10));
    let other = Token {
        access: Secret::new("theirs"),
        obtained_at: HOUR * 9 / 10,
        expires_at: Some(2 * HOUR),
        refresh: Some(Secret::new("r9")),
        scope: String::new(),
    };
    *world.memory.kept.lock().unwrap() = Some(other);
    assert_eq!(world.token().await.unwrap(), "theirs");
    world.clock.set(Micros(2 * HOUR));
    world.token().await.unwrap();
    assert_eq!(world.used("refresh_token"), ["r0", "r9"]);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let world = world(offline()).await;
    let old = world.tokens.token().await.unwrap();
    assert!(world.tokens.refused(&old).await);
    assert_eq!(world.token().await.unwrap(), "a2");
    assert!(world.tokens.refused(&old).await, "a late answer about the old one");
    assert_eq!(world.token().await.unwrap(), "a2");
}

#[tokio::test]
async fn whom_the_shop_refuses_a_person_has_to_help() {
    let world = world(offline()).await;
    let body = json!({"error": "invalid_grant", "error_description": "expired", "secret": "hush"});
    world.desk.answers(400, body);
    let message = "invalid_grant: expired".to_owned();
    assert_eq!(world.token().await, Err(TokenError::Refused { status: 400, message }));
}

#[tokio::test]
async fn an_apps_own_token_is_asked_for_by_its_secret() {
    let credentials = Credentials::ClientCredentials {
        client_id: "app".to_owned(),
        client_secret: Secret::new("hush & more"),
    };
    let world = world(credentials).await;
    world.desk.answers(200, json!({"access_token": "day", "scope": "x", "expires_in": 86399}));
    assert_eq!(world.token().await.unwrap(), "day");
    assert_eq!(world.used("grant_type"), ["client_credentials"]);
    assert_eq!(world.used("client_secret"), ["hush & more"]);
    world.clock.set(Micros(20 * HOUR));
    assert_eq!(world.token().await.unwrap(), "a2");
}

#[tokio::test]
async fn a_static_token_asks_nobody() {
    let world = world(Credentials::Static { token: Secret::new("shpat_1") }).await;
    assert_eq!(world.token().await.unwrap(), "shpat_1");
    assert!(!world.tokens.refused(&Secret::new("shpat_1")).await, "there is no other");
    assert!(world.desk.forms().is_empty());
}

#[tokio::test]
async fn a_code_is_exchanged_for_a_pair_that_expires() {
    let desk = Desk::default();
    let endpoint = desk.open().await;
    let secret = Secret::new("hush");
    let token = endpoint.exchange("app", &secret, "c0de", Micros(5)).await.unwrap();
    assert_eq!(token.expires_at, Some(5 + HOUR));
    assert_eq!((token.access.expose(), token.scope.as_str()), ("a1", "x,y"));
    let form = &desk.forms()[0];
    assert_eq!((form["code"].as_str(), form["expiring"].as_str()), ("c0de", "1"));
}

#[tokio::test]
async fn an_answer_that_is_no_token_shows_nothing_of_itself() {
    let world = world(offline()).await;
    world.desk.answers(200, json!({"access_token": ["hush"]}));
    let failure = world.token().await.unwrap_err().to_string();
    assert!(!failure.contains("hush"), "{failure}");
}
