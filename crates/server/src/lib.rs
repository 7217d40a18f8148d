//! The HTTP API, sign-in, live events and the embedded web app.
//!
//! One file per operation under `api`: its request and response, its description, its
//! handler and its tests. [`router`] puts them together; [`serve`] runs it.

mod api;
mod caller;
mod connections;
mod count_keeper;
mod denials;
mod document;
mod extract;
mod hooks;
mod middleware;
mod oauth;
pub mod password;
mod problem;
#[cfg(test)]
mod proofs;
mod router;
pub mod secret;
mod serve;
mod state;
#[cfg(test)]
mod stocked;
mod system;
#[cfg(test)]
mod testing;
mod upkeep;
mod web_app;
mod webhooks;
mod wire;

pub use api::openapi;
pub use problem::Problem;
pub use router::router;
pub use serve::serve;
pub use state::{AppState, ServerConfig};
