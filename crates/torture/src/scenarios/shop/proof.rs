//! Whether each change was applied exactly once, and whether all levels are equal: by the tables
//! and by what the shop says it has applied, and by nothing that the program says of itself.
//!
//! Change by change, not by sums: a change is one movement, which is one push, which is in one
//! call, whose key the shop has applied once, with just these differences.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use sqlx::{PgPool, Row as _, SqlitePool};
use uuid::Uuid;

/// What people recorded: neither what was there before, nor what the shop did itself.
const MOVEMENTS: &str = "SELECT id, facility_id, sku_id, quantity, from_place, to_place \
    FROM movements WHERE from_place <> 'opening' AND origin <> 'shopify'";
const LEVELS: &str = "SELECT facility_id, sku_id, available, committed, reserved, damaged, \
    quality_control, safety_stock FROM levels";
const PUSHES: &str = "SELECT item, location, movement_id, kind, name, to_name, delta, status, \
    call_id FROM channel_pushes";
const CALLS: &str = "SELECT id, status, attempts, follows FROM channel_calls";
const FACILITIES: &str = "SELECT facility_id, location FROM channel_facilities";
const ITEMS: &str = "SELECT item, sku_id FROM channel_items WHERE sku_id IS NOT NULL";
const FOLLOWED: &str = "SELECT kind, count(*) AS count FROM movements \
    WHERE origin = 'shopify' GROUP BY kind ORDER BY kind";

const WAITING: &str = "SELECT count(*) AS count FROM channel_deliveries WHERE status = 'waiting'";

/// The states of a level, as both sides name them.
const STATES: [&str; 6] =
    ["available", "committed", "reserved", "damaged", "quality_control", "safety_stock"];
/// The shop's sum of a level's states; it follows from them.
const ON_HAND: &str = "on_hand";

/// Of an item at a location, by the shop's ids.
type Lane = (String, String);
/// By how many units which states change, of which lanes. What comes to nothing isn't in it.
type Changes = BTreeMap<(Lane, String), i64>;

struct Movement {
    id: Uuid,
    facility: Uuid,
    sku: Uuid,
    quantity: i64,
    from: String,
    to: String,
}

struct Push {
    lane: Lane,
    movement: Option<Uuid>,
    kind: String,
    name: String,
    to_name: Option<String>,
    delta: i64,
    status: String,
    call: Option<Uuid>,
}

struct Call {
    id: Uuid,
    status: String,
    attempts: i64,
    /// The one that the shop refused, and that this one repeats word by word.
    follows: Option<Uuid>,
}

/// What the tables say.
pub(super) struct Books {
    movements: Vec<Movement>,
    levels: HashMap<(Uuid, Uuid), [i64; 6]>,
    pushes: Vec<Push>,
    calls: Vec<Call>,
    /// Of each call that repeats another, the other.
    follows: HashMap<Uuid, Uuid>,
    locations: HashMap<Uuid, String>,
    items: HashMap<Uuid, String>,
    /// Movements that the shop made, by kind.
    pub(super) followed: Vec<(String, i64)>,
}

/// What was found to be so.
#[derive(Debug)]
pub(super) struct Proven {
    /// Changes, each applied once.
    pub(super) changes: usize,
    pub(super) levels: usize,
    /// Calls that the shop has applied.
    pub(super) calls: usize,
    /// Calls that were sent again under the same key.
    pub(super) repeated: usize,
    /// Calls that the shop refused, and which went again under another key.
    pub(super) superseded: usize,
}

/// Whether something that the shop told was not looked at yet.
pub(super) async fn is_message_waiting(database: &str) -> anyhow::Result<bool> {
    macro_rules! ask {
        ($pool:expr) => {{
            let pool = $pool;
            let count: i64 = sqlx::query(WAITING).fetch_one(&pool).await?.try_get("count")?;
            pool.close().await;
            count
        }};
    }
    let count = if database.starts_with("sqlite:") {
        ask!(SqlitePool::connect(database).await?)
    } else {
        ask!(PgPool::connect(database).await?)
    };
    Ok(count > 0)
}

