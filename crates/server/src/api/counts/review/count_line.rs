//! A line as the API shows it.

use onhand_domain::{Micros, Money, MovementId, PrincipalId, count, count::CLOCK_DOUBT_MICROS};
use onhand_store::counts::{CountLines, LineFacts, LineNames};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::viewer::Viewer;
use crate::{
    api::{
        Actor, ApiResult,
        shapes::{OnItsWay, SkuRef, Ways},
    },
    state::AppState,
    wire::{ApiMoney, ApiTime},
};

macro_rules! words {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident { $($(#[doc = $each:literal])* $variant:ident,)* }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[doc = $each])* $variant,)* }

        impl From<count::$name> for $name {
            fn from(it: count::$name) -> Self {
                match it { $(count::$name::$variant => Self::$variant,)* }
            }
        }
    )*};
}

words! {
    /// How a line stands.
    LineStatus {
        /// Asked for, or on record, and nobody saw it. Not the same as none.
        Unknown,
        /// Counted; waits for a decision where it differs.
        Counted,
        /// Counted, but not on the list: accepting takes it in, rejecting leaves it out.
        Unlisted,
        /// The record may have been right: nothing to post.
        Consistent,
        /// Somebody shall look again.
        Recount,
        /// Will be posted.
        Accepted,
        /// Will not be posted.
        Rejected,
        /// In the ledger.
        Posted,
        /// Was in the ledger, and was taken back.
        Undone,
        /// The count was closed without it.
        LeftOut,
    }
    /// What is decided about a line.
    Decision {
        /// Post it.
        Accept,
        /// Don't; needs a reason.
        Reject,
        /// Look again.
        Recount,
    }
    /// How lines are put together for a reviewer.
    Group {
        /// Worth so much that it is looked at first.
        Large,
        /// Something about it is strange.
        Odd,
        /// Differs a little.
        Small,
        /// The record may have been right.
        Consistent,
    }
    /// Whose decision a line takes.
    Needs {
        /// Anyone who reviews, or nobody.
        Anyone,
        /// Somebody who reviews there.
        Manager,
        /// Somebody of a higher rank.
        Controller,
        /// Two people.
        Two,
    }
    /// Why the caller may not accept a line.
    MayNot {
        /// They don't review there.
        NoPermission,
        /// They counted it.
        OwnCount,
        /// It is beyond their limits, or takes a higher rank.
        AboveLimit,
        /// They have accepted it; it takes somebody else, too.
        TakesAnother,
    }
    /// In which way something was seen.
    How {
        /// By a hardware scanner.
        Scanned,
        /// By hand: a search and a number.
        Typed,
        /// By the device's camera.
        Camera,
        /// Somebody looked, and there was none.
        NoneFound,
    }
}

/// What was decided about a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LineDecision {
    /// What.
    pub(super) decision: Decision,
    /// Who; null where the policy did.
    pub(super) by: Option<Actor>,
    /// Who else, where it takes two.
    pub(super) second_by: Option<Actor>,
    /// When.
    pub(super) at: Option<ApiTime>,
    /// What they wrote.
    pub(super) reason: Option<String>,
    /// By which rule.
    pub(super) rule: String,
}

/// What was seen of a SKU, beside what the record had at that moment. Whoever may not know what
/// the record expects gets null for all that tells of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CountLine {
    /// What.
    sku_id: Uuid,
    /// What it is called.
    sku: SkuRef,
    /// How it stands.
    status: LineStatus,
    /// Units seen; null where nobody looked. 0 is a count.
    counted: Option<i64>,
    /// What the record had at the last scan; of a line that nobody saw, what it has now.
    expected: Option<i64>,
    /// The least it had while the scans were made.
    expected_low: Option<i64>,
    /// The most.
    expected_high: Option<i64>,
    /// Counted − expected.
    variance: Option<i64>,
    /// The lowest that it may be.
    variance_low: Option<i64>,
    /// The highest.
    variance_high: Option<i64>,
    /// The variance in percent of what was expected, or of 1 where that is none.
    percent: Option<f64>,
    /// What one unit is worth.
    unit_value: Option<ApiMoney>,
    /// Variance × the worth of a unit.
    value: Option<ApiMoney>,
    /// Where a reviewer finds it.
    group: Option<Group>,
    /// The first scan of the newest round.
    first_scanned_at: Option<ApiTime>,
    /// The last one: the variance is that of this moment.
    last_scanned_at: Option<ApiTime>,
    /// How many scans.
    scans: i64,
    /// The newest round; 0 where nobody looked.
    round: i64,
    /// In which ways.
    how: Vec<How>,
    /// Who counted it, in any round.
    counters: Vec<Actor>,
    /// In which areas.
    areas: Vec<String>,
    /// In how many sessions.
    sessions: usize,
    /// Whether a device's clock can't be trusted.
    clock_uncertain: bool,
    /// Units sold within 15 minutes after the last scan: they may have been in a basket.
    basket_units: Option<i64>,
    /// What was decided.
    decision: Option<LineDecision>,
    /// Whose decision it takes.
    needs: Option<Needs>,
    /// Whether the caller may accept it.
    may_decide: bool,
    /// Why not.
    may_not_because: Option<MayNot>,
    /// Its id in the ledger, once it is posted.
    line_id: Option<Uuid>,
    /// The movement that it posted; null where it found no difference.
    movement_id: Option<Uuid>,
    /// How far that is on its way, in each shop that is told of the facility.
    channels: Vec<OnItsWay>,
}

