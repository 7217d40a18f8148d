//! What people write when they log a variance, and how often they choose which reason.

use super::random::{Random, Weighted};

/// A reason with how often it is chosen, its direction, and how often a note is written.
struct Habit {
    code: &'static str,
    weight: f64,
    gain: bool,
    often: f64,
    notes: &'static [&'static str],
}

const HABITS: [Habit; 12] = [
    habit("damaged", 30.0, false, 0.6, &[]),
    habit(
        "found",
        15.0,
        true,
        0.45,
        &[
            "behind the fitting rooms",
            "in the wrong box",
            "top shelf, stockroom",
            "under the display table",
            "with the returns",
        ],
    ),
    habit(
        "lost",
        13.0,
        false,
        0.35,
        &[
            "looked twice, not there",
            "empty box",
            "not in the stockroom either",
            "one shoe missing",
        ],
    ),
    habit(
        "stolen",
        11.0,
        false,
        0.5,
        &[
            "tag found in the fitting room",
            "cut security tag",
            "seen on camera, reported",
            "empty hanger by the door",
        ],
    ),
    habit(
        "display",
        7.0,
        false,
        0.4,
        &["window, autumn theme", "mannequin by the entrance", "shoe wall"],
    ),
    habit(
        "receiving_short",
        6.0,
        false,
        0.6,
        &[
            "carton had one less than the slip",
            "short against the delivery note",
            "box 3 of 4 was opened",
        ],
    ),
    habit(
        "return_not_recorded",
        5.0,
        true,
        0.4,
        &["came back without receipt", "exchange at the till, not booked"],
    ),
    habit("sample", 4.0, false, 0.4, &["photo shoot", "to the buyer", "press sample"]),
    habit(
        "receiving_over",
        3.0,
        true,
        0.5,
        &["one more than on the slip", "extra piece in the carton"],
    ),
    habit(
        "data_correction",
        3.0,
        false,
        1.0,
        &[
            "sold under the size next to it",
            "scanned twice at goods in",
            "colour mixed up on the label",
        ],
    ),
    habit(
        "shipped_by_mistake",
        2.0,
        false,
        1.0,
        &["wrong size went out with an online order", "two sent instead of one"],
    ),
    habit(
        "received_by_mistake",
        1.0,
        true,
        1.0,
        &[
            "parcel was meant for another of our stores",
            "meant for another shop, they let us keep it",
        ],
    ),
];

const fn habit(
    code: &'static str,
    weight: f64,
    gain: bool,
    often: f64,
    notes: &'static [&'static str],
) -> Habit {
    Habit { code, weight, gain, often, notes }
}

/// What can be wrong with a thing, by its category.
const fn damages(category: &str) -> &'static [&'static str] {
    match category.as_bytes() {
        b"Sneakers" => &[
            "sole torn",
            "glue came off at the toe",
            "box crushed, scuffed",
            "eyelet pulled out",
            "yellowed by the window",
        ],
        b"Boots" => {
            &["leather scratched", "heel loose", "zip pull broken", "water stain on the toe"]
        }
        b"Jackets" => &[
            "zip broken",
            "seam open at the sleeve",
            "make-up on the collar",
            "hole from the security pin",
            "button missing",
        ],
        b"T-shirts" => &[
            "make-up on the collar",
            "hole at the hem",
            "stain on the front",
            "print cracked",
            "seam open",
        ],
        b"Backpacks" => &["strap torn", "buckle broken", "zip jams"],
        b"Caps" => &["brim bent", "label came off", "stain inside"],
        b"Bottles" => &["dented", "lid cracked", "leaks", "paint chipped"],
        _ => &["pair incomplete", "pulled thread", "packaging torn, dirty"],
    }
}

/// A variance that somebody is about to log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The reason's code.
    pub(super) reason: &'static str,
    /// Whether it adds units.
    pub(super) gain: bool,
    /// What is written.
    pub(super) note: Option<&'static str>,
}

/// Draws a reason and, often, a note that fits.
pub(super) fn draw(random: &mut Random, category: &str) -> Seen {
    let weighted = Weighted::new(HABITS.iter().map(|h| h.weight));
    let habit = &HABITS[weighted.draw(random)];
    of(random, habit, category)
}

/// A note for damage.
pub(super) fn damaged(random: &mut Random, category: &str) -> Seen {
    let habit = Habit { often: 1.0, ..HABITS[0] };
    of(random, &habit, category)
}

fn of(random: &mut Random, habit: &Habit, category: &str) -> Seen {
    let notes = if habit.notes.is_empty() { damages(category) } else { habit.notes };
    let note = random.chance(habit.often).then(|| *random.pick(notes));
    Seen { reason: habit.code, gain: habit.gain, note }
}

/// Why a variance was taken back.
pub(super) const UNDONE: [&str; 5] = [
    "wrong size scanned",
    "found it after all",
    "belongs to the box beside it",
    "logged twice",
    "it was the display pair",
];

/// Why a request was declined.
pub(super) const DECLINED: [&str; 4] = [
    "It is on the display table.",
    "Checked the stockroom: they are there.",
    "Please count the size next to it first.",
    "This one went back to the supplier last week.",
];
