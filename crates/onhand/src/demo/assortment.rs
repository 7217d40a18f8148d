//! What the demo retailer sells: styles, colours and sizes. Brands and names are invented.

mod clothing;
mod footwear;
mod gear;

use super::art::{Cut, Rgb};

/// A colour that things come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour {
    /// What people read.
    pub(super) name: &'static str,
    /// As it stands in SKU codes.
    pub(super) code: &'static str,
    /// As it is drawn.
    pub(super) rgb: Rgb,
}

macro_rules! colours {
    ($($konst:ident = $name:literal, $code:literal, $rgb:expr;)*) => {
        $(pub(super) const $konst: Colour = Colour { name: $name, code: $code, rgb: $rgb };)*
    };
}

colours! {
    BLACK = "Black", "BLK", (38, 40, 44);
    CHARCOAL = "Charcoal", "CHA", (74, 79, 87);
    GREY = "Stone grey", "GRY", (146, 150, 152);
    WHITE = "White", "WHT", (245, 244, 240);
    CREAM = "Cream", "CRM", (233, 223, 200);
    SAND = "Sand", "SND", (203, 182, 144);
    TAN = "Tan", "TAN", (176, 123, 76);
    BROWN = "Dark brown", "BRN", (92, 64, 48);
    NAVY = "Navy", "NVY", (39, 56, 92);
    COBALT = "Cobalt", "COB", (44, 95, 179);
    SKY = "Sky blue", "SKY", (143, 184, 214);
    TEAL = "Teal", "TEA", (31, 122, 120);
    FOREST = "Forest green", "FOR", (47, 93, 74);
    OLIVE = "Olive", "OLV", (102, 112, 74);
    MUSTARD = "Mustard", "MUS", (213, 160, 44);
    RUST = "Rust", "RST", (181, 83, 45);
    RED = "Red", "RED", (184, 52, 47);
    ROSE = "Dusty rose", "ROS", (214, 154, 158);
    PLUM = "Plum", "PLM", (107, 58, 92);
}

/// What sizes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sizes {
    /// European shoe sizes, first and last.
    Shoe(u8, u8),
    /// XS to XXL.
    Letters,
    /// S/M and L/XL.
    Pair,
    /// Three spans of shoe sizes.
    Sock,
    /// Volumes: millilitres or litres.
    Volume(&'static [&'static str]),
    /// One size.
    One,
}

impl Sizes {
    /// What the option is called; none for one size.
    pub(super) const fn option(self) -> Option<&'static str> {
        match self {
            Self::Volume(_) => Some("Volume"),
            Self::One => None,
            _ => Some("Size"),
        }
    }

    /// The sizes as people read them; none for one size.
    pub(super) fn values(self) -> Vec<String> {
        let owned = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
        match self {
            Self::Shoe(first, last) => (first..=last).map(|size| size.to_string()).collect(),
            Self::Letters => owned(&["XS", "S", "M", "L", "XL", "XXL"]),
            Self::Pair => owned(&["S/M", "L/XL"]),
            Self::Sock => owned(&["36–38", "39–42", "43–46"]),
            Self::Volume(values) => owned(values),
            Self::One => Vec::new(),
        }
    }
}

/// What is sold under one name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Its name.
    pub(super) title: &'static str,
    /// Whose it is.
    pub(super) vendor: &'static Vendor,
    /// What it is, as it is drawn.
    pub(super) cut: Cut,
    /// Price in 1/100 of the currency unit.
    pub(super) price_cents: i64,
    /// Its sizes.
    pub(super) sizes: Sizes,
    /// Its colours, the most wanted first.
    pub(super) colours: &'static [Colour],
    /// Of prints, laces and labels.
    pub(super) accent: Colour,
    /// How well it sells: 10 is a steady seller.
    pub(super) appeal: u8,
    /// One plain sentence.
    pub(super) description: &'static str,
}

/// A brand.
#[derive(Debug)]
pub(super) struct Vendor {
    /// Its name.
    pub(super) name: &'static str,
    /// As it stands in SKU codes.
    pub(super) code: &'static str,
}

const NORRVIK: Vendor = Vendor { name: "Norrvik", code: "NV" };
const LOWMARK: Vendor = Vendor { name: "Lowmark", code: "LM" };
const PELLORY: Vendor = Vendor { name: "Pellory", code: "PE" };
const KORVANE: Vendor = Vendor { name: "Korvane", code: "KV" };
const TIDEWELL: Vendor = Vendor { name: "Tidewell", code: "TW" };
const FENNSTEAD: Vendor = Vendor { name: "Fennstead", code: "FS" };

impl Style {
    /// The category it stands in.
    pub(super) const fn category(&self) -> &'static str {
        category(self.cut)
    }

    /// Its colour's picture wants another one beside it; the same on the same shows nothing.
    pub(super) fn accent_on(&self, colour: Colour) -> Rgb {
        if self.accent != colour {
            self.accent.rgb
        } else if colour == CREAM || colour == WHITE {
            NAVY.rgb
        } else {
            CREAM.rgb
        }
    }
}

/// A line of the tables: title, cut, (vendor, price, appeal), sizes, colours, accent, sentence.
const fn style(
    title: &'static str,
    cut: Cut,
    (vendor, price_cents, appeal): (&'static Vendor, i64, u8),
    sizes: Sizes,
    colours: &'static [Colour],
    accent: Colour,
    description: &'static str,
) -> Style {
    Style { title, vendor, cut, price_cents, sizes, colours, accent, appeal, description }
}

/// The category of a cut: eight in all.
pub(super) const fn category(cut: Cut) -> &'static str {
    match cut {
        Cut::LowSneaker | Cut::HighSneaker | Cut::Runner => "Sneakers",
        Cut::Chelsea | Cut::Laced => "Boots",
        Cut::Puffer | Cut::Rain | Cut::Overshirt => "Jackets",
        Cut::Tee | Cut::Striped | Cut::Printed | Cut::LongSleeve => "T-shirts",
        Cut::Daypack | Cut::RollTop => "Backpacks",
        Cut::Cap | Cut::Beanie => "Caps",
        Cut::Flask | Cut::Bottle | Cut::Tumbler => "Bottles",
        Cut::Crew | Cut::Ankle => "Socks",
    }
}

/// Everything on sale.
pub(super) fn styles() -> impl Iterator<Item = &'static Style> {
    footwear::STYLES.iter().chain(clothing::STYLES).chain(gear::STYLES)
}

/// The check digit of an EAN-13 (GS1 General Specifications, section 7.9).
pub(super) fn check_digit(digits: &str) -> u32 {
    let weighted = digits.chars().filter_map(|c| c.to_digit(10)).zip([1, 3].into_iter().cycle());
    (10 - weighted.map(|(digit, weight)| digit * weight).sum::<u32>() % 10) % 10
}

/// The barcode of the n-th SKU: an EAN-13 that starts with 20, which GS1 leaves to each retailer
/// for numbers of its own.
pub(super) fn barcode(n: usize) -> String {
    let digits = format!("20{:010}", 41_000_000 + n * 7);
    format!("{digits}{}", check_digit(&digits))
}
