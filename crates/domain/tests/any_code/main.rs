//! Barcodes and other codes as nobody prints them.

mod property;

use std::{fs, path::Path};

use proptest::prelude::*;

/// What the fuzz target has found worth keeping.
#[test]
fn codes_that_were_hard() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/barcodes");
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
    fn any_number(code in "[ ']{0,2}0{0,8}[0-9]{0,16} ?") {
        property::check(code.as_bytes());
    }

    #[test]
    fn any_bytes(code in prop::collection::vec(any::<u8>(), 0..40)) {
        property::check(&code);
    }

    #[test]
    fn any_text(code in "\\PC{0,300}") {
        property::check(code.as_bytes());
    }
}
