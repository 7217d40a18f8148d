//! `cargo xtask demo`

mod shop;

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::options::Options;
use crate::process::{command, run};
use crate::{Task, build, port, workspace};

use self::shop::Shop;

pub(crate) const TASK: Task = Task {
    name: "demo",
    summary: "Build, create a demo retailer with a web shop, and serve both.",
    help: "
Usage: cargo xtask demo [--fresh] [--listen ADDRESS:PORT] [--shop ADDRESS:PORT] [--no-shop]
                        [--data FOLDER]

  --fresh                throw the demo's data away and create it anew
  --listen ADDRESS:PORT  where to serve (default 127.0.0.1:8080)
  --shop ADDRESS:PORT    where the fake web shop is (default 127.0.0.1:4010)
  --no-shop              without the shop
  --data FOLDER          where the database is kept (default demo-data)

The first run builds everything. Later runs start in seconds and keep the data. Ctrl-C stops it.",
    run: run_task,
};

fn run_task(mut options: Options) -> Result<()> {
    let fresh = options.flag("--fresh");
    let no_shop = options.flag("--no-shop");
    let listen = options.value("--listen")?.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let at = options.value("--shop")?.unwrap_or_else(|| "127.0.0.1:4010".to_owned());
    let folder = PathBuf::from(options.value("--data")?.unwrap_or_else(|| "demo-data".to_owned()));
    options.finish()?;

    // First of all: the build takes minutes, and nobody wants to hear of the port after it.
    port::check_free(&listen, "--listen")?;
    if !no_shop {
        port::check_free(&at, "--shop")?;
    }
    build::release()?;

    let place = workspace::root().join(&folder);
    fs::create_dir_all(&place).with_context(|| format!("can't create {}", place.display()))?;
    let database = format!("sqlite://{}", folder.join("onhand.db").display());
    let shop = (!no_shop).then(|| Shop::new(&place, at, &database));

    let onhand = workspace::release_binary();
    let mut create = command(&onhand);
    create.args(["demo", "--database", &database]);
    if fresh {
        create.arg("--fresh");
    }
    let mut serve = command(&onhand);
    serve.args(["serve", "--database", &database, "--listen", &listen]);
    if env::var_os("ONHAND_LOG").is_none() {
        // A line for each request would push away who can sign in.
        serve.env("ONHAND_LOG", "warn");
    }
    if let Some(shop) = &shop {
        build::twin()?;
        if fresh {
            shop.clear()?;
        }
        create.arg("--shop").arg(shop.catalog());
        serve.env("ONHAND_SECRET_KEY_FILE", shop.key());
        serve.env("ONHAND_PUBLIC_URL", format!("http://{listen}"));
    }
    run(&mut create, "`cargo xtask demo --fresh` starts over with new data.")?;
    if let Some(shop) = &shop {
        shop.open()?;
        println!("\nThe web shop is at {}: buy something there", shop.address());
    }
    println!("\nOnhand is at http://{listen} (Ctrl-C stops it)\n");
    bail!("can't run {}: {}", onhand.display(), serve.exec());
}
