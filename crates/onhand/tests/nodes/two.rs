//! Two nodes share everything through the database, and nothing else.

use std::{collections::BTreeSet, thread};

use anyhow::{Context as _, Result, ensure};
use onhand_testkit::{
    PgCluster,
    node::{Assortment, Program, Retailer},
};
use serde_json::json;

use crate::api::{Api, verified};

/// Movements that each node records at the same facility at the same time.
const EACH: usize = 40;

fn retailer() -> Result<Retailer> {
    let url = PgCluster::shared().fresh_database();
    Ok(Retailer::on_postgres(&url, &Assortment::default())?)
}

#[test]
fn what_one_node_acknowledged_the_other_knows() -> Result<()> {
    let retailer = retailer()?;
    let (a, b) = (retailer.serve()?, retailer.serve()?);
    let (a, b) = (Api::new(&a, retailer.key()), Api::new(&b, retailer.key()));
    let (facility, sku) = (&retailer.facilities()[0], &retailer.skus()[0]);
    let before = b.available(facility, sku)?;
    for n in 1..=20 {
        let (writer, reader) = if n % 2 == 0 { (&b, &a) } else { (&a, &b) };
        writer.receive(facility, sku, 1)?;
        assert_eq!(reader.available(facility, sku)?, before + n);
    }
    Ok(())
}

#[test]
fn a_permission_taken_at_one_node_is_gone_at_the_other() -> Result<()> {
    let retailer = retailer()?;
    let admin = retailer.run(&["key", "add", "--name", "admin", "--role", "admin"])?;
    let (a, b) = (retailer.serve()?, retailer.serve()?);
    let admin = Api::new(&a, admin.trim());
    let b = Api::new(&b, retailer.key());
    let (facility, sku) = (&retailer.facilities()[0], &retailer.skus()[0]);
    let roles = admin.get("/api/v1/roles")?;
    let roles = roles["items"].as_array().context("roles")?;
    let role = roles.iter().find(|role| role["code"] == "inventory_controller");
    let all = role.context("the role")?["permissions"].clone();
    let posting = ["variance.post", "variance.report"];
    let held = all.as_array().context("permissions")?.iter();
    let less: Vec<_> = held.filter(|p| !posting.contains(&p.as_str().unwrap_or(""))).collect();
    ensure!(less.len() + 2 == all.as_array().map_or(0, Vec::len));
    // Several times, so that what a node remembers is neither too old nor forgotten by luck.
    for _ in 0..5 {
        assert_eq!(b.lose(facility, sku)?.status, 200);
        let path = "/api/v1/roles/inventory_controller";
        let taken = admin.send("PATCH", path, &json!({ "permissions": less }))?;
        assert_eq!(taken.status, 200, "{taken:?}");
        let refused = b.lose(facility, sku)?;
        assert_eq!(refused.status, 403, "{refused:?}");
        let given = admin.send("PATCH", path, &json!({ "permissions": all }))?;
        assert_eq!(given.status, 200, "{given:?}");
    }
    assert_eq!(b.lose(facility, sku)?.status, 200);
    let keys = admin.get("/api/v1/api-keys")?;
    let keys = keys["items"].as_array().context("keys")?;
    let id = keys.iter().find(|key| key["name"] == "test").context("the key")?["id"].clone();
    let path = format!("/api/v1/api-keys/{}", id.as_str().context("an id")?);
    let revoked = admin.send("DELETE", &path, &serde_json::Value::Null)?;
    assert!(revoked.status < 300, "{revoked:?}");
    assert_eq!(b.lose(facility, sku)?.status, 401);
    Ok(())
}

/// Events arrive at one node for what was written at both, each number of the ledger once.
#[test]
fn the_feed_of_one_node_tells_of_both_without_a_gap() -> Result<()> {
    let retailer = retailer()?;
    let (a, b) = (retailer.serve()?, retailer.serve()?);
    let (a, b) = (Api::new(&a, retailer.key()), Api::new(&b, retailer.key()));
    let facility = retailer.facilities()[0].as_str();
    let mut heard_at_a = a.events(facility)?;
    let mut heard_at_b = b.events(facility)?;
    let before = first_seq(&retailer, facility)?;
    let posted = thread::scope(|scope| {
        let work = |api| {
            let retailer = &retailer;
            scope.spawn(move || post_many(api, retailer, facility))
        };
        let (at_a, at_b) = (work(&a), work(&b));
        let ids = [at_a.join(), at_b.join()].into_iter().flatten();
        ids.collect::<Result<Vec<_>>>().map(|ids| ids.concat())
    })?;
    let posted: BTreeSet<String> = posted.into_iter().collect();
    for heard in [&mut heard_at_a, &mut heard_at_b] {
        let mut ids = BTreeSet::new();
        for seq in before + 1..=before + 2 * i64::try_from(EACH)? {
            let event = heard.next("level")?;
            assert_eq!(event["seq"], seq, "told in order, nothing twice, nothing left out");
            ids.insert(event["movement_id"].as_str().context("an id")?.to_owned());
        }
        assert_eq!(ids, posted);
    }
    verified(&retailer, retailer.database())?;
    Ok(())
}

fn post_many(api: &Api<'_>, retailer: &Retailer, facility: &str) -> Result<Vec<String>> {
    let skus = retailer.skus().iter().cycle().take(EACH);
    skus.map(|sku| Ok(api.receive(facility, sku, 1)?.to_string())).collect()
}

fn first_seq(retailer: &Retailer, facility: &str) -> Result<i64> {
    let report = verified(retailer, retailer.database())?;
    let facilities = report["facilities"].as_array().context("facilities")?;
    let found = facilities.iter().find(|f| f["facility_id"] == facility);
    found.and_then(|f| f["seq"].as_i64()).context("a number")
}

/// Nodes that start at the same moment on an empty database: one makes the tables.
#[test]
fn all_nodes_may_start_at_once() -> Result<()> {
    let program = Program::find()?;
    let database = PgCluster::shared().fresh_database();
    thread::scope(|scope| {
        let start = || program.run(&database, &["facility", "list"]);
        let nodes: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        nodes.into_iter().try_for_each(|node| {
            let ended = node.join().map_err(|_| anyhow::anyhow!("panicked"))?;
            ended.map(drop).map_err(Into::into)
        })
    })
}
