//! `onhand-sim`: simulates seeds and says which fail.

use std::process::ExitCode;

use clap::Parser;
use onhand_sim::{Config, Plant, Report, run};

/// Simulates clients, nodes, the store and their faults, and checks the ledger's rules.
#[derive(Parser)]
struct Cli {
    /// The seed to simulate; a failing one replays exactly.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// How many random seeds to simulate.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Steps of each seed.
    #[arg(long, default_value_t = 20_000)]
    steps: u64,
    /// Plants a fault, to see it found.
    #[arg(long)]
    plant: Option<Plant>,
    /// Shows what the answers were and where transactions were interrupted.
    #[arg(long)]
    details: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let seeds: Vec<u64> = match cli.seed {
        Some(seed) => vec![seed],
        None => (0..cli.seeds).map(|_| rand::random()).collect(),
    };
    let mut failed = 0;
    for seed in seeds {
        match run(Config { seed, steps: cli.steps, plant: cli.plant }) {
            Ok(report) => {
                println!("seed {seed}: {}", summary(&report));
                if cli.details {
                    println!("{report:#?}");
                }
            }
            Err(failure) => {
                failed += 1;
                println!("{failure}");
                println!("again: onhand-sim --seed {seed} --steps {}{}", cli.steps, plant(&cli));
            }
        }
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn plant(cli: &Cli) -> String {
    use clap::ValueEnum as _;
    let value = cli.plant.and_then(|plant| plant.to_possible_value());
    value.map_or_else(String::new, |value| format!(" --plant {}", value.get_name()))
}

fn summary(report: &Report) -> String {
    format!(
        "clean; {} steps, {} requests, {} commits, {} movements ({} late corrections), \
         {} conflicts, {} interruptions, trace {:016x}",
        report.steps,
        report.requests,
        report.commits,
        report.movements,
        report.late_corrections,
        report.conflicts,
        report.interrupted.values().sum::<u64>(),
        report.trace_hash,
    )
}
