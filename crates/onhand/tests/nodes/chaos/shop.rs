//! The shop as a process of its own, which can be killed, and the door through which its messages
//! come in.

use std::{
    env,
    fs::OpenOptions,
    io::{BufRead as _, BufReader},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::{FACILITIES, PAUSE, SECRET, SKUS};
use crate::api::{Api, Reply};

/// How long somebody tries again whose node or shop is down.
const TRIES_MAX: Duration = Duration::from_mins(1);

/// The shop, in a process of its own: `examples/mortal_shop.rs`, which is built with the tests.
pub(super) struct Shop {
    pub(super) state: PathBuf,
    pub(super) address: String,
    pub(super) child: Child,
}

impl Shop {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let state = folder.join("shop.journal");
        let (child, address) = Self::spawn(&state, "127.0.0.1:0")?;
        Ok(Self { state, address, child })
    }

    fn spawn(state: &Path, listen: &str) -> Result<(Child, String)> {
        // target/PROFILE/deps/nodes-… and target/PROFILE/examples/mortal_shop.
        let tests = env::current_exe()?;
        let built = tests.parent().and_then(Path::parent).context("where programs are built")?;
        let mut child = Command::new(built.join("examples/mortal_shop"))
            .args([state.as_os_str(), listen.as_ref(), SECRET.as_ref()])
            .args([FACILITIES, SKUS].map(|number| number.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(OpenOptions::new().create(true).append(true).open(log_of(state))?)
            .spawn()
            .context("the shop: cargo build --package onhand --examples")?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        if let Some(address) = lines.next().transpose()? {
            // Read to its end: a process that can't write any more, fails.
            thread::spawn(move || lines.for_each(drop));
            return Ok((child, address));
        }
        child.wait()?;
        bail!("the shop did not start")
    }

    pub(super) fn kill(&mut self) -> Result<()> {
        let _ = self.child.kill();
        self.child.wait()?;
        let listen = self.address.trim_start_matches("http://");
        (self.child, _) = Self::spawn(&self.state, listen)?;
        Ok(())
    }

    pub(super) fn log(&self) -> PathBuf {
        log_of(&self.state)
    }

    pub(super) fn ask(&self) -> Api<'_> {
        Api::at(self.address.trim_start_matches("http://"), "")
    }

    /// Somebody does something; with a name, so that it happens once. A shop that is just being
    /// started, or cuts the connection, is asked again.
    pub(super) fn act(&self, path: &str, deed: &Value) -> Result<Reply> {
        insistently(|| self.ask().send("POST", path, deed))
    }

    /// What was applied by us, oldest first.
    pub(super) fn applied(&self) -> Result<Vec<Value>> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map_or(0, |last| last["id"].as_u64().unwrap_or_default());
            let path = format!("/twin/adjustments?after={after}&limit=1000&actor=app");
            let page = self.ask().get(&path)?;
            all.extend(page["adjustments"].as_array().context("adjustments")?.iter().cloned());
            if page["has_more"] != true {
                return Ok(all);
            }
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_of(state: &Path) -> PathBuf {
    state.with_extension("log")
}

pub(super) fn insistently<T>(mut what: impl FnMut() -> Result<T>) -> Result<T> {
    let began = Instant::now();
    loop {
        match what() {
            Err(error) if began.elapsed() > TRIES_MAX => return Err(error),
            Err(_) => thread::sleep(PAUSE),
            done => return done,
        }
    }
}

/// What stands before the nodes: it lets a message in at whichever of them is there.
pub(super) fn front_door(nodes: Arc<Mutex<Vec<String>>>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for visitor in listener.incoming().flatten() {
            let nodes = nodes.lock().expect("the nodes").clone();
            let Some(node) = nodes.iter().find_map(|node| TcpStream::connect(node).ok()) else {
                continue;
            };
            let (Ok(from), Ok(to)) = (visitor.try_clone(), node.try_clone()) else { continue };
            thread::spawn(move || carry(from, node));
            thread::spawn(move || carry(to, visitor));
        }
    });
    Ok(address)
}

/// Until one of them ends; then the other does.
fn carry(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    for stream in [from, to] {
        let _ = stream.shutdown(std::net::Shutdown::Both);
    }
}
