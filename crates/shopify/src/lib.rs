//! Speaks with a shop through Shopify's Admin GraphQL API.
//!
//! What goes out:
//!
//! - [`call`] makes the frozen text of one mutation, with its idempotency key inside;
//! - [`client::Shop`] sends exactly that text, within the shop's [`budget`], and gives a
//!   [`reply::Reply`];
//! - [`judge::judge`] says what the reply means for the call, without I/O: applied, not applied,
//!   or nobody knows.
//!
//! What comes in: [`read`] asks for scopes, locations, items, levels and orders; [`webhook`] tells
//! the shop's own messages from forged ones.
//!
//! [`auth`] has the three ways to prove who we are, and [`sealed`] keeps them unreadable at rest.
//!
//! What keeps a shop equal to the ledger: [`connect`] reads, compares and takes it in,
//! [`connection`] opens the way to it, [`publisher`] brings it every change from then on,
//! [`receiver`] brings the ledger what the shop does by itself, and [`reconciler`] looks whether
//! both are equal. All else doesn't know the database. `documents/` has every GraphQL text that is
//! ever sent; a test holds each against three versions of the shop's schema in `schema/`.

pub mod auth;
pub mod budget;
pub mod call;
pub mod client;
pub mod code;
pub mod connect;
pub mod connection;
pub mod documents;
pub mod judge;
pub mod publisher;
pub mod read;
pub mod receiver;
pub mod reconciler;
pub mod reply;
pub mod sealed;
pub mod webhook;

/// The version of the API that this code was written for.
pub const API_VERSION: &str = "2026-10";
