//! Live changes: what was committed, by any node, told to whoever listens in this process.
//!
//! One task per process reads the ledgers' heads when this process has committed something, and
//! at least every [`POLL`] for what other nodes did, then fetches the movements behind what it
//! told before. `seq` is gapless per facility and given under the facility's lock, so nothing is
//! skipped: a sequence of the whole database would not be in the order of the commits.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use onhand_domain::{
    ChannelId, CountId, FacilityId, Movement, MovementId, MovementKind, PrincipalId, Quantities,
    SkuId, count::CountStatus,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::SimpleExpr,
};
use tokio::sync::{OnceCell, broadcast};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    channels::SettledTold,
    entities::{counts, ledger_heads, movements},
    stock::movement_of,
};

/// How long a change by another node waits at most to be told here.
pub const POLL: Duration = Duration::from_secs(1);
/// Pause between two looks: under load many commits are told at once.
const PAUSE: Duration = Duration::from_millis(20);
/// How often at most changes that shops have settled are told: many are at once.
pub const PUSHES_PAUSE: Duration = Duration::from_secs(1);
/// Movements of one facility that are told one by one. Of more (a large count) listeners are
/// told to read again what they show: that is one query each instead of thousands of events.
pub const MOVEMENTS_TOLD_MAX: u64 = 500;
/// Counts under way that are watched, the newest: of older ones nobody is told live.
pub const COUNTS_WATCHED_MAX: u64 = 2_000;
/// Changes that a slow listener may be behind. One that falls back further is cut off, and reads
/// again what it shows.
pub const CHANGES_KEPT_MAX: usize = 2_048;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A movement was recorded.
    Level(LevelChange),
    /// A variance request of the facility was made or decided.
    Requests(FacilityId),
    /// A count was made or changed, or its sessions or decisions were.
    Count(CountChange),
    /// Changes of the facility were settled with a shop, or wait for a person; of no single
    /// facility where there is none.
    Pushes(ChannelId, Option<FacilityId>),
    /// More happened at the facility than is told one by one.
    Reload(FacilityId),
}

impl Change {
    /// Where; none where it belongs to no single facility.
    pub const fn facility(&self) -> Option<FacilityId> {
        match self {
            Self::Level(level) => Some(level.facility),
            Self::Count(count) => Some(count.facility),
            Self::Requests(facility) | Self::Reload(facility) => Some(*facility),
            Self::Pushes(_, facility) => *facility,
        }
    }
}

/// A movement was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelChange {
    /// Where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// Its number in the facility's ledger.
    pub seq: i64,
    /// The level after it.
    pub level: Quantities,
    /// What kind of event.
    pub kind: MovementKind,
    /// The movement.
    pub movement: MovementId,
    /// Who.
    pub actor: PrincipalId,
}

impl From<Movement> for LevelChange {
    fn from(movement: Movement) -> Self {
        Self {
            facility: movement.facility,
            sku: movement.sku,
            seq: movement.seq,
            level: movement.after,
            kind: movement.kind,
            movement: movement.id,
            actor: movement.actor,
        }
    }
}

/// A count as it stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountChange {
    /// Where.
    pub facility: FacilityId,
    /// Which.
    pub count: CountId,
    /// How it stands.
    pub status: CountStatus,
    /// Grows with each change.
    pub version: i64,
}

/// What was told so far.
struct Told {
    heads: BTreeMap<FacilityId, Head>,
    /// Counts that are under way, by id.
    counts: BTreeMap<CountId, CountChange>,
    pushes: SettledTold,
    /// When was looked for those last.
    pushes_at: Instant,
}

/// What was told of a facility so far.
#[derive(Clone, Copy, Default)]
struct Head {
    seq: i64,
    requests_version: i64,
}

/// The way to the task, which runs from the first subscription until the store closes. The task
/// alone holds the channel open: with it, the listeners' streams end.
pub(crate) type Feed = Arc<OnceCell<broadcast::WeakSender<Change>>>;

impl Store {
    /// Changes from now on: whatever is committed after this call is told.
    ///
    /// [`broadcast::error::RecvError::Lagged`] means that the listener was too slow and missed
    /// some; `Closed` that the store was closed.
    pub async fn changes(&self) -> Result<broadcast::Receiver<Change>, StoreError> {
        let started = self.0.feed.get_or_try_init(|| async {
            let mut pushes = SettledTold::default();
            pushes.look(self).await?;
            let told = Told {
                heads: heads(self).await?,
                counts: counts_under_way(self).await?,
                pushes,
                pushes_at: Instant::now(),
            };
            let (sender, _) = broadcast::channel(CHANGES_KEPT_MAX);
            let weak = sender.downgrade();
            tokio::spawn(tell(self.clone(), told, sender));
            Ok::<_, StoreError>(weak)
        });
        let sender = started.await?.upgrade().ok_or(StoreError::Stopping)?;
        Ok(sender.subscribe())
    }
}

