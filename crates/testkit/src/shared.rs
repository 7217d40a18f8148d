use std::env;
use std::sync::OnceLock;

use crate::{PgCluster, PgError};

/// The environment variable that names a running cluster to use instead of starting one: the URL of
/// its maintenance database, `postgres://postgres@127.0.0.1:5433/postgres`. Its user must be
/// allowed to create databases.
pub const SHARED_URL_VARIABLE: &str = "ONHAND_TEST_POSTGRES";

static SHARED: OnceLock<Result<PgCluster, PgError>> = OnceLock::new();

pub(crate) fn cluster() -> &'static PgCluster {
    let shared = SHARED.get_or_init(|| match env::var(SHARED_URL_VARIABLE) {
        Ok(url) if !url.is_empty() => PgCluster::attach(url),
        _ => PgCluster::start(),
    });
    match shared {
        Ok(cluster) => cluster,
        Err(error) => panic!("no PostgreSQL for the tests: {error}"),
    }
}
