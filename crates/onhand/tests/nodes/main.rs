//! More than one machine: the real program, several times, on one database.
//!
//! Two nodes on one PostgreSQL, a streaming replica, a move from SQLite to PostgreSQL that is
//! killed again and again, an upgrade of one node at a time, and a shop that fails while nodes die.

mod api;
mod moving;
mod replica;
mod shop;
mod two;
mod upgrade;
