//! What goes next: pushes that may be sent, put together into calls.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    ChannelId, MovementId,
    channel::{CallKind, LINES_MAX, PushStatus, QuantityName, ShopReason, Urgency},
};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::rows::{IDS_MAX, word};
use crate::{Store, StoreError};

/// Most pushes of one call. A lane in which more wait sends them in several.
pub const PUSHES_A_CALL_MAX: usize = 5_000;
/// Most pushes that one line sums up.
const PUSHES_A_LINE_MAX: i64 = 100;
/// Most calls that are drafted at once.
const CALLS_MAX: usize = 40;
/// Waiting pushes that are looked at for each line that may go: several may be of one lane.
const LOOKED_AT_A_LINE: usize = 2;

/// An item at a location.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaneKey {
    /// The item.
    pub item: String,
    /// The location.
    pub location: String,
}

/// A call that could be made now. Nothing is written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The shop.
    pub channel: ChannelId,
    /// What is done.
    pub kind: CallKind,
    /// To which quantity; of a move, the one that units leave.
    pub name: QuantityName,
    /// Of a move, where they go.
    pub to_name: Option<QuantityName>,
    /// Why.
    pub reason: ShopReason,
    /// How urgent its most urgent line is.
    pub urgency: Urgency,
    /// At most [`LINES_MAX`], each of another lane.
    pub lines: Vec<DraftLine>,
}

/// What is done to one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftLine {
    /// The lane.
    pub lane: LaneKey,
    /// By how many units, all pushes together.
    pub delta: i64,
    /// What the shop must have; a set makes it `compare + delta`.
    pub compare: Option<i64>,
    /// The pushes, in their order.
    pub pushes: Vec<Uuid>,
    /// The movement behind it, if it is one.
    pub movement: Option<MovementId>,
}

/// What pushes of one call have in common.
type Common = (CallKind, QuantityName, Option<QuantityName>, ShopReason, Option<Uuid>);

/// Waiting pushes, most urgent first. Not those of a lane with something before them that waits
/// for the shop or a person, of one that is frozen, or at a location that takes no changes. Index
/// `channel_pushes_waiting`; what is in their way is looked up row by row, as a value: a join lets
/// PostgreSQL compare each with each, since its statistics know of no open pushes.
const NEXT: &str = "
    SELECT p.item, p.location, p.urgency FROM channel_pushes p
    WHERE p.channel_id = $1 AND p.status = 'pending' AND p.urgency <= $3
        AND (SELECT 1 FROM channel_pushes b
            WHERE b.channel_id = p.channel_id AND b.item = p.item AND b.location = p.location
                AND b.ordinal < p.ordinal AND b.settled_at IS NULL AND b.status <> 'pending'
            LIMIT 1) IS NULL
        AND (SELECT 1 FROM channel_lanes l
            WHERE l.channel_id = p.channel_id AND l.item = p.item AND l.location = p.location
                AND l.status <> 'live' LIMIT 1) IS NULL
        AND (SELECT 1 FROM channel_locations x
            WHERE x.channel_id = p.channel_id AND x.location = p.location AND NOT x.active
            LIMIT 1) IS NULL
    ORDER BY p.urgency, p.recorded_at, p.id LIMIT $2";

