//! The store, as far as faults can tell it from the real one: tables, locks, transactions.

mod locks;
mod tables;
mod tx;

pub(crate) use locks::{Lock, Locks};
pub(crate) use tables::{Change, Tables};
pub(crate) use tx::{Desk, Did, Job, Tx};
