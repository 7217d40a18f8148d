//! The schema of each release becomes that of the next, with what is in it.

use onhand_testkit::PgCluster;
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use sea_orm_migration::MigratorTrait as _;

use super::Migrator;
use crate::open::{Pools, Purpose};

/// Migrations of the release before.
const RELEASED: u32 = 2;

/// A level as an older node writes it: it knows nothing of later columns.
fn level(sku: u8, available: i64, hex: &str) -> String {
    let id = |n: u8| match hex {
        "uuid" => format!("'00000000-0000-0000-0000-0000000000{n:02x}'"),
        _ => format!("x'000000000000000000000000000000{n:02x}'"),
    };
    format!(
        "INSERT INTO levels (facility_id, sku_id, available, committed, reserved, damaged, \
         quality_control, safety_stock, seq, last_movement_at) \
         VALUES ({}, {}, {available}, 0, 0, 0, 0, 0, 1, 1)",
        id(1),
        id(sku)
    )
}

async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let row = db.query_one_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql));
    let row = row.await.expect("a query").expect("a row");
    row.try_get_by_index(0).expect("a number")
}

async fn grows_up(url: &str, ids: &str) -> DatabaseConnection {
    let pools = Pools::connect(url, Purpose::Work).await.expect("connects");
    let db = pools.writer();
    Migrator::up(&db, Some(RELEASED)).await.expect("the schema of the release before");
    for (sku, available) in [(1, 5), (2, -1)] {
        db.execute_unprepared(&level(sku, available, ids)).await.expect("a level");
    }
    Migrator::up(&db, None).await.expect("migrates");
    let negative = "SELECT count(*) FROM levels WHERE negative";
    assert_eq!(number(&db, negative).await, 1);
    // Older nodes run on.
    db.execute_unprepared(&level(3, -7, ids)).await.expect("a level");
    assert_eq!(number(&db, negative).await, 2);
    db.execute_unprepared("UPDATE levels SET available = 1").await.expect("a change");
    assert_eq!(number(&db, negative).await, 0);
    db
}

#[tokio::test]
async fn sqlite_grows_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
    grows_up(&url, "blob").await;
}

#[tokio::test]
async fn postgres_grows_up_and_changes_a_level_without_its_indexes() {
    let url = tokio::task::spawn_blocking(|| PgCluster::shared().fresh_database());
    let db = grows_up(&url.await.expect("a database"), "uuid").await;
    // What a posting changes must be named by no index, or each change writes into all of them.
    let named = "SELECT count(*) FROM pg_indexes WHERE tablename = 'levels' \
                 AND indexdef ~ 'available|committed|reserved|damaged|quality|safety|seq|last_'";
    assert_eq!(number(&db, named).await, 0);
}
