//! Who buys, and what becomes of the orders: the same seed gives the same wishes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Context as _, ensure};
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::LOCATION;
use super::twin::insist;
use crate::client::Client;

/// A customer's orders of which something may still become.
const KEPT_MAX: usize = 40;

/// What people did in the shop, by what it was.
pub(super) type Deeds = BTreeMap<&'static str, u64>;

/// Somebody who orders, and the warehouse that sends it or takes it back.
pub(super) struct Customer {
    pub(super) number: usize,
    rng: StdRng,
    client: Client,
    skus: usize,
    locations: u64,
    /// Orders, as the shop told of them last.
    orders: VecDeque<Value>,
    /// Those that went to another location, and those of which units were taken off that did not
    /// come back. Of such units the shop doesn't say where they were: whoever reads an order of
    /// both kinds only in the end can't know it.
    moved: BTreeSet<u64>,
    dropped: BTreeSet<u64>,
    asked: u64,
    pub(super) deeds: Deeds,
}

impl Customer {
    pub(super) fn new(
        number: usize,
        rng: StdRng,
        client: Client,
        (skus, locations): (usize, usize),
    ) -> Self {
        Self {
            number,
            rng,
            client,
            skus,
            locations: locations as u64,
            orders: VecDeque::new(),
            moved: BTreeSet::new(),
            dropped: BTreeSet::new(),
            asked: 0,
            deeds: Deeds::new(),
        }
    }

    /// Places so many orders, online or at a till, and does something to others in between.
    pub(super) async fn shop(mut self, orders: usize) -> anyhow::Result<Self> {
        let mut placed = 0;
        while placed < orders {
            let is_placed = match self.rng.random_range(0..100) {
                0..42 => self.buy().await?,
                42..50 => self.till().await?,
                _ if self.orders.is_empty() => self.buy().await?,
                _ => {
                    self.change_order().await?;
                    false
                }
            };
            placed += usize::from(is_placed);
        }
        Ok(self)
    }

    /// Does it once, however often it has to be said; none where the shop refuses.
    async fn act(
        &mut self,
        name: &'static str,
        path: &str,
        mut deed: Value,
    ) -> anyhow::Result<Option<Value>> {
        self.asked += 1;
        deed["request"] = json!(format!("customer {} deed {}", self.number, self.asked));
        let reply = insist(&mut self.client, path, &deed).await?;
        let done = reply.status < 300;
        *self.deeds.entry(if done { name } else { "refused" }).or_default() += 1;
        Ok(done.then_some(reply.body))
    }

    fn sku(&mut self) -> String {
        format!("SKU-{}", self.rng.random_range(1..=self.skus))
    }

    fn location(&mut self) -> u64 {
        LOCATION + self.rng.random_range(0..self.locations)
    }

    async fn buy(&mut self) -> anyhow::Result<bool> {
        let lines = self.rng.random_range(1..=2);
        let line = |_| json!({ "sku": self.sku(), "quantity": self.rng.random_range(1..=3) });
        let lines: Vec<Value> = (0..lines).map(line).collect();
        let placed = self.act("online", "/twin/orders", json!({ "lines": lines })).await?;
        let is_placed = placed.is_some();
        self.orders.extend(placed);
        if self.orders.len() > KEPT_MAX {
            self.orders.pop_front();
        }
        Ok(is_placed)
    }

    async fn till(&mut self) -> anyhow::Result<bool> {
        let line = json!({ "sku": self.sku(), "quantity": self.rng.random_range(1..=2) });
        let sale = json!({ "location_id": self.location(), "lines": [line] });
        Ok(self.act("at a till", "/twin/pos", sale).await?.is_some())
    }

    /// Something happens to an order; what makes no sense any more, the shop refuses.
    async fn change_order(&mut self) -> anyhow::Result<()> {
        let at = self.rng.random_range(0..self.orders.len());
        let order = self.orders[at].clone();
        let id = order["order_id"].as_u64().context("an order's number")?;
        let lines = order["lines"].as_array().context("lines")?;
        ensure!(!lines.is_empty(), "{order}");
        let line = lines[self.rng.random_range(0..lines.len())]["line_id"].clone();
        let one = json!([{ "line_id": line, "quantity": 1 }]);
        let stays = !self.moved.contains(&id);
        let whichever = self.rng.random_range(0..2);
        let is_whole = !self.dropped.contains(&id);
        let is_open = order["fulfillment_orders"][0]["status"] == "OPEN";
        let comes_back = order["returns"].as_array().is_some_and(|all| !all.is_empty());
        let (name, deed, body) = match self.rng.random_range(0..14) {
            0..4 => ("sent", "fulfill", json!({})),
            4 => ("sent in part", "fulfill", json!({ "lines": one })),
            5 => ("cancelled", "cancel", json!({ "restock": true })),
            6 => ("cancelled", "cancel", json!({ "restock": !stays })),
            7 | 8 => {
                let kind = ["return", "no_restock"][whichever * usize::from(stays)];
                ("refunded", "refund", json!({ "restock": kind, "lines": one }))
            }
            9 => {
                let fewer = json!([{ "line_id": line, "quantity": 0 }]);
                let restock = whichever == 0 || !stays;
                ("edited", "edit", json!({ "restock": restock, "lines": fewer }))
            }
            // Of what was sent in part a shop makes a new part; the twin moves the old one.
            11 if is_open && is_whole => {
                ("moved", "move", json!({ "location_id": self.location() }))
            }
            12 | 13 if comes_back => {
                let disposition = ["restocked", "not_restocked"][whichever];
                let body = json!({
                    "disposition": disposition, "location_id": self.location(), "lines": one,
                });
                ("looked through", "dispose", body)
            }
            12 | 13 => ("brought back", "return", json!({ "lines": one })),
            _ => ("edited", "edit", json!({ "add": [{ "sku": self.sku(), "quantity": 1 }] })),
        };
        let drops = body["restock"] == false || body["restock"] == "no_restock";
        let path = format!("/twin/orders/{id}/{deed}");
        if let Some(changed) = self.act(name, &path, body).await? {
            if name == "moved" {
                self.moved.insert(id);
            }
            if drops {
                self.dropped.insert(id);
            }
            self.orders[at] = changed;
        }
        Ok(())
    }
}