async fn tell(store: Store, mut told: Told, sender: broadcast::Sender<Change>) {
    let committed = store.committed();
    loop {
        // Registered before the look: what is committed during it wakes us again.
        let mut woken = std::pin::pin!(committed.notified());
        woken.as_mut().enable();
        if store.0.pools.is_closed() {
            return;
        }
        if let Err(error) = look(&store, &mut told, &sender).await {
            tracing::warn!(error = ?error, "feed.failed");
            tokio::time::sleep(POLL).await;
            continue;
        }
        tokio::time::sleep(PAUSE).await;
        // Without listeners nobody is in a hurry.
        if sender.receiver_count() == 0 {
            tokio::time::sleep(POLL).await;
        } else {
            let _ = tokio::time::timeout(POLL, woken).await;
        }
    }
}

async fn look(
    store: &Store,
    told: &mut Told,
    sender: &broadcast::Sender<Change>,
) -> Result<(), StoreError> {
    tell_counts(store, &mut told.counts, sender).await?;
    if sender.receiver_count() > 0 && told.pushes_at.elapsed() >= PUSHES_PAUSE {
        told.pushes_at = Instant::now();
        for (channel, facility) in told.pushes.look(store).await? {
            // Nobody listening is no failure.
            let _ = sender.send(Change::Pushes(channel, facility));
        }
    }
    for (facility, head) in heads(store).await? {
        let before = told.heads.get(&facility).copied().unwrap_or_default();
        let mut now = before;
        if head.seq > before.seq {
            now.seq = tell_movements(store, facility, before.seq, sender).await?.max(head.seq);
        }
        if head.requests_version != before.requests_version {
            now.requests_version = head.requests_version;
            // Nobody listening is no failure.
            let _ = sender.send(Change::Requests(facility));
        }
        told.heads.insert(facility, now);
    }
    Ok(())
}

/// Tells of the counts that changed since they were told of, and of those that ended.
async fn tell_counts(
    store: &Store,
    told: &mut BTreeMap<CountId, CountChange>,
    sender: &broadcast::Sender<Change>,
) -> Result<(), StoreError> {
    let now = counts_under_way(store).await?;
    let ended: Vec<Uuid> = told.keys().filter(|id| !now.contains_key(id)).map(|id| id.0).collect();
    let ended = match ended.as_slice() {
        [] => BTreeMap::new(),
        ids => counts_where(store, counts::Column::Id.is_in(ids.iter().copied())).await?,
    };
    for (id, count) in now.iter().chain(&ended) {
        if told.get(id) != Some(count) {
            // Nobody listening is no failure.
            let _ = sender.send(Change::Count(*count));
        }
    }
    *told = now;
    Ok(())
}

async fn counts_under_way(store: &Store) -> Result<BTreeMap<CountId, CountChange>, StoreError> {
    let under_way = CountStatus::ALL.iter().filter(|s| !s.is_final()).map(|s| s.code());
    counts_where(store, counts::Column::Status.is_in(under_way)).await
}

async fn counts_where(
    store: &Store,
    condition: SimpleExpr,
) -> Result<BTreeMap<CountId, CountChange>, StoreError> {
    use counts::Column as C;
    let rows: Vec<(Uuid, Uuid, String, i64)> = counts::Entity::find()
        .select_only()
        .columns([C::Id, C::FacilityId, C::Status, C::Version])
        .filter(condition)
        .order_by_desc(C::CreatedAt)
        .limit(COUNTS_WATCHED_MAX)
        .into_tuple()
        .all(&store.reader())
        .await?;
    let change = |(id, facility, status, version): (Uuid, Uuid, String, i64)| {
        let status = CountStatus::from_code(&status).ok_or_else(|| StoreError::Inconsistent {
            table: "counts",
            what: format!("the status {status:?}"),
        })?;
        let count = CountId(id);
        Ok((count, CountChange { facility: FacilityId(facility), count, status, version }))
    };
    rows.into_iter().map(change).collect()
}

/// Tells of the movements after a number, and returns the number of the last one told.
async fn tell_movements(
    store: &Store,
    facility: FacilityId,
    after: i64,
    sender: &broadcast::Sender<Change>,
) -> Result<i64, StoreError> {
    if sender.receiver_count() == 0 {
        return Ok(after);
    }
    let rows = movements::Entity::find()
        .filter(movements::Column::FacilityId.eq(facility.0))
        .filter(movements::Column::Seq.gt(after))
        .order_by_asc(movements::Column::Seq)
        .limit(MOVEMENTS_TOLD_MAX + 1)
        .all(&store.reader())
        .await?;
    if rows.len() as u64 > MOVEMENTS_TOLD_MAX {
        let _ = sender.send(Change::Reload(facility));
        return Ok(after);
    }
    let mut last = after;
    for row in rows {
        let movement = movement_of(row)?;
        last = movement.seq;
        let _ = sender.send(Change::Level(movement.into()));
    }
    Ok(last)
}

async fn heads(store: &Store) -> Result<BTreeMap<FacilityId, Head>, StoreError> {
    let rows = ledger_heads::Entity::find().all(&store.reader()).await?;
    let told = |row: ledger_heads::Model| {
        let told = Head { seq: row.seq, requests_version: row.requests_version };
        (FacilityId(row.facility_id), told)
    };
    Ok(rows.into_iter().map(told).collect())
}
