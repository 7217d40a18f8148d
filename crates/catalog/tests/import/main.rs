//! Imports of real and made-up exports into both databases.

mod catalog;
mod history;
mod stock;
mod support;
