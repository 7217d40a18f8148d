//! Every operation, called by those who may not.

use onhand_domain::{FacilityId, Scope};
use onhand_store::people::NewGrant;
use serde_json::{Value, json};

use super::world::World;
use crate::testing::{Reply, TestState};

/// What answers without anybody signed in. May only shrink.
const SIGNED_OUT_ALLOWED: &[&str] = &["sign_in"];
/// What whoever is signed in may do with what is their own. May only shrink.
const OWN_ALLOWED: &[&str] = &["sign_in", "sign_out", "get_me", "change_password"];
/// Lists that change because somebody asked: they are left out of the comparison.
const CHANGING: &[&str] = &["list_audit", "get_me", "stream_events", "list_imports"];

#[tokio::test]
async fn signed_out_nothing_opens() {
    let world = World::new().await;
    for op in &world.ops {
        if SIGNED_OUT_ALLOWED.contains(&op.id.as_str()) {
            assert_eq!(op.permission, "public", "{}", op.id);
            continue;
        }
        assert_ne!(op.permission, "public", "{} opens to everybody", op.id);
        let ready = world.request(op, world.home).await;
        let reply = world.send(&ready, None).await;
        assert_eq!(reply.status, 401, "{}: {}", op.id, reply.text());
        assert_eq!(reply.json()["type"], "urn:onhand:problem:signed-out", "{}", op.id);
    }
}

#[tokio::test]
async fn without_any_permission_nothing_opens() {
    let world = World::new().await;
    let nobody = world.state.nobody().await;
    for op in &world.ops {
        if OWN_ALLOWED.contains(&op.id.as_str()) {
            assert!(!op.needs_permission(), "{}", op.id);
            continue;
        }
        assert!(op.needs_permission(), "{} opens to whoever is signed in", op.id);
        let ready = world.request(op, world.home).await;
        let before = everything(&world, world.home).await;
        let reply = world.send(&ready, Some(&nobody)).await;
        let refused = matches!(reply.status.as_u16(), 403 | 404) || all_rejected(&reply);
        assert!(refused, "{}: {} {}", op.id, reply.status, reply.text());
        no_marks(&world, &op.id, &reply, world.home, ready.names_facility);
        assert_eq!(everything(&world, world.home).await, before, "{} changed something", op.id);
    }
}

#[tokio::test]
async fn a_manager_of_one_store_sees_and_changes_nothing_of_another() {
    a_manager_stays_at_home(World::new().await).await;
}

/// Every operation runs on it once, and every list many times: its statements hold there, too.
#[tokio::test]
async fn neither_on_postgres() {
    a_manager_stays_at_home(World::on(TestState::postgres().await).await).await;
}

async fn a_manager_stays_at_home(world: World) {
    let here = |role: &str| {
        let scope = Scope::Facility(world.home);
        NewGrant { role: role.to_owned(), scope }
    };
    // All that somebody can hold at a store, so that nothing is refused for another reason.
    let roles = ["facility_manager", "inventory_controller", "auditor", "admin"];
    let manager = world.state.person(roles.map(here).to_vec()).await;
    for op in world.ops.iter().filter(|op| op.needs_permission()) {
        let ready = world.request(op, world.foreign).await;
        let before = everything(&world, world.foreign).await;
        let reply = world.send(&ready, Some(&manager)).await;
        if ready.names_facility {
            let refused = matches!(reply.status.as_u16(), 403 | 404) || all_rejected(&reply);
            assert!(refused, "{}: {} {}", op.id, reply.status, reply.text());
        }
        no_marks(&world, &op.id, &reply, world.foreign, ready.names_facility);
        let after = everything(&world, world.foreign).await;
        assert_eq!(after, before, "{} changed something of the other store", op.id);
    }
}

/// A bulk operation answers 200 and refuses each entry, as it would have been refused alone.
fn all_rejected(reply: &Reply) -> bool {
    let results = reply.json()["results"].as_array().cloned().unwrap_or_default();
    let refused = |r: &Value| matches!(r["problem"]["status"].as_u64(), Some(403 | 404));
    !results.is_empty() && results.iter().all(|r| r["status"] == "rejected" && refused(r))
}

/// The answer has nothing by which the facility is known. Its id alone may come back to whoever
/// sent it.
fn no_marks(world: &World, op: &str, reply: &Reply, facility: FacilityId, id_was_sent: bool) {
    let code = if facility == world.home { "HOME1" } else { "FOREIGN2" };
    let id = facility.to_string();
    let marks = if id_was_sent { vec![code] } else { vec![code, id.as_str()] };
    for mark in marks {
        assert!(!reply.text().contains(mark), "{op} tells of {mark}: {}", reply.text());
    }
}

/// All that can be read about a facility, by every operation that takes no id.
async fn everything(world: &World, facility: FacilityId) -> Value {
    let mut all = serde_json::Map::new();
    for op in &world.ops {
        let plain = op.method == "GET" && !op.path.contains('{');
        if plain && !CHANGING.contains(&op.id.as_str()) {
            let ready = world.request(op, facility).await;
            let reply = world.send(&ready, Some(&world.mighty)).await;
            assert!(reply.status.is_success(), "{}: {}", op.id, reply.text());
            all.insert(op.id.clone(), json!(reply.text()));
        }
    }
    Value::Object(all)
}
