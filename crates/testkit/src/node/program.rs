use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The environment variable that names the `onhand` binary to run.
pub const BINARY_VARIABLE: &str = "ONHAND_BIN";

/// The `onhand` binary.
#[derive(Clone, Debug)]
pub struct Program(PathBuf);

impl Program {
    /// The one that [`BINARY_VARIABLE`] names, else the workspace's newest build, release or debug:
    /// an older one is of other sources than the test.
    ///
    /// # Errors
    /// When there is none; the message says what to do.
    pub fn find() -> io::Result<Self> {
        if let Some(named) = env::var_os(BINARY_VARIABLE) {
            // The child runs in a folder of its own.
            return Ok(Self(Path::new(&named).canonicalize().map_err(|error| {
                let named = Path::new(&named).display();
                io::Error::other(format!("{BINARY_VARIABLE}: {named}: {error}"))
            })?));
        }
        let target = target();
        ["release", "debug"]
            .iter()
            .map(|profile| target.join(profile).join("onhand"))
            .filter_map(|binary| Some((binary.metadata().ok()?.modified().ok()?, binary)))
            .max()
            .map(|(_, binary)| Self(binary))
            .ok_or_else(|| {
                io::Error::other(format!(
                    "there is no onhand in {}: run cargo build --package onhand, or name one in \
                     {BINARY_VARIABLE}",
                    target.display()
                ))
            })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Runs one command against a database to its end and returns its standard output.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn run<A: AsRef<OsStr>>(&self, database: &str, arguments: &[A]) -> io::Result<String> {
        let output = self.command(database).args(arguments).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let named: Vec<_> = arguments.iter().map(|a| a.as_ref().to_string_lossy()).collect();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).trim().to_owned();
        Err(io::Error::other(format!("onhand {}: {}: {said}", named.join(" "), output.status)))
    }

    /// The program with nothing of the caller's settings, for whoever needs more than
    /// [`Program::run`].
    pub fn command(&self, database: &str) -> Command {
        let mut command = Command::new(&self.0);
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("ONHAND_") || text == "RUST_LOG" {
                command.env_remove(&name);
            }
        }
        command.env("ONHAND_DATABASE", database);
        command
    }
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from)
}
