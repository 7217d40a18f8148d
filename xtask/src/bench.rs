//! `cargo xtask bench`

use std::process::Command;

use anyhow::Result;

use crate::options::Options;
use crate::process::{cargo, command, run};
use crate::{Task, build, workspace};

pub(crate) const TASK: Task = Task {
    name: "bench",
    summary: "Measure the server against yardsticks of this machine.",
    help:
        "
Usage: cargo xtask bench [--quick] [--only PATTERN] [--database sqlite|postgres] [--rounds N]
                         [--json FILE] [--folder FOLDER] [--write-docs]
       cargo xtask bench --counts [--sales FILE] [--write-docs]

  --quick            fewer and shorter rounds, less data: under 4 minutes instead of about 15
  --only PATTERN     only rows with this in DATABASE/NAME; several with commas:
                     --only sqlite/single.64,bulk
  --database NAME    only sqlite, or only postgres
  --rounds N         another number of rounds
  --json FILE        write the results as JSON too
  --folder FOLDER    make the databases there instead of in the folder for temporary files: the
                     figures are those of the disk below it
  --write-docs       put the table and the plot into docs/BENCHMARKS.md
  --counts           compare rules of counting instead, over a year of sales that is made up
  --sales FILE       over these: timestamp,store,product,quantity (see docs/BENCHMARKS.md)

Builds the release binary first. Needs PostgreSQL's programs; leave the machine alone while it
runs. A run fails where an answer is not a success or a level is not exactly what was acknowledged.",
    run: run_task,
};

fn run_task(mut options: Options) -> Result<()> {
    if options.flag("--counts") {
        return compare_counts(options);
    }
    let mut arguments = Vec::new();
    for name in ["--quick", "--write-docs"] {
        if options.flag(name) {
            arguments.push(name.to_owned());
        }
    }
    for name in ["--only", "--database", "--rounds", "--json", "--folder"] {
        if let Some(value) = options.value(name)? {
            arguments.extend([name.to_owned(), value]);
        }
    }
    options.finish()?;
    build::release()?;
    build::twin()?;
    let mut bench = build_bench()?;
    bench.arg("--onhand").arg(workspace::release_binary());
    bench.arg("--twin").arg(workspace::release_twin()).args(arguments);
    run(&mut bench, "A figure that is wrong is worse than none: look at what failed.")
}

/// Measures no speed: the rules of counting, by the code that ships, without a server.
fn compare_counts(mut options: Options) -> Result<()> {
    let sales = options.value("--sales")?;
    let write_docs = options.flag("--write-docs");
    options.finish()?;
    let mut bench = build_bench()?;
    bench.arg("counts").args(sales);
    if write_docs {
        bench.arg("--write-docs");
    }
    run(&mut bench, "The file must have the columns timestamp,store,product,quantity.")
}

fn build_bench() -> Result<Command> {
    run(
        &mut cargo(&["build", "--release", "--package", "onhand-bench"]),
        "Mend what the compiler names above.",
    )?;
    Ok(command(workspace::target().join("release/onhand-bench")))
}
