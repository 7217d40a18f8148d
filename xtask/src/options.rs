//! The words after a command's name.

use anyhow::{Result, bail};

/// Arguments not yet taken.
pub(crate) struct Options {
    left: Vec<String>,
}

impl Options {
    pub(crate) fn new(arguments: Vec<String>) -> Self {
        Self { left: arguments }
    }

    /// Whether `--name` was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.left.len();
        self.left.retain(|argument| argument != name);
        self.left.len() < before
    }

    /// The value of `--name VALUE` or `--name=VALUE`.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>> {
        let assigned = format!("{name}=");
        if let Some(at) = self.left.iter().position(|argument| argument.starts_with(&assigned)) {
            return Ok(Some(self.left.remove(at).split_off(assigned.len())));
        }
        let Some(at) = self.left.iter().position(|argument| argument == name) else {
            return Ok(None);
        };
        if at + 1 == self.left.len() {
            bail!("{name} needs a value");
        }
        self.left.remove(at);
        Ok(Some(self.left.remove(at)))
    }

    /// Fails where an argument was not understood.
    pub(crate) fn finish(self) -> Result<()> {
        match self.left.first() {
            None => Ok(()),
            Some(argument) => bail!("{argument:?} is not understood; --help lists the options"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn options(words: &[&str]) -> Options {
        Options::new(words.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn flags_and_values_come_in_any_order() {
        let mut given = options(&["--fresh", "--listen", "[::1]:80", "--data=x y"]);
        assert_eq!(given.value("--data").unwrap().as_deref(), Some("x y"));
        assert_eq!(given.value("--listen").unwrap().as_deref(), Some("[::1]:80"));
        assert!(given.flag("--fresh") && !given.flag("--quick"));
        given.finish().unwrap();
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(options(&["--listen"]).value("--listen").is_err());
        let error = options(&["--frsh"]).finish().unwrap_err();
        assert!(error.to_string().contains("--frsh"), "{error}");
    }
}
