//! The shop as the requests see it: the world behind a lock, its clock, its journal.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};

use crate::catalog::Catalog;
use crate::faults::Pending;
use crate::hex::hex;
use crate::journal::{Header, Journal, JournalError};
use crate::stats::Stats;
use crate::throttle::Bucket;
use crate::world::genesis::Genesis;
use crate::world::{Act, Command, Micros, Outcome, World};

/// Version of the state file: raised when a replay would give another shop.
const STATE_VERSION: u32 = 1;

/// What was written and may not be on the disk yet.
#[derive(Debug)]
pub(crate) struct Written {
    number: u64,
    synced: watch::Receiver<u64>,
}

/// Everything that a request may touch.
#[derive(Debug)]
pub(crate) struct Shop {
    world: RwLock<World>,
    journal: Option<Mutex<Journal>>,
    /// Where it listens, as others reach it.
    pub(crate) address: String,
    pub(crate) state: Option<PathBuf>,
    pub(crate) bucket: Bucket,
    pub(crate) pending: Pending,
    pub(crate) stats: Stats,
    /// Rows of bulk operations, where there is no file to keep them in.
    pub(crate) rows: Mutex<std::collections::BTreeMap<u64, Vec<u8>>>,
    /// Keys of the requests that are at work.
    at_work: Mutex<BTreeSet<String>>,
    /// Rung when something may be on its way.
    pub(crate) bell: Notify,
}

impl Shop {
    pub(crate) fn open(
        mut genesis: Genesis,
        catalog_file: &[u8],
        state: Option<PathBuf>,
        bucket: Bucket,
        address: String,
    ) -> anyhow::Result<Self> {
        let catalog = Catalog::read(catalog_file)?;
        let header = Header {
            twin: STATE_VERSION,
            catalog: hex(&Sha256::digest(catalog_file)),
            locations: genesis.locations,
            stocked_at: genesis.stocked_at,
            seed: genesis.seed,
            at: genesis.at,
        };
        let (mut world, journal) = match &state {
            None => (World::new(&genesis, &catalog), None),
            Some(path) => {
                let world = std::cell::OnceCell::new();
                let begin = |header: &Header| {
                    genesis.at = header.at;
                    // Called once, before anything else.
                    let _ = world.set(std::cell::RefCell::new(World::new(&genesis, &catalog)));
                };
                let replay = |command: &Command| {
                    if let Some(world) = world.get() {
                        world.borrow_mut().apply(command);
                    }
                };
                let journal = Journal::open(path, &header, begin, replay)?;
                let Some(world) = world.into_inner() else {
                    anyhow::bail!("the state file has no beginning");
                };
                (world.into_inner(), Some(Mutex::new(journal)))
            }
        };
        world.address.clone_from(&address);
        Ok(Self {
            world: RwLock::new(world),
            journal,
            address,
            state,
            bucket,
            pending: Pending::default(),
            stats: Stats::default(),
            rows: Mutex::default(),
            at_work: Mutex::default(),
            bell: Notify::new(),
        })
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Micros {
        let world = self.read();
        world.clock.now().max(world.now)
    }

    /// Lets something happen. The effect is on the disk when this returns.
    pub(crate) async fn apply(&self, act: Act) -> Result<Outcome, JournalError> {
        let (outcome, written) = self.apply_unsynced(act)?;
        if let Some(Written { number, mut synced }) = written {
            let closed = |_| std::io::Error::other("the disk doesn't answer");
            synced.wait_for(|done| *done >= number).await.map_err(closed)?;
        }
        Ok(outcome)
    }

    /// Lets something happen that may be forgotten if the machine loses power.
    pub(crate) fn apply_unsynced(
        &self,
        act: Act,
    ) -> Result<(Outcome, Option<Written>), JournalError> {
        let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        let at = world.clock.now().max(world.now);
        let command = Command { at, act };
        let written = match &self.journal {
            None => None,
            Some(journal) => {
                let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
                Some(Written { number: journal.write(&command)?, synced: journal.synced() })
            }
        };
        let outcome = world.apply(&command);
        let is_awaited = !world.deliveries.is_empty();
        drop(world);
        if is_awaited {
            self.bell.notify_one();
        }
        Ok((outcome, written))
    }

    /// Marks a key as being worked on; None where it already is.
    pub(crate) fn claim(&self, key: &str) -> Option<Claim<'_>> {
        let claimed = self.keys().insert(key.to_owned());
        if claimed {
            self.stats.count("keys.claimed");
        }
        claimed.then(|| Claim { shop: self, key: key.to_owned() })
    }

    fn keys(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds a key until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    shop: &'a Shop,
    key: String,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.shop.keys().remove(&self.key);
    }
}
