//! Whoever looks at lines: what they may see of them, and what they may decide.

use onhand_domain::{
    FacilityId, Permission,
    count::{Decision, LineStatus, MayNot, Reviewed, Reviewer},
};
use onhand_store::counts::{CountLines, LineFacts};

use crate::{Problem, caller::Caller};

/// Somebody who looks at the lines of a facility's count.
pub(super) struct Viewer {
    /// Whether they may know what the record expects.
    pub(super) sees: bool,
    /// As somebody who decides.
    pub(super) reviewer: Reviewer,
}

impl Viewer {
    pub(super) fn of(caller: &Caller, facility: FacilityId) -> Self {
        let access = caller.access();
        let expected = Permission::StockViewExpected;
        let review = Permission::CountReview;
        let reviews = access.grants.iter().filter(|grant| {
            grant.role.permissions.contains(&review) && grant.facilities.contains(facility)
        });
        let blind = access.counts_blind(expected, facility);
        let limits = access.limits(review, facility).filter(|_| !blind);
        Self {
            sees: access.may(expected, facility) && !blind,
            reviewer: Reviewer {
                id: caller.id(),
                limits,
                rank: reviews.map(|grant| grant.role.rank).max().unwrap_or_default(),
            },
        }
    }

    /// Fails for whoever may not know what the record expects.
    pub(super) fn require_sight(&self) -> Result<(), Problem> {
        let problem = || Problem::not_permitted(Permission::StockViewExpected);
        if self.sees { Ok(()) } else { Err(problem()) }
    }

    /// Whether they are shown the line at all: that the record has something nobody saw is told
    /// to those alone who may know what it expects.
    pub(super) fn is_shown(&self, facts: &LineFacts, all: &CountLines) -> bool {
        let asked_for = all.count.kind != onhand_domain::count::CountKind::Area;
        self.sees || facts.line.seen.is_some() || (asked_for && facts.line.listed)
    }

    /// How the line stands, as far as they may know.
    pub(super) fn status(&self, facts: &LineFacts) -> LineStatus {
        let status = facts.status();
        if self.sees {
            return status;
        }
        match (&facts.line.seen, facts.line.listed) {
            (None, _) => LineStatus::Unknown,
            (Some(_), false) => LineStatus::Unlisted,
            (Some(_), true) => LineStatus::Counted,
        }
    }

    /// Why they may not accept the line; none where they may.
    pub(super) fn may_not(&self, all: &CountLines, facts: &LineFacts) -> Option<MayNot> {
        let (line, unit_value) = (&facts.line, facts.unit_value);
        let about = Reviewed { line, unit_value, counters: &facts.counters };
        all.policy.policy.may_not(&self.reviewer, &about, Decision::Accept)
    }

    /// Whether the line waits for them.
    pub(super) fn is_needed(&self, all: &CountLines, facts: &LineFacts) -> bool {
        let waits = matches!(facts.status(), LineStatus::Counted | LineStatus::Unlisted);
        waits && facts.line.blocks() && self.may_not(all, facts).is_none()
    }
}
