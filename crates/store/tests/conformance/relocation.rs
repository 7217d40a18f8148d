//! A database moves to the other kind, whole and unchanged, however often it is interrupted.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use onhand_domain::{MovementKind, plan::command::Body};
use onhand_store::{
    OpenError, Store,
    clock::System,
    relocate::{MoveError, Moved, Progress, Step, relocate},
};
use onhand_testkit::PgCluster;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, Statement};
use uuid::Uuid;

use crate::world::{MINUTE, MORNING, World, count, fact, on_both, posted, reverse, variance};

on_both! {
    everything_arrives_unchanged,
    an_interrupted_move_goes_on,
    only_an_empty_target_is_taken,
    a_source_that_changed_is_noticed,
    a_newer_source_is_refused,
    nobody_writes_meanwhile,
}

/// More than one batch of rows.
const MANY: usize = 10_001;
/// Tables whose rows follow from one another: they are filled by posting.
const LEDGER: [&str; 5] = ["anchors", "ledger_heads", "levels", "movements", "order_lines"];

/// Where to move to: the other kind of database.
struct Place {
    url: String,
    _folder: tempfile::TempDir,
}

async fn place(world: &World) -> Place {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = if world.is_postgres() {
        format!("sqlite://{}", folder.path().join("moved.db").display())
    } else {
        let url = tokio::task::spawn_blocking(|| PgCluster::shared().fresh_database());
        url.await.expect("a database")
    };
    Place { url, _folder: folder }
}

