//! Whether what a shop tells of a level is what we told the shop.

use super::{life::CallKind, words::QuantityName};

/// A change of a lane whose outcome is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// What is done.
    pub kind: CallKind,
    /// To which quantity; of a move, the one that the units leave.
    pub name: QuantityName,
    /// Of a move, where they go.
    pub to: Option<QuantityName>,
    /// By how many units; of a move, how many (> 0).
    pub delta: i64,
}

impl Unsettled {
    /// The change of available.
    const fn available_change(&self) -> i64 {
        match (self.kind, self.name, self.to) {
            (CallKind::Move, QuantityName::Available, _) => self.delta.saturating_neg(),
            (CallKind::Move, _, Some(QuantityName::Available))
            | (CallKind::Adjust | CallKind::Set, QuantityName::Available, _) => self.delta,
            _ => 0,
        }
    }
}

/// Whether a level of `available` says nothing new: the shop has it on its way to `expected`, once
/// the first few, none or all of the unsettled changes were applied. These come newest first.
///
/// A shop tells of every change of a level, our own too, and does not say whose it was. Were each
/// echo written down and the level read again, every change of ours would cost two more. Somebody
/// else's write that ends on one of these numbers is taken for an echo, and found by the next round
/// over all levels.
pub fn is_echo(expected: i64, newest_first: &[Unsettled], available: i64) -> bool {
    let mut on_its_way = expected;
    let earlier = newest_first.iter().map(|change| {
        on_its_way = on_its_way.saturating_sub(change.available_change());
        on_its_way
    });
    std::iter::once(expected).chain(earlier).any(|number| number == available)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn adjust(delta: i64) -> Unsettled {
        Unsettled { kind: CallKind::Adjust, name: QuantityName::Available, to: None, delta }
    }

    const fn damaged(units: i64) -> Unsettled {
        let to = Some(QuantityName::Damaged);
        Unsettled { kind: CallKind::Move, name: QuantityName::Available, to, delta: units }
    }

    #[test]
    fn each_number_on_the_way_is_an_echo_and_no_other() {
        // From 10: two found, then three damaged, then one lost.
        let unsettled = [adjust(-1), damaged(3), adjust(2)];
        let echoes: Vec<i64> = (0..20).filter(|n| is_echo(8, &unsettled, *n)).collect();
        assert_eq!(echoes, [8, 9, 10, 12]);
        assert!(is_echo(8, &[], 8) && !is_echo(8, &[], 9));
    }

    #[test]
    fn what_leaves_available_alone_is_no_way() {
        let repaired = Unsettled {
            name: QuantityName::Damaged,
            to: Some(QuantityName::Available),
            ..damaged(3)
        };
        let written_off = Unsettled { name: QuantityName::Damaged, ..adjust(-2) };
        let echoes: Vec<i64> =
            (0..20).filter(|n| is_echo(8, &[repaired, written_off], *n)).collect();
        assert_eq!(echoes, [5, 8]);
    }
}
