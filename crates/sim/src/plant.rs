//! Faults planted on purpose, around the production code and never in it: the proof that the
//! auditor looks.

use onhand_domain::{
    MovementId,
    count::CountStatus,
    plan::{
        command::{Body, Command},
        outcome::Effects,
        view::View,
    },
};

use crate::dice::Dice;

/// How often a fault shows, of a thousand times that it could.
const PER_MILLE: u64 = 20;
/// The same of faults about counts that were closed or taken back: there are few of them.
const RARE_PER_MILLE: u64 = 200;

/// A fault to plant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Plant {
    /// A level is written with one unit more than its movements say.
    Conservation,
    /// A known id is forgotten when the view is loaded, and no unique index stands behind it.
    Replay,
    /// Counts are not loaded, so that a late movement brings no correction.
    LateCorrection,
    /// Clients are told before the commit.
    AckOrder,
    /// A count that was taken back is loaded as if it stood.
    Undone,
    /// A work order is loaded as it was before it was closed.
    Closing,
}

impl Plant {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Conservation,
        Self::Replay,
        Self::LateCorrection,
        Self::AckOrder,
        Self::Undone,
        Self::Closing,
    ];

    /// What is loaded wrongly.
    pub(crate) fn bend_view(self, view: &mut View, commands: &[Command], dice: &mut Dice) {
        match self {
            Self::Replay if dice.per_mille(PER_MILLE) => {
                // What the commands are about stays known: not to find that is another fault.
                let is_target = |id: MovementId| {
                    commands.iter().any(|command| match &command.body {
                        Body::Reverse(reverse) => reverse.target == id,
                        Body::Approve(v) | Body::Decline(v) => v.request == id,
                        Body::UndoCount(undo) => undo.lines.iter().any(|l| l.id.0 == id.0),
                        _ => false,
                    })
                };
                view.movements.retain(|id, _| is_target(*id));
                view.requests.retain(|id, _| is_target(*id));
            }
            // A count that is not found again would be another fault than the one meant.
            Self::LateCorrection
                if dice.per_mille(PER_MILLE) && !commands.iter().any(is_of_counts) =>
            {
                view.anchors.clear();
            }
            Self::Undone
                if dice.per_mille(RARE_PER_MILLE) && !commands.iter().any(is_of_counts) =>
            {
                let anchors = view.anchors.values_mut().flat_map(|anchors| anchors.values_mut());
                anchors.for_each(|anchor| anchor.voided = false);
            }
            Self::Closing if dice.per_mille(RARE_PER_MILLE) => {
                for order in view.counts.values_mut() {
                    if order.status == CountStatus::Closed {
                        (order.status, order.closed_by) = (CountStatus::InReview, None);
                        order.version -= 1;
                    }
                }
            }
            _ => {}
        }
    }

    /// What is written wrongly.
    pub(crate) fn bend_effects(self, effects: &mut Effects, dice: &mut Dice) {
        if self == Self::Conservation
            && dice.per_mille(PER_MILLE)
            && let Some((_, level)) = effects.levels.first_mut()
        {
            level.quantities.available = level.quantities.available.saturating_add(1);
        }
    }

    /// Whether the clients of a batch are told before its commit.
    pub(crate) fn tells_early(self, dice: &mut Dice) -> bool {
        self == Self::AckOrder && dice.per_mille(PER_MILLE)
    }
}

const fn is_of_counts(command: &Command) -> bool {
    matches!(command.body, Body::Count(_) | Body::UndoCount(_))
}
