//! What it was measured on.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use serde::Serialize;

/// The machine and the versions.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Machine {
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Machine {
    /// Looks at this machine. `folder` is where the databases lie.
    pub(crate) fn look(folder: &Path, onhand: &Path, sqlite: &str, postgres: &str) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let facts = vec![
            ("date", day()),
            ("processor", format!("{cores} cores, {}", processor())),
            ("memory", memory()),
            ("system", output("uname", &["-srm"])),
            ("disk", disk(folder)),
            ("onhand", format!("{}, {}", output_of(onhand, &["--version"]), revision())),
            ("SQLite", format!("{sqlite}, WAL, `synchronous=FULL`")),
            ("PostgreSQL", format!("{postgres}, as installed, `fsync=on`")),
            ("compiler", output("rustc", &["--version"])),
        ];
        Self { facts }
    }

    pub(crate) fn markdown(&self) -> String {
        self.facts.iter().fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "- {name}: {value}");
            text
        })
    }
}

fn day() -> String {
    use onhand_store::{Clock as _, clock::System};
    let now = System.now().to_timestamp();
    now.map_or_else(unknown, |now| now.strftime("%Y-%m-%d").to_string())
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn output(program: &str, arguments: &[&str]) -> String {
    output_of(Path::new(program), arguments)
}

fn output_of(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let text = output.filter(|o| o.status.success()).map(|o| o.stdout);
    let text = text.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    text.filter(|text| !text.is_empty()).unwrap_or_else(unknown)
}

fn revision() -> String {
    let changed = output("git", &["status", "--porcelain", "--untracked-files=no"]);
    let changed = if changed == "unknown" { "" } else { " with changes" };
    format!("revision {}{changed}", output("git", &["rev-parse", "--short", "HEAD"]))
}

/// The value of a line `name : value` of a file below `/proc`.
fn proc_line(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim());
    value.map_or_else(unknown, str::to_owned)
}

fn processor() -> String {
    proc_line("/proc/cpuinfo", "model name")
}

fn memory() -> String {
    let kib = proc_line("/proc/meminfo", "MemTotal");
    let kib: Option<f64> = kib.strip_suffix(" kB").and_then(|kib| kib.parse().ok());
    kib.map_or_else(unknown, |kib| format!("{:.0} GB", kib * 1024.0 / 1e9))
}

fn disk(folder: &Path) -> String {
    let folder = folder.display().to_string();
    output("findmnt", &["-n", "-o", "FSTYPE,SOURCE", "-T", &folder])
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" on ")
}
