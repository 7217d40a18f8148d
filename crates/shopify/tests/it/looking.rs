//! Whether the shop is right: what somebody else wrote is found and set right, and what is only
//! under way is left alone.

use std::sync::Arc;
use std::time::Duration;

use onhand_domain::channel::{
    AuditKind, AuditStatus, DifferenceClass, ORDERS_MARGIN_MICROS, PushStatus,
};
use onhand_domain::{FacilityScope, Micros, MovementKind};
use onhand_shopify::call::AVAILABLE;
use onhand_shopify::client::Shop;
use onhand_shopify::reconciler::{self, Looked};
use onhand_store::channels::{Audit, ChannelChange, Difference, LaneKey, PushFilter, Settlement};
use onhand_store::clock::System;
use onhand_store::{By, Clock, Ids as _};
use serde_json::json;
use uuid::Uuid;

use crate::fake::{FIRST, SECOND, SHOE, SHOE_41};
use crate::floor::{Ahead, Floor, record};

/// Items, by the number in their id.
const SHOE_NUMBER: u64 = 50_000_000_001;
const FIRST_NUMBER: u64 = 60_000_001;
const SECOND_NUMBER: u64 = 60_000_002;

/// A shop whose clock of ours can be moved on.
struct Story {
    floor: Floor,
    clock: Arc<Ahead>,
    shop: Shop,
}

impl Story {
    async fn open(corrects: bool) -> Self {
        let clock = Arc::<Ahead>::default();
        let floor = Floor::open_at(Arc::clone(&clock) as _).await;
        floor.go_live().await;
        let change = ChannelChange { corrects: Some(corrects), ..ChannelChange::default() };
        let by = By::command_line("channel");
        floor.store.update_channel(&by, floor.channel, change).await.unwrap();
        let shop = floor.shop().await;
        Self { floor, clock, shop }
    }

    /// Later, and with the shop's orders followed up to now: there are none in these stories.
    async fn later(&self) {
        self.clock.advance(2 * ORDERS_MARGIN_MICROS);
        let store = &self.floor.store;
        store.note_orders_until(self.floor.channel, self.clock.now()).await.unwrap();
    }

    async fn look(&self, lane: &LaneKey) -> Looked {
        let lanes = std::slice::from_ref(lane);
        reconciler::look(&self.floor.store, &self.shop, self.floor.channel, lanes).await.unwrap()
    }

    /// Looks twice, which is what certainty takes.
    async fn look_twice(&self, lane: &LaneKey) {
        assert_eq!(self.look(lane).await.differing, 1);
        self.later().await;
        self.look(lane).await;
    }

    async fn difference(&self, lane: &LaneKey) -> Option<Difference> {
        self.floor.store.find_difference(self.floor.channel, lane).await.unwrap()
    }

    async fn audit(&self) -> Audit {
        let (store, channel) = (&self.floor.store, self.floor.channel);
        let none = Duration::ZERO;
        reconciler::audit(store, &self.shop, channel, AuditKind::Asked, none).await.unwrap()
    }

    /// Somebody else writes into the shop.
    async fn write(&self, location: u64, delta: i64) {
        let edit =
            json!({"item_id": SHOE_NUMBER, "location_id": location, "delta": delta, "app": "ERP"});
        self.floor.act("/twin/edit", edit).await;
    }

    async fn shop_has(&self, lane: &LaneKey) -> i64 {
        let found = self.shop.levels_of(&lane.location, &[&lane.item], &[AVAILABLE]).await;
        found.unwrap()[0].level.as_ref().unwrap().quantity(AVAILABLE).unwrap()
    }
}

fn lane(item: &str, location: &str) -> LaneKey {
    LaneKey { item: item.to_owned(), location: location.to_owned() }
}

#[tokio::test]
async fn what_somebody_else_writes_is_set_right_while_the_node_runs() {
    let mut scene = Story::open(true).await;
    scene.floor.start();
    scene.floor.subscribed().await;
    let shoe = lane(SHOE, FIRST);
    scene.write(FIRST_NUMBER, -2).await;
    scene
        .floor
        .until("the shop set right", async || {
            scene.later().await;
            let right = scene.shop_has(&shoe).await == 10;
            (right && scene.difference(&shoe).await.is_none()).then_some(())
        })
        .await;
    let pushes = PushFilter::default();
    let scope = FacilityScope::All;
    let all = scene.floor.store.list_pushes(&scope, &pushes, None, 9).await.unwrap();
    let [push] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((push.compare, push.delta, push.movement), (Some(8), 2, None));
    scene.floor.stop().await;
}

