//! `onhand move`

use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use onhand_store::{
    clock::System,
    relocate::{Moved, Progress, Step, relocate},
    verify::hex,
};
use serde_json::json;

use super::verify::head;
use crate::{context::Context, output};

/// Rows between two lines where nobody looks at a terminal.
const LINE_ROWS: u64 = 100_000;

/// Move the whole database to another one, from SQLite to PostgreSQL or back
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand move --from sqlite:///var/lib/onhand/onhand.db --to postgres://onhand@db/onhand
  onhand move --from postgres://onhand@db/onhand --to sqlite://onhand.db --json

Stop every onhand on the old database first. The new one must be empty (createdb, or a file that
does not exist). Interrupted, the same command goes on where it stopped; until it says that the
move is complete, no onhand serves from the new database. At the end every value of every table is
compared, and the ledger is verified. The old database stays as it was.")]
pub(crate) struct Move {
    /// The database to move
    #[arg(long, value_name = "URL")]
    from: String,
    /// Where to: an empty database
    #[arg(long, value_name = "URL")]
    to: String,
}

impl Move {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut screen = Screen::default();
        let tools = (Arc::new(System) as _, Arc::new(System) as _);
        let moved = relocate(&self.from, &self.to, tools, &mut |p| screen.show(p)).await?;
        output::result(context.json, &shown(&moved), || text(&moved))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn shown(moved: &Moved) -> serde_json::Value {
    let tables = moved.tables.iter().map(|(name, rows)| (name.clone(), json!(rows)));
    let head = |f: &onhand_store::verify::Checked| {
        let hash = f.hash.map(|hash| hex(&hash));
        json!({ "facility_id": f.facility, "movements": f.movements, "seq": f.seq, "hash": hash })
    };
    json!({
        "tables": tables.collect::<serde_json::Map<_, _>>(),
        "left_behind": moved.left_behind,
        "facilities": moved.report.facilities.iter().map(head).collect::<Vec<_>>(),
    })
}

fn text(moved: &Moved) -> String {
    let heads: Vec<_> =
        moved.report.facilities.iter().map(|f| head(&f.facility.to_string(), f)).collect();
    let rows: u64 = moved.tables.iter().map(|(_, rows)| rows).sum();
    let mut lines = vec![
        output::table(&["FACILITY", "SEQ", "HEAD"], &heads),
        format!(
            "The move is complete: {rows} rows in {} tables, every value equal; {} movements \
             verified.",
            moved.tables.len(),
            moved.report.movements()
        ),
    ];
    if !moved.left_behind.is_empty() {
        lines.push(format!("Not Onhand's, left behind: {}", moved.left_behind.join(", ")));
    }
    lines.push(
        "Start onhand on the new database, and put the old one where nobody starts on it again."
            .to_owned(),
    );
    lines.join("\n")
}

/// How far it is: on one line in a terminal, now and then a line in a log.
#[derive(Default)]
struct Screen {
    /// What the last line of a log was about.
    table: String,
    step: Option<Step>,
    done: u64,
}

impl Screen {
    fn show(&mut self, progress: Progress<'_>) {
        let Progress { step, table, done, total } = progress;
        let mut screen = std::io::stderr();
        let is_new = self.step != Some(step) || self.table != table;
        if is_new {
            (self.step, self.table, self.done) = (Some(step), table.to_owned(), done);
        }
        let line = match step {
            Step::Copy => format!("copy     {table}: {done} of {total}"),
            Step::Compare => format!("compare  {table}: {done} of {total}"),
            Step::Verify => "verify   the ledger".to_owned(),
        };
        // Nobody is left to be told if the terminal is gone.
        let _ = if screen.is_terminal() {
            let end = if done >= total { "\n" } else { "" };
            write!(screen, "\r{line}\x1b[K{end}")
        } else if done >= total || done.saturating_sub(self.done) >= LINE_ROWS {
            self.done = done;
            writeln!(screen, "{line}")
        } else {
            Ok(())
        };
    }
}
