//! How far movements are on their way to the shops: for whoever logged them.

use std::collections::BTreeMap;

use onhand_domain::{
    ChannelId, Micros, MovementId,
    channel::{PushStatus, Reached, reached},
};
use sea_orm::{FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::rows::word;
use crate::{Store, StoreError};

/// Movements of one query.
const MOVEMENTS_A_QUERY: usize = 1_000;

/// How far a movement is on its way to a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementState {
    /// The shop.
    pub channel: ChannelId,
    /// What people call it.
    pub name: String,
    /// How far.
    pub reached: Reached,
    /// When it was sent first.
    pub sent_at: Option<Micros>,
    /// When the shop had all of it.
    pub confirmed_at: Option<Micros>,
    /// The shop's id of the change.
    pub adjustment: Option<String>,
    /// Why not, in words.
    pub problem: Option<String>,
}

/// A shop that is told of the movement's facility.
#[derive(FromQueryResult)]
struct Told {
    movement_id: Uuid,
    channel_id: Uuid,
    name: String,
    seq: i64,
    reached: i64,
}

/// A push of the movement; the shop may not be told of the facility any more.
#[derive(FromQueryResult)]
struct Pushed {
    movement_id: Uuid,
    channel_id: Uuid,
    name: String,
    status: String,
    sent_at: Option<i64>,
    settled_at: Option<i64>,
    adjustment: Option<String>,
    problem: Option<String>,
}

/// What is known of a movement in one shop.
#[derive(Default)]
struct Known {
    name: String,
    read: bool,
    pushes: Vec<(PushStatus, Pushed)>,
}

impl Store {
    /// How far these movements are, in each shop that is told of their facility, by the shops'
    /// names; the caller may see the movements. Two queries however many there are.
    pub async fn movement_states(
        &self,
        movements: &[MovementId],
    ) -> Result<BTreeMap<MovementId, Vec<MovementState>>, StoreError> {
        let mut known: BTreeMap<(MovementId, ChannelId), Known> = BTreeMap::new();
        let db = self.reader();
        for some in movements.chunks(MOVEMENTS_A_QUERY) {
            let ask = |sql: &str| {
                let ids: Vec<Value> = some.iter().map(|id| id.0.into()).collect();
                let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
                let sql = sql.replace("{ids}", &places.join(","));
                Statement::from_sql_and_values(db.get_database_backend(), sql, ids)
            };
            for told in Told::find_by_statement(ask(TOLD)).all(&db).await? {
                let key = (MovementId(told.movement_id), told.channel_id.into());
                let read = told.reached >= told.seq;
                known.insert(key, Known { name: told.name, read, pushes: Vec::new() });
            }
            for push in Pushed::find_by_statement(ask(PUSHED)).all(&db).await? {
                let status = word("channel_pushes", PushStatus::from_code, &push.status)?;
                let key = (MovementId(push.movement_id), push.channel_id.into());
                let one = known.entry(key).or_default();
                one.name.clone_from(&push.name);
                one.pushes.push((status, push));
            }
        }
        let mut states: BTreeMap<MovementId, Vec<MovementState>> = BTreeMap::new();
        for ((movement, channel), one) in known {
            states.entry(movement).or_default().push(one.state(channel));
        }
        for all in states.values_mut() {
            all.sort_by(|a, b| a.name.cmp(&b.name));
        }
        Ok(states)
    }
}

impl Known {
    fn state(self, channel: ChannelId) -> MovementState {
        let reached = reached(self.pushes.iter().map(|(status, _)| *status), self.read);
        let all = || self.pushes.iter().map(|(_, push)| push);
        let confirmed_at = all().filter_map(|push| push.settled_at).max();
        MovementState {
            channel,
            reached,
            sent_at: all().filter_map(|push| push.sent_at).min().map(Micros),
            confirmed_at: confirmed_at.filter(|_| reached == Reached::Confirmed).map(Micros),
            adjustment: all().find_map(|push| push.adjustment.clone()),
            problem: all().find_map(|push| push.problem.clone()),
            name: self.name,
        }
    }
}

const TOLD: &str = "
    SELECT m.id AS movement_id, c.id AS channel_id, c.name AS name, m.seq AS seq, k.seq AS reached
    FROM movements m
    JOIN channel_cursors k ON k.facility_id = m.facility_id
    JOIN channels c ON c.id = k.channel_id
    WHERE m.id IN ({ids})";

const PUSHED: &str = "
    SELECT p.movement_id AS movement_id, p.channel_id AS channel_id, c.name AS name,
        p.status AS status, p.sent_at AS sent_at, p.settled_at AS settled_at,
        p.adjustment AS adjustment, p.problem AS problem
    FROM channel_pushes p
    JOIN channels c ON c.id = p.channel_id
    WHERE p.movement_id IN ({ids})
    ORDER BY p.id";
