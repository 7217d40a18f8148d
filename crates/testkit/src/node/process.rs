use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::http;
use super::program::Program;
use crate::watchdog::output_of;

/// A machine that is busy with builds takes long; a migration longer.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// The server itself gives up draining after 35 seconds.
const STOP_TIMEOUT: Duration = Duration::from_secs(45);
const POLL: Duration = Duration::from_millis(5);

/// A running `onhand serve`. It is killed when dropped, also while frozen.
pub struct Node {
    program: Program,
    database: String,
    environment: Vec<(String, String)>,
    log: PathBuf,
    url: String,
    child: Child,
}

impl Node {
    pub(super) fn start_first(
        program: &Program,
        database: &str,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let log = folder.join(format!("node-{}.log", NUMBER.fetch_add(1, Ordering::Relaxed)));
        let environment: Vec<(String, String)> =
            environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let (child, url) = spawn(program, database, &environment, &log, "127.0.0.1:0")?;
        let (program, database) = (program.clone(), database.to_owned());
        Ok(Self { program, database, environment, log, url, child })
    }

    /// Where it listens, `http://127.0.0.1:PORT`; stays the same over restarts.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Starts it again after [`Node::kill`], [`Node::stop`] or its own end, on the same address.
    ///
    /// # Errors
    /// When it does not start, with its log.
    pub fn start(&mut self) -> io::Result<()> {
        // Whatever is left of the last one must not hold the port.
        self.kill()?;
        let address = self.url.trim_start_matches("http://").to_owned();
        let (child, _) =
            spawn(&self.program, &self.database, &self.environment, &self.log, &address)?;
        self.child = child;
        Ok(())
    }

    /// SIGKILL; returns when it is gone.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn kill(&mut self) -> io::Result<ExitStatus> {
        // An error means that it has ended already.
        let _ = self.child.kill();
        self.child.wait()
    }

    /// SIGTERM: it drains; returns when it is gone.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn stop(&mut self) -> io::Result<ExitStatus> {
        self.signal("TERM")?;
        let ended = self.wait(STOP_TIMEOUT)?;
        ended.ok_or_else(|| io::Error::other(format!("did not stop; its log:\n{}", self.log())))
    }

    /// How it ended, if it did within `timeout`.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn wait(&mut self, timeout: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() > deadline {
                return Ok(None);
            }
            thread::sleep(POLL);
        }
    }

    /// SIGSTOP: it keeps its connections and does nothing.
    ///
    /// # Errors
    /// When it is gone.
    pub fn freeze(&self) -> io::Result<()> {
        self.signal("STOP")
    }

    /// SIGCONT: it goes on where it was.
    ///
    /// # Errors
    /// When it is gone.
    pub fn thaw(&self) -> io::Result<()> {
        self.signal("CONT")
    }

    /// Through the program `kill`: the standard library sends SIGKILL alone, and this crate has no
    /// unsafe code.
    fn signal(&self, name: &str) -> io::Result<()> {
        let pid = self.pid().to_string();
        output_of("kill", &["-s", name, &pid]).map(drop).map_err(io::Error::other)
    }

    /// Whether it says that it can write.
    pub fn is_ready(&self) -> bool {
        http::get(&self.url, "/readyz", "").is_ok()
    }

    /// Its resident memory, in bytes.
    ///
    /// # Errors
    /// When it is gone.
    pub fn resident_bytes(&self) -> io::Result<u64> {
        let kib = output_of("ps", &["-o", "rss=", "-p", &self.pid().to_string()]);
        let kib: Result<u64, _> = kib.map_err(io::Error::other)?.trim().parse();
        kib.map(|kib| kib * 1024).map_err(io::Error::other)
    }

    /// What all its runs logged.
    pub fn log(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// Starts it and returns its address once it listens with its database open.
fn spawn(
    program: &Program,
    database: &str,
    environment: &[(String, String)],
    log: &Path,
    address: &str,
) -> io::Result<(Child, String)> {
    let mut command: Command = program.command(database);
    command
        .args(["serve", "--json", "--listen", address])
        // One line per request would be most of a load's memory and time.
        .env("ONHAND_LOG", "warn")
        .envs(environment.iter().map(|(k, v)| (k, v)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(OpenOptions::new().create(true).append(true).open(log)?);
    let mut child = command.spawn()?;
    let said = child.stdout.take().map(read_address);
    let url = said.and_then(|said| said.recv_timeout(START_TIMEOUT).ok()).flatten();
    let Some(url) = url else {
        let _ = child.kill();
        let status = child.wait()?;
        let log = fs::read_to_string(log).unwrap_or_default();
        return Err(io::Error::other(format!("onhand did not start ({status}); its log:\n{log}")));
    };
    Ok((child, url))
}

/// Reads on a thread of its own, to the end of the output: a full pipe would stop the child.
fn read_address(mut out: ChildStdout) -> mpsc::Receiver<Option<String>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut said = String::new();
        let mut buffer = [0; 1024];
        let mut sender = Some(sender);
        while let Ok(count @ 1..) = out.read(&mut buffer) {
            let Some(waiting) = &sender else { continue };
            said.push_str(&String::from_utf8_lossy(&buffer[..count]));
            if let Some(url) =
                http::texts(&said, "listening").first().filter(|_| said.contains('}'))
            {
                // The other end may have given up.
                let _ = waiting.send(Some((*url).to_owned()));
                sender = None;
            }
        }
    });
    receiver
}