#[tokio::test]
async fn it_is_shown_and_left_alone_where_nothing_is_corrected() {
    let scene = Story::open(false).await;
    let shoe = lane(SHOE, FIRST);
    assert_eq!(scene.look(&shoe).await.equal, 1);
    // The shop writes its times in whole seconds: whoever comes after us comes after that.
    scene.write(FIRST_NUMBER, 4).await;
    scene.look_twice(&shoe).await;
    let found = scene.difference(&shoe).await.unwrap();
    assert_eq!(
        (found.has, found.should, found.class),
        (Some(14), 10, DifferenceClass::ForeignWrite)
    );
    assert!(found.confirmed_at.is_some() && found.can_be_corrected && !found.correcting);
    let open = PushFilter { open: true, ..PushFilter::default() };
    let pushes = scene.floor.store.list_pushes(&FacilityScope::All, &open, None, 9).await.unwrap();
    assert_eq!(pushes, [], "nobody asked for it");
    // Whoever wrote it takes it back.
    scene.write(FIRST_NUMBER, -4).await;
    assert_eq!(scene.look(&shoe).await.equal, 1);
    assert_eq!(scene.difference(&shoe).await, None);
}

#[tokio::test]
async fn an_effect_that_the_shop_lost_is_found() {
    let mut scene = Story::open(true).await;
    let (store, channel) = (scene.floor.store.clone(), scene.floor.channel);
    let what = [(scene.floor.skus["S-40"], 3)];
    record(&store, scene.floor.facilities[0], MovementKind::Receipt, &what).await;
    store.derive_pushes(channel, 10).await.unwrap();
    let lease = store.take_channel_lease(channel, Uuid::from_u128(1), Micros(i64::MAX)).await;
    let lease = lease.unwrap().unwrap();
    let draft = store.draft_calls(channel, 9).await.unwrap().remove(0);
    let key = System.next();
    assert!(store.freeze_call(&lease, key, &draft, String::new()).await.unwrap());
    store.mark_sent(key, scene.clock.now()).await.unwrap();
    // It said yes, and did nothing.
    let yes = Settlement::Confirmed { adjustment: Some("group".to_owned()) };
    assert!(store.settle_call(key, yes).await.unwrap());
    store.drop_channel_lease(&lease).await.unwrap();
    let shoe = lane(SHOE, FIRST);
    scene.look_twice(&shoe).await;
    let found = scene.difference(&shoe).await.unwrap();
    assert_eq!((found.has, found.should), (Some(10), 13));
    assert_eq!((found.class, found.correcting), (DifferenceClass::Drift, true));
    scene.floor.start();
    scene
        .floor
        .until("the lost effect", async || (scene.shop_has(&shoe).await == 13).then_some(()))
        .await;
    scene.floor.stop().await;
}

