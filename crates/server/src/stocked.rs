//! A retailer with goods on its shelves, for tests: two stores, a shoe of known cost, and ways to
//! sell, order and log that go through the ledger.

use onhand_domain::{
    FacilityId, Limits, Micros, MovementId, MovementKind, PrincipalId, Scope, SkuId,
    movement::Origin,
    order::Order,
    plan::{
        command::{
            Authority, Body, Command, Count, CountLine, Fact, Mandate, OrderDraft, OrderLineDraft,
        },
        outcome::Outcome,
    },
};
use onhand_store::{
    catalog::{Changes, SkuWrite},
    entities::{products, skus},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::testing::{NOW, TestState, Who};

/// Cost of one shoe.
pub(crate) const COST: i64 = 20_0000;

/// Two stores and what is in them.
pub(crate) struct Stocked {
    pub(crate) state: TestState,
    /// "Store S1": 12 shoes on its shelf.
    pub(crate) main: FacilityId,
    /// "Store S2": 4 shoes on its shelf.
    pub(crate) harbour: FacilityId,
    /// Tracked; costs 20.00.
    pub(crate) shoe: SkuId,
}

/// The levels of an answer that tests look at: on hand, available, damaged.
pub(crate) fn levels(quantities: &Value) -> [i64; 3] {
    ["on_hand", "available", "damaged"].map(|state| quantities[state].as_i64().expect("a number"))
}

impl Stocked {
    pub(crate) async fn new() -> Self {
        Self::on(TestState::new().await).await
    }

    pub(crate) async fn on(state: TestState) -> Self {
        let main = state.facility("S1").await;
        let harbour = state.facility("S2").await;
        let none = SkuId(Uuid::nil());
        let mut stocked = Self { state, main, harbour, shoe: none };
        stocked.shoe = stocked.sku("Trail Runner", true, Some(COST)).await;
        stocked.record(main, stocked.shoe, MovementKind::Receipt, 12, None).await;
        stocked.record(harbour, stocked.shoe, MovementKind::Receipt, 4, None).await;
        stocked
    }

    /// A SKU of a product of its own.
    pub(crate) async fn sku(&self, title: &str, tracked: bool, cost: Option<i64>) -> SkuId {
        self.write_sku(title, tracked, cost, Vec::new()).await
    }

    /// The same with a barcode.
    pub(crate) async fn barcoded(&self, title: &str, tracked: bool, barcode: &str) -> SkuId {
        let codes = vec![("barcode".to_owned(), barcode.to_owned())];
        self.write_sku(title, tracked, None, codes).await
    }

    async fn write_sku(
        &self,
        title: &str,
        tracked: bool,
        cost: Option<i64>,
        identifiers: Vec<(String, String)>,
    ) -> SkuId {
        let (product_id, id) = (self.state.id(), self.state.id());
        let product = products::Model {
            id: product_id,
            handle: product_id.to_string(),
            title: title.to_owned(),
            vendor: None,
            category: None,
            description: None,
            option1_name: Some("Size".to_owned()),
            option2_name: None,
            option3_name: None,
            image_id: None,
            created_at: NOW.0,
            updated_at: NOW.0,
        };
        let sku = skus::Model {
            id,
            product_id,
            variant_key: "10".to_owned(),
            position: 1,
            code: Some("TR-204".to_owned()),
            option1: Some("10".to_owned()),
            option2: None,
            option3: None,
            cost,
            price: None,
            tracked,
            image_id: None,
            created_at: NOW.0,
            updated_at: NOW.0,
        };
        let unit = self.state.app.store.begin_catalog().await.expect("begun");
        let changes = Changes {
            new_products: vec![product],
            new_skus: vec![SkuWrite { sku, identifiers }],
            ..Changes::default()
        };
        unit.write(&changes).await.expect("written");
        unit.commit().await.expect("committed");
        id.into()
    }

    /// Does a command as the system itself, and expects it to be done.
    async fn command(&self, body: Body) -> Outcome {
        let authority = Authority {
            actor: PrincipalId::SYSTEM,
            mandate: Mandate::Post(Limits::NONE),
            rule: "test".to_owned(),
            day: "2026-01-15".to_owned(),
            origin: Origin::Pos,
            device: None,
        };
        let mut outcomes =
            self.state.app.store.post(vec![Command { authority, body }]).await.expect("posted");
        let outcome = outcomes.pop().expect("one");
        assert!(!matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        outcome
    }

    /// Something happened.
    pub(crate) async fn record(
        &self,
        facility: FacilityId,
        sku: SkuId,
        kind: MovementKind,
        quantity: i64,
        effective_at: Option<Micros>,
    ) -> MovementId {
        let id = MovementId(self.state.id());
        let fact = Fact {
            id,
            facility,
            sku,
            kind,
            quantity,
            effective_at,
            origin_key: None,
            note: None,
            order_line: None,
            unit_cost: None,
        };
        self.command(Body::Record(vec![fact])).await;
        id
    }

    /// A customer ordered shoes from the main store, so many minutes after the test's hour.
    pub(crate) async fn order(&self, name: &str, quantity: i64, minute: i64) -> Order {
        let line = OrderLineDraft {
            id: self.state.id().into(),
            facility: self.main,
            sku: self.shoe,
            quantity,
        };
        let draft = OrderDraft {
            id: self.state.id().into(),
            name: name.to_owned(),
            channel: "web".to_owned(),
            placed_at: Some(NOW.plus((minute - 60) * 60 * Micros::SECOND)),
            due_at: None,
            lines: vec![line],
        };
        match self.command(Body::PlaceOrder(draft)).await {
            Outcome::Ordered(order) => order,
            other => panic!("{other:?}"),
        }
    }

    /// Somebody counted the shoes of the main store, and it was approved.
    pub(crate) async fn count(&self, counted: i64, at: Micros) {
        let line = CountLine { id: self.state.id().into(), sku: self.shoe, counted, at };
        self.command(Body::Count(Count { facility: self.main, closes: None, lines: vec![line] }))
            .await;
    }

    /// Somebody of the main store.
    pub(crate) async fn at_main(&self, role: &str) -> Who {
        self.state.user(role, Scope::Facility(self.main)).await
    }

    /// A variance of shoes at the main store, as a client sends it.
    pub(crate) fn variance(&self, quantity: i64, reason: &str) -> Value {
        json!({
            "id": self.state.id(), "facility_id": self.main.0, "sku_id": self.shoe.0,
            "quantity": quantity, "reason": reason,
        })
    }

    /// On hand, available and damaged shoes at the main store, and the length of its ledger.
    pub(crate) async fn now(&self) -> ([i64; 3], usize) {
        let key = (self.main, self.shoe);
        let store = &self.state.app.store;
        let found = store.quantities(&[key].into()).await.expect("read");
        let level = found.get(&key).copied().unwrap_or_default();
        let scope = onhand_domain::FacilityScope::Only([self.main].into());
        let filter = onhand_store::stock::MovementFilter::default();
        let all = store.list_movements(&scope, &filter, None, 10_000).await.expect("read");
        ([level.on_hand(), level.available, level.damaged], all.len())
    }
}
