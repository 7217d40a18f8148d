//! The sender against a stand-in for another system.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use onhand_domain::{
    Micros,
    hook::{HookEvent, HookOff, HookStatus},
};
use onhand_store::{
    By,
    webhooks::{Message, NewEndpoint, Sealed},
};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::*;
use crate::testing::TestState;

/// How often a test looks before it gives up.
const LOOKS_MAX: u32 = 1_000;

/// Another system: what came in, and what it answers next.
#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Received>>);

#[derive(Default)]
struct Received {
    messages: Vec<(HeaderMap, String)>,
    /// Of each call; 200 after the last one.
    answers: Vec<u16>,
}

/// Never an answer.
const SILENCE: u16 = 0;

impl Receiver {
    async fn listen(answers: &[u16]) -> (Self, SocketAddr) {
        let receiver = Self::default();
        receiver.0.lock().expect("whole").answers = answers.to_vec();
        let app = Router::new().route("/hooks", post(take)).with_state(receiver.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, address)
    }

    fn messages(&self) -> Vec<(HeaderMap, String)> {
        self.0.lock().expect("whole").messages.clone()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> Response {
    let answer = {
        let mut inbox = receiver.0.lock().expect("whole");
        inbox.messages.push((headers, body));
        if inbox.answers.is_empty() { 200 } else { inbox.answers.remove(0) }
    };
    if answer == SILENCE {
        std::future::pending::<()>().await;
    }
    let status = StatusCode::from_u16(answer).expect("a status");
    (status, [(header::LOCATION, "/hooks")]).into_response()
}

/// A server that tells a stand-in.
struct Scene {
    state: TestState,
    sender: Sender,
    secret: Vec<u8>,
    endpoint: Uuid,
}

impl Scene {
    async fn new(url: &str) -> Self {
        let state = TestState::with_key().await;
        let key = state.app.config.secret_key.clone();
        let (endpoint, secret) = (state.id(), new_secret().to_vec());
        let sealed = key.as_ref().expect("a key").seal(endpoint, &secret);
        let new = NewEndpoint {
            id: endpoint,
            name: "ERP".to_owned(),
            url: url.to_owned(),
            secret: Sealed(sealed),
            events: [HookEvent::VariancePosted].into(),
        };
        let by = By::command_line("test");
        state.app.store.create_webhook_endpoint(&by, new).await.expect("made");
        let mut sender = Sender::new(state.app.store.clone(), key);
        sender.client = Some(Client::with_timeout(Duration::from_millis(300)).expect("opens"));
        Self { state, sender, secret, endpoint }
    }

    async fn ping(&self) -> Uuid {
        let by = By::command_line("test");
        let made = self.state.app.store.ping_webhook(&by, self.endpoint, self.state.id()).await;
        made.expect("made").id
    }

    /// Sends what is due and waits until that has ended.
    async fn round(&mut self) {
        self.sender.look().await.expect("looked");
        while let Some(ended) = self.sender.tries.join_next().await {
            self.sender.ended(ended);
        }
    }

    async fn message(&self, id: Uuid) -> Message {
        let store = &self.state.app.store;
        let all = store.list_webhook_messages(self.endpoint, None, None, 100).await;
        all.expect("a page").into_iter().find(|it| it.id == id).expect("there")
    }

    fn wait(&self, tries: usize) {
        self.state.clock.advance(schedule::PAUSES[tries - 1] * 2);
    }
}

#[tokio::test]
async fn a_message_is_signed_and_a_retry_is_the_same() {
    let (receiver, address) = Receiver::listen(&[500, 302]).await;
    let mut scene = Scene::new(&format!("http://{address}/hooks")).await;
    let id = scene.ping().await;
    scene.round().await;
    let failed = scene.message(id).await;
    assert_eq!((failed.status, failed.http_status), (HookStatus::Waiting, Some(500)));
    scene.round().await;
    assert_eq!(receiver.messages().len(), 1, "not due yet");
    scene.wait(1);
    scene.round().await;
    assert_eq!(receiver.messages().len(), 2, "a redirect is not followed");
    scene.wait(2);
    scene.round().await;
    let done = scene.message(id).await;
    let last = (done.status, done.http_status, done.tries, done.problem);
    assert_eq!(last, (HookStatus::Delivered, Some(200), 3, None));
    scene.wait(3);
    scene.round().await;
    let all = receiver.messages();
    assert_eq!(all.len(), 3);
    for (headers, body) in &all {
        let text = |name: &str| headers[name].to_str().expect("text").to_owned();
        assert_eq!((text("webhook-id"), body), (id.to_string(), &all[0].1));
        assert_eq!(text("content-type"), "application/json");
        let seconds: i64 = text("webhook-timestamp").parse().expect("a number");
        assert_eq!(
            text("webhook-signature"),
            sign::sign(&scene.secret, &id.to_string(), seconds, body)
        );
    }
    // Its time is the try's, so that a receiver can tell an old one that was caught and sent again.
    assert_ne!(all[0].0["webhook-timestamp"], all[2].0["webhook-timestamp"]);
}

#[tokio::test]
async fn whoever_wants_no_more_gets_no_more() {
    let (receiver, address) = Receiver::listen(&[410]).await;
    let mut scene = Scene::new(&format!("http://{address}/hooks")).await;
    let id = scene.ping().await;
    scene.round().await;
    assert_eq!(scene.message(id).await.status, HookStatus::Failed);
    let store = &scene.state.app.store;
    let now = store.webhook_endpoint(scene.endpoint).await.expect("read").expect("there");
    assert_eq!((now.active, now.off_because), (false, Some(HookOff::Gone)));
    scene.state.clock.advance(Micros::DAY);
    scene.round().await;
    assert_eq!(receiver.messages().len(), 1);
}

#[tokio::test]
async fn silence_is_a_failure_and_a_replay_begins_anew() {
    let (receiver, address) = Receiver::listen(&[SILENCE, 503]).await;
    let mut scene = Scene::new(&format!("http://{address}/hooks")).await;
    let id = scene.ping().await;
    scene.round().await;
    scene.wait(1);
    scene.round().await;
    let now = scene.message(id).await;
    assert_eq!((now.status, now.tries, now.http_status), (HookStatus::Waiting, 2, Some(503)));
    let by = By::command_line("test");
    let store = &scene.state.app.store;
    store.replay_webhook_message(&by, scene.endpoint, id).await.expect("replayed");
    scene.round().await;
    let now = scene.message(id).await;
    assert_eq!((now.status, now.tries), (HookStatus::Delivered, 1));
    let all = receiver.messages();
    assert_eq!(all.len(), 3);
    assert!(
        all.iter().all(|(headers, body)| {
            headers["webhook-id"] == id.to_string() && *body == all[0].1
        })
    );
}

#[tokio::test]
async fn nobody_there_is_a_failure_without_an_address_in_its_words() {
    // A port that nobody listens at any more.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mut scene = Scene::new(&format!("http://{address}/hooks?key=hidden")).await;
    let id = scene.ping().await;
    scene.round().await;
    let now = scene.message(id).await;
    assert_eq!((now.status, now.http_status), (HookStatus::Waiting, None));
    assert!(now.problem.is_some_and(|why| !why.contains("hidden")));
}

#[tokio::test]
async fn without_the_right_key_nothing_is_sent() {
    let (receiver, address) = Receiver::listen(&[]).await;
    let mut scene = Scene::new(&format!("http://{address}/hooks")).await;
    let id = scene.ping().await;
    scene.sender.key = Some(Key::random());
    scene.round().await;
    let now = scene.message(id).await;
    assert!(now.problem.is_some_and(|why| why.contains("another key")));
    scene.sender = Sender::new(scene.state.app.store.clone(), None);
    scene.wait(1);
    scene.round().await;
    assert!(receiver.messages().is_empty());
}

#[tokio::test]
async fn it_runs_and_ends_with_the_server() {
    let (receiver, address) = Receiver::listen(&[]).await;
    let scene = Scene::new(&format!("http://{address}/hooks")).await;
    let id = scene.ping().await;
    let stopping = CancellationToken::new();
    let (store, key) = (scene.state.app.store.clone(), scene.state.app.config.secret_key.clone());
    let task = tokio::spawn(run(store, key, stopping.clone()));
    for _ in 0..LOOKS_MAX {
        if scene.message(id).await.status == HookStatus::Delivered {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stopping.cancel();
    task.await.expect("ended");
    assert_eq!(receiver.messages().len(), 1);
}
