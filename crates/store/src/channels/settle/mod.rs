//! What became of a call.
//!
//! Guarded by the call's own status, under its lock: whoever comes second changes nothing. So a
//! node that lost its lease while it waited for the answer may still settle what it sent: the key
//! is the same, and so is the answer.

mod back;

use onhand_domain::{
    Micros,
    channel::{CallStatus, PushStatus},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    draft::LaneKey,
    due::{Call, call_of},
    rows,
};
use crate::{
    Store, StoreError,
    entities::{channel_calls, channel_pushes, channels},
};

/// So often a comparison may fail before a person looks at it.
pub const STALE_TRIES_MAX: i64 = 5;

/// Which lines were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bad {
    /// All of them.
    All,
    /// These.
    Lanes(Vec<LaneKey>),
}

/// What the shop has instead of what was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The lane.
    pub lane: LaneKey,
    /// What it has.
    pub quantity: i64,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Done.
    Confirmed {
        /// The shop's id of the change.
        adjustment: Option<String>,
    },
    /// Nothing to do: the shop has it.
    NoOp,
    /// Not known, or not now: to be sent again as it is.
    Again {
        /// When.
        at: Micros,
        /// What went wrong, as the shop calls it.
        code: String,
        /// The same in words.
        problem: String,
    },
    /// Known not to be done, and its key used up: to be sent with another one.
    Fresh {
        /// The new key.
        key: Uuid,
        /// The body of the request with it.
        payload: String,
        /// When.
        at: Micros,
        /// Why, as the shop calls it.
        code: String,
    },
    /// Refused as a whole for the sake of some lines: these wait for a person, the others go
    /// again.
    Refused {
        /// Those at fault.
        bad: Bad,
        /// Why, as the shop calls it.
        code: String,
        /// The same in words.
        problem: String,
    },
    /// Refused as a whole, and nobody says for the sake of which line: the halves go again on
    /// their own. A single line waits for a person.
    Halve {
        /// Why, as the shop calls it.
        code: String,
        /// The same in words.
        problem: String,
    },
    /// Refused because the shop has something else than was compared: the same change goes again,
    /// compared with what the shop has now, a few times. Lines that are not named go again as they
    /// are.
    Stale {
        /// What it has.
        seen: Vec<Seen>,
        /// Why, as the shop calls it.
        code: String,
        /// The same in words.
        problem: String,
    },
    /// Refused because of lanes that can't take changes for now: they are frozen, and nothing of
    /// them is lost.
    Freeze {
        /// Which.
        lanes: Vec<LaneKey>,
        /// Why, as the shop calls it.
        code: String,
        /// The same in words.
        problem: String,
    },
    /// The shop has forgotten its key before it said what became of it: only its quantities tell.
    /// Waits for a person.
    Expired,
}

/// What a push that was in an expired call is told to have.
const EXPIRED: &str = "OUTCOME_UNKNOWN";