#[tokio::test]
async fn nothing_is_confirmed_while_changes_are_under_way_and_answers_are_slow() {
    const CHANGES: usize = 200;
    let mut scene = Story::open(true).await;
    let slow = json!({"seed": 3, "slow_ms": 120, "probability": {
        "slow": 0.5, "cut_after_commit": 0.1, "cut_before_commit": 0.05, "http_502": 0.05,
    }});
    scene.floor.fake.post("/twin/faults", &slow).await;
    scene.floor.start();
    let (store, channel) = (scene.floor.store.clone(), scene.floor.channel);
    let lanes =
        [lane(SHOE, FIRST), lane(SHOE, SECOND), lane(SHOE_41, FIRST), lane(SHOE_41, SECOND)];
    let skus = [scene.floor.skus["S-40"], scene.floor.skus["S-41"]];
    let at = scene.floor.facilities;
    let posting = {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..CHANGES {
                let (sku, at) = (skus[n % 2], at[(n / 2) % 2]);
                let kind = [MovementKind::Receipt, MovementKind::Sale][n / 4 % 2];
                record(&store, at, kind, &[(sku, 1)]).await;
                // As fast as they are looked at, so that both go on side by side.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
    };
    let (mut looks, mut in_flight) = (0, 0);
    loop {
        let done = posting.is_finished();
        for lanes in [&lanes[..], &lanes[..1], &lanes[2..3]] {
            let looked = reconciler::look(&store, &scene.shop, channel, lanes).await;
            // The shop may be too bad to be read at all; then nothing was judged.
            if let Ok(looked) = looked {
                looks += 1;
                in_flight += looked.in_flight;
                assert_eq!(looked.levels, lanes.len() as u64);
            }
        }
        scene.later().await;
        let number = store.count_differences(channel).await.unwrap();
        assert_eq!(number.confirmed, 0, "after {looks} looks");
        if done {
            break;
        }
    }
    posting.await.unwrap();
    assert!(looks > 0 && in_flight > 0, "{looks} looks, {in_flight} in flight");
    scene.floor.fake.post("/twin/faults", &json!({})).await;
    scene.floor.settled().await;
    scene
        .floor
        .until("a certificate", async || {
            let audit = scene.audit().await;
            (audit.levels == 4 && audit.equal == 4).then_some(())
        })
        .await;
    let number = store.count_differences(channel).await.unwrap();
    assert_eq!((number.confirmed, number.unconfirmed), (0, 0));
    let filter = PushFilter { status: Some(PushStatus::Skipped), ..PushFilter::default() };
    let all = store.list_pushes(&FacilityScope::All, &filter, None, 9).await.unwrap();
    assert_eq!(all, [], "nothing was ever set right");
    scene.floor.stop().await;
}

#[tokio::test]
async fn an_audit_counts_exactly() {
    let scene = Story::open(false).await;
    let audit = scene.audit().await;
    assert_eq!(audit.status, AuditStatus::Done);
    // Two shoes at two places; the card is not tracked, and lies at two places as well.
    assert_eq!((audit.levels, audit.equal, audit.in_flight, audit.left_out), (4, 4, 0, 2));
    assert!(audit.differing.is_empty() && audit.as_of >= Some(audit.began_at), "{audit:?}");
    scene.write(SECOND_NUMBER, 1).await;
    let audit = scene.audit().await;
    assert_eq!((audit.levels, audit.equal), (4, 3));
    assert_eq!(audit.differing.get(&DifferenceClass::OrderNotSeen), Some(&1));
    scene.later().await;
    let audit = scene.audit().await;
    assert_eq!(audit.differing.get(&DifferenceClass::ForeignWrite), Some(&1), "{audit:?}");
    // A change that nobody has sent yet.
    let what = [(scene.floor.skus["S-41"], 3)];
    record(&scene.floor.store, scene.floor.facilities[0], MovementKind::Receipt, &what).await;
    let audit = scene.audit().await;
    assert_eq!((audit.levels, audit.equal, audit.in_flight), (4, 2, 1));
    let (store, channel) = (&scene.floor.store, scene.floor.channel);
    assert_eq!(store.list_audits(channel, None, 9).await.unwrap().len(), 4);
    // One that can't be read has failed, and says so.
    let scopes = json!({"scopes": ["read_locations"]});
    scene.floor.fake.post("/twin/scopes", &scopes).await;
    let none = Duration::ZERO;
    let failed = reconciler::audit(store, &scene.shop, channel, AuditKind::Nightly, none).await;
    assert!(failed.is_err());
    let last = store.last_audit(channel, AuditKind::Nightly).await.unwrap().unwrap();
    assert_eq!(last.status, AuditStatus::Failed);
    assert!(last.problem.is_some() && last.ended_at.is_some());
}

#[tokio::test]
async fn an_item_that_is_matched_later_takes_part_without_a_restart() {
    let clock = Arc::<Ahead>::default();
    let mut floor = Floor::open_at(Arc::clone(&clock) as _).await;
    let (store, channel, sku) = (floor.store.clone(), floor.channel, floor.skus["S-41"]);
    let by = By::command_line("channel");
    store.match_channel_item(&by, channel, SHOE_41, None).await.unwrap();
    floor.go_live().await;
    let shop = floor.shop().await;
    record(&store, floor.facilities[0], MovementKind::Receipt, &[(sku, 2)]).await;
    let none = reconciler::take_in_newcomers(&store, &shop, channel).await.unwrap();
    assert_eq!(none.lanes, 0);
    store.match_channel_item(&by, channel, SHOE_41, Some(sku)).await.unwrap();
    let taken = reconciler::take_in_newcomers(&store, &shop, channel).await.unwrap();
    assert_eq!(taken.lanes, 2, "at each of two places");
    let again = reconciler::take_in_newcomers(&store, &shop, channel).await.unwrap();
    assert_eq!(again.lanes, 0, "once");
    floor.start();
    floor.settled().await;
    floor.stop().await;
}

#[tokio::test]
async fn what_nobody_can_buy_is_made_sellable() {
    let mut scene = Story::open(true).await;
    let what = [(scene.floor.skus["S-40"], 3)];
    record(&scene.floor.store, scene.floor.facilities[1], MovementKind::Receipt, &what).await;
    scene.floor.start();
    scene.floor.settled().await;
    scene.floor.stop().await;
    let off = json!({"item_id": SHOE_NUMBER, "location_id": SECOND_NUMBER, "active": false});
    scene.floor.act("/twin/stock", off).await;
    let shoe = lane(SHOE, SECOND);
    scene.look_twice(&shoe).await;
    let level = scene.shop.levels_of(SECOND, &[SHOE], &[AVAILABLE]).await.unwrap();
    assert!(level[0].level.as_ref().unwrap().active);
    assert_eq!(scene.look(&shoe).await.equal, 1);
    assert_eq!(scene.difference(&shoe).await, None);
}
