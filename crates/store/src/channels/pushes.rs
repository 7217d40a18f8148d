//! Pushes, for people.
