//! `cargo xtask build`

use anyhow::Result;

use crate::options::Options;
use crate::process::{cargo, run};
use crate::{Task, web, workspace};

pub(crate) const TASK: Task = Task {
    name: "build",
    summary: "Build the one binary, target/release/onhand, with the web app inside.",
    help: "
Usage: cargo xtask build

Installs the web app's packages and builds it, where its sources changed since the last time, then
builds the binary. Needs Node 20 or newer.",
    run: run_task,
};

fn run_task(options: Options) -> Result<()> {
    options.finish()?;
    release()?;
    println!("\n{}", workspace::release_binary().display());
    Ok(())
}

/// The web app, then the release binary around it.
pub(crate) fn release() -> Result<()> {
    web::build()?;
    run(
        &mut cargo(&["build", "--release", "--package", "onhand"]),
        "Mend what the compiler names above.",
    )
}

/// The fake shop that the demo sells in.
pub(crate) fn twin() -> Result<()> {
    run(
        &mut cargo(&["build", "--release", "--package", "onhand-twin"]),
        "Mend what the compiler names above.",
    )
}
