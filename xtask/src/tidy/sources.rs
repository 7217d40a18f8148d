//! Rules on a single file.

use super::Finding;

const LINES_MAX: usize = 500;
const COLUMNS_MAX: usize = 100;

const SCRIPTS: [&str; 4] = ["ts", "js", "mjs", "svelte"];

// In two halves, so that a search for them does not find this file.
const BANNED_IN_RUST: [&str; 5] = [
    concat!("to", "do!("),
    concat!("un", "implemented!("),
    concat!("#[", "ignore"),
    concat!("#[", "allow("),
    concat!("#![", "allow("),
];
const BANNED_IN_SCRIPTS: [&str; 4] = [
    concat!(".on", "ly("),
    concat!(".sk", "ip("),
    concat!("@ts-", "ignore"),
    concat!("@ts-", "nocheck"),
];

/// Top folders in which only a machine's own paths begin.
const MACHINE_FOLDERS: [&str; 4] = ["root", "tmp", "work", "home"];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    if is_generated(path) {
        return Vec::new();
    }
    let mut rules = Rules { path, findings: Vec::new() };
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_script = SCRIPTS.contains(&extension);
    if extension == "rs" || is_script {
        rules.name();
        rules.length(text);
    }
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if extension == "rs" {
            rules.width(number, line);
            rules.banned(number, line, &BANNED_IN_RUST);
        }
        if is_script {
            rules.banned(number, line, &BANNED_IN_SCRIPTS);
        }
        rules.machine_path(number, line);
    }
    rules.findings
}

fn is_generated(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.ends_with(".d.ts")
        || ["Cargo.lock", "package-lock.json", "openapi.json"].contains(&name)
        || path.contains("/generated/")
}

struct Rules<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Rules<'_> {
    fn add(&mut self, line: usize, what: impl Into<String>) {
        self.findings.push(Finding { path: self.path.to_owned(), line, what: what.into() });
    }

    fn name(&mut self) {
        let stems = self.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        if stems.into_iter().any(|stem| ["util", "utils"].contains(&stem)) {
            self.add(0, "name it after what it does");
        }
    }

    fn length(&mut self, text: &str) {
        let lines = text.lines().count();
        if lines > LINES_MAX {
            self.add(
                0,
                format!("{lines} lines, more than {LINES_MAX}: is it more than one thing?"),
            );
        }
    }

    fn width(&mut self, number: usize, line: &str) {
        let columns = line.chars().count();
        let is_text = line.contains('"') || line.contains("://");
        if columns > COLUMNS_MAX && !is_text {
            self.add(number, format!("{columns} columns, more than {COLUMNS_MAX}"));
        }
    }

    fn banned(&mut self, number: usize, line: &str, banned: &[&str]) {
        for word in banned.iter().filter(|word| line.contains(**word)) {
            self.add(number, format!("`{word}` has no place in finished work"));
        }
    }

    fn machine_path(&mut self, number: usize, line: &str) {
        if let Some(path) = machine_path(line) {
            self.add(number, format!("`{path}…` is a folder of somebody's machine"));
        }
    }
}

/// A path such as the home folder of somebody, beginning at the top.
fn machine_path(line: &str) -> Option<String> {
    line.match_indices('/').find_map(|(at, _)| {
        let before = line[..at].chars().next_back();
        // Within a longer path or an address it is only a folder of that name.
        if before.is_some_and(|before| before.is_alphanumeric() || ".-_~})]$*/".contains(before)) {
            return None;
        }
        let (folder, rest) = line[at + 1..].split_once('/')?;
        let first = rest.chars().next()?;
        let is_path = first.is_ascii_alphabetic() || first == '.';
        (MACHINE_FOLDERS.contains(&folder) && is_path).then(|| format!("/{folder}/{first}"))
    })
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS_MAX, LINES_MAX, check};

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(path, text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn long_files_and_wide_lines_are_named() {
        assert!(findings("a.ts", &"x\n".repeat(LINES_MAX)).is_empty());
        let long = findings("a.svelte", &"x\n".repeat(LINES_MAX + 1));
        assert_eq!(long, ["a.svelte: 501 lines, more than 500: is it more than one thing?"]);
        assert!(findings("web/schema.d.ts", &"x\n".repeat(LINES_MAX + 1)).is_empty());

        let wide = "ä".repeat(COLUMNS_MAX + 1);
        assert_eq!(findings("a.rs", &wide), ["a.rs:1: 101 columns, more than 100"]);
        assert!(findings("a.rs", &format!("\"{wide}\"")).is_empty());
        assert!(findings("a.md", &wide).is_empty());
    }

    #[test]
    fn unfinished_work_is_named() {
        let rust = format!("fn a() {{\n    {}\"later\")\n}}", super::BANNED_IN_RUST[0]);
        assert_eq!(findings("a.rs", &rust).len(), 1);
        assert!(findings("a.md", &rust).is_empty());
        let script = format!("test{}'x', () => {{}})", super::BANNED_IN_SCRIPTS[0]);
        assert_eq!(findings("web/a.test.ts", &script).len(), 1);
        assert!(findings("a.rs", "rows.iter().skip(1)").is_empty());
    }

    #[test]
    fn names_say_what_a_thing_does() {
        assert_eq!(findings("crates/domain/src/utils.rs", "").len(), 1);
        assert_eq!(findings("web/src/lib/utils/dates.ts", "").len(), 1);
        assert!(findings("web/src/lib/dates.ts", "").is_empty());
    }

    #[test]
    fn machine_paths_are_named() {
        let path = |folder: &str| format!("see /{folder}/ann/notes");
        for folder in super::MACHINE_FOLDERS {
            assert_eq!(findings("README.md", &path(folder)).len(), 1, "{folder}");
        }
        assert!(findings("README.md", &path("usr")).is_empty());
        assert!(findings("README.md", "web/src/routes/home/View.svelte").is_empty());
    }
}
