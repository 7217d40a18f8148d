//! A small retailer to tell stories about: two facilities, a few SKUs, a clock that stands still.

use std::sync::Arc;

use onhand_domain::{
    CountId, FacilityId, FacilityScope, Limits, Micros, MovementId, MovementKind, Origin,
    PrincipalId, Quantities, Reason, SkuId,
    count::CountStatus,
    plan::{
        command::{Authority, Body, Command, Count, CountLine, Fact, Mandate, Reverse, Variance},
        outcome::{Outcome, Posted, Refusal},
    },
};
use onhand_store::{
    By, Ids as _, Store,
    clock::{Fixed, System},
    entities::{counts, levels, products, skus},
    facilities::NewFacility,
    verify::Report,
};
use onhand_testkit::PgCluster;
use sea_orm::{
    ActiveModelTrait as _, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _, Set,
};
use uuid::Uuid;

/// 2026-03-02, 09:00 UTC.
pub(crate) const MORNING: Micros = Micros(1_772_442_000_000_000);
/// One minute.
pub(crate) const MINUTE: i64 = 60 * Micros::SECOND;
/// SKUs of the product that every world has.
const SKUS: usize = 4;

/// The retailer, on one of the two databases.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) url: String,
    pub(crate) clock: Arc<Fixed>,
    /// Two of them.
    pub(crate) facilities: Vec<FacilityId>,
    pub(crate) skus: Vec<SkuId>,
    /// Goes last, after the store.
    _folder: Option<tempfile::TempDir>,
}

impl World {
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
        Self::new(url, Some(folder)).await
    }

    pub(crate) async fn on_postgres() -> Self {
        let url = tokio::task::spawn_blocking(|| PgCluster::shared().fresh_database());
        Self::new(url.await.expect("a database"), None).await
    }

    async fn new(url: String, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Arc::new(Fixed::at(MORNING));
        let store = open(&url, &clock).await;
        let mut facilities = Vec::new();
        for code in ["S1", "S2"] {
            let new = NewFacility {
                id: FacilityId(System.next()),
                code: code.to_owned(),
                name: format!("Store {code}"),
                time_zone: "Europe/Berlin".to_owned(),
                opened_on: None,
                group_ids: [].into(),
            };
            let by = By::command_line("create_facility");
            facilities.push(store.create_facility(&by, new).await.expect("made").id);
        }
        let mut world = Self { store, url, clock, facilities, skus: Vec::new(), _folder: folder };
        world.skus = world.add_skus(SKUS).await;
        world
    }

    /// A product with so many SKUs.
    pub(crate) async fn add_skus(&self, count: usize) -> Vec<SkuId> {
        let product = System.next();
        let row = products::ActiveModel {
            id: Set(product),
            handle: Set(product.to_string()),
            title: Set("Shoe".to_owned()),
            vendor: Set(None),
            category: Set(None),
            description: Set(None),
            option1_name: Set(Some("Size".to_owned())),
            option2_name: Set(None),
            option3_name: Set(None),
            image_id: Set(None),
            created_at: Set(MORNING.0),
            updated_at: Set(MORNING.0),
        };
        row.insert(&self.store.writer()).await.expect("a product");
        let rows: Vec<_> = (0..count)
            .map(|n| skus::ActiveModel {
                id: Set(System.next()),
                product_id: Set(product),
                variant_key: Set(n.to_string()),
                position: Set(i64::try_from(n).expect("small")),
                code: Set(Some(format!("SHOE-{n}"))),
                option1: Set(Some(n.to_string())),
                option2: Set(None),
                option3: Set(None),
                cost: Set(Some(100_000)),
                price: Set(None),
                tracked: Set(true),
                image_id: Set(None),
                created_at: Set(MORNING.0),
                updated_at: Set(MORNING.0),
            })
            .collect();
        let ids = rows.iter().map(|row| SkuId(*row.id.as_ref())).collect();
        for chunk in rows.chunks(500) {
            let insert = skus::Entity::insert_many(chunk.to_vec());
            insert.exec(&self.store.writer()).await.expect("SKUs");
        }
        ids
    }

    /// Another node on the same database, or the same one after a crash.
    pub(crate) async fn reopen(&self) -> Store {
        open(&self.url, &self.clock).await
    }

    pub(crate) async fn one(&self, body: Body) -> Outcome {
        self.post(vec![body]).await.pop().expect("an outcome")
    }

    pub(crate) async fn post(&self, bodies: Vec<Body>) -> Vec<Outcome> {
        let commands = bodies.into_iter().map(command).collect();
        self.store.post(commands).await.expect("done")
    }

    /// A count whose lines wait to be posted, at version 3.
    pub(crate) async fn insert_count_in_review(&self, id: CountId, facility: FacilityId) {
        let by = authority().actor.0;
        let count = counts::Model {
            id: id.0,
            facility_id: facility.0,
            name: "Sneakers".to_owned(),
            kind: "directed".to_owned(),
            status: CountStatus::InReview.code().to_owned(),
            blind: true,
            area: None,
            note: None,
            origin: "hand".to_owned(),
            schedule_id: None,
            start_at: None,
            due_at: None,
            version: 3,
            created_by: by,
            created_at: 0,
            opened_by: Some(by),
            opened_at: Some(0),
            submitted_by: Some(by),
            submitted_at: Some(0),
            closed_by: None,
            closed_at: None,
            cancelled_by: None,
            cancelled_at: None,
            fingerprint: Vec::new(),
        };
        let row = count.into_active_model().reset_all();
        row.insert(&self.store.writer()).await.expect("a count");
    }

    pub(crate) async fn level(&self, facility: FacilityId, sku: SkuId) -> Quantities {
        let row = levels::Entity::find_by_id((facility.0, sku.0)).one(&self.store.reader()).await;
        row.expect("a query").map_or_else(Quantities::default, |row| Quantities {
            available: row.available,
            committed: row.committed,
            reserved: row.reserved,
            damaged: row.damaged,
            quality_control: row.quality_control,
            safety_stock: row.safety_stock,
        })
    }

    pub(crate) async fn verify(&self) -> Report {
        self.store.verify(&FacilityScope::All).await.expect("verified")
    }

    pub(crate) async fn assert_clean(&self) -> Report {
        let report = self.verify().await;
        assert!(report.is_clean(), "{:#?}", report.differences);
        report
    }

    /// Something that no code of ours does.
    pub(crate) async fn corrupt(&self, sql: &str) {
        let done = self.store.writer().execute_unprepared(sql).await.expect(sql);
        assert!(
            done.rows_affected() > 0 || sql.starts_with("DROP") || sql.starts_with("ALTER"),
            "{sql} changed nothing"
        );
    }

    /// An id as it is written in SQL.
    pub(crate) fn sql(&self, id: Uuid) -> String {
        if self.is_postgres() { format!("'{id}'") } else { format!("x'{}'", id.simple()) }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }
}