/// Reads the tables of a ledger in which nothing moves any more.
pub(super) async fn read(database: &str) -> anyhow::Result<Books> {
    macro_rules! read_from {
        ($pool:expr) => {{
            let pool = $pool;
            let mut books = Books::empty();
            for row in sqlx::query(MOVEMENTS).fetch_all(&pool).await? {
                books.movements.push(Movement {
                    id: row.try_get("id")?,
                    facility: row.try_get("facility_id")?,
                    sku: row.try_get("sku_id")?,
                    quantity: row.try_get("quantity")?,
                    from: row.try_get("from_place")?,
                    to: row.try_get("to_place")?,
                });
            }
            for row in sqlx::query(LEVELS).fetch_all(&pool).await? {
                let mut level = [0; 6];
                for (units, state) in level.iter_mut().zip(STATES) {
                    *units = row.try_get(state)?;
                }
                let key = (row.try_get("facility_id")?, row.try_get("sku_id")?);
                books.levels.insert(key, level);
            }
            for row in sqlx::query(PUSHES).fetch_all(&pool).await? {
                books.pushes.push(Push {
                    lane: (row.try_get("item")?, row.try_get("location")?),
                    movement: row.try_get("movement_id")?,
                    kind: row.try_get("kind")?,
                    name: row.try_get("name")?,
                    to_name: row.try_get("to_name")?,
                    delta: row.try_get("delta")?,
                    status: row.try_get("status")?,
                    call: row.try_get("call_id")?,
                });
            }
            for row in sqlx::query(CALLS).fetch_all(&pool).await? {
                books.calls.push(Call {
                    id: row.try_get("id")?,
                    status: row.try_get("status")?,
                    attempts: row.try_get("attempts")?,
                    follows: row.try_get("follows")?,
                });
            }
            let follows = books.calls.iter().filter_map(|call| Some((call.id, call.follows?)));
            books.follows = follows.collect();
            for row in sqlx::query(FACILITIES).fetch_all(&pool).await? {
                books.locations.insert(row.try_get("facility_id")?, row.try_get("location")?);
            }
            for row in sqlx::query(ITEMS).fetch_all(&pool).await? {
                books.items.insert(row.try_get("sku_id")?, row.try_get("item")?);
            }
            for row in sqlx::query(FOLLOWED).fetch_all(&pool).await? {
                books.followed.push((row.try_get("kind")?, row.try_get("count")?));
            }
            pool.close().await;
            books
        }};
    }
    Ok(if database.starts_with("sqlite:") {
        read_from!(SqlitePool::connect(database).await?)
    } else {
        read_from!(PgPool::connect(database).await?)
    })
}

impl Books {
    fn empty() -> Self {
        Self {
            movements: Vec::new(),
            levels: HashMap::new(),
            pushes: Vec::new(),
            calls: Vec::new(),
            follows: HashMap::new(),
            locations: HashMap::new(),
            items: HashMap::new(),
            followed: Vec::new(),
        }
    }

    /// Levels where the two say something different, in words. Each side has a level for each of
    /// the other's.
    pub(super) fn apart(&self, shop: &[Value]) -> anyhow::Result<Vec<String>> {
        let mut left = HashMap::new();
        for (&(facility, sku), level) in &self.levels {
            left.insert(self.lane(facility, sku)?, *level);
        }
        let mut apart = Vec::new();
        for level in shop {
            let lane = lane_of(level)?;
            let units = |state: &str| level[state].as_i64().context("a quantity");
            let mut theirs = [0; 6];
            for (units_of, state) in theirs.iter_mut().zip(STATES) {
                *units_of = units(state)?;
            }
            let ours = left.remove(&lane);
            let is_whole = theirs.iter().sum::<i64>() == units(ON_HAND)?;
            if ours != Some(theirs) || !is_whole {
                apart.push(format!("{lane:?}: the ledger has {ours:?}, the shop {level}"));
            }
        }
        apart.extend(left.keys().map(|lane| format!("{lane:?} is not in the shop")));
        Ok(apart)
    }

    /// That each change was applied exactly once, and nothing else; fails at the first that
    /// wasn't. `applied` is all that the shop has applied for us.
    pub(super) fn prove(&self, applied: &[Value]) -> anyhow::Result<Proven> {
        let mut told = self.check_pushes()?;
        let calls: HashMap<String, &Call> =
            self.calls.iter().map(|call| (call.id.to_string(), call)).collect();
        let mut keys = HashSet::new();
        for group in applied {
            let key = group["idempotency_key"].as_str().context("a key")?;
            ensure!(keys.insert(key), "key {key} was applied twice");
            let call = calls.get(key).with_context(|| format!("nobody sent key {key}"))?;
            ensure!(call.status == "confirmed", "{key} was applied and is {}", call.status);
            let told = told.remove(&call.id).unwrap_or_default();
            let done = changes_of(group)?;
            ensure!(done == told.changes, "{key} did {done:?}, told was {:?}", told.changes);
            told.check_reference(self.first_of(call), group)?;
        }
        // A call whose changes come to nothing leaves no trace in the shop.
        if let Some((id, told)) = told.iter().find(|(_, told)| !told.changes.is_empty()) {
            let changes = &told.changes;
            anyhow::bail!("call {id} counts as confirmed and was never applied: {changes:?}");
        }
        let with = |status: &str| self.calls.iter().filter(|call| call.status == status).count();
        Ok(Proven {
            changes: self.movements.len(),
            levels: self.levels.len(),
            calls: keys.len(),
            repeated: self.calls.iter().filter(|call| call.attempts > 1).count(),
            superseded: with("superseded"),
        })
    }

