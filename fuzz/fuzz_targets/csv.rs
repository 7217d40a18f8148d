//! Shopify's product and inventory exports, as `onhand-catalog` reads them.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/catalog/tests/any_file/property.rs"]
mod property;

fuzz_target!(|file: &[u8]| property::check(file));