impl CountLine {
    /// The line as this viewer sees it; none where the SKU is gone from the catalogue.
    pub(super) fn seen_by(
        viewer: &Viewer,
        all: &CountLines,
        facts: &LineFacts,
        names: &LineNames,
    ) -> Option<Self> {
        let (line, sighted) = (&facts.line, viewer.sees);
        let seen = line.seen.as_ref();
        let reading = facts.reading().filter(|_| sighted);
        let policy = &all.policy.policy;
        let may_not = viewer.may_not(all, facts);
        let expected = Some(line.expected).filter(|_| sighted);
        let actor = |id: &PrincipalId| names.actor(*id).cloned().map(Actor::from);
        let group = seen.zip(reading).map(|(s, r)| policy.group(s, r, facts.unit_value).into());
        let in_ledger = line.in_ledger.filter(|_| sighted);
        let line_id = facts.row.as_ref().filter(|_| in_ledger.is_some()).map(|row| row.line_id);
        Some(Self {
            sku_id: facts.sku.0,
            sku: names.sku(facts.sku)?.clone().into(),
            status: viewer.status(facts).into(),
            counted: seen.map(|seen| seen.counted),
            expected: expected.map(|expected| expected.at_last),
            expected_low: expected.map(|expected| expected.low),
            expected_high: expected.map(|expected| expected.high),
            variance: reading.map(|reading| reading.variance()),
            variance_low: reading.map(|reading| reading.variance_low()),
            variance_high: reading.map(|reading| reading.variance_high()),
            percent: reading.map(|reading| percent(&reading)),
            unit_value: facts.unit_value.filter(|_| sighted).map(ApiMoney),
            value: facts.value().filter(|_| sighted).map(ApiMoney),
            group,
            first_scanned_at: seen.map(|seen| ApiTime(seen.first_at)),
            last_scanned_at: seen.map(|seen| ApiTime(seen.last_at)),
            scans: seen.map_or(0, |seen| seen.scans),
            round: seen.map_or(0, |seen| seen.round),
            how: seen.into_iter().flat_map(|seen| &seen.how).map(|how| (*how).into()).collect(),
            counters: facts.counters.iter().filter_map(actor).collect(),
            areas: facts.areas.iter().cloned().collect(),
            sessions: facts.sessions.len(),
            clock_uncertain: seen.is_some_and(|seen| seen.uncertainty >= CLOCK_DOUBT_MICROS),
            basket_units: seen.filter(|_| sighted).map(|_| facts.basket_units),
            decision: decision(facts, names).filter(|_| sighted),
            needs: reading.map(|reading| policy.needs(reading.value(facts.unit_value)).into()),
            may_decide: sighted && may_not.is_none(),
            may_not_because: may_not.filter(|_| sighted).map(MayNot::from),
            line_id,
            movement_id: line_id.filter(|_| in_ledger.is_some_and(|line| line.variance != 0)),
            channels: Vec::new(),
        })
    }

    /// Adds how far the movements of a page's lines are on their way: one look for all of them.
    pub(super) async fn on_their_way(
        state: &AppState,
        mut lines: Vec<Self>,
    ) -> ApiResult<Vec<Self>> {
        let movements = lines.iter().filter_map(|line| line.movement_id).map(MovementId);
        let ways = Ways::of(state, movements).await?;
        for line in &mut lines {
            line.channels = line.movement_id.map_or_else(Vec::new, |id| ways.get(MovementId(id)));
        }
        Ok(lines)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a percentage is shown with two digits")]
fn percent(reading: &count::Reading) -> f64 {
    let points = reading.basis_points().saturating_mul(reading.variance().signum());
    points as f64 / 100.0
}

fn decision(facts: &LineFacts, names: &LineNames) -> Option<LineDecision> {
    let row = facts.row.as_ref()?;
    // Of a line that is in the ledger, whatever was decided led there.
    let held = match facts.line.in_ledger {
        Some(_) => facts.line.decided.as_ref()?,
        None => facts.line.decision()?,
    };
    let actor = |id: Option<Uuid>| names.actor(PrincipalId(id?)).cloned().map(Actor::from);
    Some(LineDecision {
        decision: held.decision.into(),
        by: actor(row.decided_by),
        second_by: actor(row.second_by),
        at: row.decided_at.map(|at| ApiTime(Micros(at))),
        reason: row.reason.clone(),
        rule: row.rule.clone(),
    })
}

/// An amount, as long as it can be known.
pub(super) fn amount(value: i128) -> ApiMoney {
    ApiMoney(Money(i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })))
}
