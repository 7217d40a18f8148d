//! A small demo, made for real.

use std::{collections::BTreeSet, sync::Arc};

use onhand_domain::{FacilityScope, Micros, Permission};
use onhand_store::{Clock as _, Store, clock::System, entities};
use onhand_testkit::PgCluster;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{
    Report, Size, World, art, assortment, build, database, first_day, history::History, run,
};

const SMALL: Size = Size { styles: 20, days: 5, bustle: 0.5 };

struct Demo {
    folder: tempfile::TempDir,
}

impl Demo {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("demo.db").display())
    }

    async fn run(&self, fresh: bool) -> anyhow::Result<Report> {
        run(&self.url(), SMALL, fresh, System.now(), &mut |_| {}).await
    }

    async fn store(&self) -> Store {
        Store::open(&self.url(), Arc::new(System), Arc::new(System)).await.expect("opened")
    }
}

async fn movements(store: &Store, kind: &str) -> u64 {
    entities::movements::Entity::find()
        .filter(entities::movements::Column::Kind.eq(kind))
        .count(&store.reader())
        .await
        .expect("counted")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_demo_is_whole_and_a_second_run_keeps_it() {
    let demo = Demo::new();
    let first = demo.run(false).await.expect("made");
    let made = first.made.expect("made now");
    let skus: usize = assortment::styles()
        .take(20)
        .map(|s| s.colours.len() * s.sizes.values().len().max(1))
        .sum();
    assert_eq!((made.products, made.skus, made.facilities), (20, skus, 5));

    let store = demo.store().await;
    for kind in ["opening", "receipt", "sale", "transfer_out", "reservation", "variance", "count"] {
        assert!(movements(&store, kind).await > 0, "no {kind}");
    }
    let pending = entities::variance_requests::Entity::find()
        .filter(entities::variance_requests::Column::Status.eq("pending"))
        .count(&store.reader())
        .await;
    assert!(pending.expect("counted") > 0, "nothing to approve");
    let negative = entities::levels::Entity::find()
        .filter(entities::levels::Column::Available.lt(0))
        .count(&store.reader())
        .await;
    assert!(negative.expect("counted") > 0, "no record below zero, no order at risk");
    let verified = store.verify(&FacilityScope::All).await.expect("verified");
    assert!(verified.is_clean(), "{:?}", verified.differences);
    assert_eq!(verified.movements(), made.movements);
    store.close().await;

    let second = demo.run(false).await.expect("kept");
    assert!(!second.created);
    assert_eq!(second.sign_ins, first.sign_ins);
    let store = demo.store().await;
    let kept = store.verify(&FacilityScope::All).await.expect("verified").movements();
    assert_eq!(kept, made.movements, "a second run adds nothing");
    store.close().await;

    let third = demo.run(true).await.expect("made anew");
    assert!(third.created);
}

/// Monday, 23 November 2026, 11:00 in Berlin.
const NOON: Micros = Micros(1_795_428_000_000_000);

/// A small past on an empty database.
async fn past(url: &str, end: Micros) -> (Store, World) {
    let start = first_day(end, SMALL.days).expect("a day");
    let ids = Arc::new(History::at(start, super::ID_SEED));
    let store = database::open(url, ids.clone(), ids.clone()).await.expect("opened");
    let (_, world) = build(&store, &ids, (end, SMALL), &mut |_| {}).await.expect("built");
    (store, world)
}

/// Number and hash of every ledger's last movement.
async fn heads(store: &Store) -> Vec<(i64, Vec<u8>)> {
    let heads = entities::ledger_heads::Entity::find().all(&store.reader()).await.expect("read");
    let mut heads: Vec<_> = heads.into_iter().map(|h| (h.seq, h.hash)).collect();
    heads.sort();
    heads
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_knows_what_the_ledger_knows() {
    let demo = Demo::new();
    let (store, world) = past(&demo.url(), NOON).await;
    let levels = entities::levels::Entity::find().all(&store.reader()).await.expect("read");
    assert!(!levels.is_empty());
    for row in levels {
        let site = world.sites.iter().position(|s| s.id.0 == row.facility_id).expect("a site");
        let item = world.items.iter().position(|i| i.id.0 == row.sku_id).expect("an item");
        let known = world.level((site, item));
        let record = (row.available, row.committed, row.damaged);
        assert_eq!((known.available, known.committed, known.damaged), record, "{site} {item}");
    }
    let latest = entities::movements::Entity::find()
        .filter(entities::movements::Column::RecordedAt.gt(NOON.0 + Micros::SECOND))
        .count(&store.reader())
        .await;
    assert_eq!(latest.expect("counted"), 0, "nothing is recorded in the future");
}

#[tokio::test(flavor = "multi_thread")]
async fn something_has_happened_today_whenever_it_is_made() {
    // Monday noon, ten minutes after midnight, before the doors open, Sunday morning.
    for hours in [0, -11, -8, -24] {
        let end = NOON.plus(hours * 3_600 * Micros::SECOND + 600 * Micros::SECOND);
        let demo = Demo::new();
        let (store, world) = past(&demo.url(), end).await;
        for (n, site) in world.sites.iter().enumerate() {
            let today = world.local(n, end).expect("a time").start_of_day().expect("a day");
            let events = entities::movements::Entity::find()
                .filter(entities::movements::Column::FacilityId.eq(site.id.0))
                .filter(
                    entities::movements::Column::EffectiveAt.gte(Micros::from(today.timestamp()).0),
                )
                .count(&store.reader())
                .await
                .expect("counted");
            assert!(events > 0, "nothing at {} by {hours}", site.place.code);
        }
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_day_gives_the_same_past_on_both_databases() {
    let demo = Demo::new();
    let (store, _) = past(&demo.url(), NOON).await;
    let url = tokio::task::spawn_blocking(|| PgCluster::shared().fresh_database());
    let (other, _) = past(&url.await.expect("a database"), NOON).await;
    let verified = other.verify(&FacilityScope::All).await.expect("verified");
    assert!(verified.is_clean(), "{:?}", verified.differences);
    assert_eq!(heads(&store).await, heads(&other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_cover_every_role_and_their_password_works() {
    let demo = Demo::new();
    let report = demo.run(false).await.expect("made");
    assert_eq!(report.sign_ins.len(), 8);
    let roles: BTreeSet<&str> = report.sign_ins.iter().map(|s| s.role.as_str()).collect();
    assert_eq!(roles.len(), 5, "{roles:?}");

    let store = demo.store().await;
    let passwords = onhand_server::password::Passwords::default();
    for person in &report.sign_ins {
        let (id, hash) = store.password_of(&person.email).await.expect("read").expect("there");
        let right = passwords.matches(report.password, Some(hash)).await.expect("compared");
        assert!(right, "{}", person.email);
        let access = store.access(id).await.expect("read");
        let sees = access.scope(Permission::StockView);
        assert_ne!(sees, FacilityScope::none(), "{} sees nothing", person.email);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sku_is_found_by_its_barcode() {
    let demo = Demo::new();
    demo.run(false).await.expect("made");
    let store = demo.store().await;
    let rows = entities::identifiers::Entity::find()
        .filter(entities::identifiers::Column::Kind.eq("barcode"))
        .all(&store.reader())
        .await
        .expect("read");
    let skus = entities::skus::Entity::find().count(&store.reader()).await.expect("counted");
    assert_eq!(rows.len() as u64, skus);
    for row in &rows {
        assert!(is_own_ean_13(&row.value), "{}", row.value);
    }
    let first = rows.first().expect("one");
    let hits = store.skus_by_code(&first.value).await.expect("found");
    assert_eq!(hits.len(), 1);
}

/// Thirteen digits of the retailer's own range whose weighted sum is a multiple of ten.
fn is_own_ean_13(code: &str) -> bool {
    let digits: Vec<u32> = code.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().zip([1, 3].iter().cycle()).map(|(d, w)| d * w).sum();
    code.len() == 13 && digits.len() == 13 && code.starts_with("20") && sum.is_multiple_of(10)
}

#[test]
fn check_digits_are_those_of_known_barcodes() {
    // The examples of GS1's check digit calculator and of ISBN-13's manual.
    assert_eq!(assortment::check_digit("629104150021"), 3);
    assert_eq!(assortment::check_digit("978030640615"), 7);
    let all: BTreeSet<String> = (0..1_500).map(assortment::barcode).collect();
    assert_eq!(all.len(), 1_500, "no barcode occurs twice");
    assert!(all.iter().all(|code| is_own_ean_13(code)));
}

#[test]
fn the_assortment_is_about_1200_skus_in_8_categories() {
    let skus: usize =
        assortment::styles().map(|s| s.colours.len() * s.sizes.values().len().max(1)).sum();
    assert!((1_150..=1_250).contains(&skus), "{skus}");
    let categories: BTreeSet<&str> =
        assortment::styles().map(assortment::Style::category).collect();
    assert_eq!(categories.len(), 8);
    let titles: BTreeSet<&str> = assortment::styles().map(|s| s.title).collect();
    assert_eq!(titles.len(), assortment::styles().count(), "a title occurs twice");
}

#[test]
fn pictures_are_well_formed_and_can_do_nothing() {
    for style in assortment::styles() {
        for colour in style.colours {
            let svg = art::draw(style.cut, colour.rgb, style.accent_on(*colour));
            let what = format!("{} {}", style.title, colour.name);
            check_balanced(&svg, &what);
            let rest = svg.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1).to_lowercase();
            for forbidden in ["script", "http", "href", "url(", "data:", " on", "style", "<!", "&"]
            {
                assert!(!rest.contains(forbidden), "{what} has {forbidden}");
            }
            assert!(svg.len() < 8_000, "{what} has {} bytes", svg.len());
        }
    }
}

/// Every tag is closed by its own, attributes are quoted, and nothing stands between tags.
fn check_balanced(svg: &str, what: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (inside, after) = tag.split_once('>').expect(what);
        assert!(after.is_empty(), "{what}: text {after:?} between tags");
        assert_eq!(inside.matches('"').count() % 2, 0, "{what}: {inside}");
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{what}");
        } else if !inside.ends_with('/') {
            open.push(inside.split(' ').next().expect(what));
        }
    }
    assert!(svg.starts_with("<svg ") && open.is_empty(), "{what}: {open:?} is left open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_somebody_else_is_left_alone() {
    use onhand_domain::FacilityId;
    use onhand_store::{By, facilities::NewFacility};

    let demo = Demo::new();
    let store = demo.store().await;
    let new = NewFacility {
        id: FacilityId(store.ids().next()),
        code: "S1".to_owned(),
        name: "A real store".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        opened_on: None,
        group_ids: BTreeSet::new(),
    };
    store.create_facility(&By::command_line("test"), new).await.expect("made");
    store.close().await;
    for fresh in [false, true] {
        let error = demo.run(fresh).await.expect_err("refused");
        assert!(error.to_string().contains("stays as it is"), "{error}");
    }
    let store = demo.store().await;
    assert!(store.facility_by_code("S1").await.expect("read").is_some());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_in_use_is_not_thrown_away() {
    let demo = Demo::new();
    demo.run(false).await.expect("made");
    let server = demo.store().await;
    // What a server does all day: the log is open.
    server.record_decision(decision()).await.expect("written");
    let error = demo.run(true).await.expect_err("refused");
    assert!(error.to_string().contains("another program"), "{error}");
    server.close().await;
    demo.run(true).await.expect("made anew");
}

fn decision() -> onhand_store::audit::Entry {
    onhand_store::audit::Entry {
        actor: None,
        action: "test".to_owned(),
        facility: None,
        allowed: true,
        rule: "test".to_owned(),
        subject: None,
    }
}
