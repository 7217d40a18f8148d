//! A shop with one level that is looked at.

use onhand_domain::{
    ChannelId, MovementKind,
    channel::{
        DifferenceClass as D, Has, ORDERS_MARGIN_MICROS, QuantityName, SIGHTINGS_APART_MICROS,
    },
    plan::command::{Body, Command},
};
use onhand_store::{
    Clock as _,
    channels::{ChannelChange, Difference, Judged, LaneKey, Marks, SeenLevel},
};

use super::shop::{Shop, by, item, location, publish, running};
use crate::world::{World, command, fact, posted, record};

const AVAILABLE: QuantityName = QuantityName::Available;

/// A running shop in which the first SKU has 9 at the first location.
pub(super) struct Story {
    pub(super) world: World,
    pub(super) channel: ChannelId,
    pub(super) shop: Shop,
}

impl Story {
    pub(super) async fn begin(world: World) -> Self {
        let (channel, mut shop) = running(&world).await;
        let receipt = record(world.facilities[0], world.skus[0], MovementKind::Receipt, 9);
        posted(world.one(receipt).await);
        publish(&world, &world.store, channel, &mut shop).await;
        Self { world, channel, shop }
    }

    pub(super) async fn begin_correcting(world: World) -> Self {
        let story = Self::begin(world).await;
        story.change(ChannelChange { corrects: Some(true), ..ChannelChange::default() }).await;
        story
    }

    pub(super) async fn change(&self, change: ChannelChange) {
        self.world.store.update_channel(&by(), self.channel, change).await.expect("changed");
    }

    pub(super) fn lane(&self, sku: usize) -> LaneKey {
        LaneKey { item: item(self.world.skus[sku]), location: location(0) }
    }

    pub(super) fn has(&self, lane: &LaneKey) -> i64 {
        self.shop.get(&lane.item, &lane.location, AVAILABLE)
    }

    pub(super) fn write(&mut self, available: i64) {
        let lane = self.lane(0);
        self.shop.set(&lane.item, &lane.location, available);
    }

    pub(super) fn seen(&self, lane: &LaneKey) -> SeenLevel {
        let now = self.world.clock.now();
        let has = Has { available: self.has(lane), active: true, updated_at: Some(now) };
        SeenLevel { lane: lane.clone(), tracked: true, has: Some(has) }
    }

    pub(super) async fn mark(&self) -> Marks {
        let lanes = [self.lane(0)];
        self.world.store.mark_levels(self.channel, &lanes).await.expect("marked")
    }

    pub(super) async fn judge(&self, marks: &Marks, seen: SeenLevel) -> Judged {
        self.world.store.judge_levels(marks, &[seen]).await.expect("judged")
    }

    pub(super) async fn look(&self) -> Judged {
        let marks = self.mark().await;
        self.judge(&marks, self.seen(&self.lane(0))).await
    }

    /// The shop's orders are followed up to now; so late that everything read so far is covered.
    pub(super) async fn follow(&self) {
        self.world.clock.advance(SIGHTINGS_APART_MICROS.max(ORDERS_MARGIN_MICROS));
        let now = self.world.clock.now();
        let store = &self.world.store;
        store.follow_orders_from(self.channel, now).await.expect("noted");
        store.note_orders_until(self.channel, now).await.expect("noted");
    }

    pub(super) async fn difference(&self) -> Option<Difference> {
        self.world.store.find_difference(self.channel, &self.lane(0)).await.expect("asked")
    }

    pub(super) async fn publish(&mut self) {
        publish(&self.world, &self.world.store, self.channel, &mut self.shop).await;
    }

    pub(super) async fn post(&self, kind: MovementKind, units: i64) {
        let (at, sku) = (self.world.facilities[0], self.world.skus[0]);
        posted(self.world.one(record(at, sku, kind, units)).await);
    }

    /// A sale or return that the shop made itself is learned of.
    pub(super) async fn learn(&self, kind: MovementKind, units: i64) {
        let (at, sku) = (self.world.facilities[0], self.world.skus[0]);
        let mut fact = fact(at, sku, kind, units);
        fact.origin_key = Some(format!("{}/orders/1", self.channel));
        self.post_from_shop(Body::Record(vec![fact])).await;
    }

    pub(super) async fn post_from_shop(&self, body: Body) {
        let mut command: Command = command(body);
        command.authority.origin = onhand_domain::Origin::Shopify;
        let done = self.world.store.post(vec![command]).await.expect("posted");
        assert!(!format!("{done:?}").contains("Refused"), "{done:?}");
    }

    /// Looks until the shop's orders were followed after the first look.
    pub(super) async fn confirm(&self) -> Judged {
        let first = self.look().await;
        assert_eq!(first.differing.keys().copied().collect::<Vec<_>>(), [D::OrderNotSeen]);
        assert_eq!(first.again().len(), 1);
        assert_eq!(self.difference().await.expect("noted").confirmed_at, None);
        self.follow().await;
        self.look().await
    }
}

pub(super) fn is(judged: &Judged, class: D) -> bool {
    judged.levels == 1 && judged.differing.get(&class) == Some(&1)
}

pub(super) fn in_flight(judged: &Judged) -> bool {
    (judged.levels, judged.in_flight, judged.differ()) == (1, 1, 0)
}

pub(super) fn equal(judged: &Judged) -> bool {
    (judged.levels, judged.equal, judged.again().len()) == (1, 1, 0)
}