    /// Each movement of ours has one push that says the same, and no push is of anything else. What
    /// each call was to do.
    fn check_pushes(&self) -> anyhow::Result<HashMap<Uuid, Told>> {
        let mut left: HashMap<Uuid, &Movement> =
            self.movements.iter().map(|movement| (movement.id, movement)).collect();
        ensure!(left.len() == self.movements.len(), "a movement is there twice");
        let mut told: HashMap<Uuid, Told> = HashMap::new();
        for push in &self.pushes {
            let (status, delta) = (&push.status, push.delta);
            let nothing = status == "no_op" && push.kind == "set";
            ensure!(status == "confirmed" || nothing, "a push of {delta} is {status}");
            if let Some(id) = push.movement {
                let movement = left.remove(&id).with_context(|| {
                    format!("a push is of {id}, which has another or is none of ours")
                })?;
                let wanted = self.changes_of(movement)?;
                let said = push.changes();
                ensure!(said == wanted, "{id} is {wanted:?}, its push says {said:?}");
            } else {
                ensure!(push.kind == "set", "a push of {delta} is of no movement");
            }
            if let Some(call) = push.call {
                told.entry(call).or_default().add(push);
            } else {
                ensure!(nothing, "a push of {delta} is {status} without a call");
            }
        }
        if let Some(id) = left.keys().next() {
            anyhow::bail!("{} changes were never told, as {id}", left.len());
        }
        Ok(told)
    }

    /// The call whose words this one has: where a key was burnt, they go again under another.
    fn first_of(&self, call: &Call) -> Uuid {
        let mut first = call.id;
        let mut follows = call.follows;
        while let Some(before) = follows {
            first = before;
            follows = self.follows.get(&before).copied();
        }
        first
    }

    fn lane(&self, facility: Uuid, sku: Uuid) -> anyhow::Result<Lane> {
        let item = self.items.get(&sku).with_context(|| format!("{sku} is no item"))?;
        let location = self.locations.get(&facility);
        let location = location.with_context(|| format!("{facility} is no location"))?;
        Ok((item.clone(), location.clone()))
    }

    /// What a movement means for the shop: of each place that the shop has as well, its units.
    fn changes_of(&self, movement: &Movement) -> anyhow::Result<Changes> {
        let lane = self.lane(movement.facility, movement.sku)?;
        let mut changes = Changes::new();
        let ends = [(&movement.from, -movement.quantity), (&movement.to, movement.quantity)];
        for (place, units) in ends {
            if STATES.contains(&place.as_str()) {
                add(&mut changes, &lane, place, units);
            }
        }
        Ok(changes)
    }
}

impl Push {
    fn changes(&self) -> Changes {
        let mut changes = Changes::new();
        match &self.to_name {
            Some(to) => {
                add(&mut changes, &self.lane, &self.name, -self.delta);
                add(&mut changes, &self.lane, to, self.delta);
            }
            None => add(&mut changes, &self.lane, &self.name, self.delta),
        }
        changes
    }
}

/// What a call was to do.
#[derive(Default)]
struct Told {
    changes: Changes,
    movements: Vec<Uuid>,
}

impl Told {
    fn add(&mut self, push: &Push) {
        for ((lane, state), units) in push.changes() {
            add(&mut self.changes, &lane, &state, units);
        }
        self.movements.extend(push.movement);
    }

    /// The shop's history names the movement, or the call that has several.
    fn check_reference(&self, first: Uuid, group: &Value) -> anyhow::Result<()> {
        let named = group["reference_document_uri"].as_str().unwrap_or_default();
        let wanted = match self.movements.as_slice() {
            [movement] => format!("gid://onhand/Movement/{movement}"),
            _ => format!("gid://onhand/Call/{first}"),
        };
        ensure!(named == wanted, "a change refers to {named:?}, not to {wanted:?}");
        Ok(())
    }
}

fn add(changes: &mut Changes, lane: &Lane, state: &str, units: i64) {
    let key = (lane.clone(), state.to_owned());
    let sum = changes.get(&key).copied().unwrap_or_default() + units;
    if sum == 0 {
        changes.remove(&key);
    } else {
        changes.insert(key, sum);
    }
}

/// What the shop says a group did.
fn changes_of(group: &Value) -> anyhow::Result<Changes> {
    let mut changes = Changes::new();
    for change in group["changes"].as_array().context("changes")? {
        let name = change["name"].as_str().context("a name")?;
        if name != ON_HAND {
            let delta = change["delta"].as_i64().context("a delta")?;
            add(&mut changes, &lane_of(change)?, name, delta);
        }
    }
    Ok(changes)
}

fn lane_of(value: &Value) -> anyhow::Result<Lane> {
    let number = |name: &str| value[name].as_u64().with_context(|| format!("{name} in {value}"));
    let item = format!("gid://shopify/InventoryItem/{}", number("item_id")?);
    Ok((item, format!("gid://shopify/Location/{}", number("location_id")?)))
}

#[cfg(test)]
mod tests;
