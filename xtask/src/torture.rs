//! `cargo xtask torture`

use std::path::Path;

use anyhow::Result;

use crate::options::Options;
use crate::process::{cargo, run};
use crate::{Task, workspace};

pub(crate) const TASK: Task = Task {
    name: "torture",
    summary: "Do terrible things to the program and see that nothing acknowledged is lost.",
    help: "
Usage: cargo xtask torture [--short] [--seed N] [--round-count N] [--only NAME]
                           [--change-count N] [--order-count N]
                           [--database sqlite|postgres|both] [--list]

  --short          two minutes or so, as in `cargo xtask test`; the long form takes two hours
  --seed N         replay the schedule of faults of an earlier run, which printed it
  --round-count N  faults in scenarios that repeat one
  --only NAME      this scenario alone
  --change-count N, --order-count N
                   changes of stock and orders in the scenario `shop`: 100,000 and 20,000
  --list           list the scenarios

Builds the release binaries, then runs crates/torture against them: kills at random moments, a full
disk, failing syncs, a jumping clock, overload, hostile clients, backups under load, a shop that
fails and dies, and PostgreSQL's own troubles. Needs PostgreSQL 15 or newer; the full disk needs
root, the failing syncs and the clock need Linux and a C compiler. What can't be done on this
machine is said to be not run.

ONHAND_BIN names another binary to run against; onhand-twin, the fake shop, lies beside it.",
    run: run_task,
};

fn run_task(mut options: Options) -> Result<()> {
    let mut arguments = Vec::new();
    for flag in ["--short", "--list"] {
        if options.flag(flag) {
            arguments.push(flag.to_owned());
        }
    }
    for name in
        ["--seed", "--round-count", "--change-count", "--order-count", "--only", "--database"]
    {
        if let Some(value) = options.value(name)? {
            arguments.extend([name.to_owned(), value]);
        }
    }
    options.finish()?;
    let lists = arguments.iter().any(|argument| argument == "--list");
    if !lists && std::env::var_os(BINARY_VARIABLE).is_none() {
        let built = ["build", "--release", "--package", "onhand", "--package", "onhand-twin"];
        run(&mut cargo(&built), ADVICE)?;
    }
    torture(&arguments, &workspace::release_binary())
}

/// The short form, against a binary that is built already.
pub(crate) fn short(binary: &Path) -> Result<()> {
    torture(&["--short".to_owned()], binary)
}

const ADVICE: &str = "Mend what the compiler names above.";

fn torture(arguments: &[String], binary: &Path) -> Result<()> {
    let mut command = cargo(&["run", "--quiet", "--package", "onhand-torture", "--"]);
    command.args(arguments);
    if std::env::var_os(BINARY_VARIABLE).is_none() {
        command.env(BINARY_VARIABLE, binary);
    }
    run(&mut command, "The seed above replays it: cargo xtask torture --seed N --only NAME")
}

const BINARY_VARIABLE: &str = onhand_testkit::node::BINARY_VARIABLE;
