//! Backpacks and bottles.

use super::{
    BLACK, CHARCOAL, COBALT, CREAM, Cut, FENNSTEAD, FOREST, GREY, KORVANE, LOWMARK, MUSTARD, NAVY,
    NORRVIK, OLIVE, PELLORY, PLUM, RED, ROSE, RUST, SAND, SKY, Sizes, Style, TAN, TEAL, TIDEWELL,
    WHITE, style,
};

const PACKS: Sizes = Sizes::Volume(&["18 l", "24 l", "30 l"]);
const BOTTLES: Sizes = Sizes::Volume(&["500 ml", "750 ml", "1 l"]);
const CUPS: Sizes = Sizes::Volume(&["350 ml", "470 ml"]);

const PACK: &str = "Recycled nylon, padded sleeve for a 15-inch laptop, chest strap.";
const ROLL: &str = "Welded tarpaulin with a roll top; what is inside stays dry.";
const STEEL: &str = "Double-walled steel: cold for 24 hours, hot for 12.";
const SLIM: &str = "Steel, single wall, leakproof cap on a strap. Fits every cup holder.";
const CUP: &str = "Double-walled cup with a lid that closes; dishwasher safe.";

pub(super) const STYLES: &[Style] = &[
    style(
        "Daily Pack",
        Cut::Daypack,
        (&LOWMARK, 6_995, 24),
        PACKS,
        &[BLACK, NAVY, OLIVE],
        MUSTARD,
        PACK,
    ),
    style(
        "Courier Roll Top",
        Cut::RollTop,
        (&KORVANE, 10_995, 15),
        PACKS,
        &[CHARCOAL, RUST],
        CREAM,
        ROLL,
    ),
    style(
        "Campus Pack",
        Cut::Daypack,
        (&PELLORY, 5_495, 16),
        Sizes::One,
        &[TEAL, PLUM, SAND, GREY],
        CREAM,
        PACK,
    ),
    style("Ridge Pack", Cut::Daypack, (&NORRVIK, 11_995, 12), PACKS, &[FOREST, COBALT], RUST, PACK),
    style(
        "Harbour Roll Top",
        Cut::RollTop,
        (&TIDEWELL, 9_495, 10),
        Sizes::One,
        &[MUSTARD, NAVY, SKY],
        WHITE,
        ROLL,
    ),
    style(
        "Mini Pack",
        Cut::Daypack,
        (&PELLORY, 3_995, 14),
        Sizes::One,
        &[ROSE, BLACK, CREAM, TEAL],
        TAN,
        PACK,
    ),
    style(
        "Weekender Roll Top",
        Cut::RollTop,
        (&FENNSTEAD, 12_495, 6),
        Sizes::One,
        &[TAN, OLIVE],
        BLACK,
        ROLL,
    ),
    style("Messenger Pack", Cut::Daypack, (&KORVANE, 8_995, 5), Sizes::One, &[RED], BLACK, PACK),
    style(
        "Trek Pack",
        Cut::Daypack,
        (&NORRVIK, 13_995, 8),
        PACKS,
        &[RUST, CHARCOAL],
        MUSTARD,
        PACK,
    ),
    style(
        "Dock Roll Top",
        Cut::RollTop,
        (&TIDEWELL, 8_495, 7),
        Sizes::One,
        &[TEAL, RED, GREY],
        CREAM,
        ROLL,
    ),
    style(
        "Field Flask",
        Cut::Flask,
        (&NORRVIK, 3_495, 34),
        BOTTLES,
        &[FOREST, BLACK, SAND, RUST, SKY],
        CREAM,
        STEEL,
    ),
    style(
        "City Bottle",
        Cut::Bottle,
        (&LOWMARK, 2_495, 26),
        BOTTLES,
        &[WHITE, NAVY, ROSE, MUSTARD],
        CHARCOAL,
        SLIM,
    ),
    style(
        "Morning Tumbler",
        Cut::Tumbler,
        (&PELLORY, 2_295, 22),
        CUPS,
        &[CREAM, TEAL, BLACK, RUST],
        MUSTARD,
        CUP,
    ),
    style(
        "Summit Flask",
        Cut::Flask,
        (&NORRVIK, 3_995, 12),
        BOTTLES,
        &[COBALT, RED, CHARCOAL],
        WHITE,
        STEEL,
    ),
    style("Tide Bottle", Cut::Bottle, (&TIDEWELL, 2_195, 14), BOTTLES, &[SKY, TEAL], WHITE, SLIM),
    style("Office Tumbler", Cut::Tumbler, (&KORVANE, 2_795, 9), CUPS, &[GREY, NAVY], RED, CUP),
    style(
        "Kids Bottle",
        Cut::Bottle,
        (&PELLORY, 1_795, 11),
        Sizes::One,
        &[ROSE, SKY, MUSTARD],
        RED,
        SLIM,
    ),
    style("Camp Flask", Cut::Flask, (&FENNSTEAD, 2_995, 7), Sizes::One, &[OLIVE, PLUM], TAN, STEEL),
    style(
        "Lake Bottle",
        Cut::Bottle,
        (&TIDEWELL, 2_295, 9),
        BOTTLES,
        &[FOREST, PLUM, CREAM],
        MUSTARD,
        SLIM,
    ),
    style(
        "Studio Tumbler",
        Cut::Tumbler,
        (&LOWMARK, 1_995, 10),
        CUPS,
        &[WHITE, OLIVE, ROSE],
        CHARCOAL,
        CUP,
    ),
];
