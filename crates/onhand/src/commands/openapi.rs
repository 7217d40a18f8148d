//! `onhand openapi`

use std::process::ExitCode;

use clap::Args;

use crate::{context::Context, output};

/// Write the API's description (OpenAPI 3.1, always JSON)
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand openapi > openapi.json")]
pub(crate) struct Openapi {}

impl Openapi {
    #[expect(clippy::unused_self, reason = "as the other commands")]
    pub(crate) fn run(self, _: &Context) -> anyhow::Result<ExitCode> {
        // By way of a value: its members are sorted, so that the file changes only with the API.
        let api = serde_json::to_value(onhand_server::openapi())?;
        output::result(true, &api, String::new)?;
        Ok(ExitCode::SUCCESS)
    }
}
