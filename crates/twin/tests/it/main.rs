//! Each rule of the fake shop, asked over HTTP.

mod access;
mod bulk;
mod faults;
mod idempotency;
mod inventory;
mod orders;
mod page;
mod queries;
mod restart;
mod shop;
mod webhooks;
