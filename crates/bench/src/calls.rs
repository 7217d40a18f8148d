//! What the clients of the load generator call.

use std::sync::Arc;

use anyhow::{Result, ensure};
use onhand_store::{Ids as _, clock::System};
use uuid::Uuid;

use crate::{
    http::{self, VarianceRequest, posted},
    load::{Calls, Random},
    world::{KEY, Places},
};

/// Variances of one bulk call: as many as the API takes.
pub(crate) const BULK: usize = 1_000;

/// Which SKUs are posted to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pick {
    /// Any of the first so many SKUs at any of the first so many facilities.
    Random { facilities: usize, skus: usize },
    /// All of them the same.
    One(usize),
}

impl Pick {
    /// Any SKU anywhere.
    pub(crate) const fn any(places: &Places) -> Self {
        Self::Random { facilities: places.facilities.len(), skus: places.skus.len() }
    }

    fn slot(self, random: &mut Random, places: &Places) -> usize {
        match self {
            Self::Random { facilities, skus } => {
                random.below(facilities) * places.skus.len() + random.below(skus)
            }
            Self::One(slot) => slot,
        }
    }
}

/// Posts single variances, each with an id of its own.
pub(crate) struct Posts {
    request: VarianceRequest,
    places: Arc<Places>,
    pick: Pick,
    random: Random,
    sent: (Uuid, u32),
    /// What was acknowledged: id and slot.
    pub(crate) acknowledged: Vec<(Uuid, u32)>,
}

impl Posts {
    /// So many clients.
    pub(crate) fn clients(count: usize, places: &Arc<Places>, pick: Pick) -> Vec<Self> {
        let client = |n| Self {
            request: VarianceRequest::new(KEY),
            places: Arc::clone(places),
            pick,
            random: Random::new(n as u64),
            sent: (Uuid::nil(), 0),
            acknowledged: Vec::new(),
        };
        (0..count).map(client).collect()
    }
}

impl Calls for Posts {
    fn next(&mut self) -> &[u8] {
        let slot = self.pick.slot(&mut self.random, &self.places);
        let (facility, sku) = self.places.of(slot);
        self.sent = (System.next(), u32::try_from(slot).unwrap_or(u32::MAX));
        self.request.fill(self.sent.0, facility, sku)
    }

    fn check(&mut self, body: &[u8]) -> Result<()> {
        ensure!(posted(body) == 1, "not posted: {}", String::from_utf8_lossy(body));
        self.acknowledged.push(self.sent);
        Ok(())
    }
}

/// Sends again what was acknowledged before.
pub(crate) struct Replays {
    request: VarianceRequest,
    places: Arc<Places>,
    known: Arc<Vec<(Uuid, u32)>>,
    random: Random,
}

impl Replays {
    pub(crate) fn clients(
        count: usize,
        places: &Arc<Places>,
        known: &Arc<Vec<(Uuid, u32)>>,
    ) -> Vec<Self> {
        let client = |n| Self {
            request: VarianceRequest::new(KEY),
            places: Arc::clone(places),
            known: Arc::clone(known),
            random: Random::new(n as u64),
        };
        (0..count).map(client).collect()
    }
}

impl Calls for Replays {
    fn next(&mut self) -> &[u8] {
        let at = self.random.below(self.known.len());
        let (id, slot) = self.known.get(at).copied().unwrap_or_default();
        let (facility, sku) = self.places.of(slot as usize);
        self.request.fill(id, facility, sku)
    }

    fn check(&mut self, body: &[u8]) -> Result<()> {
        ensure!(posted(body) == 1, "not answered again: {}", String::from_utf8_lossy(body));
        Ok(())
    }
}

/// Posts variances in bulk.
pub(crate) struct Bulks {
    request: Vec<u8>,
    places: Arc<Places>,
    random: Random,
    sent: Vec<u32>,
    /// The slots of what was acknowledged.
    pub(crate) acknowledged: Vec<u32>,
}

