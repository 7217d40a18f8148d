//! Faults inside the program's process alone: a small library, compiled when it is needed, that
//! stands before the C library and can make syncs fail, disks full and clocks wrong.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

const SOURCE: &str = include_str!("shim.c");

/// As much as the library maps.
const CONTROL_BYTES: usize = 4096;
const SYNC_FAILS: u64 = 8;
const DISK_FULL: u64 = 9;

/// The library in a folder, with the file that controls it.
pub(crate) struct Shim {
    library: PathBuf,
    control: PathBuf,
}

impl Shim {
    /// Compiles it; `None` where this machine has no C compiler or is no Linux.
    pub(crate) fn build(folder: &Path) -> anyhow::Result<Option<Self>> {
        if !cfg!(target_os = "linux") {
            return Ok(None);
        }
        let library = folder.join("shim.so");
        let compiler = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-x", "c", "-", "-ldl", "-o"])
            .arg(&library)
            .stdin(Stdio::piped())
            .spawn();
        let Ok(mut compiler) = compiler else { return Ok(None) };
        let mut source = compiler.stdin.take().context("cc has an input")?;
        source.write_all(SOURCE.as_bytes())?;
        drop(source);
        ensure!(compiler.wait()?.success(), "cc does not compile the shim");
        let control = folder.join("control");
        fs::write(&control, [0; CONTROL_BYTES])?;
        Ok(Some(Self { library, control }))
    }

    /// What makes a node use it.
    pub(crate) fn environment<'a>(&'a self) -> [(&'a str, &'a str); 2] {
        // Both lie in a folder whose name we made: it is text.
        let text = |path: &'a Path| path.to_str().unwrap_or_default();
        [("LD_PRELOAD", text(&self.library)), ("TORTURE_CONTROL", text(&self.control))]
    }

    /// How far the clock is off, in seconds.
    pub(crate) fn set_clock(&self, seconds: i64) -> anyhow::Result<()> {
        self.set(0, &(seconds * 1_000_000_000).to_ne_bytes())
    }

    /// Whether syncs fail.
    pub(crate) fn fail_syncs(&self, fails: bool) -> anyhow::Result<()> {
        self.set(SYNC_FAILS, &[u8::from(fails)])
    }

    /// Whether writes find no room.
    pub(crate) fn fill_disk(&self, full: bool) -> anyhow::Result<()> {
        self.set(DISK_FULL, &[u8::from(full)])
    }

    fn set(&self, at: u64, bytes: &[u8]) -> anyhow::Result<()> {
        let control = OpenOptions::new().write(true).open(&self.control)?;
        control.write_all_at(bytes, at).context("the shim's control")
    }
}

/// What to say where there is none.
pub(crate) const NO_SHIM: &str = "needs Linux and a C compiler, cc";
