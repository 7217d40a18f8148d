//! Imports of real and made-up exports into both databases.

mod catalog;
mod stock;
mod support;
