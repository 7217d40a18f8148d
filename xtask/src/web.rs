//! The web app's packages and its build, each made again only where its sources changed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{command, npm, output, run};
use crate::workspace;

/// The oldest version of Node that the web app's packages run on, major and minor.
const NODE_MIN: (u32, u32) = (20, 19);

/// Folders of `web/` that have no part in its build.
const NOT_SOURCES: [&str; 6] =
    ["node_modules", "build", ".svelte-kit", "test-results", "playwright-report", "e2e"];

/// Fails where Node is missing or too old.
pub(crate) fn check_node() -> Result<()> {
    let wanted = format!("Install Node {}.{} or newer, with npm", NODE_MIN.0, NODE_MIN.1);
    let version = output(command("node").arg("--version")).context(wanted.clone())?;
    let version = String::from_utf8_lossy(&version).trim().to_owned();
    if node_version(&version).is_none_or(|found| found < NODE_MIN) {
        bail!("Node {version} is too old. {wanted}");
    }
    output(command("npm").arg("--version")).context(wanted)?;
    Ok(())
}

/// Major and minor of `v20.19.1`.
fn node_version(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Installs the packages of `package-lock.json`, unless they are there.
pub(crate) fn install() -> Result<()> {
    check_node()?;
    let lock = fs::read(workspace::web().join("package-lock.json"))
        .context("can't read web/package-lock.json")?;
    let stamp = workspace::web().join("node_modules/.onhand-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run(
        &mut npm(&["ci", "--no-audit", "--no-fund"]),
        "Is the package registry within reach, and does web/package-lock.json fit package.json?",
    )?;
    fs::write(&stamp, lock).with_context(|| format!("can't write {}", stamp.display()))
}

/// Builds the web app into `web/build`, unless it is there and its sources are the same.
pub(crate) fn build() -> Result<()> {
    install()?;
    let stamp = workspace::web().join("node_modules/.onhand-build");
    let sources = fingerprint(&workspace::web())?.to_string();
    let built = workspace::web().join("build/index.html").is_file();
    if built && fs::read_to_string(&stamp).is_ok_and(|stamp| stamp == sources) {
        println!("\n==> the web app is built already");
        return Ok(());
    }
    // A build that breaks off must not pass for the one before it.
    let _ = fs::remove_file(&stamp);
    run(&mut npm(&["run", "build"]), "Mend what Vite names above.")?;
    fs::write(&stamp, sources).with_context(|| format!("can't write {}", stamp.display()))
}

/// A number that changes with the name or content of any source of the web app.
fn fingerprint(web: &Path) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for path in sources(web)? {
        path.strip_prefix(web).unwrap_or(&path).hash(&mut hasher);
        fs::read(&path)
            .with_context(|| format!("can't read {}", path.display()))?
            .hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn sources(web: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![web.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("can't read the folder {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                found.push(entry.path());
            } else if !NOT_SOURCES.iter().any(|name| entry.file_name() == *name) {
                folders.push(entry.path());
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{NODE_MIN, fingerprint, node_version};
    use std::fs;

    #[test]
    fn versions_compare_by_number() {
        assert!(node_version("v20.9.0").unwrap() < NODE_MIN);
        assert!(node_version("v20.19.0").unwrap() >= NODE_MIN);
        assert!(node_version("v100.0.0").unwrap() >= NODE_MIN);
        assert_eq!(node_version("something else"), None);
    }

    #[test]
    fn the_fingerprint_follows_sources_alone() {
        let web = std::env::temp_dir().join(format!("onhand-web-{}", std::process::id()));
        fs::create_dir_all(web.join("src/lib")).unwrap();
        fs::create_dir_all(web.join("node_modules")).unwrap();
        fs::write(web.join("src/lib/a.ts"), "1").unwrap();
        let first = fingerprint(&web).unwrap();

        fs::write(web.join("node_modules/b.js"), "1").unwrap();
        assert_eq!(fingerprint(&web).unwrap(), first);
        fs::write(web.join("src/lib/a.ts"), "2").unwrap();
        let changed = fingerprint(&web).unwrap();
        fs::rename(web.join("src/lib/a.ts"), web.join("src/a.ts")).unwrap();
        let moved = fingerprint(&web).unwrap();
        fs::remove_dir_all(&web).unwrap();
        assert!(first != changed && changed != moved && moved != first);
    }
}
