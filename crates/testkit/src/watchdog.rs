//! The process that holds a cluster: a small shell script, see `watchdog.sh`.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::{PgBinaries, PgError};

const SCRIPT: &str = include_str!("watchdog.sh");

/// `PostgreSQL`'s own default. Tests run a few at a time, each with a small pool.
const CONNECTIONS_MAX: &str = "100";

/// Creating a cluster takes one to two seconds; a machine busy with builds may take far longer.
const START_SECONDS_MAX: u64 = 120;
const POLL: Duration = Duration::from_millis(20);

/// Two processes may be given the same free port. The loser starts again with another one.
const START_ATTEMPTS_MAX: u32 = 3;

/// `PostgreSQL` refuses to run as root; this is the account that its packages create.
const ACCOUNT: &str = "postgres";

/// A running cluster's process. Ends it when dropped.
pub(crate) struct Watchdog {
    child: Child,
    folder: PathBuf,
    port: u16,
    server_pid: AtomicU32,
}

impl Watchdog {
    /// Starts a new cluster, or a replica of the one at `primary`.
    pub(crate) fn start(binaries: &PgBinaries, primary: Option<&str>) -> Result<Self, PgError> {
        let mut attempt = 1;
        loop {
            match Self::start_once(binaries, primary) {
                Err(_) if attempt < START_ATTEMPTS_MAX => attempt += 1,
                result => return result,
            }
        }
    }

    fn start_once(binaries: &PgBinaries, primary: Option<&str>) -> Result<Self, PgError> {
        let account = account()?;
        let folder = create_folder(account)?;
        let port = free_port()?;
        let mut command = account.map_or_else(
            || Command::new("sh"),
            |name| {
                let mut command = Command::new("runuser");
                command.args(["-u", name, "--", "sh"]);
                command
            },
        );
        command
            .args(["-c", SCRIPT, "watchdog"])
            .arg(&folder)
            .arg(primary.map_or_else(|| binaries.initdb(), |_| binaries.pg_basebackup()))
            .arg(binaries.postgres())
            .args([port.to_string().as_str(), CONNECTIONS_MAX])
            .args(primary)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C in the terminal reaches the test process alone; the cluster follows it.
            .process_group(0);
        let child = command.spawn().map_err(|error| {
            // The folder is still empty.
            let _ = fs::remove_dir(&folder);
            PgError::new(format!("can't run {}: {error}", command.get_program().display()))
        })?;
        let mut starting =
            Self { child, folder: folder.clone(), port, server_pid: AtomicU32::new(0) };
        starting.wait_until_ready(&folder)?;
        Ok(starting)
    }

    /// Ends the server as a crash would, and waits until it has recovered.
    pub(crate) fn restart_immediately(&self) -> Result<(), PgError> {
        let before = self.server_pid();
        let marker = self.folder.join("restart");
        fs::write(&marker, "")
            .map_err(|error| PgError::new(format!("can't write {}: {error}", marker.display())))?;
        output_of("kill", &["-s", "QUIT", &before.to_string()])?;
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        loop {
            if let Some(pid) = ready_server(&self.folder).filter(|pid| *pid != before) {
                self.server_pid.store(pid, Ordering::Relaxed);
                return Ok(());
            }
            if Instant::now() > deadline || self.folder.join("ended").exists() {
                return Err(failure("PostgreSQL did not start again", &self.folder));
            }
            thread::sleep(POLL);
        }
    }

    fn wait_until_ready(&mut self, folder: &Path) -> Result<(), PgError> {
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        loop {
            if let Some(pid) = ready_server(folder) {
                self.server_pid.store(pid, Ordering::Relaxed);
                return Ok(());
            }
            let gone = self.child.try_wait().is_ok_and(|status| status.is_some());
            if gone || folder.join("ended").exists() {
                return Err(failure("PostgreSQL did not start", folder));
            }
            if Instant::now() > deadline {
                let what = format!("PostgreSQL was not ready after {START_SECONDS_MAX} s");
                return Err(failure(&what, folder));
            }
            thread::sleep(POLL);
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn server_pid(&self) -> u32 {
        self.server_pid.load(Ordering::Relaxed)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // An error means that it has been waited for already.
        let _ = self.child.wait();
    }
}

/// The account to run the server as, where it can't be the current one.
fn account() -> Result<Option<&'static str>, PgError> {
    if output_of("id", &["-u"])? != "0" {
        return Ok(None);
    }
    output_of("id", &["-u", ACCOUNT]).map(|_| Some(ACCOUNT)).map_err(|_| {
        PgError::new(format!(
            "PostgreSQL refuses to run as root, and there is no account {ACCOUNT} to run it as: \
             create it (Debian's package postgresql does), or run the tests as another user"
        ))
    })
}

/// A folder of its own under the machine's temporary folder, for nobody else to read.
fn create_folder(owner: Option<&str>) -> Result<PathBuf, PgError> {
    let folder = std::env::temp_dir().join(random_name());
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .map_err(|error| PgError::new(format!("can't create {}: {error}", folder.display())))?;
    if let Some(owner) = owner {
        output_of("chown", &[owner, &folder.to_string_lossy()])?;
    }
    Ok(folder)
}

/// A name that no other process or thread comes up with.
pub(crate) fn random_name() -> String {
    let random = RandomState::new().hash_one(std::process::id());
    format!("onhand_test_{random:016x}")
}

fn free_port() -> Result<u16, PgError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| PgError::new(format!("no free port on 127.0.0.1: {error}")))
}

/// The server's process id, once it takes connections: the server itself writes both down.
fn ready_server(folder: &Path) -> Option<u32> {
    let status = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    let mut lines = status.lines();
    let pid = lines.next()?.trim().parse().ok()?;
    (lines.next_back()?.trim() == "ready").then_some(pid)
}

fn failure(what: &str, folder: &Path) -> PgError {
    let log = fs::read_to_string(folder.join("log")).unwrap_or_else(|_| {
        // The script's first act is to open it.
        let folder = folder.display();
        format!("none: the server's account can't enter {folder}; name another place in TMPDIR")
    });
    PgError::new(format!("{what}; its log:\n{log}"))
}

/// Runs a small program to its end and returns what it printed.
pub(crate) fn output_of(program: &str, arguments: &[&str]) -> Result<String, PgError> {
    let failed = |why: &str| PgError::new(format!("{program} {arguments:?} failed: {why}"));
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
