//! Fills a database with more movements than anybody would wait for over HTTP: valid rows, written
//! in large transactions without the server, secondary indexes made at the end. `onhand verify`
//! accepts the result.

use anyhow::{Context as _, Result};
use tokio::sync::mpsc;

use crate::{
    bare,
    database::Db,
    ledger::{Batch, Ledger},
};

/// Units of each SKU at each facility in the beginning.
pub(crate) const OPENING_UNITS: i64 = 100;
/// Rows of one transaction.
const ROWS: usize = 10_000;
/// Transactions that wait to be written.
const WAITING_MAX: usize = 2;

/// Gives every slot its opening stock and then adds variances, each batch of them at one facility,
/// until there are `movements` in all (at least one for each slot).
pub(crate) async fn fill(url: &str, ledger: Ledger, movements: usize) -> Result<Ledger> {
    let db = Db::open_to_fill(url).await?;
    let indexes = db.indexes("movements").await?;
    for (name, _) in &indexes {
        db.execute(&format!("DROP INDEX {name}")).await?;
    }
    let (sender, mut batches) = mpsc::channel(WAITING_MAX);
    let maker = std::thread::spawn(move || make(ledger, movements, &sender));
    while let Some(batch) = batches.recv().await {
        bare::write(&db, &batch).await?;
    }
    let ledger = maker.join().ok().context("the maker of rows ended early")?;
    for (_, definition) in &indexes {
        db.execute(definition).await?;
    }
    db.close().await;
    // Once more with the durability that the server has, so that all of it is on the disk.
    let db = Db::open(url).await?;
    settle(&db).await?;
    db.close().await;
    Ok(ledger)
}

fn make(mut ledger: Ledger, movements: usize, batches: &mpsc::Sender<Batch>) -> Ledger {
    let (slots, skus) = (ledger.slots(), ledger.skus());
    let mut batch = Batch::default();
    let send = |batch: &mut Batch| batches.blocking_send(std::mem::take(batch)).is_ok();
    for n in 0..movements.max(slots) {
        if n < slots {
            ledger.open(&mut batch, n, OPENING_UNITS);
        } else {
            let (round, within) = ((n - slots) / ROWS, (n - slots) % ROWS);
            let facilities = slots / skus;
            let sku = (round / facilities * ROWS + within) % skus;
            ledger.find(&mut batch, round % facilities * skus + sku);
        }
        if batch.movements.len() == ROWS {
            // Levels are written once, as they are in the end.
            batch.levels.clear();
            if !send(&mut batch) {
                return ledger;
            }
        }
    }
    batch.levels.clear();
    let mut last = batch;
    for slot in 0..slots {
        let (place, level) = ledger.level(slot);
        last.levels.insert(place, level);
        if last.levels.len() == ROWS && !send(&mut last) {
            return ledger;
        }
    }
    send(&mut last);
    ledger
}

/// What a database that has lived for a while has done long ago: its statistics are there, its
/// log is folded in.
async fn settle(db: &Db) -> Result<()> {
    match db {
        Db::Sqlite(_) => db.execute("PRAGMA wal_checkpoint(TRUNCATE)").await,
        Db::Postgres(_) => {
            db.execute("VACUUM ANALYZE").await?;
            db.execute("CHECKPOINT").await
        }
    }
}

#[cfg(test)]
mod tests {
    use onhand_domain::Micros;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn every_slot_is_opened_and_the_last_levels_are_written() {
        let ids = |n: u128, count| (0..count).map(|i| Uuid::from_u128(n + i)).collect();
        let ledger = Ledger::new(Uuid::nil(), ids(1_000, 2), ids(2_000, 7), Micros(1)).unwrap();
        let (sender, mut batches) = mpsc::channel(100);
        let movements = 3 * ROWS + 5;
        let maker = std::thread::spawn(move || make(ledger, movements, &sender));
        let (mut rows, mut units) = (0, 0);
        let mut levels = std::collections::BTreeMap::new();
        while let Some(batch) = batches.recv().await {
            rows += batch.movements.len();
            units += batch.movements.iter().map(|m| m.quantity).sum::<i64>();
            levels.extend(batch.levels);
        }
        let ledger = maker.join().unwrap();
        assert_eq!((rows, levels.len()), (movements, 14));
        let sum: i64 = levels.values().map(|level| level.quantities.available).sum();
        assert_eq!(sum, units);
        assert_eq!(sum, ledger.available().iter().sum::<i64>());
    }
}
