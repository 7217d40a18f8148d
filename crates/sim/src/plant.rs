//! Faults planted on purpose, around the production code and never in it: the proof that the
//! auditor looks.

use onhand_domain::{
    MovementId,
    plan::{
        command::{Body, Command},
        outcome::Effects,
        view::View,
    },
};

use crate::dice::Dice;

/// How often a fault shows, of a thousand times that it could.
const PER_MILLE: u64 = 20;

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
}

impl Plant {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Conservation, Self::Replay, Self::LateCorrection, Self::AckOrder];

    /// What is loaded wrongly.
    pub(crate) fn bend_view(self, view: &mut View, commands: &[Command], dice: &mut Dice) {
        match self {
            Self::Replay if dice.per_mille(PER_MILLE) => {
                // What the commands are about stays known: not to find that is another fault.
                let is_target = |id: MovementId| {
                    commands.iter().any(|command| match &command.body {
                        Body::Reverse(reverse) => reverse.target == id,
                        Body::Approve(v) | Body::Decline(v) => v.request == id,
                        _ => false,
                    })
                };
                view.movements.retain(|id, _| is_target(*id));
                view.requests.retain(|id, _| is_target(*id));
            }
            // A count that is not found again would be another fault than the one meant.
            Self::LateCorrection
                if dice.per_mille(PER_MILLE)
                    && !commands.iter().any(|c| matches!(c.body, Body::Count(_))) =>
            {
                view.anchors.clear();
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
