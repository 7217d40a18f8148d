//! `onhand backup`

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use onhand_store::backup::backup;
use serde_json::json;

use crate::{context::Context, output};

/// Copy the database to a file, consistent while the server goes on writing
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand backup onhand-2026-03-01.db
  onhand --database postgres://onhand@db/onhand backup onhand.dump

To restore an embedded database, stop the server and put the copy in the place of its file
(without a -wal and a -shm file beside it); or look into it first:
  onhand --database sqlite://onhand-2026-03-01.db verify

A PostgreSQL database is copied by its own pg_dump, and restored with:
  createdb NAME && pg_restore --exit-on-error --no-owner --dbname NAME onhand.dump")]
pub(crate) struct Backup {
    /// Where to
    file: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
}

impl Backup {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let made = backup(&context.config.database, &self.file, self.force).await?;
        let shown = json!({ "file": made.file, "bytes": made.bytes });
        output::result(context.json, &shown, || {
            format!("Wrote {} ({} bytes)", made.file.display(), made.bytes)
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
