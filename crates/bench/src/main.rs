//! Measures the server against yardsticks of the same machine, in the same run.
//!
//! `cargo xtask bench` builds it and the server and runs it; `docs/BENCHMARKS.md` has the figures
//! and says what they mean. Every answer is checked, and after every run every level must be
//! exactly what was acknowledged: a fast wrong answer fails the run.

mod bare;
mod bench;
mod calls;
mod counts;
mod database;
mod docs;
mod empty;
mod fill;
mod http;
mod ledger;
mod load;
mod machine;
mod pgbench;
mod plot;
mod report;
mod rows;
mod server;
mod stats;
mod world;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

use bench::{Bench, Plan};
use database::Kind;

/// Measure the server
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// The server's program
    #[arg(long, default_value = "target/release/onhand")]
    onhand: PathBuf,
    /// The fake shop's program
    #[arg(long, default_value = "target/release/onhand-twin")]
    twin: PathBuf,
    /// Fewer and shorter rounds, less data
    #[arg(long)]
    quick: bool,
    /// Only rows with this in DATABASE/NAME, as in sqlite/single.64; several with commas
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only this database
    #[arg(long)]
    database: Option<Database>,
    /// Write the results as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Put the table and the plot into this folder's BENCHMARKS.md
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "docs")]
    write_docs: Option<PathBuf>,
    /// Another number of rounds
    #[arg(long)]
    rounds: Option<usize>,
    /// Where the databases are made [default: the folder for temporary files]
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// The yardstick of HTTP: takes a body, does nothing
    EmptyServer,
    /// How many variances each rule of counting invents
    Counts {
        /// Sales as `timestamp,store,product,quantity`; a made-up year without it
        file: Option<PathBuf>,
        /// Put the table into this folder's BENCHMARKS.md
        #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "docs")]
        write_docs: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<()> {
    if let Some(Command::Counts { file, write_docs }) = options.command {
        return counts::compare(file.as_deref(), write_docs.as_deref());
    }
    if let Some(Command::EmptyServer) = options.command {
        // As many threads as `onhand serve` has.
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(empty::serve());
    }
    let kinds = match options.database {
        None => Kind::ALL.to_vec(),
        Some(Database::Sqlite) => vec![Kind::Sqlite],
        Some(Database::Postgres) => vec![Kind::Postgres],
    };
    let plan = Plan::new(options.quick, options.only, options.rounds);
    // One thread: the load generator takes as little as it can of the machine that it measures.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut bench =
            Bench::start(plan, (options.onhand, options.twin), options.folder, &kinds).await?;
        for kind in kinds {
            rows::all(&mut bench, kind).await?;
        }
        println!("\n{}", bench.report.markdown());
        if let Some(file) = options.json {
            std::fs::write(file, serde_json::to_string_pretty(&bench.report)?)?;
        }
        if let Some(folder) = options.write_docs {
            docs::write(&folder, &bench.report)?;
        }
        Ok(())
    })
}
