//! The rules of the ledger: pure, without I/O, clock or SQL.
