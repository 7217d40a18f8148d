//! `onhand move`, killed at any moment and started again.

use std::{process::Stdio, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use onhand_testkit::{
    PgCluster,
    node::{Assortment, Node, Retailer},
};
use serde_json::Value;

use crate::api::{Api, verified};

/// Kills before the move is left in peace.
const KILLS: u32 = 12;

fn serves(retailer: &Retailer, database: &str) -> Result<String> {
    let refused = retailer.program().run(database, &["serve", "--listen", "127.0.0.1:0"]);
    Ok(refused.err().context("it served from half a database")?.to_string())
}

#[test]
fn a_move_survives_every_kill() -> Result<()> {
    let assortment = Assortment { facilities: 3, skus: 400, opening: 7 };
    let retailer = Retailer::on_sqlite(&assortment)?;
    let source = retailer.database();
    let target = PgCluster::shared().fresh_database();
    let arguments = ["move", "--from", source, "--to", &target, "--json"];
    let (mut killed, mut refused) = (0, 0);
    let moved = loop {
        let mut command = retailer.program().command("sqlite://unused.db");
        let command = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if killed < KILLS {
            // A little later each time; at the end it is left in peace.
            thread::sleep(Duration::from_millis(u64::from(20 + killed * 40)));
            if child.try_wait()?.is_none() {
                child.kill()?;
                child.wait()?;
                killed += 1;
                let half = "SELECT to_regclass('move_under_way') IS NOT NULL";
                if refused < 3 && PgCluster::shared().psql(&target, half)? == "t" {
                    let said = serves(&retailer, &target)?;
                    ensure!(said.contains("run the same onhand move again"), "{said}");
                    refused += 1;
                }
                continue;
            }
        }
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{said}");
        break serde_json::from_slice::<Value>(&output.stdout)?;
    };
    ensure!(killed > 2 && refused > 0, "killed {killed} times, refused {refused} times");
    let (before, after) = (verified(&retailer, source)?, verified(&retailer, &target)?);
    assert_eq!(before, after);
    let head = |report: &Value| {
        let facilities = report["facilities"].as_array().cloned().unwrap_or_default();
        facilities.iter().map(|f| f["hash"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(head(&moved), head(&after));
    assert_eq!(head(&moved).len(), 3);
    ensure!(moved["tables"]["movements"] == 1_200, "{moved}");

    // It is complete: another move into it is refused, and people go on with the same keys.
    let again = retailer.program().run("sqlite://unused.db", &arguments);
    let again = again.err().context("moved twice")?.to_string();
    ensure!(again.contains("is not empty"), "{again}");
    let node: Node = retailer.serve_with(&[("ONHAND_DATABASE", &target)])?;
    let api = Api::new(&node, retailer.key());
    let (facility, sku) = (&retailer.facilities()[1], &retailer.skus()[5]);
    api.receive(facility, sku, 2)?;
    assert_eq!(api.available(facility, sku)?, 9);
    Ok(())
}
