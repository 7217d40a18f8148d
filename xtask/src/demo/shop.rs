//! The demo's web shop: a fake Shopify beside the server, connected to it.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{command, output};
use crate::workspace;

/// What the fake shop lets apps in with: its defaults, which docs/TWIN.md names.
const CLIENT_ID: &str = "twin-client";
const CLIENT_SECRET: &str = "twin-secret";
/// What people call the shop.
const NAME: &str = "Demo shop";
/// The demo's facilities, each behind a location of its own with its name.
const FACILITIES: [(&str, &str); 5] = [
    ("S1", "Main Street"),
    ("S2", "Harbour"),
    ("S3", "Outlet"),
    ("S4", "Old Town"),
    ("W1", "Warehouse"),
];
/// The shop's first location; the others follow by number.
const FIRST_LOCATION: u64 = 60_000_001;

/// Where the demo's shop lives.
pub(super) struct Shop {
    folder: PathBuf,
    listen: String,
    database: String,
}

impl Shop {
    pub(super) fn new(folder: &Path, listen: String, database: &str) -> Self {
        Self { folder: folder.to_owned(), listen, database: database.to_owned() }
    }

    pub(super) fn address(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// The products that the shop sells.
    pub(super) fn catalog(&self) -> PathBuf {
        self.folder.join("shop.csv")
    }

    /// The key that its credentials are sealed with.
    pub(super) fn key(&self) -> PathBuf {
        self.folder.join("onhand.key")
    }

    /// Forgets a shop that belongs to data that is thrown away.
    pub(super) fn clear(&self) -> Result<()> {
        for file in [self.catalog(), self.journal()] {
            if file.exists() {
                fs::remove_file(&file)
                    .with_context(|| format!("can't remove {}", file.display()))?;
            }
        }
        Ok(())
    }

    /// Opens the shop, and connects it where that was not done before. It closes when this
    /// process ends, whose number the server takes over.
    pub(super) fn open(&self) -> Result<()> {
        self.make_key()?;
        self.start()?;
        if self.is_connected()? {
            return Ok(());
        }
        let mut add = self.channel(&["add", "--name", NAME, "--shop", &self.address()]);
        add.args(["--client-id", CLIENT_ID, "--client-secret-stdin"]);
        say(&mut add, CLIENT_SECRET)?;
        for ((facility, _), location) in FACILITIES.iter().zip(FIRST_LOCATION..) {
            let location = format!("gid://shopify/Location/{location}");
            output(&mut self.channel(&["map", "--location", &location, "--facility", facility]))?;
        }
        output(&mut self.channel(&["start"]))?;
        Ok(())
    }

    fn journal(&self) -> PathBuf {
        self.folder.join("shop.journal")
    }

    fn channel(&self, arguments: &[&str]) -> Command {
        let mut onhand = command(workspace::release_binary());
        onhand.env("ONHAND_SECRET_KEY_FILE", self.key()).env("ONHAND_DATABASE", &self.database);
        onhand.arg("channel").args(arguments);
        onhand
    }

    /// Asked of a demo without a shop, the program says so and fails.
    fn is_connected(&self) -> Result<bool> {
        let mut status = self.channel(&["status", "--json"]);
        let status = status.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(status.status().context("can't run onhand channel status")?.success())
    }

    fn make_key(&self) -> Result<()> {
        if self.key().exists() {
            return Ok(());
        }
        let half = || -> Result<u128> {
            let mut bytes = [0; size_of::<u128>()];
            fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
            Ok(u128::from_ne_bytes(bytes))
        };
        // 32 bytes in hexadecimal digits.
        let text = format!("{:032x}{:032x}", half()?, half()?);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.key())?;
        Ok(file.write_all(text.as_bytes())?)
    }

    /// Starts it and waits until it listens.
    fn start(&self) -> Result<()> {
        let mut twin = command(workspace::release_twin());
        twin.args(["--listen", &self.listen, "--plan", "plus", "--json"])
            .args(["--locations", &FACILITIES.len().to_string()])
            .arg("--catalog")
            .arg(self.catalog())
            .arg("--state")
            .arg(self.journal())
            .args(["--ends-with", &std::process::id().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        for (_, name) in FACILITIES {
            twin.args(["--location-name", name]);
        }
        let mut child = twin.spawn().context("can't run the demo's shop")?;
        let mut line = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said).read_line(&mut line)?;
        }
        if line.is_empty() {
            bail!("the demo's shop did not start; it says why above (--no-shop does without)");
        }
        Ok(())
    }
}

/// Runs a command that reads a secret.
fn say(command: &mut Command, secret: &str) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(secret.as_bytes())?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("the demo's shop could not be connected ({status})");
    }
    Ok(())
}
