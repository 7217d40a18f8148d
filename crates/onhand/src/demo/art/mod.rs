//! The demo's pictures: flat illustrations, drawn by us, one for each product and colour.
//!
//! Plain SVG shapes only: no scripts, no styles, no references, so that a picture can do nothing
//! but be looked at.

mod backpack;
mod boot;
mod bottle;
mod canvas;
mod cap;
mod jacket;
mod sneaker;
mod socks;
mod tee;

use canvas::{Canvas, Tones};

/// Red, green, blue.
pub(super) type Rgb = (u8, u8, u8);

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// A flat shoe with a straight sole.
    LowSneaker,
    /// Above the ankle, with a rubber toe.
    HighSneaker,
    /// A running shoe with a thick sole.
    Runner,
    /// Pulled on, elastic at the side.
    Chelsea,
    /// Laced up, with a profiled sole.
    Laced,
    /// Quilted.
    Puffer,
    /// With a hood.
    Rain,
    /// With buttons and chest pockets.
    Overshirt,
    /// Round neck.
    Tee,
    /// Round neck, striped.
    Striped,
    /// Round neck, a print on the chest.
    Printed,
    /// Long sleeves and a chest pocket.
    LongSleeve,
    /// With a front pocket.
    Daypack,
    /// Rolled and buckled at the top.
    RollTop,
    /// With a brim.
    Cap,
    /// Knitted, with a cuff.
    Beanie,
    /// Insulated, with a handle on the lid.
    Flask,
    /// Slim, with a strap.
    Bottle,
    /// A cup with a lid.
    Tumbler,
    /// To the calf.
    Crew,
    /// Below the ankle.
    Ankle,
}

/// Draws one. The accent is for laces, prints, labels and linings.
pub(super) fn draw(cut: Cut, colour: Rgb, accent: Rgb) -> String {
    let mut canvas = Canvas::new(colour);
    let (main, accent) = (Tones::of(colour), Tones::of(accent));
    match cut {
        Cut::LowSneaker | Cut::HighSneaker | Cut::Runner => {
            sneaker::draw(&mut canvas, cut, &main, &accent);
        }
        Cut::Chelsea | Cut::Laced => boot::draw(&mut canvas, cut, &main, &accent),
        Cut::Puffer | Cut::Rain | Cut::Overshirt => {
            jacket::draw(&mut canvas, cut, &main, &accent);
        }
        Cut::Tee | Cut::Striped | Cut::Printed | Cut::LongSleeve => {
            tee::draw(&mut canvas, cut, &main, &accent);
        }
        Cut::Daypack | Cut::RollTop => backpack::draw(&mut canvas, cut, &main, &accent),
        Cut::Cap | Cut::Beanie => cap::draw(&mut canvas, cut, &main, &accent),
        Cut::Flask | Cut::Bottle | Cut::Tumbler => {
            bottle::draw(&mut canvas, cut, &main, &accent);
        }
        Cut::Crew | Cut::Ankle => socks::draw(&mut canvas, cut, &main, &accent),
    }
    canvas.finish()
}