impl Store {
    /// Records what became of a call and its pushes, in one transaction. False, and nothing
    /// changes, where that is known already.
    pub async fn settle_call(&self, key: Uuid, settlement: Settlement) -> Result<bool, StoreError> {
        let tx = rows::begin(self).await?;
        let found = channel_calls::Entity::find_by_id(key).lock_exclusive().one(&tx).await?;
        let Some(call) = found.map(call_of).transpose()? else { return Ok(false) };
        if call.status.is_final() {
            return Ok(false);
        }
        let now = self.clock().now();
        let replied = !matches!(settlement, Settlement::Expired);
        settle(self, &tx, &call, settlement, now).await?;
        if replied {
            note_reply(&tx, &call, now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

async fn settle(
    store: &Store,
    tx: &impl ConnectionTrait,
    call: &Call,
    settlement: Settlement,
    now: Micros,
) -> Result<(), StoreError> {
    match settlement {
        Settlement::Confirmed { adjustment } => {
            done(tx, call, PushStatus::Confirmed, adjustment.as_deref(), now).await?;
            let over = Over { status: CallStatus::Confirmed, adjustment, ..Over::default() };
            end(tx, call, over, now).await
        }
        Settlement::NoOp => {
            done(tx, call, PushStatus::NoOp, None, now).await?;
            end(tx, call, Over { status: CallStatus::NoOp, ..Over::default() }, now).await
        }
        Settlement::Again { at, code, problem } => again(tx, call, at, &code, &problem).await,
        Settlement::Fresh { key, payload, at, code } => {
            fresh(tx, call, (key, payload), at, now).await?;
            let status = CallStatus::Superseded;
            end(tx, call, Over { status, code: Some(code), ..Over::default() }, now).await
        }
        Settlement::Refused { bad, code, problem } => {
            back::refuse(tx, call, &bad, (&code, &problem), now).await?;
            refused(tx, call, code, problem, now).await
        }
        Settlement::Halve { code, problem } => {
            back::halve(store, tx, call, (&code, &problem), now).await?;
            refused(tx, call, code, problem, now).await
        }
        Settlement::Stale { seen, code, problem } => {
            back::stale(tx, call, &seen, (&code, &problem), now).await?;
            refused(tx, call, code, problem, now).await
        }
        Settlement::Freeze { lanes, code, problem } => {
            back::freeze(tx, call, &lanes, &code).await?;
            refused(tx, call, code, problem, now).await
        }
        Settlement::Expired => {
            let problem = "the shop has not said in time whether it was done: compare the level";
            back::refuse(tx, call, &Bad::All, (EXPIRED, problem), now).await?;
            let status = CallStatus::Expired;
            let (code, problem) = (Some(EXPIRED.to_owned()), Some(problem.to_owned()));
            end(tx, call, Over { status, code, problem, adjustment: None }, now).await
        }
    }
}

/// How a call ends.
struct Over {
    status: CallStatus,
    code: Option<String>,
    problem: Option<String>,
    adjustment: Option<String>,
}

impl Default for Over {
    fn default() -> Self {
        Self { status: CallStatus::Rejected, code: None, problem: None, adjustment: None }
    }
}

async fn end(
    tx: &impl ConnectionTrait,
    call: &Call,
    over: Over,
    now: Micros,
) -> Result<(), StoreError> {
    use channel_calls::Column as C;
    channel_calls::Entity::update_many()
        .col_expr(C::Status, Expr::value(over.status.code()))
        .col_expr(C::SettledAt, Expr::value(Some(now.0)))
        .col_expr(C::ProblemCode, Expr::value(over.code))
        .col_expr(C::Problem, Expr::value(over.problem))
        .col_expr(C::Adjustment, Expr::value(over.adjustment))
        .filter(C::Id.eq(call.key))
        .exec(tx)
        .await?;
    Ok(())
}

async fn refused(
    tx: &impl ConnectionTrait,
    call: &Call,
    code: String,
    problem: String,
    now: Micros,
) -> Result<(), StoreError> {
    let (code, problem) = (Some(code), Some(problem));
    end(tx, call, Over { code, problem, ..Over::default() }, now).await
}

/// The shop has what the pushes say.
async fn done(
    tx: &impl ConnectionTrait,
    call: &Call,
    status: PushStatus,
    adjustment: Option<&str>,
    now: Micros,
) -> Result<(), StoreError> {
    use channel_pushes::Column as P;
    channel_pushes::Entity::update_many()
        .col_expr(P::Status, Expr::value(status.code()))
        .col_expr(P::SettledAt, Expr::value(Some(now.0)))
        .col_expr(P::Adjustment, Expr::value(adjustment))
        .col_expr(P::ProblemCode, Expr::value(None::<String>))
        .col_expr(P::Problem, Expr::value(None::<String>))
        .filter(back::of(call))
        .exec(tx)
        .await?;
    Ok(())
}

async fn again(
    tx: &impl ConnectionTrait,
    call: &Call,
    at: Micros,
    code: &str,
    problem: &str,
) -> Result<(), StoreError> {
    use channel_calls::Column as C;
    channel_calls::Entity::update_many()
        .col_expr(C::NextAt, Expr::value(at.0))
        .col_expr(C::ProblemCode, Expr::value(Some(code)))
        .col_expr(C::Problem, Expr::value(Some(problem)))
        .filter(C::Id.eq(call.key))
        .exec(tx)
        .await?;
    Ok(())
}

/// The same call with another key.
async fn fresh(
    tx: &impl ConnectionTrait,
    call: &Call,
    (key, payload): (Uuid, String),
    at: Micros,
    now: Micros,
) -> Result<(), StoreError> {
    let next = channel_calls::ActiveModel {
        id: Set(key),
        channel_id: Set(call.channel.0),
        kind: Set(call.kind.code().to_owned()),
        name: Set(call.name.code().to_owned()),
        to_name: Set(call.to_name.map(|name| name.code().to_owned())),
        reason: Set(call.reason.code().to_owned()),
        payload: Set(payload),
        lines: Set(call.lines),
        urgency: Set(call.urgency.rank()),
        status: Set(CallStatus::Frozen.code().to_owned()),
        attempts: Set(0),
        first_sent_at: Set(None),
        next_at: Set(at.0),
        follows: Set(Some(call.key)),
        problem_code: Set(None),
        problem: Set(None),
        created_at: Set(now.0),
        settled_at: Set(None),
        adjustment: Set(None),
    };
    channel_calls::Entity::insert(next).exec_without_returning(tx).await?;
    channel_pushes::Entity::update_many()
        .col_expr(channel_pushes::Column::CallId, Expr::value(Some(key)))
        .filter(back::of(call))
        .exec(tx)
        .await?;
    Ok(())
}

async fn note_reply(tx: &impl ConnectionTrait, call: &Call, now: Micros) -> Result<(), StoreError> {
    channels::Entity::update_many()
        .col_expr(channels::Column::LastReplyAt, Expr::value(Some(now.0)))
        .filter(channels::Column::Id.eq(call.channel.0))
        .exec(tx)
        .await?;
    Ok(())
}
