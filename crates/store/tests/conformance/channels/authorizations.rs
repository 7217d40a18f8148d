//! Somebody is sent to a shop and comes back once, in the session that they left with; and tokens
//! belong to the credentials that they were had by.

use std::sync::Arc;

use futures::future::join_all;
use onhand_domain::{ChannelId, Micros, channel::CredentialKind};
use onhand_store::{
    Clock as _, Ids as _, Store,
    channels::{
        AUTHORIZATION_MICROS_MAX, AUTHORIZATIONS_A_SESSION_MAX, ChannelChange, ChannelError,
        ChannelRefusal, NewAuthorization, NewCredentials, Sealed, Token,
    },
    clock::System,
    entities::channel_authorizations,
    refusal::Refusal,
};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use super::shop::{by, channel};
use crate::world::{World, on_both};

const SESSION: &[u8] = b"session";

on_both! {
    who_was_sent_away_comes_back_once,
    of_many_who_come_back_at_once_one_does,
    who_does_not_come_back_is_forgotten,
    a_token_of_other_credentials_is_not_kept,
}

fn to(shop: &str) -> NewAuthorization {
    let id = System.next();
    NewAuthorization {
        id,
        channel: ChannelId(id),
        renews: false,
        shop: format!("https://{shop}.example"),
        name: None,
        app: Sealed(vec![1, 2, 3]),
    }
}

async fn send(store: &Store, new: NewAuthorization, state: &[u8]) -> Micros {
    store.begin_channel_authorization(&by(), new, state, SESSION).await.expect("begun")
}

async fn waiting(store: &Store) -> u64 {
    channel_authorizations::Entity::find().count(&store.reader()).await.expect("counted")
}

fn refusal<T: std::fmt::Debug>(done: Result<T, ChannelError>) -> ChannelRefusal {
    match done {
        Err(ChannelError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn who_was_sent_away_comes_back_once(world: World) {
    let store = &world.store;
    let new = to("acme");
    let until = send(store, new.clone(), b"state").await;
    assert_eq!(until, world.clock.now().plus(AUTHORIZATION_MICROS_MAX));
    let other = store.take_channel_authorization(b"state", b"another").await;
    assert_eq!(other.expect("asked"), None, "in another session");
    let made_up = store.take_channel_authorization(b"made up", SESSION).await;
    assert_eq!(made_up.expect("asked"), None);
    let back = store.take_channel_authorization(b"state", SESSION).await.expect("asked");
    let back = back.expect("sent");
    assert_eq!((back.channel, back.shop, back.late), (new.channel, new.shop, false));
    assert_eq!((back.app, back.renews), (new.app, false));
    let again = store.take_channel_authorization(b"state", SESSION).await;
    assert_eq!(again.expect("asked"), None, "used up");

    // Neither a shop nor an id that a channel has already is begun with.
    let known = channel(store, "known").await;
    let taken = store.begin_channel_authorization(&by(), to("known"), b"s", SESSION).await;
    let shop = "https://known.example".to_owned();
    assert_eq!(refusal(taken), ChannelRefusal::Other(Refusal::CodeTaken(shop)));
    let reused = NewAuthorization { channel: known, ..to("new") };
    let reused = store.begin_channel_authorization(&by(), reused, b"s", SESSION).await;
    assert_eq!(refusal(reused), ChannelRefusal::Other(Refusal::IdReused));
    assert_eq!(waiting(store).await, 0);
}

async fn of_many_who_come_back_at_once_one_does(world: World) {
    let store = Arc::new(world.store.clone());
    send(&store, to("acme"), b"state").await;
    let takes = (0..8).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.take_channel_authorization(b"state", SESSION).await })
    });
    let answers = join_all(takes).await.into_iter();
    let came = answers.filter(|one| one.as_ref().expect("ran").as_ref().expect("asked").is_some());
    assert_eq!(came.count(), 1);
}

async fn who_does_not_come_back_is_forgotten(world: World) {
    let store = &world.store;
    let late = to("late");
    send(store, late.clone(), b"late").await;
    world.clock.advance(AUTHORIZATION_MICROS_MAX);
    let back = store.take_channel_authorization(b"late", SESSION).await.expect("asked");
    assert!(back.expect("still known").late);
    // The next one who leaves tidies up, and so does the hourly round.
    send(store, to("one"), b"one").await;
    world.clock.advance(AUTHORIZATION_MICROS_MAX);
    send(store, to("two"), b"two").await;
    assert_eq!(waiting(store).await, 1);
    world.clock.advance(AUTHORIZATION_MICROS_MAX);
    store.forget_expired().await.expect("forgotten");
    assert_eq!(waiting(store).await, 0);
    // One session has only so many ways; the oldest goes.
    for n in 0..=AUTHORIZATIONS_A_SESSION_MAX {
        world.clock.advance(1);
        send(store, to(&format!("shop{n}")), &n.to_be_bytes()).await;
    }
    assert_eq!(waiting(store).await, AUTHORIZATIONS_A_SESSION_MAX);
    let first = store.take_channel_authorization(&0_u64.to_be_bytes(), SESSION).await;
    assert_eq!(first.expect("asked"), None);
}

async fn a_token_of_other_credentials_is_not_kept(world: World) {
    let store = &world.store;
    let id = channel(store, "acme").await;
    let token = |byte: u8| Token { token: Sealed(vec![byte]), expires_at: Some(Micros(7)) };
    let old = store.find_channel(id).await.expect("read").expect("there").credentials;
    store.save_channel_token(id, &old, token(1)).await.expect("kept");
    let new = NewCredentials {
        kind: CredentialKind::Offline,
        sealed: Sealed(vec![9]),
        token: Some(token(2)),
    };
    let change = ChannelChange { credentials: Some(new), ..ChannelChange::default() };
    let changed = store.update_channel(&by(), id, change).await.expect("changed");
    assert_eq!(changed.credential_kind, CredentialKind::Offline);
    assert_eq!((changed.token, changed.token_expires_at), (Some(Sealed(vec![2])), Some(Micros(7))));
    // A renewal that was under way with the old ones comes too late.
    let late = store.save_channel_token(id, &old, token(3)).await;
    assert_eq!(refusal(late), ChannelRefusal::Outdated);
    let kept = store.find_channel(id).await.expect("read").expect("there");
    assert_eq!(kept.token, Some(Sealed(vec![2])));
    store.save_channel_token(id, &kept.credentials, token(4)).await.expect("kept");
    let kept = store.find_channel(id).await.expect("read").expect("there");
    assert_eq!(kept.token, Some(Sealed(vec![4])));
}
