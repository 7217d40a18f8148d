//! Sales with the second at which each was made: read from a file, or made up.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, Result, ensure};
use onhand_domain::Micros;

/// More units of one line than that are fuel by volume, no count of things on a shelf.
const QUANTITY_MAX: i64 = 100;

/// A made-up year: as many sales of as many products as in the real one.
const MADE_UP: (i64, i64, usize) = (365, 4_000, 30_000);
/// Of 1,000 sales of a day, those of each hour: a store that opens at seven.
const HOURS: [u32; 24] =
    [2, 1, 0, 0, 0, 1, 3, 12, 25, 38, 50, 62, 70, 68, 70, 78, 92, 105, 100, 85, 62, 42, 24, 10];
/// 2025-01-01, so that a made-up year looks like one.
const YEAR: i64 = 1_735_689_600 * Micros::SECOND;

/// One line of a receipt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sale {
    pub(super) at: i64,
    pub(super) quantity: i64,
}

/// The sales of one store, by SKU and in order of time. Several stores are one.
pub(super) struct Sales {
    by_sku: Vec<Vec<Sale>>,
    pub(super) lines: usize,
    pub(super) left_out: usize,
    first_day: i64,
    last_day: i64,
}

impl Sales {
    /// Reads `timestamp,store,product,quantity`, with times as `2017-01-31 17:05:09`.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
        let mut rows = text.lines();
        let header = rows.next().unwrap_or_default().trim();
        let wanted = "timestamp,store,product,quantity";
        ensure!(header == wanted, "the first line is {header:?}, and must be {wanted:?}");
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut by_sku: Vec<Vec<Sale>> = Vec::new();
        let mut left_out = 0;
        for (n, row) in rows.enumerate() {
            let parsed = || -> Option<(i64, &str, i64)> {
                let mut cells = row.trim().split(',');
                let at: jiff::civil::DateTime = cells.next()?.parse().ok()?;
                let at = jiff::tz::TimeZone::UTC.to_timestamp(at).ok()?.as_microsecond();
                let product = cells.nth(1)?;
                Some((at, product, cells.next()?.parse().ok()?))
            };
            let (at, product, quantity) =
                parsed().with_context(|| format!("line {} is no sale: {row:?}", n + 2))?;
            if !(1..=QUANTITY_MAX).contains(&quantity) {
                left_out += 1;
                continue;
            }
            let place = *places.entry(product).or_insert(by_sku.len());
            if place == by_sku.len() {
                by_sku.push(Vec::new());
            }
            by_sku[place].push(Sale { at, quantity });
        }
        Ok(Self::new(by_sku, left_out))
    }

    /// A year of a store: popular things sell much more often than others, mostly one at a time,
    /// mostly in the afternoon.
    #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
    pub(super) fn made_up(seed: u64) -> Self {
        let (days, lines_a_day, products) = MADE_UP;
        let mut dice = Dice::new(seed);
        let mut sum = 0.0;
        let shares = (0..products).map(|rank| {
            sum += (rank as f64 + 10.0).powf(-0.9);
            sum
        });
        let shares: Vec<f64> = shares.collect();
        let hours: u32 = HOURS.iter().sum();
        let mut by_sku = vec![Vec::new(); products];
        for day in 0..days {
            for _ in 0..lines_a_day {
                let share = dice.fraction() * sum;
                let sku = shares.partition_point(|s| *s <= share).min(products - 1);
                let mut left = u32::try_from(dice.index(hours as usize)).unwrap_or_default();
                let hour = HOURS.iter().position(|n| {
                    let here = left < *n;
                    left = left.saturating_sub(*n);
                    here
                });
                let second = hour.unwrap_or_default() * 3_600 + dice.index(3_600);
                let second = i64::try_from(second).unwrap_or_default();
                let at = YEAR + day * Micros::DAY + second * Micros::SECOND;
                let quantity = match dice.index(100) {
                    0..82 => 1,
                    82..95 => 2,
                    _ => 3 + i64::try_from(dice.index(3)).unwrap_or_default(),
                };
                by_sku[sku].push(Sale { at, quantity });
            }
        }
        Self::new(by_sku, 0)
    }

    fn new(mut by_sku: Vec<Vec<Sale>>, left_out: usize) -> Self {
        for sales in &mut by_sku {
            sales.sort_by_key(|sale| sale.at);
        }
        let all = || by_sku.iter().flatten().map(|sale| sale.at.div_euclid(Micros::DAY));
        let first_day = all().min().unwrap_or_default();
        let last_day = all().max().unwrap_or_default();
        Self { lines: by_sku.iter().map(Vec::len).sum(), by_sku, left_out, first_day, last_day }
    }

    pub(super) const fn skus(&self) -> usize {
        self.by_sku.len()
    }

    pub(super) fn lines_of(&self, sku: usize) -> usize {
        self.by_sku[sku].len()
    }

    /// The sales of a SKU after one time, up to and with another.
    pub(super) fn between(&self, sku: usize, after: i64, to: i64) -> &[Sale] {
        let sales = &self.by_sku[sku];
        let from = sales.partition_point(|sale| sale.at <= after);
        &sales[from..sales.partition_point(|sale| sale.at <= to).max(from)]
    }

    /// Midnights of days to count on, the last but one at the latest: approval is a day later.
    pub(super) fn days(&self, wanted: usize, dice: &mut Dice) -> Result<Vec<i64>> {
        let mut all: Vec<i64> = (self.first_day + 1..self.last_day - 1).collect();
        ensure!(all.len() >= wanted, "the sales are of too few days: {}", all.len());
        for place in 0..wanted {
            let other = place + dice.index(all.len() - place);
            all.swap(place, other);
        }
        all.truncate(wanted);
        Ok(all.into_iter().map(|day| day * Micros::DAY).collect())
    }
}

/// `SplitMix64`: the same on every machine and in every release.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A place in something of this length; 0 where it is empty.
    pub(super) fn index(&mut self, length: usize) -> usize {
        let product = u128::from(self.next()) * length as u128;
        usize::try_from(product >> 64).unwrap_or_default()
    }

    /// From 0 up to, and without, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(super) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Normally distributed, around 0 (Box and Muller).
    pub(super) fn normal(&mut self, deviation: f64) -> f64 {
        let (one, two) = (1.0 - self.fraction(), self.fraction());
        (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos() * deviation
    }
}