async fn moved(
    from: &str,
    to: &str,
    tell: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Moved, MoveError> {
    relocate(from, to, (Arc::new(System), Arc::new(System)), tell).await
}

async fn open(url: &str) -> Result<Store, OpenError> {
    Store::open(url, Arc::new(System), Arc::new(System)).await
}

async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let asked = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(asked).await.expect(sql);
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

/// The tables, as the database itself lists them.
async fn tables(world: &World) -> BTreeSet<String> {
    let sql = if world.is_postgres() {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    };
    let mut tables: BTreeSet<String> =
        texts(&world.store.reader(), sql).await.into_iter().collect();
    tables.remove("seaql_migrations");
    tables
}

/// Name and type of each column, in the order of their names.
async fn columns(db: &DatabaseConnection, table: &str) -> Vec<(String, String)> {
    let sql = if is_postgres(db) {
        format!(
            "SELECT column_name || ' ' || data_type FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' \
             AND is_generated = 'NEVER' ORDER BY column_name COLLATE \"C\""
        )
    } else {
        format!("SELECT name || ' ' || lower(type) FROM pragma_table_info('{table}') ORDER BY name")
    };
    let told = texts(db, &sql).await;
    let apart = |told: &String| told.split_once(' ').map(|(n, k)| (n.to_owned(), k.to_owned()));
    told.iter().map(|told| apart(told).expect("two words")).collect()
}

fn is_postgres(db: &DatabaseConnection) -> bool {
    db.get_database_backend() == DbBackend::Postgres
}

/// Rows with values that are easily lost: empty, large, negative, in many scripts.
async fn fill(world: &World, table: &str, rows: usize) {
    let columns = columns(&world.store.reader(), table).await;
    let value = |kind: &str, row: usize| match (kind, row % 3) {
        ("uuid" | "uuid_text", _) => world.sql(Uuid::now_v7_for_tests(row)),
        ("bigint" | "integer", _) if row == 0 => i64::MIN.to_string(),
        ("bigint" | "integer", _) if row == 1 => i64::MAX.to_string(),
        ("bigint" | "integer", _) => format!("-{row}"),
        ("boolean", n) => (n == 0).to_string(),
        ("text", 0) => format!("'{row}'"),
        ("text", _) => format!("'Größe \"''\\{{}}\t\u{1f45f}\u{202e}e\u{301} {row}'"),
        ("blob", _) => format!("x'00ff{row:08x}'"),
        ("bytea", _) => format!("'\\x00ff{row:08x}'"),
        (other, _) => panic!("{table} has a column of the unknown type {other}"),
    };
    let all: Vec<usize> = (0..rows).collect();
    for chunk in all.chunks(1_000) {
        let row = |row: &usize| {
            let values: Vec<String> = columns.iter().map(|(_, k)| value(k, *row)).collect();
            format!("({})", values.join(", "))
        };
        let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let values: Vec<String> = chunk.iter().map(row).collect();
        let sql =
            format!("INSERT INTO {table} ({}) VALUES {}", names.join(", "), values.join(", "));
        world.store.writer().execute_unprepared(&sql).await.expect(table);
    }
}

/// Ids that differ from row to row.
trait ForTests {
    fn now_v7_for_tests(row: usize) -> Uuid;
}

impl ForTests for Uuid {
    fn now_v7_for_tests(row: usize) -> Uuid {
        use onhand_store::Ids as _;
        // Their order is not that of the rows.
        Uuid::from_u128(System.next().as_u128().rotate_left(64) ^ row as u128)
    }
}

/// A retailer with something in every table, and much in one.
async fn fill_all(world: &World, many: usize) {
    let (here, there) = (world.facilities[0], world.facilities[1]);
    let facts = |facility| -> Vec<_> {
        let sku = |n: usize| world.skus[n % world.skus.len()];
        (0..200).map(|n| fact(facility, sku(n), MovementKind::Receipt, 5)).collect()
    };
    let lost = variance(here, world.skus[0], -2);
    let undone = lost.id;
    let ledger = vec![Body::Record(facts(here)), Body::Record(facts(there)), Body::Variance(lost)];
    world.post(ledger).await.into_iter().for_each(|outcome| drop(posted(outcome)));
    posted(world.one(reverse(undone)).await);
    world.clock.advance(MINUTE);
    posted(world.one(count(here, world.skus[1], 40, MORNING)).await);
    for table in tables(world).await {
        if !LEDGER.contains(&table.as_str()) {
            let rows = if table == "audit" { many } else { 4 };
            fill(world, &table, rows).await;
        }
    }
}

/// Every value of a table in words, made by the database itself.
async fn contents(db: &DatabaseConnection, table: &str) -> BTreeSet<String> {
    let shown = |(name, kind): &(String, String)| {
        let bytes = match (kind.as_str(), is_postgres(db)) {
            ("uuid", _) => format!("replace(\"{name}\"::text, '-', '')"),
            ("bytea", _) => format!("encode(\"{name}\", 'hex')"),
            ("text", true) => format!("encode(convert_to(\"{name}\", 'UTF8'), 'hex')"),
            ("uuid_text" | "blob" | "text", _) => format!("lower(hex(\"{name}\"))"),
            ("boolean", _) => format!("CASE WHEN \"{name}\" THEN 'yes' ELSE 'no' END"),
            _ => format!("CAST(\"{name}\" AS text)"),
        };
        // `hex` makes no difference between none and nothing.
        format!("CASE WHEN \"{name}\" IS NULL THEN 'none' ELSE {bytes} END")
    };
    let columns: Vec<String> = columns(db, table).await.iter().map(shown).collect();
    let sql = format!("SELECT {} FROM {table}", columns.join(" || ' ' || "));
    let rows = texts(db, &sql).await;
    let (count, rows) = (rows.len(), BTreeSet::from_iter(rows));
    assert_eq!(count, rows.len(), "{table}");
    rows
}

async fn assert_arrived(world: &World, moved: &Moved, to: &str) {
    let store = open(to).await.expect("the moved database opens");
    let listed: BTreeSet<String> = moved.tables.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(listed, tables(world).await, "a table was not moved");
    for (table, rows) in &moved.tables {
        let before = contents(&world.store.reader(), table).await;
        assert!(!before.is_empty() || table == "order_lines", "{table}");
        assert_eq!(before.len() as u64, *rows, "{table}");
        assert!(before == contents(&store.reader(), table).await, "{table} is not what it was");
    }
    let (old, new) = (world.assert_clean().await, store.verify(&onhand_domain::FacilityScope::All));
    let new = new.await.expect("verified");
    assert!(new.is_clean(), "{:#?}", new.differences);
    assert_eq!(old.facilities, new.facilities);
    assert_eq!(moved.report.facilities, new.facilities);
    assert!(new.facilities.iter().any(|f| f.seq > 200 && f.hash.is_some()));
    store.close().await;
}

async fn everything_arrives_unchanged(world: World) {
    fill_all(&world, 4).await;
    let own = "CREATE TABLE ext_colours (name TEXT)";
    world.store.writer().execute_unprepared(own).await.expect("a table of the retailer's own");
    let to = place(&world).await;
    let mut steps = Vec::new();
    let mut tell = |p: Progress<'_>| steps.push((p.step, p.done == p.total));
    let done = moved(&world.url, &to.url, &mut tell).await.expect("moved");
    assert_eq!(steps.last(), Some(&(Step::Verify, true)));
    assert_eq!(done.left_behind, ["ext_colours"]);
    world.corrupt("DROP TABLE ext_colours").await;
    assert_arrived(&world, &done, &to.url).await;

    let again = moved(&world.url, &to.url, &mut |_| ()).await;
    assert!(matches!(again, Err(MoveError::NotEmpty(_))), "{again:?}");
}

/// Begins a move and drops it after so many words of progress; true if it came to its end.
async fn moved_until(world: &World, to: &str, words: usize) -> Option<Moved> {
    let said = Arc::new(AtomicUsize::new(0));
    let enough = Arc::new(tokio::sync::Notify::new());
    let (counted, wake) = (Arc::clone(&said), Arc::clone(&enough));
    let mut tell = move |_: Progress<'_>| {
        if counted.fetch_add(1, Ordering::Relaxed) + 1 == words {
            wake.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = enough.notified() => None,
        done = moved(&world.url, to, &mut tell) => Some(done.expect("no failure")),
    }
}

async fn an_interrupted_move_goes_on(world: World) {
    fill_all(&world, MANY).await;
    let to = place(&world).await;
    let mut interruptions = 0;
    let moved = loop {
        // Each time a little further, so that every table and step is cut once.
        match moved_until(&world, &to.url, 1 + interruptions * 3).await {
            Some(moved) => break moved,
            None => interruptions += 1,
        }
        let refused = open(&to.url).await.err();
        assert!(matches!(refused, Some(OpenError::HalfMoved)), "{refused:?}");
        let reading = Store::open_for_reading(&to.url, Arc::new(System), Arc::new(System)).await;
        assert!(matches!(reading.err(), Some(OpenError::HalfMoved)));
    };
    assert!(interruptions > 15, "{interruptions}");
    assert_arrived(&world, &moved, &to.url).await;
}

async fn only_an_empty_target_is_taken(world: World) {
    let to = place(&world).await;
    open(&to.url).await.expect("made").close().await;
    let refused = moved(&world.url, &to.url, &mut |_| ()).await;
    assert!(matches!(refused, Err(MoveError::NotEmpty(_))), "{refused:?}");

    // The source of a move is one that exists.
    let missing = format!("{}_missing", world.url);
    let to = place(&world).await;
    let refused = moved(&missing, &to.url, &mut |_| ()).await;
    assert!(matches!(refused, Err(MoveError::Source(OpenError::Unreachable { .. }))));

    // A half-moved database is nobody's source.
    assert!(moved_until(&world, &to.url, 3).await.is_none());
    let next = place(&world).await;
    let refused = moved(&to.url, &next.url, &mut |_| ()).await;
    assert!(matches!(refused, Err(MoveError::Source(OpenError::HalfMoved))), "{refused:?}");
}

async fn a_source_that_changed_is_noticed(world: World) {
    fill_all(&world, 4).await;
    let to = place(&world).await;
    assert!(moved_until(&world, &to.url, 20).await.is_none());
    // A value of a row that was copied before.
    world.corrupt("UPDATE audit SET rule = 'other' WHERE rule = '0'").await;
    let noticed = moved(&world.url, &to.url, &mut |_| ()).await;
    assert!(
        matches!(&noticed, Err(MoveError::Differs { table, .. }) if table == "audit"),
        "{noticed:?}"
    );
    // Something was posted.
    let received = fact(world.facilities[0], world.skus[0], MovementKind::Receipt, 1);
    posted(world.one(Body::Record(vec![received])).await);
    let noticed = moved(&world.url, &to.url, &mut |_| ()).await;
    assert!(matches!(noticed, Err(MoveError::OtherSource)), "{noticed:?}");
    assert!(matches!(open(&to.url).await.err(), Some(OpenError::HalfMoved)));

    // What was wrong before is not made official.
    let to = place(&world).await;
    world.corrupt("UPDATE levels SET available = available + 1").await;
    let refused = moved(&world.url, &to.url, &mut |_| ()).await;
    assert!(matches!(refused, Err(MoveError::NotClean(_))), "{refused:?}");
    assert!(matches!(open(&to.url).await.err(), Some(OpenError::HalfMoved)));
}

async fn a_newer_source_is_refused(world: World) {
    let to = place(&world).await;
    let newer = |name: &str| {
        format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{name}', 1)")
    };
    world.corrupt(&newer("m9998_expand_colours")).await;
    let refused = moved(&world.url, &to.url, &mut |_| ()).await;
    assert!(matches!(refused, Err(MoveError::Newer)), "{refused:?}");
    // It would be worked with, since it only adds.
    open(&world.url).await.expect("opens").close().await;

    world.corrupt(&newer("m9999_colours")).await;
    let refused = moved(&world.url, &to.url, &mut |_| ()).await;
    let Err(MoveError::Source(OpenError::Newer(name))) = refused else { panic!("{refused:?}") };
    assert_eq!(name, "m9999_colours");
    assert!(matches!(open(&world.url).await.err(), Some(OpenError::Newer(_))));
}

async fn nobody_writes_meanwhile(world: World) {
    let to = place(&world).await;
    let (under_way, wait_until_under_way) = mpsc::channel();
    let (go_on, wait_to_go_on) = mpsc::channel::<()>();
    let (from, url) = (world.url.clone(), to.url.clone());
    let moving = tokio::spawn(async move {
        let mut is_first = true;
        let mut tell = move |_: Progress<'_>| {
            if std::mem::take(&mut is_first) {
                under_way.send(()).expect("somebody waits");
                let _ = tokio::task::block_in_place(|| wait_to_go_on.recv());
            }
        };
        moved(&from, &url, &mut tell).await
    });
    tokio::task::spawn_blocking(move || wait_until_under_way.recv())
        .await
        .expect("runs")
        .expect("under way");
    let write = "UPDATE settings SET value = 'x'";
    let url = world.url.clone();
    let refused = if world.is_postgres() {
        let sql = format!("SET lock_timeout = '100ms'; {write}");
        tokio::task::spawn_blocking(move || PgCluster::shared().psql(&url, &sql).err())
            .await
            .expect("runs")
            .map(|error| error.to_string())
    } else {
        use sqlx::{ConnectOptions as _, Executor as _, sqlite::SqliteConnectOptions};
        let options: SqliteConnectOptions = url.parse().expect("a URL");
        let options = options.busy_timeout(std::time::Duration::from_millis(100));
        let mut other = options.connect().await.expect("readers are welcome");
        other.execute(write).await.err().map(|error| error.to_string())
    };
    let refused = refused.expect("the write is refused");
    assert!(refused.contains("lock"), "{refused}");
    go_on.send(()).expect("it waits");
    moving.await.expect("runs").expect("moved");
}
