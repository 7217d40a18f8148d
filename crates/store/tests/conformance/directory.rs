//! What a node remembers of people, facilities and reasons: never believed when it is not true
//! any more, whoever changed it.

use onhand_domain::{MovementKind, PrincipalId, Scope, plan::outcome::Outcome};
use onhand_store::{
    By, Ids as _, Refusal, Store, StoreError, WriteError,
    clock::System,
    people::{KeySecret, NewApiKey, NewGrant},
    reasons::ReasonChange,
};

use crate::world::{World, command, fact, on_both};
use onhand_domain::plan::command::Body;

on_both! {
    a_posting_rests_on_what_is_true_when_it_is_written,
    a_neighbour_in_the_batch_is_not_harmed,
    what_is_remembered_is_what_is_there,
    ;
    nodes:
    a_key_revoked_on_another_node,
}

const SECRET: &str = "ohk_0123456789abcdefghijklmnopqrstuvwxyz";

fn by() -> By {
    By::command_line("test")
}

fn receipt(world: &World) -> Vec<onhand_domain::plan::command::Command> {
    let fact = fact(world.facilities[0], world.skus[0], MovementKind::Receipt, 1);
    vec![command(Body::Record(vec![fact]))]
}

/// Any change of the directory.
async fn change(store: &Store) {
    let label = ReasonChange { label: Some(System.next().to_string()), ..ReasonChange::default() };
    store.update_reason(&by(), "damaged", label).await.expect("changed");
}

async fn add_key(store: &Store) -> PrincipalId {
    let new = NewApiKey {
        id: PrincipalId(System.next()),
        name: "till".to_owned(),
        grant: NewGrant { role: "facility_manager".to_owned(), scope: Scope::All },
        expires_at: None,
    };
    let secret = KeySecret { key: SECRET.to_owned(), prefix: "ohk_0123".to_owned() };
    store.create_api_key(&by(), new, &secret).await.expect("made").0.id
}

async fn a_posting_rests_on_what_is_true_when_it_is_written(world: World) {
    let before = world.store.directory().await.expect("read").version();
    let posted = world.store.post_as_of(before, receipt(&world)).await.expect("done");
    assert!(matches!(posted.as_slice(), [Outcome::Posted(_)]), "{posted:?}");

    change(&world.store).await;
    let late = world.store.post_as_of(before, receipt(&world)).await;
    assert!(matches!(late, Err(StoreError::Outdated)), "{late:?}");
    let level = world.level(world.facilities[0], world.skus[0]).await;
    assert_eq!(level.available, 1, "the second was not written");

    let now = world.store.directory().await.expect("read").version();
    world.store.post_as_of(now, receipt(&world)).await.expect("as of now");
    // A refused change changes nothing.
    let unknown = world.store.update_reason(&by(), "nothing", ReasonChange::default()).await;
    assert!(matches!(unknown, Err(WriteError::Refused(Refusal::Unknown(_)))), "{unknown:?}");
    world.store.post_as_of(now, receipt(&world)).await.expect("still as of now");
}

async fn a_neighbour_in_the_batch_is_not_harmed(world: World) {
    let old = world.store.directory().await.expect("read").version();
    change(&world.store).await;
    let now = world.store.directory().await.expect("read").version();
    let asks = (0..20).map(|n| {
        let (store, commands) = (world.store.clone(), receipt(&world));
        tokio::spawn(async move {
            let as_of = if n % 2 == 0 { old } else { now };
            store.post_as_of(as_of, commands).await.is_ok()
        })
    });
    let done = futures::future::join_all(asks).await;
    let written = done.into_iter().filter(|done| matches!(done, Ok(true))).count();
    assert_eq!(written, 10);
    assert_eq!(world.level(world.facilities[0], world.skus[0]).await.available, 10);
}

async fn what_is_remembered_is_what_is_there(world: World) {
    let id = add_key(&world.store).await;
    let directory = world.store.directory().await.expect("read");
    let signed = directory.signed_by_key(SECRET).await.expect("read").expect("signed in");
    assert_eq!(signed.id, id);
    let again = directory.signed_by_key(SECRET).await.expect("read").expect("signed in");
    assert!(std::sync::Arc::ptr_eq(&signed, &again), "remembered, not looked up");
    assert!(directory.signed_by_key("ohk_other").await.expect("read").is_none());

    let codes = ["damaged".to_owned(), "no-such".to_owned()].into();
    let before = directory.reasons_by_code(&codes).await.expect("read");
    assert_eq!(before.len(), 1);
    change(&world.store).await;
    let remembered = world.store.remembered().reasons_by_code(&codes).await.expect("read");
    assert_eq!(remembered, before, "until somebody looks");
    let now = world.store.directory().await.expect("read");
    assert_ne!(now.reasons_by_code(&codes).await.expect("read"), before);
    assert_eq!(world.store.remembered().version(), now.version());
}

async fn a_key_revoked_on_another_node(world: World) {
    let id = add_key(&world.store).await;
    let directory = world.store.directory().await.expect("read");
    directory.signed_by_key(SECRET).await.expect("read").expect("signed in");

    let other = world.reopen().await;
    other.revoke_api_key(&by(), id).await.expect("revoked");
    // This node still remembers the key: what it would write with it is not written.
    let remembered = world.store.remembered();
    assert!(remembered.signed_by_key(SECRET).await.expect("read").is_some());
    let late = world.store.post_as_of(remembered.version(), receipt(&world)).await;
    assert!(matches!(late, Err(StoreError::Outdated)), "{late:?}");
    let now = world.store.directory().await.expect("read");
    assert!(now.signed_by_key(SECRET).await.expect("read").is_none());
    other.close().await;
}
