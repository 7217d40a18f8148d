//! The book at the time of each count, computed while the movements pass by.

use std::collections::HashMap;

use onhand_domain::{AnchorId, FacilityId, Micros, Movement, MovementKind, SkuId};

use super::{Difference, Findings, What};
use crate::entities::anchors;

/// An approved count, and what the movements say about it.
struct Anchor {
    id: AnchorId,
    at: Micros,
    counted: i64,
    variance: i64,
    /// Taken back: all that it posted was posted the other way.
    voided: bool,
    /// Change of good units since the anchor before it, without what this count itself posted.
    change: i128,
    /// What this count itself posted, with its corrections.
    posted: i128,
}

/// The counts of a facility, by SKU and time.
#[derive(Default)]
pub(super) struct Books(HashMap<SkuId, Vec<Anchor>>);

impl Books {
    /// Takes a count in. They come in the order of time.
    pub(super) fn add(&mut self, row: &anchors::Model) {
        self.0.entry(row.sku_id.into()).or_default().push(Anchor {
            id: row.id.into(),
            at: Micros(row.effective_at),
            counted: row.counted,
            variance: row.variance,
            voided: row.voided,
            change: 0,
            posted: 0,
        });
    }

    /// The time of a SKU's latest count that stands.
    pub(super) fn last_counted_at(&self, sku: SkuId) -> Option<Micros> {
        let anchors = self.0.get(&sku)?;
        anchors.iter().rfind(|anchor| !anchor.voided).map(|anchor| anchor.at)
    }

    /// A movement changes the book of every count at or after it, except its own.
    pub(super) fn take_in(&mut self, movement: &Movement, findings: &mut Findings) {
        let change = i128::from(movement.good_change());
        let anchors = self.0.entry(movement.sku).or_default();
        let first = anchors.partition_point(|anchor| anchor.at < movement.effective_at);
        let (own, belongs) = match movement.kind {
            MovementKind::Count => (Some(AnchorId(movement.id.0)), true),
            MovementKind::LateCorrection => (movement.corrects, true),
            // What a count posted is reversed only together with the count.
            MovementKind::Reversal => {
                let target = movement.reverses.map(|id| AnchorId(id.0));
                let at_count = anchors.get(first).is_some_and(|anchor| Some(anchor.id) == target);
                (target, at_count)
            }
            _ => (None, false),
        };
        if !belongs {
            if let Some(anchor) = anchors.get_mut(first) {
                anchor.change += change;
            }
            return;
        }
        match anchors.get_mut(first) {
            Some(anchor) if Some(anchor.id) == own && anchor.at == movement.effective_at => {
                anchor.posted += change;
                if let Some(later) = anchors.get_mut(first + 1) {
                    later.change += change;
                }
            }
            _ => findings.add(Difference {
                facility: movement.facility,
                sku: Some(movement.sku),
                seq: Some(movement.seq),
                what: What::Anchor,
                expected: "the count that it belongs to, at its time".to_owned(),
                found: "no such count".to_owned(),
            }),
        }
    }

    /// Compares every count with its book.
    pub(super) fn check(&self, facility: FacilityId, findings: &mut Findings) {
        for (sku, anchors) in &self.0 {
            let mut book = 0_i128;
            for anchor in anchors {
                book += anchor.change;
                let standing = i128::from(anchor.counted) - book;
                let variance = if anchor.voided { 0 } else { standing };
                let mut report = |expected: String, found: String| {
                    findings.add(Difference {
                        facility,
                        sku: Some(*sku),
                        seq: None,
                        what: What::Anchor,
                        expected,
                        found,
                    });
                };
                if i128::from(anchor.variance) != variance {
                    report(
                        format!(
                            "variance {variance} of count {}: {} counted, {book} in the book",
                            anchor.id, anchor.counted
                        ),
                        format!("variance {}", anchor.variance),
                    );
                }
                if anchor.posted != i128::from(anchor.variance) {
                    report(
                        format!("{} posted for count {}", anchor.variance, anchor.id),
                        format!("{} posted", anchor.posted),
                    );
                }
            }
        }
    }
}