async fn open(url: &str, clock: &Arc<Fixed>) -> Store {
    Store::open(url, Arc::clone(clock) as _, Arc::new(System)).await.expect("opens")
}

pub(crate) fn authority() -> Authority {
    Authority {
        actor: PrincipalId(Uuid::from_u128(7)),
        mandate: Mandate::Post(Limits::NONE),
        rule: "role inventory_controller has variance.post".to_owned(),
        day: "2026-03-02".to_owned(),
        origin: Origin::Api,
        device: None,
    }
}

pub(crate) fn command(body: Body) -> Command {
    Command { authority: authority(), body }
}

pub(crate) fn new_id() -> MovementId {
    MovementId(System.next())
}

pub(crate) fn fact(facility: FacilityId, sku: SkuId, kind: MovementKind, quantity: i64) -> Fact {
    Fact {
        id: new_id(),
        facility,
        sku,
        kind,
        quantity,
        effective_at: None,
        origin_key: None,
        note: None,
        order_line: None,
        unit_cost: None,
    }
}

pub(crate) fn record(facility: FacilityId, sku: SkuId, kind: MovementKind, quantity: i64) -> Body {
    Body::Record(vec![fact(facility, sku, kind, quantity)])
}

pub(crate) fn variance(facility: FacilityId, sku: SkuId, quantity: i64) -> Variance {
    let code = if quantity < 0 { "damaged" } else { "found" };
    let reason = Reason::shipped().into_iter().find(|r| r.code == code).expect("shipped");
    Variance { id: new_id(), facility, sku, quantity, reason, note: None, effective_at: None }
}

pub(crate) fn count(facility: FacilityId, sku: SkuId, counted: i64, at: Micros) -> Body {
    let line = CountLine { id: new_id().0.into(), sku, counted, at };
    Body::Count(Count { facility, closes: None, lines: vec![line] })
}

pub(crate) fn reverse(target: MovementId) -> Body {
    Body::Reverse(Reverse { id: new_id(), target, note: None })
}

#[track_caller]
pub(crate) fn posted(outcome: Outcome) -> Posted {
    match outcome {
        Outcome::Posted(posted) => posted,
        other => panic!("not posted: {other:?}"),
    }
}

#[track_caller]
pub(crate) fn refused(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// The stories of a file, each told on both databases; then those of several nodes, which only
/// PostgreSQL knows: one process has an embedded database for itself.
macro_rules! on_both {
    ($($story:ident,)* $(; nodes: $($nodes:ident,)*)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story($crate::world::World::on_sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story($crate::world::World::on_postgres().await).await;
            })*
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $nodes() {
                super::$nodes($crate::world::World::on_postgres().await).await;
            })*)?
        }
    };
}
pub(crate) use on_both;
