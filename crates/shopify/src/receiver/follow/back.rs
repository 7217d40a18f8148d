//! What of a line came back from the customer.
//!
//! A return's dispositions say what became of its units, and a refund that pays for it may say so,
//! too; whether it does depends on who made it and when. So of one return, what both tell of is
//! counted once.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{LeftOut, Reading};
use crate::read::{DispositionKind, Refund};

/// Units that came back, as one of the shop's records tells it.
pub(super) struct CameBack<'a> {
    pub(super) by: Record,
    pub(super) at: Timestamp,
    /// Where they can be sold again; none where the record doesn't say.
    pub(super) location: Option<&'a str>,
    pub(super) units: i64,
    /// What its movement's id is derived from.
    pub(super) what: String,
    pub(super) origin_key: String,
}

/// Which kind of record tells.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Record {
    Disposition,
    Refund,
    /// It was called back before it reached anybody.
    Fulfillment,
}

/// What came back of a line, by the return that it belongs to; none where it belongs to none.
#[derive(Default)]
pub(super) struct Back<'a>(BTreeMap<Option<&'a str>, Vec<CameBack<'a>>>);

impl<'a> Back<'a> {
    /// A refund tells.
    pub(super) fn by_refund(&mut self, order: &Reading<'a>, refund: &'a Refund, it: CameBack<'a>) {
        let pays_for = |one: &&'a crate::read::Return| one.refunds.contains(&refund.id);
        let of = order.order.returns.iter().find(pays_for).map(|one| one.id.as_str());
        self.0.entry(of).or_default().push(it);
    }

    /// The dispositions of the order's returns tell.
    pub(super) fn by_dispositions(&mut self, order: &mut Reading<'a>, line: &str) {
        for one in &order.order.returns {
            for it in one.dispositions.iter().filter(|it| it.line == line) {
                match it.kind {
                    DispositionKind::Restocked => {}
                    // Units that somebody looks at can be sold once the next disposition says so.
                    DispositionKind::ProcessingRequired
                    | DispositionKind::NotRestocked
                    | DispositionKind::Missing => continue,
                    DispositionKind::Other => {
                        order.left_out.push(LeftOut::Unknown(line.to_owned()));
                        continue;
                    }
                }
                self.0.entry(Some(&one.id)).or_default().push(CameBack {
                    by: Record::Disposition,
                    at: it.at,
                    location: it.location.as_deref(),
                    units: it.quantity.max(0),
                    what: format!("{} {line} brought back", it.id),
                    origin_key: order.key("returns", &one.id),
                });
            }
        }
    }

    /// All of it, each unit once.
    pub(super) fn once(self) -> impl Iterator<Item = CameBack<'a>> {
        self.0.into_iter().flat_map(|(of, told)| if of.is_some() { once(told) } else { told })
    }
}

/// Of what both kinds of record tell of one return, what the other kind has not told before. What
/// is told later takes nothing back of what was told already: that may be posted.
fn once(mut told: Vec<CameBack<'_>>) -> Vec<CameBack<'_>> {
    told.sort_by(|a, b| (a.at, a.by, &a.what).cmp(&(b.at, b.by, &b.what)));
    let (mut disposed, mut refunded) = (0_i64, 0_i64);
    for one in &mut told {
        let before = disposed.max(refunded);
        let sum = if one.by == Record::Disposition { &mut disposed } else { &mut refunded };
        *sum = sum.saturating_add(one.units);
        one.units = disposed.max(refunded).saturating_sub(before);
    }
    told.retain(|one| one.units > 0);
    told
}
