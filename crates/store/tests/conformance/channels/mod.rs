//! A shop is told each change of the ledger exactly once, whatever fails in between.

mod exactly_once;
mod flow;
mod inbox;
mod items;
mod lanes;
mod shop;
mod taking_in;
