//! Servers under measurement: processes of their own, as in production.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::http::{self, Connection};

/// How long a server may take until it is ready.
const READY_TIMEOUT: Duration = Duration::from_mins(2);
/// How long it may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(40);
/// Where it says that it is ready.
const READY: &str = "/readyz";
/// Between two looks at it.
const POLL: Duration = Duration::from_millis(1);

/// A server that runs. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
    /// From the start of the process until it was ready to write.
    pub(crate) started_in: Duration,
}

impl Server {
    /// `onhand serve`, with the settings that it ships with. Its log is written and thrown away.
    pub(crate) async fn onhand(binary: &Path, database: &str) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", database]);
        Self::start(command, READY).await
    }

    /// The same, which also keeps the retailer's web shop equal.
    pub(crate) async fn with_shop(
        binary: &Path,
        database: &str,
        listen: &str,
        key: &str,
    ) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", listen, "--database", database]);
        command.env("ONHAND_SECRET_KEY", key);
        command.env("ONHAND_PUBLIC_URL", format!("http://{listen}"));
        Self::start(command, READY).await
    }

    /// A fake shop of this plan, which sells what is in the catalogue at so many locations.
    pub(crate) async fn twin(
        binary: &Path,
        catalogue: &Path,
        locations: usize,
        plan: &str,
    ) -> Result<Self> {
        let mut command = Command::new(binary);
        command.args(["--listen", "127.0.0.1:0", "--plan", plan, "--json"]);
        command.args(["--locations", &locations.to_string()]).arg("--catalog").arg(catalogue);
        Self::start(command, "/twin/stats").await
    }

    /// The empty server: this very program.
    pub(crate) async fn empty() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("empty-server");
        Self::start(command, READY).await
    }

    /// Starts a program and waits until it answers at `ready`.
    async fn start(mut command: Command, ready: &str) -> Result<Self> {
        let title = format!("{command:?}");
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("can't run {title}"))?;
        let output = child.stdout.take().context("no standard output")?;
        let mut server = Self { child, address: String::new(), started_in: Duration::ZERO };
        let address = tokio::task::spawn_blocking(move || {
            let mut output = BufReader::new(output);
            let mut line = String::new();
            output.read_line(&mut line)?;
            // Whatever it prints later must find a reader.
            std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
            let (_, address) = line.trim().rsplit_once("http://").unzip();
            // The fake shop says it as JSON.
            let address = address.and_then(|address| address.split('"').next());
            anyhow::Ok(address.map(str::to_owned))
        })
        .await??;
        server.address = address.with_context(|| format!("{title} ended; run it by hand"))?;
        server.wait_ready(ready, started).await?;
        server.started_in = started.elapsed();
        Ok(server)
    }

    async fn wait_ready(&self, ready: &str, started: Instant) -> Result<()> {
        let request = http::get(ready, "none");
        loop {
            let answer = async {
                let mut connection = Connection::open(&self.address).await?;
                connection.call(&request).await.map(<[u8]>::len)
            };
            match answer.await {
                Ok(_) => return Ok(()),
                Err(error) if started.elapsed() > READY_TIMEOUT => {
                    return Err(error.context("the server does not become ready"));
                }
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// The process's resident memory in bytes: now, and the most that it ever was.
    pub(crate) fn memory(&self) -> Result<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .context("resident memory is read from /proc")?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            number.map(|kib| kib * 1024).with_context(|| format!("no {name} in /proc"))
        };
        Ok((kib("VmRSS:")?, kib("VmHWM:")?))
    }

    /// Lets it finish what it does, as an operator would.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().context("can't run kill")?;
        if !asked.success() {
            bail!("kill -TERM {id} failed");
        }
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > STOP_TIMEOUT {
                bail!("the server does not stop");
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
