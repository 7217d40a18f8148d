//! `cargo xtask test`

use std::env;

use anyhow::{Context, Result};
use onhand_testkit::{PgCluster, SHARED_URL_VARIABLE};

use crate::options::Options;
use crate::process::{cargo, npm, run, run_counted};
use crate::tally::Tally;
use crate::{Task, generate, provide, tidy, torture, web, workspace};

pub(crate) const TASK: Task = Task {
    name: "test",
    summary: "Run every check and test, as CI does.",
    help: "
Usage: cargo xtask test [--quick]

  --quick  leave out the browser tests

In this order, up to the first that fails: formatting; source rules; the web app's type check, unit
tests and build; clippy; the generated files; all Rust tests, on SQLite and on a PostgreSQL of their
own; the short form of `cargo xtask torture`; the browser tests against the real program. All of
it uses one build, whose dependencies are optimised.

Needs Node 20 or newer, PostgreSQL 15 or newer and Chromium. As root on Debian, the latter two are
installed where they are missing. ONHAND_TEST_POSTGRES names a running PostgreSQL to use instead,
ONHAND_CHROMIUM a Chromium that is not in PATH.

The last line counts the tests.",
    run: run_task,
};

fn run_task(mut options: Options) -> Result<()> {
    let quick = options.flag("--quick");
    options.finish()?;
    let mut tally = Tally::default();
    let result = check_everything(quick, &mut tally);
    if let Err(error) = &result {
        tally.note_failure();
        eprintln!("\nerror: {error:#}");
    }
    println!("\n{tally}");
    if result.is_err() {
        // Not by `Err`, which would say it again below the count.
        std::process::exit(1);
    }
    Ok(())
}

/// What fails fast comes first. The web app comes before clippy because the server's code embeds
/// it.
fn check_everything(quick: bool, tally: &mut Tally) -> Result<()> {
    provide::everything(!quick)?;
    run(&mut cargo(&["fmt", "--all", "--check"]), "Run `cargo fmt --all`.")?;
    tidy::check()?;
    check_web(tally)?;
    run(
        &mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
        "Mend what clippy names above.",
    )?;
    // The tests' own build, so that nothing is compiled twice: with `--package onhand` alone, some
    // dependencies would have other features.
    run(
        &mut cargo(&["build", "--workspace", "--all-targets"]),
        "Mend what the compiler names above.",
    )?;
    generate::check(&workspace::debug_binary())?;
    test_rust(tally)?;
    torture::short(&workspace::debug_binary())?;
    if !quick {
        test_browser(tally)?;
    }
    Ok(())
}

fn check_web(tally: &mut Tally) -> Result<()> {
    web::install()?;
    run(&mut npm(&["run", "check"]), "Mend what svelte-check names above.")?;
    run_counted(&mut npm(&["test"]), tally, "Mend what the tests above name.")?;
    web::build()
}

fn test_rust(tally: &mut Tally) -> Result<()> {
    let mut test = cargo(&["test", "--workspace", "--no-fail-fast"]);
    // One PostgreSQL for the whole run. It goes with this value, or with this process.
    let mut cluster = None;
    if env::var_os(SHARED_URL_VARIABLE).is_none() {
        let started = cluster.insert(PgCluster::start().context("no PostgreSQL for the tests")?);
        test.env(SHARED_URL_VARIABLE, started.url());
    }
    let result = run_counted(&mut test, tally, "Mend what the tests above name.");
    drop(cluster);
    result
}

fn test_browser(tally: &mut Tally) -> Result<()> {
    let mut test = npm(&["run", "e2e"]);
    test.env("ONHAND_BIN", workspace::debug_binary());
    if let Some(chromium) = provide::chromium() {
        test.env(provide::CHROMIUM_VARIABLE, chromium);
    }
    run_counted(&mut test, tally, "Mend what the tests above name; web/test-results has more.")
}
