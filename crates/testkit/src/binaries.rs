use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::PgError;

/// Where Debian and its relatives keep the server's programs, one folder per major version. They
/// are not in `PATH` there.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// The oldest version that Onhand runs on.
const MAJOR_MIN: u32 = 15;

const NEEDED: [&str; 3] = ["initdb", "postgres", "psql"];

/// The machine's `PostgreSQL` programs.
#[derive(Debug, Clone)]
pub struct PgBinaries {
    folder: PathBuf,
}

impl PgBinaries {
    /// Finds the newest version that Debian's packages installed, else the one in `PATH`.
    ///
    /// # Errors
    /// When there is none; the message says what to install.
    pub fn find() -> Result<Self, PgError> {
        newest_version(Path::new(DEBIAN_VERSIONS))
            .or_else(|| env::split_paths(&env::var_os("PATH")?).find(|folder| is_complete(folder)))
            .map(|folder| Self { folder })
            .ok_or_else(|| {
                PgError::new(format!(
                    "PostgreSQL {MAJOR_MIN} or newer is not installed: no initdb, postgres and psql \
                     in {DEBIAN_VERSIONS}/*/bin or in PATH. Install it with: \
                     apt-get install -y --no-install-recommends postgresql"
                ))
            })
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(crate) fn pg_basebackup(&self) -> PathBuf {
        self.folder.join("pg_basebackup")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub(crate) fn psql(&self) -> PathBuf {
        self.folder.join("psql")
    }
}

fn newest_version(versions: &Path) -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(versions)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .filter(|(major, folder)| *major >= MAJOR_MIN && is_complete(folder))
        .collect();
    found.sort_unstable();
    found.pop().map(|(_, folder)| folder)
}

fn is_complete(folder: &Path) -> bool {
    NEEDED.iter().all(|name| folder.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::newest_version;
    use crate::watchdog::random_name;
    use std::fs;

    #[test]
    fn the_newest_complete_version_wins() {
        let versions = std::env::temp_dir().join(random_name());
        let installed = [("9", 3), ("15", 3), ("18", 2), ("16", 3), ("common", 3)];
        for (version, programs) in installed {
            let folder = versions.join(version).join("bin");
            fs::create_dir_all(&folder).unwrap();
            for name in &super::NEEDED[..programs] {
                fs::write(folder.join(name), "").unwrap();
            }
        }
        let newest = newest_version(&versions);
        fs::remove_dir_all(versions.join("16")).unwrap();
        fs::remove_dir_all(versions.join("15")).unwrap();
        let only_old = newest_version(&versions);
        fs::remove_dir_all(&versions).unwrap();
        assert_eq!(newest, Some(versions.join("16").join("bin")));
        assert_eq!(only_old, None);
    }
}
