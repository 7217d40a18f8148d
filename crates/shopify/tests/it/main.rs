//! The crate against shops: a real schema, a fake shop with rules, and servers that behave badly.

mod documents;
mod fake;
mod http;
mod stand_in;
mod twin;