impl Bulks {
    pub(crate) fn clients(count: usize, places: &Arc<Places>) -> Vec<Self> {
        let client = |n| Self {
            request: Vec::new(),
            places: Arc::clone(places),
            random: Random::new(n as u64),
            sent: Vec::new(),
            acknowledged: Vec::new(),
        };
        (0..count).map(client).collect()
    }
}

impl Calls for Bulks {
    fn next(&mut self) -> &[u8] {
        let pick = Pick::any(&self.places);
        self.sent.clear();
        let mut body = String::with_capacity(BULK * 256);
        body.push_str("{\"variances\":[");
        for n in 0..BULK {
            let slot = pick.slot(&mut self.random, &self.places);
            let (facility, sku) = self.places.of(slot);
            if n > 0 {
                body.push(',');
            }
            body.push_str(&http::variance(System.next(), facility, sku));
            self.sent.push(u32::try_from(slot).unwrap_or(u32::MAX));
        }
        body.push_str("]}");
        self.request = http::post("/api/v1/variances/bulk", KEY, &body);
        &self.request
    }

    fn check(&mut self, body: &[u8]) -> Result<()> {
        let done = posted(body);
        ensure!(done == BULK, "{done} of {BULK} posted");
        self.acknowledged.append(&mut self.sent);
        Ok(())
    }
}

/// Reads pages, each time another of the same kind. A page is one request, or several that are
/// sent one after the other.
pub(crate) struct Reads {
    pages: Arc<Vec<Vec<Vec<u8>>>>,
    random: Random,
    /// The page, and how many of its requests were sent.
    at: (usize, usize),
}

impl Reads {
    /// So many clients that read these pages, given by their paths, in any order.
    pub(crate) fn clients(count: usize, pages: &[Vec<String>]) -> Vec<Self> {
        let page = |paths: &Vec<String>| paths.iter().map(|path| http::get(path, KEY)).collect();
        let pages: Arc<Vec<Vec<Vec<u8>>>> = Arc::new(pages.iter().map(page).collect());
        let client = |n| Self {
            pages: Arc::clone(&pages),
            random: Random::new(n as u64),
            at: (0, usize::MAX),
        };
        (0..count).map(client).collect()
    }

    fn page(&self) -> &[Vec<u8>] {
        self.pages.get(self.at.0).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Calls for Reads {
    fn next(&mut self) -> &[u8] {
        if self.at.1 >= self.page().len() {
            self.at = (self.random.below(self.pages.len()), 0);
        }
        self.at.1 += 1;
        self.page().get(self.at.1 - 1).map(Vec::as_slice).unwrap_or_default()
    }

    fn check(&mut self, body: &[u8]) -> Result<()> {
        ensure!(body.starts_with(b"{"), "not an answer: {}", String::from_utf8_lossy(body));
        Ok(())
    }

    fn complete(&self) -> bool {
        self.at.1 >= self.page().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_complete_with_its_last_request() {
        let page = |names: &[&str]| names.iter().map(|n| format!("/{n}")).collect();
        let pages: Vec<Vec<String>> = vec![page(&["a", "b", "c"])];
        let mut client = Reads::clients(1, &pages).remove(0);
        for (path, last) in [("/a", false), ("/b", false), ("/c", true), ("/a", false)] {
            assert_eq!(client.next(), http::get(path, KEY));
            assert_eq!(client.complete(), last, "{path}");
        }
    }

    #[test]
    fn a_pick_stays_within_what_it_may() {
        let ids = |n: u128| (0..n).map(Uuid::from_u128).collect();
        let places = Places { facilities: ids(3), skus: ids(10) };
        let mut random = Random::new(1);
        let pick = Pick::Random { facilities: 2, skus: 4 };
        let slots: std::collections::BTreeSet<usize> =
            (0..1_000).map(|_| pick.slot(&mut random, &places)).collect();
        assert_eq!(slots.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 10, 11, 12, 13]);
    }
}
