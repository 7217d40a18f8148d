//! A streaming replica can be read, verified and backed up, and says so where it can't be more.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use onhand_testkit::{
    PgCluster,
    node::{Assortment, Retailer},
};

use crate::api::{Api, verified};

/// A replica on a busy machine is behind by moments, not by this.
const CATCH_UP: Duration = Duration::from_secs(30);

/// Waits until everything that the primary has written is visible on the replica.
fn wait_until_equal(primary: &PgCluster, replica: &PgCluster) -> Result<()> {
    let written = primary.psql(primary.url(), "SELECT pg_current_wal_lsn()")?;
    let caught_up = format!("SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn");
    let deadline = Instant::now() + CATCH_UP;
    while replica.psql(replica.url(), &caught_up)? != "t" {
        ensure!(Instant::now() < deadline, "the replica does not follow");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[test]
fn a_replica_holds_the_same_ledger() -> Result<()> {
    let primary = PgCluster::start()?;
    let database = primary.fresh_database();
    let retailer = Retailer::on_postgres(&database, &Assortment::default())?;
    let node = retailer.serve()?;
    let api = Api::new(&node, retailer.key());
    let (facility, sku) = (&retailer.facilities()[0], &retailer.skus()[0]);
    api.receive(facility, sku, 1)?;

    let replica = primary.replica()?;
    let copy = replica.database_here(&database);
    // What was written before the copy was taken, and what comes by the stream.
    for _ in 0..10 {
        api.receive(facility, sku, 1)?;
    }
    wait_until_equal(&primary, &replica)?;
    assert_eq!(verified(&retailer, &database)?, verified(&retailer, &copy)?);

    let dump = retailer.folder().join("replica.dump");
    let dump = dump.to_str().context("a path")?;
    retailer.program().run(&copy, &["backup", dump])?;
    let listed = std::process::Command::new("pg_restore").args(["--list", dump]).output()?;
    ensure!(String::from_utf8_lossy(&listed.stdout).contains("movements"), "no movements in it");

    let refused = retailer.program().run(&copy, &["serve", "--listen", "127.0.0.1:0"]);
    let refused = refused.err().context("a replica is not served from")?.to_string();
    ensure!(refused.contains("read-only") && refused.contains("name the primary"), "{refused}");

    // The replica takes over: from then on it is a primary like any other.
    drop(node);
    replica.psql(replica.url(), "SELECT pg_promote()")?;
    let before = verified(&retailer, &copy)?;
    retailer.program().run(&copy, &["facility", "list"])?;
    assert_eq!(before, verified(&retailer, &copy)?);
    Ok(())
}
