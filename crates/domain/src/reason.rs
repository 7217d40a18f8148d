//! Why record and shelf differ, and what follows for the units.

use serde::{Deserialize, Serialize};

use crate::place::Place;

/// Which way a reason may move the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Good units become fewer.
    Loss,
    /// Good units become more.
    Gain,
    /// Either; the person chooses.
    Both,
}

impl Direction {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Gain => "gain",
            Self::Both => "both",
        }
    }

    /// The direction with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Loss, Self::Gain, Self::Both].into_iter().find(|d| d.code() == code)
    }

    /// Whether a signed quantity goes this way.
    pub const fn allows(self, quantity: i64) -> bool {
        match self {
            Self::Loss => quantity < 0,
            Self::Gain => quantity > 0,
            Self::Both => quantity != 0,
        }
    }
}

/// Where the units go to, or come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "place", rename_all = "snake_case")]
pub enum Effect {
    /// They leave for, or come from, an account of the outside world.
    External(Place),
    /// They stay on the premises in another state (`damaged`, `quality_control`).
    State(Place),
}

impl Effect {
    /// The place at the other end of the movement.
    pub const fn place(self) -> Place {
        match self {
            Self::External(place) | Self::State(place) => place,
        }
    }

    /// The effect that has `place` at the other end; `None` for `available`, where a variance
    /// would go from a place to itself, and for `committed`, which belongs to orders.
    pub fn to(place: Place) -> Option<Self> {
        match place {
            Place::Available | Place::Committed => None,
            place if place.state().is_some() => Some(Self::State(place)),
            place => Some(Self::External(place)),
        }
    }
}

/// A reason for a variance, as the retailer has set it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The stable word, `[a-z0-9_]+`.
    pub code: String,
    /// What people read.
    pub label: String,
    /// Which way it may go.
    pub direction: Direction,
    /// Where the units go to or come from.
    pub effect: Effect,
    /// The account of the general ledger, as the retailer numbers it.
    pub gl_account: Option<String>,
    /// Whether a note must say more.
    pub note_required: bool,
    /// Whether a person may choose it; system reasons may not be chosen.
    pub selectable: bool,
    /// Whether it is in use; reasons in the history are never deleted.
    pub active: bool,
    /// Where it stands in the list.
    pub position: i64,
}

impl Reason {
    /// The two ends of the movement for a signed quantity: `(from, to)`.
    pub const fn ends(&self, quantity: i64) -> (Place, Place) {
        if quantity < 0 {
            (Place::Available, self.effect.place())
        } else {
            (self.effect.place(), Place::Available)
        }
    }

    /// The reasons that a new database starts with; from then on they are the retailer's to edit.
    pub fn shipped() -> Vec<Self> {
        use Direction::{Both, Gain, Loss};
        use Effect::{External, State};
        use Place::{Customer, Damaged, Found, Opening, Shrink, Supplier};
        let rows: [(&str, &str, Direction, Effect, &str, bool, bool); 15] = [
            ("damaged", "Damaged", Loss, State(Damaged), "1450", false, true),
            ("lost", "Lost", Loss, External(Shrink), "5210", false, true),
            ("stolen", "Stolen", Loss, External(Shrink), "5211", false, true),
            ("found", "Found", Gain, External(Found), "5210", false, true),
            ("expired", "Expired", Loss, External(Shrink), "5221", false, true),
            ("display", "Display", Loss, External(Shrink), "6140", false, true),
            ("sample", "Sample", Loss, External(Shrink), "6130", false, true),
            (
                "shipped_by_mistake",
                "Shipped by mistake",
                Loss,
                External(Customer),
                "5230",
                true,
                true,
            ),
            (
                "received_by_mistake",
                "Received by mistake",
                Gain,
                External(Supplier),
                "2150",
                true,
                true,
            ),
            ("receiving_short", "Receiving short", Loss, External(Supplier), "2150", false, true),
            ("receiving_over", "Receiving over", Gain, External(Supplier), "2150", false, true),
            (
                "return_not_recorded",
                "Return not recorded",
                Gain,
                External(Customer),
                "5000",
                false,
                true,
            ),
            ("data_correction", "Data correction", Both, External(Shrink), "5240", true, true),
            ("opening", "Opening balance", Both, External(Opening), "3900", false, false),
            ("count", "Cycle count", Both, External(Shrink), "5210", false, false),
        ];
        rows.into_iter()
            .zip(1_i64..)
            .map(|((code, label, direction, effect, gl, note_required, selectable), position)| {
                Self {
                    code: code.to_owned(),
                    label: label.to_owned(),
                    direction,
                    effect,
                    gl_account: Some(gl.to_owned()),
                    note_required,
                    selectable,
                    active: true,
                    position,
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fixes_the_ends() {
        let shipped = Reason::shipped();
        let ends = |code: &str, quantity| {
            shipped.iter().find(|r| r.code == code).map(|r| r.ends(quantity))
        };
        assert_eq!(ends("damaged", -1), Some((Place::Available, Place::Damaged)));
        assert_eq!(ends("found", 2), Some((Place::Found, Place::Available)));
        assert_eq!(ends("stolen", -1), Some((Place::Available, Place::Shrink)));
    }

    #[test]
    fn damaged_never_adds() {
        // "1 damaged" that adds one is a sign confusion that other systems have.
        let shipped = Reason::shipped();
        let damaged = shipped.iter().find(|r| r.code == "damaged").expect("shipped");
        assert!(damaged.direction.allows(-1));
        assert!(!damaged.direction.allows(1));
        assert!(!damaged.direction.allows(0));
    }

    #[test]
    fn an_effect_never_leads_back_to_available() {
        assert_eq!(Effect::to(Place::Available), None);
        assert_eq!(Effect::to(Place::Damaged), Some(Effect::State(Place::Damaged)));
        assert_eq!(Effect::to(Place::Shrink), Some(Effect::External(Place::Shrink)));
    }
}
