//! Proofs over the API's description: whatever operation it has is called here, so that a new
//! one is covered without anybody thinking of it.
//!
//! - `declarations`: each operation says what the others need to call it.
//! - `coverage`: signed out, without the permission, and from a foreign facility.
//! - `matrix`: each shipped role calls each operation; the result is `docs/access-matrix.md`.

mod blind;
mod coverage;
mod declarations;
mod matrix;
mod operations;
mod world;
