//! Every statement of the engine is one that both databases understand.

use std::sync::Arc;

use onhand_testkit::PgCluster;
use sqlx::{Executor as _, SqlSafeStr as _};

use super::{postgres, sqlite};
use crate::{clock::System, open::Pools};

async fn pools(url: &str) -> Pools {
    let store = crate::Store::open(url, Arc::new(System), Arc::new(System)).await.expect("opens");
    store.0.pools.clone()
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
    let Pools::Sqlite { write, .. } = pools(&url).await else { panic!("not SQLite") };
    let mut connection = write.acquire().await.expect("a connection");
    for (name, sql) in sqlite::SQL.load.all().into_iter().chain(sqlite::SQL.save.all()) {
        let prepared = connection.prepare(sql.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}\n{sql}", prepared.err());
    }
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    let url = tokio::task::spawn_blocking(|| PgCluster::shared().fresh_database());
    let Pools::Postgres(pool) = pools(&url.await.expect("a database")).await else {
        panic!("not PostgreSQL")
    };
    let mut connection = pool.acquire().await.expect("a connection");
    for (name, sql) in postgres::SQL.load.all().into_iter().chain(postgres::SQL.save.all()) {
        let prepared = connection.prepare(sql.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {:?}\n{sql}", prepared.err());
    }
}
