use crate::shared;
use crate::watchdog::{Watchdog, output_of, random_name};
use crate::{PgBinaries, PgError};

/// A `PostgreSQL` cluster for tests, running for as long as this value lives.
///
/// Dropping the value stops the server and removes its files before it returns. A value that is
/// never dropped (a static, a process that is killed or interrupted) ends with its process all the
/// same, moments later: the server is held by a small shell that waits for the end of a pipe.
pub struct PgCluster {
    binaries: PgBinaries,
    /// Ends with `/NAME` of the maintenance database.
    url: String,
    /// None where the cluster belongs to another process.
    watchdog: Option<Watchdog>,
}

impl PgCluster {
    /// Starts a new cluster: `fsync` on, 100 connections, UTF-8, on a free port of 127.0.0.1,
    /// without a password. Run as root, it starts the server as the user `postgres`.
    ///
    /// # Errors
    /// When `PostgreSQL` is not installed (the message says what to install) or does not start (the
    /// message carries its log).
    pub fn start() -> Result<Self, PgError> {
        Self::launch(None)
    }

    /// Starts a streaming replica of this cluster: a copy of all its databases that follows it, a
    /// moment behind, and can be read. Name a database of it with [`PgCluster::database_here`].
    ///
    /// # Errors
    /// As [`PgCluster::start`].
    pub fn replica(&self) -> Result<Self, PgError> {
        Self::launch(Some(&self.url))
    }

    fn launch(primary: Option<&str>) -> Result<Self, PgError> {
        let binaries = PgBinaries::find()?;
        let watchdog = Watchdog::start(&binaries, primary)?;
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", watchdog.port());
        Ok(Self { binaries, url, watchdog: Some(watchdog) })
    }

    /// The URL in this cluster of the database that has this URL in another one.
    pub fn database_here(&self, there: &str) -> String {
        let name = there.rsplit_once('/').map_or(there, |(_, name)| name);
        let (server, _) = self.url.rsplit_once('/').unwrap_or((&self.url, ""));
        format!("{server}/{name}")
    }

    /// The cluster that all tests share: the one that `cargo xtask test` started, else one for this
    /// process, started at the first call.
    ///
    /// # Panics
    /// When there is no cluster to be had, with the message that [`PgCluster::start`] gives.
    pub fn shared() -> &'static Self {
        shared::cluster()
    }

    pub(crate) fn attach(url: String) -> Result<Self, PgError> {
        Ok(Self { binaries: PgBinaries::find()?, url, watchdog: None })
    }

    /// The URL of the cluster's maintenance database, `postgres://…`. Tests want
    /// [`PgCluster::fresh_database`].
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Creates an empty database under a new name and returns its URL, `postgres://…`. It goes with
    /// its cluster.
    ///
    /// # Panics
    /// When the cluster refuses, with its message.
    pub fn fresh_database(&self) -> String {
        let name = random_name();
        if let Err(error) = self.psql(&self.url, &format!("CREATE DATABASE {name}")) {
            panic!("no fresh database: {error}");
        }
        let (server, _) = self.url.rsplit_once('/').unwrap_or((&self.url, ""));
        format!("{server}/{name}")
    }

    /// Runs one statement through the `psql` program and returns the rows as it prints them, bare.
    ///
    /// # Errors
    /// What `psql` says.
    pub fn psql(&self, url: &str, statement: &str) -> Result<String, PgError> {
        let options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
        let psql = self.binaries.psql();
        let mut arguments = options.to_vec();
        arguments.extend(["--set=ON_ERROR_STOP=1", "--command", statement, url]);
        output_of(&psql.to_string_lossy(), &arguments)
    }

    /// Ends the server as a crash would (`PostgreSQL`'s immediate shutdown), starts it again on the
    /// same files and address, and waits until it has recovered.
    ///
    /// # Errors
    /// When it does not come back, or belongs to another process.
    pub fn restart_immediately(&self) -> Result<(), PgError> {
        let elsewhere = || PgError::new("the cluster belongs to another process");
        self.watchdog.as_ref().ok_or_else(elsewhere)?.restart_immediately()
    }

    /// The server's process id; none where another process started the cluster.
    pub fn server_pid(&self) -> Option<u32> {
        self.watchdog.as_ref().map(Watchdog::server_pid)
    }
}
