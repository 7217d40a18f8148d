//! Through the program that a build has left: `cargo xtask test` builds it first. Where there is
//! none, as in a bare `cargo test`, there is nothing to try.

use std::time::Duration;

use onhand_testkit::node::{Assortment, Program, Retailer};

#[test]
fn a_node_is_killed_frozen_and_started_again() {
    if Program::find().is_err() {
        return;
    }
    let assortment = Assortment { facilities: 2, skus: 3, opening: 5 };
    let retailer = Retailer::on_sqlite(&assortment).expect("seeded");
    assert_eq!((retailer.facilities().len(), retailer.skus().len()), (2, 3));
    let mut node = retailer.serve().expect("started");
    assert!(node.is_ready() && node.resident_bytes().expect("alive") > 1_000_000);
    node.freeze().expect("alive");
    assert!(node.wait(Duration::from_millis(50)).expect("a child").is_none());
    node.thaw().expect("alive");
    let (url, pid) = (node.url().to_owned(), node.pid());
    assert!(!node.kill().expect("gone").success());
    assert!(!node.is_ready());
    node.start().expect("started again");
    assert!(node.is_ready() && node.url() == url && node.pid() != pid);
    assert!(node.stop().expect("stopped").success());
    let verified = retailer.run(&["verify"]).expect("clean");
    assert!(verified.contains("6 movements at 2 facilities"), "{verified}");
    let folder = retailer.folder().to_owned();
    drop((node, retailer));
    assert!(!folder.exists());
}
