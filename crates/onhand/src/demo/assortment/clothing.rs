//! Jackets, T-shirts, caps and beanies.

use super::{
    BLACK, CHARCOAL, COBALT, CREAM, Cut, FENNSTEAD, FOREST, GREY, KORVANE, LOWMARK, MUSTARD, NAVY,
    NORRVIK, OLIVE, PELLORY, PLUM, RED, ROSE, RUST, SAND, SKY, Sizes, Style, TAN, TEAL, TIDEWELL,
    WHITE, style,
};

const DOWN: &str = "Recycled down, packs into its own pocket, repels light rain.";
const SHELL: &str = "Three layers with taped seams; the hood turns with the head.";
const TWILL: &str = "Heavy cotton twill, garment washed, horn-look buttons.";
const JERSEY: &str = "Organic cotton jersey, 180 g, side seams that stay straight.";
const HEAVY: &str = "Heavy organic cotton, 240 g, ribbed collar.";
const BRUSHED: &str = "Six panels of brushed cotton, brass buckle at the back.";
const LAMB: &str = "Ribbed lambswool with a folded cuff.";

pub(super) const STYLES: &[Style] = &[
    style("Fjord Puffer", Cut::Puffer, (&NORRVIK, 22_995, 22), Sizes::Letters, &[BLACK, NAVY, RUST, FOREST], MUSTARD, DOWN),
    style("Drift Rain Jacket", Cut::Rain, (&TIDEWELL, 14_995, 24), Sizes::Letters, &[MUSTARD, NAVY, FOREST], CREAM, SHELL),
    style("Mill Overshirt", Cut::Overshirt, (&FENNSTEAD, 9_995, 16), Sizes::Letters, &[OLIVE, NAVY, TAN], BLACK, TWILL),
    style("Summit Puffer", Cut::Puffer, (&NORRVIK, 27_995, 9), Sizes::Letters, &[COBALT, OLIVE], RED, DOWN),
    style("Harbour Rain Jacket", Cut::Rain, (&TIDEWELL, 17_995, 11), Sizes::Letters, &[SKY, BLACK], WHITE, SHELL),
    style("Yard Overshirt", Cut::Overshirt, (&LOWMARK, 8_995, 10), Sizes::Letters, &[CHARCOAL, SAND], CREAM, TWILL),
    style("Commuter Shell", Cut::Rain, (&KORVANE, 19_995, 8), Sizes::Letters, &[CHARCOAL, TEAL], RED, SHELL),
    style("Hearth Puffer", Cut::Puffer, (&PELLORY, 18_995, 8), Sizes::Letters, &[CREAM, PLUM], TAN, DOWN),
    style("Gallery Overshirt", Cut::Overshirt, (&PELLORY, 10_995, 5), Sizes::Letters, &[RUST], NAVY, TWILL),
    style("Squall Rain Jacket", Cut::Rain, (&TIDEWELL, 12_995, 5), Sizes::Letters, &[RED], NAVY, SHELL),
    style("Northern Puffer", Cut::Puffer, (&NORRVIK, 24_995, 10), Sizes::Letters, &[FOREST, CHARCOAL, MUSTARD], CREAM, DOWN),
    style("Tide Rain Jacket", Cut::Rain, (&TIDEWELL, 13_495, 9), Sizes::Letters, &[TEAL, ROSE, SAND], NAVY, SHELL),
    style("Barn Overshirt", Cut::Overshirt, (&FENNSTEAD, 11_495, 7), Sizes::Letters, &[FOREST, CREAM], TAN, TWILL),
    style("Transit Puffer", Cut::Puffer, (&KORVANE, 16_995, 7), Sizes::Letters, &[GREY, BLACK], RED, DOWN),
    style("Essential Tee", Cut::Tee, (&LOWMARK, 1_995, 46), Sizes::Letters, &[WHITE, BLACK, NAVY, GREY, SAND], SKY, JERSEY),
    style("Harbour Stripe Tee", Cut::Striped, (&TIDEWELL, 2_995, 26), Sizes::Letters, &[CREAM, NAVY, RED], NAVY, JERSEY),
    style("Sunrise Print Tee", Cut::Printed, (&PELLORY, 3_495, 18), Sizes::Letters, &[BLACK, CREAM, TEAL], MUSTARD, JERSEY),
    style("Field Long Sleeve", Cut::LongSleeve, (&FENNSTEAD, 3_995, 16), Sizes::Letters, &[OLIVE, CHARCOAL, CREAM], RUST, HEAVY),
    style("Heavy Tee", Cut::Tee, (&FENNSTEAD, 2_995, 18), Sizes::Letters, &[BLACK, SAND, FOREST], CREAM, HEAVY),
    style("Ridge Print Tee", Cut::Printed, (&NORRVIK, 3_495, 12), Sizes::Letters, &[NAVY, RUST], CREAM, JERSEY),
    style("Quay Stripe Tee", Cut::Striped, (&TIDEWELL, 2_995, 10), Sizes::Letters, &[WHITE, MUSTARD], TEAL, JERSEY),
    style("Studio Tee", Cut::Tee, (&PELLORY, 2_495, 13), Sizes::Letters, &[ROSE, SKY, WHITE], WHITE, JERSEY),
    style("Track Long Sleeve", Cut::LongSleeve, (&KORVANE, 4_495, 8), Sizes::Letters, &[BLACK, COBALT], RED, HEAVY),
    style("Boxy Tee", Cut::Tee, (&PELLORY, 2_795, 8), Sizes::Letters, &[PLUM, CREAM], MUSTARD, HEAVY),
    style("Night Print Tee", Cut::Printed, (&PELLORY, 3_495, 6), Sizes::Letters, &[CHARCOAL], SKY, JERSEY),
    style("Orchard Stripe Tee", Cut::Striped, (&FENNSTEAD, 3_295, 5), Sizes::Letters, &[FOREST], CREAM, JERSEY),
    style("Weekend Tee", Cut::Tee, (&LOWMARK, 2_295, 17), Sizes::Letters, &[OLIVE, RUST, SKY, CHARCOAL], WHITE, JERSEY),
    style("Coast Stripe Tee", Cut::Striped, (&TIDEWELL, 3_195, 9), Sizes::Letters, &[SKY, ROSE, GREY], WHITE, JERSEY),
    style("Peak Print Tee", Cut::Printed, (&NORRVIK, 3_495, 10), Sizes::Letters, &[WHITE, FOREST, MUSTARD], COBALT, JERSEY),
    style("Base Long Sleeve", Cut::LongSleeve, (&LOWMARK, 2_995, 14), Sizes::Letters, &[WHITE, BLACK, NAVY], CREAM, JERSEY),
    style("Team Tee", Cut::Tee, (&KORVANE, 2_695, 7), Sizes::Letters, &[COBALT, RED], WHITE, JERSEY),
    style("Cabin Long Sleeve", Cut::LongSleeve, (&FENNSTEAD, 4_295, 7), Sizes::Letters, &[RUST, SAND, PLUM], CREAM, HEAVY),
    style("Classic Cap", Cut::Cap, (&LOWMARK, 2_495, 24), Sizes::One, &[BLACK, NAVY, SAND, RED, FOREST], CREAM, BRUSHED),
    style("Trail Cap", Cut::Cap, (&NORRVIK, 2_995, 16), Sizes::One, &[OLIVE, RUST, CHARCOAL], MUSTARD, BRUSHED),
    style("Fisher Beanie", Cut::Beanie, (&TIDEWELL, 2_495, 22), Sizes::One, &[NAVY, MUSTARD, GREY, RUST], CREAM, LAMB),
    style("Bobble Beanie", Cut::Beanie, (&FENNSTEAD, 2_795, 14), Sizes::One, &[CREAM, PLUM, TEAL], ROSE, LAMB),
    style("Fitted Cap", Cut::Cap, (&KORVANE, 3_495, 9), Sizes::Pair, &[BLACK, COBALT, WHITE], RED, BRUSHED),
    style("Summer Cap", Cut::Cap, (&PELLORY, 2_295, 9), Sizes::One, &[SKY, ROSE, WHITE], NAVY, BRUSHED),
    style("Archive Cap", Cut::Cap, (&LOWMARK, 3_995, 5), Sizes::One, &[TAN], BLACK, BRUSHED),
    style("Alpine Beanie", Cut::Beanie, (&NORRVIK, 3_295, 10), Sizes::One, &[RED, FOREST, CHARCOAL], WHITE, LAMB),
    style("Corner Cap", Cut::Cap, (&PELLORY, 2_695, 8), Sizes::One, &[PLUM, TEAL, CREAM], MUSTARD, BRUSHED),
    style("Watch Beanie", Cut::Beanie, (&LOWMARK, 1_995, 13), Sizes::One, &[BLACK, OLIVE, SAND], RED, LAMB),
];
