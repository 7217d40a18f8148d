//! What the tests need from the machine: found, installed where we may, else asked for in one go.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use onhand_testkit::PgBinaries;

use crate::process::{cargo, command, find, output, run};
use crate::web;

/// Names Chromium's program for the browser tests.
pub(crate) const CHROMIUM_VARIABLE: &str = "ONHAND_CHROMIUM";

const CHROMIUM_NAMES: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Debian's server package creates and starts a cluster of its own unless this file says no. The
/// tests start theirs, and a test run should not leave a database server on the machine.
const NO_MAIN_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/no-main-cluster.conf";

/// Chromium, as the tests are to run it.
pub(crate) fn chromium() -> Option<PathBuf> {
    let named = env::var_os(CHROMIUM_VARIABLE).map(PathBuf::from).filter(|path| path.is_file());
    named.or_else(|| CHROMIUM_NAMES.iter().find_map(|name| find(name)))
}

/// Sees to it that everything is there that `cargo xtask test` runs.
pub(crate) fn everything(with_browser: bool) -> Result<()> {
    let missing = missing_packages(with_browser);
    if !missing.is_empty() && may_install() {
        install(&missing)?;
    }
    let mut wishes = Vec::new();
    let missing = missing_packages(with_browser);
    if !missing.is_empty() {
        wishes.push(format!(
            "{}: apt-get update && apt-get install -y --no-install-recommends {}",
            missing.join(" and "),
            missing.join(" ")
        ));
    }
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output(&mut cargo(&[tool, "--version"])).is_err() {
            wishes.push(format!("{component}: rustup component add {component}"));
        }
    }
    if let Err(error) = web::check_node() {
        wishes.push(format!("{error:#}"));
    }
    if wishes.is_empty() {
        return Ok(());
    }
    bail!("the tests need what this machine lacks:\n  - {}", wishes.join("\n  - "))
}

/// Debian's packages for the programs that are not here.
fn missing_packages(with_browser: bool) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if PgBinaries::find().is_err() {
        missing.push("postgresql");
    }
    if with_browser && chromium().is_none() {
        missing.push("chromium");
    }
    missing
}

fn may_install() -> bool {
    let user = output(command("id").arg("-u")).unwrap_or_default();
    user.trim_ascii() == b"0" && find("apt-get").is_some()
}

fn install(packages: &[&str]) -> Result<()> {
    if packages.contains(&"postgresql") {
        let file = Path::new(NO_MAIN_CLUSTER);
        file.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(file, "create_main_cluster = false\n"))
            .with_context(|| format!("can't write {NO_MAIN_CLUSTER}"))?;
    }
    let advice = "Is Debian's mirror within reach? The package can also be installed by hand.";
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get");
        apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut apt, advice)
    };
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}
