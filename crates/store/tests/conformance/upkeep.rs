//! What has ended is forgotten; what still counts is not.

use onhand_domain::{Micros, PrincipalId};
use onhand_store::{
    By,
    entities::{sessions, sign_in_throttles},
    people::NewUser,
    sessions::{AGE_MICROS_MAX, IDLE_MICROS_MAX},
    throttle::{Attempt, BLOCK_MICROS_MAX, WINDOW_MICROS},
    upkeep::{FORGET_ROWS_MAX, Forgotten},
};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, PaginatorTrait as _, Set};

use crate::world::{MORNING, World, new_id, on_both};

on_both! {
    sessions_that_ended,
    failures_that_slow_down_nobody,
    a_little_at_a_time,
}

async fn person(world: &World) -> PrincipalId {
    let id = PrincipalId(new_id().0);
    let new = NewUser {
        id,
        email: format!("{}@example.com", id.0.simple()),
        name: "Ann".to_owned(),
        password_hash: "none".to_owned(),
        grants: Vec::new(),
    };
    world.store.create_user(&By::command_line("create_user"), new).await.expect("made");
    id
}

async fn forget(world: &World) -> Forgotten {
    world.store.forget_expired().await.expect("forgotten")
}

async fn sessions_left(world: &World) -> u64 {
    sessions::Entity::find().count(&world.store.reader()).await.expect("counted")
}

async fn sessions_that_ended(world: World) {
    let ann = person(&world).await;
    world.store.begin_session(ann, b"idle", None).await.expect("begun");
    world.clock.set(MORNING.plus(IDLE_MICROS_MAX - 1));
    world.store.begin_session(ann, b"used", None).await.expect("begun");
    assert_eq!(forget(&world).await, Forgotten::default(), "both may still be used");
    world.clock.set(MORNING.plus(IDLE_MICROS_MAX));
    assert!(!world.store.is_session_live(b"idle").await.expect("asked"));
    assert_eq!(forget(&world).await, Forgotten { sessions: 1, throttles: 0 });
    assert!(world.store.is_session_live(b"used").await.expect("asked"), "the other one is kept");
    // Used to the end of its days.
    let end = MORNING.plus(IDLE_MICROS_MAX - 1).plus(AGE_MICROS_MAX);
    use_at(&world, b"used", end.plus(-2)).await;
    world.clock.set(end.plus(-1));
    assert_eq!(forget(&world).await, Forgotten::default());
    world.clock.set(end);
    assert_eq!(forget(&world).await, Forgotten { sessions: 1, throttles: 0 });
    assert_eq!(sessions_left(&world).await, 0);
}

async fn use_at(world: &World, token: &[u8], at: Micros) {
    let all = sessions::Entity::find().all(&world.store.reader()).await.expect("read");
    assert_eq!(all.len(), 1, "the one with {token:?}");
    let mut row: sessions::ActiveModel = all.into_iter().next().expect("one").into();
    row.last_used_at = Set(at.0);
    row.update(&world.store.writer()).await.expect("used");
}

async fn failures_that_slow_down_nobody(world: World) {
    let (guessed, client) = ("ann@example.com", "192.0.2.1");
    let mut now = MORNING;
    // The longest block begins when the window of the first failure is over.
    loop {
        world.clock.set(now);
        match world.store.sign_in_attempt(guessed, client).await.expect("counted") {
            Attempt::Allowed => {}
            Attempt::Blocked(until) if until.0 - now.0 == BLOCK_MICROS_MAX => break,
            Attempt::Blocked(until) => now = until,
        }
    }
    let end = now.plus(BLOCK_MICROS_MAX).plus(WINDOW_MICROS);
    world.clock.set(end.plus(-1));
    let forgotten = forget(&world).await;
    assert_eq!(
        forgotten,
        Forgotten { sessions: 0, throttles: 1 },
        "the client's, not the account's"
    );
    let next = world.store.sign_in_attempt(guessed, client).await.expect("counted");
    assert_eq!(next, Attempt::Allowed, "the block is over");
    let after = world.store.sign_in_attempt(guessed, client).await.expect("counted");
    assert!(matches!(after, Attempt::Blocked(_)), "but it was not forgotten: {after:?}");
    world.clock.set(end.plus(BLOCK_MICROS_MAX).plus(WINDOW_MICROS));
    assert_eq!(forget(&world).await, Forgotten { sessions: 0, throttles: 2 });
}

async fn a_little_at_a_time(world: World) {
    let rows = (0..=FORGET_ROWS_MAX).map(|n| sign_in_throttles::ActiveModel {
        key: Set(format!("email:{n}")),
        failures: Set(1),
        window_started_at: Set(MORNING.plus(-WINDOW_MICROS).0),
        blocked_until: Set(0),
    });
    let insert = sign_in_throttles::Entity::insert_many(rows);
    insert.exec(&world.store.writer()).await.expect("written");
    let first = forget(&world).await;
    assert_eq!(first.throttles, FORGET_ROWS_MAX);
    assert!(first.is_full());
    let second = forget(&world).await;
    assert_eq!(second, Forgotten { sessions: 0, throttles: 1 });
    assert!(!second.is_full());
}
