//! `cargo xtask tidy`: the source rules that neither rustfmt nor clippy knows.

mod imports;
mod pains;
mod sources;

use std::fmt;
use std::fs;

use anyhow::{Result, bail};

use crate::options::Options;
use crate::process::{command, output};
use crate::{Task, workspace};

pub(crate) const TASK: Task = Task {
    name: "tidy",
    summary: "Check the source rules: sizes, names, unfinished work, import direction.",
    help: "
Usage: cargo xtask tidy

  - Rust, TypeScript and Svelte files have at most 500 lines, Rust lines at most 100 columns
    (text in quotes and addresses excepted)
  - nothing is named util or utils
  - nothing is left unfinished, skipped or silenced
  - crates import in one direction only
  - no file names a folder of somebody's machine
  - docs/PAINS.md names tests that exist

Generated files are exempt.",
    run: run_task,
};

fn run_task(options: Options) -> Result<()> {
    options.finish()?;
    check()
}

/// Something that breaks a rule.
struct Finding {
    path: String,
    /// 0 where it is about the whole file.
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.path, self.what),
            line => write!(out, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Checks every file that is, or would be, under version control.
pub(crate) fn check() -> Result<()> {
    println!("\n==> tidy");
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = output(command("git").args(arguments))?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let mut findings = Vec::new();
    for path in listed.split_terminator('\0') {
        // What is no text (a picture), or is deleted but not committed, has no source rules.
        let Ok(text) = fs::read_to_string(workspace::root().join(path)) else { continue };
        findings.extend(sources::check(path, &text));
        findings.extend(imports::check(path, &text));
        findings.extend(pains::check(path, &text));
    }
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        found => bail!("tidy found {found} things to mend, listed above"),
    }
}
