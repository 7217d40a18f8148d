//! Variances through the router.

mod bulk;
mod export;
mod lists;
mod refusals;
mod stories;
