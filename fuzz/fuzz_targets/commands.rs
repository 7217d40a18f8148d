//! Batches of commands, as `plan` decides them on a small ledger.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/domain/tests/any_commands/keeper.rs"]
mod keeper;
#[path = "../../crates/domain/tests/any_commands/property.rs"]
mod property;
#[path = "../../crates/domain/tests/any_commands/script.rs"]
mod script;

fuzz_target!(|script: &[u8]| property::check(script));
