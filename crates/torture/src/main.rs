//! Faults as tests: `cargo xtask torture`.
//!
//! Each scenario runs the real program, loads it with clients that retry with the same ids until
//! they are answered, does something terrible to it, and then has an auditor compare what was
//! acknowledged with what the tables hold. The auditor shares no code with the program.

mod audit;
mod client;
mod context;
mod history;
mod load;
mod options;
mod scenarios;
mod shim;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser as _;
use onhand_testkit::PgCluster;

use context::{Context, Kind, blocking};
use options::Options;
use scenarios::{SCENARIOS, Scenario, Verdict};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    if options.list {
        for scenario in SCENARIOS {
            println!("{:18} {}", scenario.name, scenario.summary);
        }
        return ExitCode::SUCCESS;
    }
    match run(&options).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what was asked for; the number of scenarios that failed.
async fn run(options: &Options) -> anyhow::Result<usize> {
    let chosen = chosen(options)?;
    let (mut held, mut not_run, mut failed) = (0, 0, Vec::new());
    let began = Instant::now();
    let any_postgres = chosen.iter().any(|(_, kind)| *kind == Kind::Postgres);
    let cluster = match any_postgres.then(|| blocking(PgCluster::start)) {
        Some(started) => Some(started.context("no PostgreSQL")?),
        None => None,
    };
    println!("seed {}", options.seed());
    for (scenario, kind) in chosen {
        let name = format!("{} on {}", scenario.name, kind.name());
        println!("\n{name} (--seed {} --only {})", options.seed(), scenario.name);
        let began = Instant::now();
        let verdict = run_one(options, scenario, kind, cluster.as_ref()).await;
        let seconds = began.elapsed().as_secs_f64();
        match verdict {
            Ok(Verdict::Held) => {
                held += 1;
                println!("  ok, {seconds:.1} s");
            }
            Ok(Verdict::NotRun(why)) => {
                not_run += 1;
                println!("  NOT RUN: {why}");
            }
            Err(error) => {
                println!("  FAILED after {seconds:.1} s: {error:#}");
                failed.push(name);
            }
        }
    }
    let seconds = began.elapsed().as_secs();
    println!("\ntorture: {held} held, {} failed, {not_run} not run, {seconds} s", failed.len());
    for name in &failed {
        println!("  failed: {name}");
    }
    Ok(failed.len())
}

fn chosen(options: &Options) -> anyhow::Result<Vec<(&'static Scenario, Kind)>> {
    let named: Vec<&Scenario> = SCENARIOS
        .iter()
        .filter(|scenario| {
            options.only.is_empty() || options.only.iter().any(|o| o == scenario.name)
        })
        .collect();
    for only in &options.only {
        let known = named.iter().any(|scenario| scenario.name == only);
        anyhow::ensure!(known, "there is no scenario {only:?}; --list lists them");
    }
    let mut chosen = Vec::new();
    for scenario in named {
        let kinds = scenario.kinds.iter().filter(|kind| options.database.includes(**kind));
        chosen.extend(kinds.map(|kind| (scenario, *kind)));
    }
    Ok(chosen)
}

async fn run_one(
    options: &Options,
    scenario: &Scenario,
    kind: Kind,
    cluster: Option<&PgCluster>,
) -> anyhow::Result<Verdict> {
    let cluster = cluster.filter(|_| kind == Kind::Postgres);
    let context = Context::new(options, scenario.name, kind, cluster);
    let limit = context.time_limit();
    let run = tokio::time::timeout(limit, (scenario.run)(&context)).await;
    run.unwrap_or_else(|_| anyhow::bail!("not done after {} s", limit.as_secs()))
}
