//! Stock comes in: the opening, deliveries, transfers from the warehouse to the stores.

use anyhow::Result;
use onhand_domain::{Micros, MovementKind, Place};

use super::{
    agenda::Event,
    world::{What, World},
};

/// Days of sales that a store and the warehouse keep.
const STORE_DAYS: f64 = 21.0;
const WAREHOUSE_DAYS: f64 = 38.0;
/// Lines of one delivery or transfer.
const LINES_MAX: usize = 56;
/// Suppliers sell by the carton.
const CARTON_UNITS: i64 = 6;

impl World {
    /// What was there on the first day.
    pub(super) fn open(&mut self, at: Micros) -> Result<()> {
        let warehouse = self.sites.len() - 1;
        for site in 0..self.sites.len() {
            for n in 0..self.sites[site].carried.len() {
                let item = self.sites[site].carried[n];
                let mean = self.aim(site, item);
                let spare = if site == warehouse { 4 } else { self.random.between(0, 2) };
                let quantity = self.random.times(mean) + spare;
                if quantity > 0 {
                    self.record(
                        at,
                        self.supply(),
                        (site, item),
                        What {
                            kind: MovementKind::Opening,
                            quantity,
                            ends: (Place::Opening, Place::Available),
                            key: None,
                        },
                    )?;
                }
            }
        }
        Ok(())
    }

    /// How many of an item a site likes to have.
    fn aim(&self, site: usize, item: usize) -> f64 {
        let days = match (site == self.sites.len() - 1, self.items[item].category) {
            (true, _) => WAREHOUSE_DAYS,
            // Small and cheap: they lie in stacks.
            (false, "Socks" | "T-shirts" | "Bottles") => 2.0 * STORE_DAYS,
            (false, _) => STORE_DAYS,
        };
        self.sites[site].pace.get(&item).copied().unwrap_or_default() * days
    }

    /// What a site lacks, the worst first.
    fn lacking(&self, site: usize, below: f64) -> Vec<(usize, i64)> {
        let mut lacking: Vec<(usize, i64)> = Vec::new();
        for item in self.sites[site].carried.iter().copied() {
            #[expect(clippy::cast_possible_truncation, reason = "a few hundred units at most")]
            let aim = self.aim(site, item).ceil() as i64 + 1;
            let available = self.level((site, item)).available;
            #[expect(clippy::cast_precision_loss, reason = "a few hundred units at most")]
            let low = (available as f64) < aim as f64 * below && aim - available > 1;
            if low && !self.settled.contains(&(site, item)) {
                lacking.push((item, aim - available));
            }
        }
        lacking.sort_by_key(|(item, missing)| (std::cmp::Reverse(*missing), *item));
        lacking
    }

    /// A supplier delivers what it was asked for: one brand, by the carton.
    pub(super) fn delivery(&mut self, at: Micros, site: usize) -> Result<()> {
        let lacking = self.lacking(site, 0.7);
        if lacking.is_empty() {
            return Ok(());
        }
        let (first, _) = *self.random.pick(&lacking);
        let vendor = self.items[first].vendor;
        let order = self.document("PO");
        let small = site != self.sites.len() - 1;
        let lines = if small { 5 } else { LINES_MAX };
        for (item, missing) in lacking
            .into_iter()
            .filter(|(n, _)| self.items[*n].vendor == vendor)
            .take(lines)
            .collect::<Vec<_>>()
        {
            let cartons = (missing + CARTON_UNITS - 1) / CARTON_UNITS;
            let quantity = if small { missing.min(3) } else { cartons * CARTON_UNITS };
            self.record(
                at,
                self.supply(),
                (site, item),
                What {
                    kind: MovementKind::Receipt,
                    quantity: quantity.max(1),
                    ends: (Place::Supplier, Place::Available),
                    key: Some(order.clone()),
                },
            )?;
        }
        Ok(())
    }

    /// The warehouse sends a store what it lacks.
    pub(super) fn send_out(&mut self, at: Micros, to: usize) -> Result<()> {
        let from = self.sites.len() - 1;
        let slip = self.document("TR");
        let mut lines = Vec::new();
        for (item, missing) in self.lacking(to, 0.7) {
            let spare = self.level((from, item)).available * 2 / 3;
            let quantity = missing.min(spare);
            if quantity > 0 && !self.settled.contains(&(from, item)) && lines.len() < LINES_MAX {
                lines.push((item, quantity));
            }
        }
        for (item, quantity) in &lines {
            self.record(
                at,
                self.supply(),
                (from, *item),
                What {
                    kind: MovementKind::TransferOut,
                    quantity: *quantity,
                    ends: (Place::Available, Place::Transit),
                    key: Some(slip.clone()),
                },
            )?;
        }
        // Across the sea it takes a day longer.
        let days = if self.sites[to].zone == self.sites[from].zone { 1 } else { 2 };
        let day = self.local(to, at)?.date().saturating_add(jiff::Span::new().days(days));
        let minutes = 9.0 * 60.0 + self.random.unit() * 100.0;
        let arrival = self.moment(to, day, minutes)?;
        self.plan(arrival, Event::Arrive(to, slip, lines));
        Ok(())
    }

    /// What was sent arrives.
    pub(super) fn arrive(
        &mut self,
        at: Micros,
        to: usize,
        slip: &str,
        lines: &[(usize, i64)],
    ) -> Result<()> {
        for (item, quantity) in lines {
            self.record(
                at,
                self.supply(),
                (to, *item),
                What {
                    kind: MovementKind::TransferIn,
                    quantity: *quantity,
                    ends: (Place::Transit, Place::Available),
                    key: Some(slip.to_owned()),
                },
            )?;
        }
        Ok(())
    }
}
