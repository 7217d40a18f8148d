//! How the program is run: `onhand.toml`, then `ONHAND_*`, then flags. The later wins.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use figment::{
    Figment,
    providers::{Env, Format as _, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

/// Where settings are read from if nothing else is said.
const FILE: &str = "onhand.toml";

/// Flags that every command knows. Absent ones leave the word to environment and file.
#[derive(Args, Debug, Serialize)]
pub(crate) struct Global {
    /// The database.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        help = "sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME [env: ONHAND_DATABASE] \
                [default: sqlite://onhand.db]"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// Write the result as JSON
    #[arg(long, global = true)]
    #[serde(skip)]
    pub(crate) json: bool,
    /// How the log looks.
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        help = "How the log on standard error looks [env: ONHAND_LOG_FORMAT] [default: text]"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<LogFormat>,
    /// The settings file [default: onhand.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
}

/// How the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The database.
    pub(crate) database: String,
    /// Where the server listens.
    pub(crate) listen: String,
    /// How the log looks.
    pub(crate) log_format: LogFormat,
    /// What is logged, as in `info,onhand_server=debug`.
    pub(crate) log: String,
    /// Behind a proxy that ends TLS: HSTS is sent, `X-Forwarded-For` believed.
    pub(crate) behind_tls_proxy: bool,
    /// The file with the key that shops' credentials are sealed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// Where the shops find this server, such as `https://onhand.example.com`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_url: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: "sqlite://onhand.db".to_owned(),
            listen: "127.0.0.1:8080".to_owned(),
            log_format: LogFormat::Text,
            // The statements of the database are for whoever debugs it.
            log: "info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn".to_owned(),
            behind_tls_proxy: false,
            secret_key_file: None,
            public_url: None,
        }
    }
}

impl Config {
    /// Reads them all. A misspelt setting is an error, not ignored.
    pub(crate) fn load(flags: &Global) -> anyhow::Result<Self> {
        let defaults = Figment::from(Serialized::defaults(Self::default()));
        let file = match &flags.config {
            // A file that was asked for must be there.
            Some(path) => defaults.merge(Toml::file_exact(path)),
            None => defaults.merge(Toml::file(FILE)),
        };
        let names = [
            "database",
            "listen",
            "log_format",
            "log",
            "behind_tls_proxy",
            "secret_key_file",
            "public_url",
        ];
        // Only the names that are settings: ONHAND_TEST_… and the like belong to others.
        file.merge(Env::prefixed("ONHAND_").only(&names))
            .merge(Serialized::defaults(flags))
            .extract()
            .context("the settings can't be read (onhand.toml, ONHAND_*, flags)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(database: Option<&str>, config: Option<PathBuf>) -> Global {
        let database = database.map(str::to_owned);
        Global { database, json: false, log_format: None, config }
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let dir = std::env::temp_dir().join(format!("onhand-config-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder");
        let file = dir.join("onhand.toml");
        std::fs::write(&file, "database = \"sqlite://a.db\"\nlisten = \"0.0.0.0:1\"\n")
            .expect("a file");
        let config = Config::load(&flags(Some("sqlite://b.db"), Some(file.clone()))).expect("ok");
        assert_eq!(
            (config.database.as_str(), config.listen.as_str()),
            ("sqlite://b.db", "0.0.0.0:1")
        );
        assert_eq!(config.log_format, LogFormat::Text);
        std::fs::write(&file, "databse = \"x\"\n").expect("a file");
        let misspelt = Config::load(&flags(None, Some(file))).expect_err("misspelt");
        assert!(format!("{misspelt:#}").contains("databse"), "{misspelt:#}");
        std::fs::remove_dir_all(dir).expect("removed");
    }
}
