//! Running other programs, in sight of the person who waits for them.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::tally::Tally;
use crate::workspace;

/// What `cargo run` sets for xtask itself. Build scripts that watch such a variable (ring's does)
/// would run again, and everything above them too, at each change between `cargo` and
/// `cargo xtask`.
const SET_BY_CARGO_RUN: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
];

/// A command in the repository's top folder.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if SET_BY_CARGO_RUN.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// `cargo ARGUMENTS`, with the toolchain that runs xtask.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// `npm ARGUMENTS` in `web/`.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = command("npm");
    command
        .args(arguments)
        .current_dir(workspace::web())
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}

/// Runs a command to its end; `advice` is what to do where it fails.
pub(crate) fn run(command: &mut Command, advice: &str) -> Result<()> {
    let title = announce(command);
    let start = Instant::now();
    let status = command.status().with_context(|| format!("can't run `{title}`"))?;
    finish(&title, status, start, advice)
}

/// Runs a command of tests: what it prints is shown and counted.
pub(crate) fn run_counted(command: &mut Command, tally: &mut Tally, advice: &str) -> Result<()> {
    let title = announce(command);
    let start = Instant::now();
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("can't run `{title}`"))?;
    if let Some(output) = child.stdout.take() {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        while output.read_until(b'\n', &mut line)? > 0 {
            let mut screen = std::io::stdout().lock();
            screen.write_all(&line)?;
            screen.flush()?;
            tally.read(&String::from_utf8_lossy(&line));
            line.clear();
        }
    }
    finish(&title, child.wait()?, start, advice)
}

/// What a program prints; fails where it does.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let title = title(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't run `{title}`"))?;
    if !output.status.success() {
        bail!("`{title}` failed ({})", output.status);
    }
    Ok(output.stdout)
}

/// The program of this name in `PATH`.
pub(crate) fn find(program: &str) -> Option<std::path::PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn announce(command: &Command) -> String {
    let title = title(command);
    println!("\n==> {title}");
    title
}

fn finish(title: &str, status: ExitStatus, start: Instant, advice: &str) -> Result<()> {
    if !status.success() {
        bail!("`{title}` failed ({status}). {advice}");
    }
    println!("--- {title}: {} s", start.elapsed().as_secs());
    Ok(())
}

/// The command as one would type it.
fn title(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
