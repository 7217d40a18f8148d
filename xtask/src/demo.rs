//! `cargo xtask demo`

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::options::Options;
use crate::process::{command, run};
use crate::{Task, build, port, workspace};

pub(crate) const TASK: Task = Task {
    name: "demo",
    summary: "Build, create a demo retailer, and serve it.",
    help: "
Usage: cargo xtask demo [--fresh] [--listen ADDRESS:PORT] [--data FOLDER]

  --fresh                throw the demo's data away and create it anew
  --listen ADDRESS:PORT  where to serve (default 127.0.0.1:8080)
  --data FOLDER          where the database is kept (default demo-data)

The first run builds everything. Later runs start in seconds and keep the data. Ctrl-C stops it.",
    run: run_task,
};

fn run_task(mut options: Options) -> Result<()> {
    let fresh = options.flag("--fresh");
    let listen = options.value("--listen")?.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let folder = PathBuf::from(options.value("--data")?.unwrap_or_else(|| "demo-data".to_owned()));
    options.finish()?;

    // First of all: the build takes minutes, and nobody wants to hear of the port after it.
    port::check_free(&listen)?;
    build::release()?;

    let place = workspace::root().join(&folder);
    fs::create_dir_all(&place).with_context(|| format!("can't create {}", place.display()))?;
    let database = format!("sqlite://{}", folder.join("onhand.db").display());

    let onhand = workspace::release_binary();
    let mut create = command(&onhand);
    create.args(["demo", "--database", &database]);
    if fresh {
        create.arg("--fresh");
    }
    run(&mut create, "`cargo xtask demo --fresh` starts over with new data.")?;

    println!("\nOnhand is at http://{listen} (Ctrl-C stops it)\n");
    let mut serve = command(&onhand);
    serve.args(["serve", "--database", &database, "--listen", &listen]);
    bail!("can't run {}: {}", onhand.display(), serve.exec());
}