/// The first open pushes in the lanes of some items. Index `channel_pushes_open`: by item, since
/// PostgreSQL compares each open push with each pair of a list of items with locations.
const OF_LANES: &str = "
    SELECT q.id, q.item, q.location, q.movement_id, q.kind, q.name, q.to_name, q.delta, q.compare,
        q.reason, q.status, q.apart
    FROM (SELECT p.*,
            ROW_NUMBER() OVER (PARTITION BY p.item, p.location ORDER BY p.ordinal) AS place
        FROM channel_pushes p
        WHERE p.channel_id = $1 AND p.settled_at IS NULL AND p.item IN (";
const AT_LOCATIONS: &str = ") AND p.location IN (";
const OF_LANES_END: &str = ")) q WHERE q.place <= $2 ORDER BY q.item, q.location, q.place";

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    item: String,
    location: String,
    movement_id: Option<Uuid>,
    kind: String,
    name: String,
    to_name: Option<String>,
    delta: i64,
    compare: Option<i64>,
    reason: String,
    status: String,
    apart: Option<Uuid>,
}

impl Store {
    /// Calls that could be made now, the most urgent first. A lane contributes what waits first in
    /// it and can be told together; what comes behind waits until that is settled.
    ///
    /// What is urgent goes in calls of its own: a line that the shop refuses keeps all others of
    /// its call waiting for another round.
    pub async fn draft_calls(
        &self,
        channel: ChannelId,
        calls_max: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        self.drafts(channel, calls_max, Urgency::Rise).await
    }

    /// Those of them that are urgent, with what stands in their way in their lanes.
    pub async fn draft_urgent_calls(
        &self,
        channel: ChannelId,
        calls_max: usize,
    ) -> Result<Vec<Draft>, StoreError> {
        self.drafts(channel, calls_max, Urgency::Oversell).await
    }

    async fn drafts(
        &self,
        channel: ChannelId,
        calls_max: usize,
        least: Urgency,
    ) -> Result<Vec<Draft>, StoreError> {
        let calls_max = calls_max.min(CALLS_MAX);
        let db = self.reader();
        let lanes = next(&db, channel, calls_max.saturating_mul(LINES_MAX), least).await?;
        let mut runs = runs(&db, channel, lanes.iter().map(|(lane, _)| lane)).await?;
        let mut drafts: Vec<Filling> = Vec::new();
        for (lane, urgency) in &lanes {
            let Some((common, line)) = runs.remove(lane) else { continue };
            let room = drafts.iter().position(|draft| draft.has_room(&common, *urgency, &line));
            if let Some(draft) = room.and_then(|at| drafts.get_mut(at)) {
                draft.add(*urgency, line);
            } else if drafts.len() < calls_max {
                drafts.push(Filling::new(channel, common, *urgency, line));
            }
        }
        Ok(drafts.into_iter().map(|filling| filling.draft).collect())
    }
}

/// The lanes of the most urgent pushes, each once, in that order. A lane is as urgent as the most
/// urgent push that waits in it, wherever it stands: what is before it is in its way.
async fn next(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    wanted: usize,
    least: Urgency,
) -> Result<Vec<(LaneKey, Urgency)>, StoreError> {
    let looked_at = i64::try_from(wanted.saturating_mul(LOOKED_AT_A_LINE)).unwrap_or(i64::MAX);
    let values = [channel.0.into(), looked_at.into(), least.rank().into()];
    let ask = Statement::from_sql_and_values(db.get_database_backend(), NEXT, values);
    let mut seen = BTreeSet::new();
    let mut lanes = Vec::new();
    for row in db.query_all_raw(ask).await? {
        let key =
            LaneKey { item: row.try_get("", "item")?, location: row.try_get("", "location")? };
        if lanes.len() < wanted && seen.insert(key.clone()) {
            lanes.push((key, urgency(row.try_get("", "urgency")?)?));
        }
    }
    Ok(lanes)
}

fn urgency(rank: i64) -> Result<Urgency, StoreError> {
    Urgency::from_rank(rank).ok_or_else(|| StoreError::Inconsistent {
        table: "channel_pushes",
        what: format!("the urgency {rank}"),
    })
}

/// What each lane contributes.
async fn runs(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    lanes: impl Iterator<Item = &LaneKey> + Clone,
) -> Result<BTreeMap<LaneKey, (Common, DraftLine)>, StoreError> {
    let mut runs = BTreeMap::new();
    let items: BTreeSet<&str> = lanes.clone().map(|lane| lane.item.as_str()).collect();
    let items: Vec<&str> = items.into_iter().collect();
    // A backlog mostly comes store by store: what waits elsewhere need not be read.
    let locations: BTreeSet<&str> = lanes.map(|lane| lane.location.as_str()).collect();
    for items in items.chunks(IDS_MAX) {
        let mut values: Vec<Value> = vec![channel.0.into(), PUSHES_A_LINE_MAX.into()];
        values.extend(items.iter().chain(&locations).map(|id| Value::from(*id)));
        let marks = |range: std::ops::RangeInclusive<usize>| {
            range.map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
        };
        let last = items.len() + 2;
        let (items, locations) = (marks(3..=last), marks(last + 1..=values.len()));
        let sql = format!("{OF_LANES}{items}{AT_LOCATIONS}{locations}{OF_LANES_END}");
        let ask = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        let mut open: BTreeMap<LaneKey, Vec<Row>> = BTreeMap::new();
        for row in Row::find_by_statement(ask).all(db).await? {
            let key = LaneKey { item: row.item.clone(), location: row.location.clone() };
            open.entry(key).or_default().push(row);
        }
        for (lane, rows) in open {
            if let Some(run) = run(&lane, &rows)? {
                runs.insert(lane, run);
            }
        }
    }
    Ok(runs)
}

/// The beginning of a lane that can be told in one line. What is compared is told alone: the shop
/// must have exactly that, whatever came before.
fn run(key: &LaneKey, rows: &[Row]) -> Result<Option<(Common, DraftLine)>, StoreError> {
    let Some(first) = rows.first().filter(|row| row.status == PushStatus::Pending.code()) else {
        return Ok(None);
    };
    let shared = common(first)?;
    let mut line = DraftLine {
        lane: key.clone(),
        delta: 0,
        compare: first.compare,
        pushes: Vec::new(),
        movement: first.movement_id.map(MovementId),
    };
    for row in rows {
        let alone = first.compare.is_some() && !line.pushes.is_empty();
        let other = row.status != first.status || row.compare != first.compare;
        let sum = line.delta.checked_add(row.delta);
        let (false, false, Some(sum)) = (alone, other || common(row)? != shared, sum) else {
            break;
        };
        line.delta = sum;
        line.pushes.push(row.id);
    }
    if line.pushes.len() > 1 {
        line.movement = None;
    }
    Ok(Some((shared, line)))
}

fn common(row: &Row) -> Result<Common, StoreError> {
    let table = "channel_pushes";
    let name = |text: &str| word(table, QuantityName::from_code, text);
    Ok((
        word(table, CallKind::from_code, &row.kind)?,
        name(&row.name)?,
        row.to_name.as_deref().map(name).transpose()?,
        word(table, ShopReason::from_code, &row.reason)?,
        row.apart,
    ))
}

/// A draft that may take more lines.
struct Filling {
    draft: Draft,
    common: Common,
    pushes: usize,
}

impl Filling {
    fn new(channel: ChannelId, common: Common, urgency: Urgency, line: DraftLine) -> Self {
        let (kind, name, to_name, reason, _) = common;
        let pushes = line.pushes.len();
        let lines = vec![line];
        let draft = Draft { channel, kind, name, to_name, reason, urgency, lines };
        Self { draft, common, pushes }
    }

    fn has_room(&self, common: &Common, urgency: Urgency, line: &DraftLine) -> bool {
        let urgent = |urgency| urgency == Urgency::Oversell;
        self.common == *common
            && urgent(self.draft.urgency) == urgent(urgency)
            && self.draft.lines.len() < LINES_MAX
            && self.pushes.saturating_add(line.pushes.len()) <= PUSHES_A_CALL_MAX
    }

    fn add(&mut self, urgency: Urgency, line: DraftLine) {
        self.pushes = self.pushes.saturating_add(line.pushes.len());
        self.draft.urgency = self.draft.urgency.min(urgency);
        self.draft.lines.push(line);
    }
}
