//! Commands that nobody would think of, in batches that nobody would make.

mod keeper;
mod property;
mod script;

use std::{fs, path::Path};

use proptest::prelude::*;

/// What the fuzz target has found worth keeping.
#[test]
fn commands_that_were_hard() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/commands");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the seeds") {
        property::check(&fs::read(entry.expect("an entry").path()).expect("a file"));
        count += 1;
    }
    assert!(count >= 5, "{count} seeds");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_commands(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        property::check(&bytes);
    }
}
