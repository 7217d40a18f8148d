//! The commands, one file each.

mod backup;
mod channel;
mod demo;
mod facility;
mod import;
mod key;
mod openapi;
mod relocate;
mod scope;
mod serve;
mod settings;
mod user;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{config::Global, context::Context};

/// Inventory truth for retailers: the record equal to the shelf, the web shop equal to the
/// record.
#[derive(Parser)]
#[command(
    name = "onhand",
    version,
    after_help = "\
Examples:
  onhand facility add --code S1 --name \"Main Street\" --timezone Europe/Berlin
  echo 'a sentence that is long' | onhand user add --email ann@example.com --name Ann \\
      --role admin --password-stdin
  onhand serve"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Import(import::Import),
    Facility(facility::Facility),
    User(user::User),
    Key(key::Key),
    Channel(channel::Channel),
    Settings(settings::Settings),
    Verify(verify::Verify),
    Backup(backup::Backup),
    Move(relocate::Move),
    Openapi(openapi::Openapi),
}

/// Does it. The exit code tells more than success and failure where a command says so.
pub(crate) async fn run(command: Command, context: &Context) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(command) => command.run(context).await,
        Command::Demo(command) => command.run(context).await,
        Command::Import(command) => command.run(context).await,
        Command::Facility(command) => command.run(context).await,
        Command::User(command) => command.run(context).await,
        Command::Key(command) => command.run(context).await,
        Command::Channel(command) => command.run(context).await,
        Command::Settings(command) => command.run(context).await,
        Command::Verify(command) => command.run(context).await,
        Command::Backup(command) => command.run(context).await,
        Command::Move(command) => command.run(context).await,
        Command::Openapi(command) => command.run(context),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_flags_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:"), "{path} --help has no examples");
            command.get_subcommands().for_each(|sub| check(sub, &path));
        }
        check(&Cli::command(), "");
    }
}
