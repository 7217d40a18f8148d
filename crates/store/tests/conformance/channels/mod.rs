//! A shop is told each change of the ledger exactly once, whatever fails in between.

mod authorizations;
mod differences;
mod exactly_once;
mod flow;
mod inbox;
mod items;
mod jobs;
mod lanes;
mod shop;
mod story;
mod taking_in;
