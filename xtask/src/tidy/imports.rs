//! Crates import in one direction: nobody has to read two crates to change one rule.

use super::Finding;

/// Each crate's folder and the crates that it may use; [`TESTS_ONLY`] may be used in tests alone.
const LAYERS: &[(&str, &[&str])] = &[
    ("crates/domain", &[]),
    ("crates/store", &["onhand-domain"]),
    ("crates/catalog", &["onhand-domain", "onhand-store"]),
    ("crates/shopify", &["onhand-domain", "onhand-store"]),
    ("crates/server", &["onhand-domain", "onhand-store", "onhand-catalog", "onhand-shopify"]),
    (
        "crates/onhand",
        &["onhand-domain", "onhand-store", "onhand-catalog", "onhand-shopify", "onhand-server"],
    ),
    ("crates/twin", &[]),
    ("crates/sim", &["onhand-domain"]),
    ("crates/testkit", &[]),
    ("crates/torture", &["onhand-testkit"]),
    ("crates/bench", &["onhand-domain", "onhand-store", "onhand-catalog", "onhand-testkit"]),
    ("fuzz", &["onhand-domain", "onhand-store", "onhand-catalog", "onhand-server"]),
    ("xtask", &["onhand-testkit"]),
];

const TESTS_ONLY: &[&str] = &["onhand-testkit", "onhand-twin"];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let Some(folder) = path.strip_suffix("/Cargo.toml") else { return Vec::new() };
    let finding = |line, what| Finding { path: path.to_owned(), line, what };
    let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == folder) else {
        let what = "stands in no layer: give it one in xtask/src/tidy/imports.rs".to_owned();
        return vec![finding(0, what)];
    };
    dependencies(text)
        .filter(|used| {
            !(allowed.contains(&used.name) || used.in_tests && TESTS_ONLY.contains(&used.name))
        })
        .map(|used| {
            let what = format!("may not use {}: allowed are {allowed:?}", used.name);
            finding(used.line, what)
        })
        .collect()
}

struct Dependency<'a> {
    name: &'a str,
    in_tests: bool,
    line: usize,
}

/// Our own crates among a manifest's dependencies.
fn dependencies(manifest: &str) -> impl Iterator<Item = Dependency<'_>> {
    let mut section = "";
    manifest.lines().enumerate().filter_map(move |(index, line)| {
        let key = match line.trim().strip_prefix('[') {
            Some(header) => {
                section = header.trim_end_matches(']');
                // `[dependencies.NAME]` is the other way to name one.
                section.rsplit_once("dependencies.")?.1
            }
            None => line.split(['.', '=']).next()?.trim(),
        };
        let own = key.starts_with("onhand-") && section.contains("dependencies");
        let in_tests = section.contains("dev-dependencies");
        own.then_some(Dependency { name: key, in_tests, line: index + 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    fn findings(path: &str, manifest: &str) -> Vec<String> {
        check(path, manifest).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn imports_run_one_way() {
        let manifest = "[dependencies]\nonhand-domain.workspace = true\nserde = \"1\"\n\
            onhand-server = { path = \"../server\" }\n[dependencies.onhand-catalog]\n";
        let found = findings("crates/store/Cargo.toml", manifest);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/store/Cargo.toml:4: may not use onhand-server"));
        assert!(found[1].starts_with("crates/store/Cargo.toml:5: may not use onhand-catalog"));
    }

    #[test]
    fn the_testkit_is_for_tests() {
        let tests = "[dev-dependencies]\nonhand-testkit.workspace = true\n";
        assert!(findings("crates/server/Cargo.toml", tests).is_empty());
        let product = "[dependencies]\nonhand-testkit.workspace = true\n";
        assert_eq!(findings("crates/server/Cargo.toml", product).len(), 1);
    }

    #[test]
    fn every_crate_has_a_layer() {
        assert_eq!(findings("crates/extra/Cargo.toml", "").len(), 1);
        assert!(findings("Cargo.toml", "[workspace.dependencies]\nonhand-domain = 1").is_empty());
    }
}
