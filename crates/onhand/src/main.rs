//! The onhand binary: one file that serves, imports, verifies and manages.

mod commands;
mod config;
mod context;
mod demo;
mod logging;
mod output;

use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = commands::Cli::parse();
    let json = cli.global.json;
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error, json);
            ExitCode::FAILURE
        }
    }
}

fn run(cli: commands::Cli) -> anyhow::Result<ExitCode> {
    let config = config::Config::load(&cli.global)?;
    logging::start(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let context = context::Context::new(config, cli.global.json);
    runtime.block_on(commands::run(cli.command, &context))
}
