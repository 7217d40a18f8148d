//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's top folder.
pub(crate) fn root() -> PathBuf {
    // Cargo names the folder anew at each run; the compiled-in one is for a bare `target/…/xtask`.
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

pub(crate) fn web() -> PathBuf {
    root().join("web")
}

/// Cargo's output folder.
pub(crate) fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// The binary that `cargo xtask build` leaves.
pub(crate) fn release_binary() -> PathBuf {
    target().join("release/onhand")
}

/// The demo's fake shop.
pub(crate) fn release_twin() -> PathBuf {
    target().join("release/onhand-twin")
}

/// The binary that the tests run beside.
pub(crate) fn debug_binary() -> PathBuf {
    target().join("debug/onhand")
}
