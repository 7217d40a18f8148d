//! Nodes are upgraded one by one: the older one runs on after a newer one has migrated.

use anyhow::{Context as _, Result, ensure};
use onhand_testkit::{
    PgCluster,
    node::{Assortment, Retailer},
};
use serde_json::json;

use crate::api::{Api, verified};

/// What a newer program would do at its start: a column more in the tables, a table more, and
/// the note that it was done.
fn migrate_by_hand(database: &str, name: &str) -> Result<()> {
    let column = name.rsplit('_').next().context("a name")?;
    let sql = format!(
        "DO $$ DECLARE t text; BEGIN \
         FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' \
         AND tablename <> 'seaql_migrations' LOOP \
         EXECUTE format('ALTER TABLE %I ADD COLUMN {column} text', t); END LOOP; END $$; \
         CREATE TABLE {name} (id uuid PRIMARY KEY); \
         INSERT INTO seaql_migrations (version, applied_at) VALUES ('{name}', 1)"
    );
    PgCluster::shared().psql(database, &sql)?;
    Ok(())
}

/// All that an API client does in a day, in short.
fn work(api: &Api<'_>, facility: &str, sku: &str) -> Result<()> {
    let before = api.available(facility, sku)?;
    api.receive(facility, sku, 5)?;
    let lost = api.lose(facility, sku)?;
    ensure!(lost.status == 200 && lost.body["status"] == "posted", "{lost:?}");
    let id = lost.body["id"].as_str().context("an id")?;
    let undo = json!({ "id": uuid::Uuid::from_u128(uuid::Uuid::parse_str(id)?.as_u128() ^ 1) });
    let undone = api.send("POST", &format!("/api/v1/variances/{id}/reversal"), &undo)?;
    ensure!(undone.status == 200, "{undone:?}");
    let home = format!("home?facility_id={facility}");
    for page in ["movements", "variances", "products", &home, "roles", "audit", "facilities"] {
        let reply = api.send("GET", &format!("/api/v1/{page}"), &serde_json::Value::Null)?;
        ensure!([200, 403].contains(&reply.status), "{page}: {reply:?}");
    }
    ensure!(api.available(facility, sku)? == before + 5);
    Ok(())
}

#[test]
fn an_older_node_runs_on_and_may_start_again() -> Result<()> {
    let database = PgCluster::shared().fresh_database();
    let retailer = Retailer::on_postgres(&database, &Assortment::default())?;
    let (mut a, b) = (retailer.serve()?, retailer.serve()?);
    let (facility, sku) = (&retailer.facilities()[0], &retailer.skus()[0]);
    for node in [&a, &b] {
        // Often enough that every statement is prepared on every connection.
        for _ in 0..5 {
            work(&Api::new(node, retailer.key()), facility, sku)?;
        }
    }
    migrate_by_hand(&database, "m9998_expand_colour")?;
    for node in [&a, &b] {
        for _ in 0..5 {
            work(&Api::new(node, retailer.key()), facility, sku)?;
        }
    }
    // One that only adds may be met by an older program that starts.
    a.stop()?;
    a.start()?;
    work(&Api::new(&a, retailer.key()), facility, sku)?;
    verified(&retailer, &database)?;

    // Any other may not; those that run, run on.
    migrate_by_hand(&database, "m9999_size")?;
    a.stop()?;
    let refused = a.start().err().context("started on a schema that it does not know")?;
    ensure!(refused.to_string().contains("m9999_size"), "{refused}");
    work(&Api::new(&b, retailer.key()), facility, sku)?;
    Ok(())
}
