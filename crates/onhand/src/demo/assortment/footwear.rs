//! Sneakers, boots and socks.

use super::{
    BLACK, BROWN, CHARCOAL, COBALT, CREAM, Cut, FENNSTEAD, FOREST, GREY, KORVANE, LOWMARK, MUSTARD,
    NAVY, NORRVIK, OLIVE, PELLORY, PLUM, RED, ROSE, RUST, SAND, SKY, Sizes, Style, TAN, TEAL,
    TIDEWELL, WHITE, style,
};

const FULL: Sizes = Sizes::Shoe(36, 46);
const LARGE: Sizes = Sizes::Shoe(40, 46);
const SMALL: Sizes = Sizes::Shoe(36, 42);

const CANVAS: &str = "Canvas upper, cushioned insole, vulcanised rubber sole.";
const LEATHER: &str = "Smooth leather upper, padded collar, cup sole stitched all round.";
const KNIT: &str = "Breathable mesh, a firm heel and a foam midsole that gives energy back.";
const BOOT: &str = "Waxed full-grain leather, welted sole, can be resoled.";
const SUEDE: &str = "Suede treated against rain, elastic sides, crepe-look rubber sole.";
const COTTON: &str = "Combed cotton with a reinforced heel and toe. Sold as a pair.";
const WOOL: &str = "Merino blend that stays warm when damp. Sold as a pair.";

pub(super) const STYLES: &[Style] = &[
    style("Trail Runner", Cut::Runner, (&NORRVIK, 12_995, 30), FULL, &[BLACK, TEAL, RUST], MUSTARD, KNIT),
    style("Everyday Low", Cut::LowSneaker, (&LOWMARK, 7_995, 34), FULL, &[WHITE, BLACK, NAVY, GREY], RED, LEATHER),
    style("Arcade High", Cut::HighSneaker, (&PELLORY, 8_495, 22), FULL, &[BLACK, CREAM], RED, CANVAS),
    style("Canal Runner", Cut::Runner, (&KORVANE, 10_995, 18), FULL, &[GREY, NAVY], SKY, KNIT),
    style("Court Classic", Cut::LowSneaker, (&LOWMARK, 8_995, 20), FULL, &[WHITE, CREAM], FOREST, LEATHER),
    style("Tempo Runner", Cut::Runner, (&NORRVIK, 13_995, 14), LARGE, &[COBALT, CHARCOAL], MUSTARD, KNIT),
    style("Kite Runner", Cut::Runner, (&NORRVIK, 12_495, 12), SMALL, &[ROSE, SKY], CREAM, KNIT),
    style("Dockside Low", Cut::LowSneaker, (&TIDEWELL, 6_495, 16), FULL, &[NAVY, SAND], CREAM, CANVAS),
    style("Terrace High", Cut::HighSneaker, (&PELLORY, 8_995, 9), LARGE, &[OLIVE, BLACK], CREAM, CANVAS),
    style("Lido Low", Cut::LowSneaker, (&TIDEWELL, 5_995, 11), SMALL, &[SKY, ROSE], WHITE, CANVAS),
    style("Metro Low", Cut::LowSneaker, (&LOWMARK, 9_495, 8), LARGE, &[CHARCOAL, TAN], CREAM, LEATHER),
    style("Pavilion High", Cut::HighSneaker, (&PELLORY, 7_995, 6), SMALL, &[PLUM], MUSTARD, CANVAS),
    style("Harbour Low", Cut::LowSneaker, (&TIDEWELL, 7_495, 15), FULL, &[CREAM, OLIVE, BLACK], RUST, CANVAS),
    style("Gravel Runner", Cut::Runner, (&NORRVIK, 14_495, 10), FULL, &[OLIVE, CHARCOAL], RUST, KNIT),
    style("Plaza Low", Cut::LowSneaker, (&LOWMARK, 8_495, 9), FULL, &[TAN, GREY], CREAM, LEATHER),
    style("Club High", Cut::HighSneaker, (&PELLORY, 9_495, 8), FULL, &[WHITE, NAVY], MUSTARD, CANVAS),
    style("Glide Runner", Cut::Runner, (&KORVANE, 10_495, 8), SMALL, &[PLUM, TEAL], CREAM, KNIT),
    style("Orbit Runner", Cut::Runner, (&KORVANE, 11_995, 6), LARGE, &[WHITE], COBALT, KNIT),
    style("Moor Chelsea", Cut::Chelsea, (&FENNSTEAD, 15_995, 17), FULL, &[BLACK, BROWN], CHARCOAL, BOOT),
    style("Pier Chelsea", Cut::Chelsea, (&FENNSTEAD, 13_995, 9), SMALL, &[TAN, SAND], BROWN, SUEDE),
    style("Ridge Boot", Cut::Laced, (&NORRVIK, 18_995, 15), LARGE, &[BROWN, BLACK], SAND, BOOT),
    style("Quarry Boot", Cut::Laced, (&NORRVIK, 16_995, 10), LARGE, &[TAN, OLIVE], CHARCOAL, BOOT),
    style("Heath Boot", Cut::Laced, (&FENNSTEAD, 15_495, 8), SMALL, &[RUST, FOREST], CREAM, BOOT),
    style("Ferry Chelsea", Cut::Chelsea, (&TIDEWELL, 9_995, 6), LARGE, &[NAVY], MUSTARD, SUEDE),
    style("Fen Boot", Cut::Laced, (&FENNSTEAD, 17_495, 4), LARGE, &[CHARCOAL], RED, BOOT),
    style("Estate Chelsea", Cut::Chelsea, (&FENNSTEAD, 16_995, 7), LARGE, &[OLIVE, RUST], BLACK, BOOT),
    style("Wharf Boot", Cut::Laced, (&TIDEWELL, 14_995, 6), FULL, &[NAVY, SAND], RED, BOOT),
    style("Everyday Crew Sock", Cut::Crew, (&LOWMARK, 995, 38), Sizes::Sock, &[BLACK, WHITE, NAVY, GREY], RED, COTTON),
    style("Hike Crew Sock", Cut::Crew, (&NORRVIK, 1_695, 20), Sizes::Sock, &[OLIVE, CHARCOAL, RUST], MUSTARD, WOOL),
    style("Studio Ankle Sock", Cut::Ankle, (&PELLORY, 795, 24), Sizes::Sock, &[WHITE, BLACK, ROSE], SKY, COTTON),
    style("Lake Ankle Sock", Cut::Ankle, (&TIDEWELL, 895, 12), Sizes::Sock, &[SKY, TEAL, MUSTARD], CREAM, COTTON),
    style("Harvest Crew Sock", Cut::Crew, (&FENNSTEAD, 1_495, 12), Sizes::Sock, &[RUST, FOREST, PLUM], CREAM, WOOL),
    style("Runner Ankle Sock", Cut::Ankle, (&KORVANE, 1_295, 15), Sizes::Sock, &[CHARCOAL, COBALT], MUSTARD, COTTON),
    style("Winter Crew Sock", Cut::Crew, (&NORRVIK, 1_995, 10), Sizes::Sock, &[NAVY, CREAM], RED, WOOL),
    style("Deck Ankle Sock", Cut::Ankle, (&TIDEWELL, 895, 6), Sizes::Sock, &[NAVY], WHITE, COTTON),
    style("Boot Crew Sock", Cut::Crew, (&FENNSTEAD, 1_895, 9), Sizes::Sock, &[GREY, BROWN], RED, WOOL),
    style("Gallery Crew Sock", Cut::Crew, (&PELLORY, 1_195, 8), Sizes::Sock, &[MUSTARD, TEAL, PLUM], CREAM, COTTON),
];
