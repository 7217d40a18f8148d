//! Build, test and demo commands: `cargo xtask NAME`.

mod bench;
mod build;
mod demo;
mod generate;
mod options;
mod port;
mod process;
mod provide;
mod tally;
mod test;
mod tidy;
mod torture;
mod web;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use options::Options;

/// One command of `cargo xtask`.
struct Task {
    name: &'static str,
    summary: &'static str,
    help: &'static str,
    run: fn(Options) -> Result<()>,
}

const TASKS: &[Task] =
    &[build::TASK, demo::TASK, test::TASK, generate::TASK, tidy::TASK, bench::TASK, torture::TASK];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    if ["", "help", "--help", "-h"].contains(&name.as_str()) {
        print_overview();
        return ExitCode::SUCCESS;
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprintln!("error: there is no command {name:?}; `cargo xtask --help` lists them");
        return ExitCode::FAILURE;
    };
    if rest.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{}\n\n{}", task.summary, task.help.trim());
        return ExitCode::SUCCESS;
    }
    match (task.run)(Options::new(rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn print_overview() {
    println!("Usage: cargo xtask COMMAND [options]\n");
    for task in TASKS {
        println!("  {:8} {}", task.name, task.summary);
    }
    println!("\n`cargo xtask COMMAND --help` says more.");
}
