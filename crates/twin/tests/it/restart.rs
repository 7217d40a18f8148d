//! What was answered stays, exactly once, however the process ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::shop::{CATALOG, FIRST, SHOE, Shop, adjust_input, change, codes, mutation, options};

/// The twin as a process of its own. It ends with this value.
struct Process {
    child: Child,
    shop: Shop,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_onhand-twin"))
            .args([
                "--listen",
                "127.0.0.1:0",
                "--locations",
                "3",
                "--token",
                "shpat_test",
                "--json",
            ])
            .args(["--plan", "plus"])
            .arg("--catalog")
            .arg(folder.join("catalog.csv"))
            .arg("--state")
            .arg(folder.join("state"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let shop = Shop::at(said["listening"].as_str().unwrap().to_owned());
        Self { child, shop }
    }

    /// `kill -9`, and gone.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether the change of this number is known to have happened.
async fn adjust(shop: &Shop, number: usize) -> bool {
    let input = adjust_input("available", &[change(SHOE, FIRST, -1)]);
    let query = mutation("Adjust", "group: inventoryAdjustmentGroup");
    let variables = json!({ "input": input, "key": format!("key-{number}") });
    match shop.ask(&query, variables).await {
        Some(answer) if answer.body["data"]["done"]["group"]["id"].is_string() => {
            assert!(codes(&answer.body["data"]["done"]).is_empty());
            true
        }
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_moment_it_keeps_every_answer_once() {
    const CHANGES: usize = 120;
    const TASKS: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("catalog.csv"), CATALOG).unwrap();
    let mut answered = Vec::new();
    // Killed after a different number of answers each time, while others are under way.
    for kill_after in [3, 29, 58] {
        let mut process = Process::start(folder.path());
        let next = Arc::new(AtomicUsize::new(0));
        let (told, mut tells) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..TASKS {
            let (shop, next, told) = (process.shop.clone(), Arc::clone(&next), told.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= CHANGES || !adjust(&shop, number).await {
                        return;
                    }
                    let _ = told.send(number);
                }
            });
        }
        drop(told);
        for _ in 0..kill_after {
            answered.push(tells.recv().await.unwrap());
        }
        process.kill();
        while let Some(number) = tells.recv().await {
            answered.push(number);
        }
    }
    let process = Process::start(folder.path());
    let known = |adjustments: &Value| -> Vec<String> {
        let groups = adjustments["adjustments"].as_array().unwrap();
        groups.iter().map(|it| it["idempotency_key"].as_str().unwrap().to_owned()).collect()
    };
    let kept = known(&process.shop.get("/twin/adjustments?limit=10000").await);
    for number in &answered {
        assert!(kept.contains(&format!("key-{number}")), "answer {number} is lost");
    }
    for number in 0..CHANGES {
        assert!(adjust(&process.shop, number).await);
    }
    let mut kept = known(&process.shop.get("/twin/adjustments?limit=10000").await);
    kept.sort();
    kept.dedup();
    assert_eq!(kept.len(), CHANGES);
    let count = i64::try_from(CHANGES).unwrap();
    assert_eq!(process.shop.available(SHOE, FIRST).await, 10 - count);
}

#[tokio::test]
async fn a_line_that_was_cut_short_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let shop = Shop::open_with(options(Some(state.clone()))).await;
    shop.adjust("a", change(SHOE, FIRST, -1)).await;
    let mut text = std::fs::read(&state).unwrap();
    text.extend_from_slice(b"{\"at\":17,\"act\":{\"inv");
    std::fs::write(&state, &text).unwrap();
    let again = Shop::open_with(options(Some(state.clone()))).await;
    assert_eq!(again.available(SHOE, FIRST).await, 9);
    again.adjust("b", change(SHOE, FIRST, -1)).await;
    let third = Shop::open_with(options(Some(state))).await;
    assert_eq!(third.available(SHOE, FIRST).await, 8);
}

#[tokio::test]
async fn a_replay_gives_the_same_shop() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let shop = Shop::open_with(options(Some(state.clone()))).await;
    let order = shop.post("/twin/orders", json!({ "lines": [{ "item_id": SHOE }] })).await;
    shop.post(&format!("/twin/orders/{}/fulfill", order["order_id"]), json!({})).await;
    shop.post("/twin/pos", json!({ "location_id": FIRST, "lines": [{ "sku": "S-41" }] })).await;
    shop.adjust("a", change(SHOE, FIRST, -1)).await;
    shop.post(&format!("/twin/items/{SHOE}"), json!({ "tracked": false })).await;
    let again = Shop::open_with(options(Some(state))).await;
    for path in ["/twin/levels", "/twin/adjustments", "/twin/orders", "/twin/items"] {
        assert_eq!(shop.get(path).await, again.get(path).await, "{path}");
    }
}

#[tokio::test]
async fn a_state_of_another_shop_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    Shop::open_with(options(Some(state.clone()))).await;
    let mut other = options(Some(state));
    other.locations = 2;
    let error = onhand_twin::Twin::open(other).await.unwrap_err();
    assert!(error.to_string().contains("number of locations"), "{error:#}");
}
