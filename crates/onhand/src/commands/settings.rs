//! `onhand settings`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use onhand_store::{
    By,
    settings::{self, SettingsChange},
};
use serde_json::{Value, json};

use crate::{context::Context, output};

/// Show and change what holds for the retailer as a whole
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand settings show
  onhand settings set --currency USD")]
pub(crate) struct Settings {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Show(Show),
    Set(Set),
}

/// Show the settings
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand settings show
  onhand settings show --json")]
struct Show {}

/// Change settings
#[derive(Args)]
#[command(after_help = "\
A new currency gives the amounts another name: they stay as they are, nothing is converted.

Examples:
  onhand settings set --currency USD
  onhand settings set --currency CHF --json")]
struct Set {
    /// The currency of all amounts: three letters of ISO 4217
    #[arg(long, value_name = "CODE")]
    currency: String,
}

impl Settings {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let store = context.store().await?;
        let settings = match self.action {
            Action::Show(_) => store.settings().await?,
            Action::Set(set) => {
                let by = By::command_line("update_settings");
                let change = SettingsChange { currency: Some(set.currency) };
                store.update_settings(&by, change).await?
            }
        };
        let row = || vec!["currency".to_owned(), settings.currency.clone()];
        output::result(context.json, &shown(&settings), || {
            output::table(&["SETTING", "VALUE"], &[row()])
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn shown(settings: &settings::Settings) -> Value {
    json!({ "currency": settings.currency })
}
