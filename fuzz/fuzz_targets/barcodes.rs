//! Codes as files and scanners bring them.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/domain/tests/any_code/property.rs"]
mod property;

fuzz_target!(|code: &[u8]| property::check(code));
