//! Counts: the work order, its sessions and scans, its lines and what was decided about them.
//!
//! The ledger is not written here: closing a count posts a command like everything else.
