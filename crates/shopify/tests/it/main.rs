//! The crate against shops: a real schema, a fake shop with rules, and servers that behave badly.

mod burst;
mod documents;
mod fake;
mod floor;
mod http;
mod looking;
mod orders;
mod receiving;
mod stand_in;
mod twin;
mod urgent;
