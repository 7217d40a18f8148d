//! A cluster from its start to its end, with the machine's own `PostgreSQL`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use onhand_testkit::{PgCluster, SHARED_URL_VARIABLE};

/// Set for the copy of this program that `a_killed_process_takes_its_cluster_along` kills.
const VICTIM_VARIABLE: &str = "ONHAND_TEST_VICTIM";

fn is_running(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

#[test]
fn databases_are_separate_and_the_server_ends_with_the_cluster() {
    let cluster = PgCluster::start().unwrap();
    let first = cluster.fresh_database();
    let second = cluster.fresh_database();
    assert_ne!(first, second);

    cluster.psql(&first, "CREATE TABLE shelf AS SELECT 1 AS units").unwrap();
    assert_eq!(cluster.psql(&first, "SELECT units FROM shelf").unwrap(), "1");
    let elsewhere = cluster.psql(&second, "SELECT units FROM shelf").unwrap_err();
    assert!(elsewhere.to_string().contains("\"shelf\" does not exist"), "{elsewhere}");
    assert_eq!(cluster.psql(&second, "SHOW fsync").unwrap(), "on");
    let folder = cluster.psql(&second, "SHOW data_directory").unwrap();
    let pid = cluster.server_pid().unwrap();
    assert!(is_running(pid) && Path::new(&folder).exists());

    drop(cluster);
    assert!(!is_running(pid), "PostgreSQL {pid} is still running");
    assert!(!Path::new(&folder).exists(), "{folder} is still there");
}

#[test]
fn a_crashed_server_comes_back_with_what_was_committed() {
    let cluster = PgCluster::start().unwrap();
    let url = cluster.fresh_database();
    cluster.psql(&url, "CREATE TABLE shelf AS SELECT 1 AS units").unwrap();
    let folder = cluster.psql(&url, "SHOW data_directory").unwrap();
    let crashed = cluster.server_pid().unwrap();
    cluster.restart_immediately().unwrap();
    let pid = cluster.server_pid().unwrap();
    assert!(pid != crashed && is_running(pid) && !is_running(crashed));
    assert_eq!(cluster.psql(&url, "SELECT units FROM shelf").unwrap(), "1");
    drop(cluster);
    assert!(!is_running(pid), "PostgreSQL {pid} is still running");
    assert!(!Path::new(&folder).exists(), "{folder} is still there");
}

#[test]
fn the_shared_cluster_is_one() {
    let first = PgCluster::shared().fresh_database();
    let second = PgCluster::shared().fresh_database();
    let server = |url: &str| url.rsplit_once('/').map(|(server, _)| server.to_owned());
    assert_eq!(server(&first), server(&second));
    assert_eq!(PgCluster::shared().psql(&second, "SELECT 1").unwrap(), "1");
}

/// The shared cluster is a static, which is never dropped, and a killed process drops nothing.
#[test]
fn a_killed_process_takes_its_cluster_along() {
    if std::env::var_os(VICTIM_VARIABLE).is_some() {
        let pid = PgCluster::shared().server_pid().unwrap();
        println!("\nserver {pid}");
        sleep(Duration::from_mins(10));
        return;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_killed_process_takes_its_cluster_along", "--nocapture"])
        .env(VICTIM_VARIABLE, "1")
        .env_remove(SHARED_URL_VARIABLE)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let pid = lines
        .find_map(|line| line.unwrap().strip_prefix("server ").map(|pid| pid.parse().unwrap()))
        .unwrap();
    assert!(is_running(pid));
    victim.kill().unwrap();
    victim.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(30);
    while is_running(pid) {
        assert!(Instant::now() < deadline, "PostgreSQL {pid} outlived the process that started it");
        sleep(Duration::from_millis(20));
    }
}
