//! The sheet that pictures are drawn on, and the tones of a colour.

use std::fmt::Write;

use super::Rgb;

/// Backdrop behind most products, and behind those that are nearly white themselves.
const BACKDROP: Rgb = (242, 240, 235);
const BACKDROP_FOR_LIGHT: Rgb = (214, 221, 220);
/// From this lightness on (0 to 255) a colour needs the darker backdrop.
const LIGHT_FROM: u32 = 205;

/// The tones that one colour is drawn in.
#[derive(Clone, Debug)]
pub(super) struct Tones {
    /// The colour itself.
    pub(super) base: String,
    /// Where light falls.
    pub(super) light: String,
    /// Where it does not.
    pub(super) shade: String,
    /// Seams and openings.
    pub(super) deep: String,
    /// A stitch that shows on the base, whether that is dark or light.
    pub(super) stitch: String,
}

impl Tones {
    /// Those of a colour.
    pub(super) fn of(colour: Rgb) -> Self {
        let (white, ink) = ((255, 255, 255), (18, 22, 30));
        let dark = lightness(colour) < 70;
        let stitch = if dark { mix(colour, white, 38) } else { mix(colour, ink, 34) };
        Self {
            base: hex(colour),
            light: hex(mix(colour, white, if dark { 14 } else { 24 })),
            shade: hex(mix(colour, ink, if dark { 34 } else { 16 })),
            deep: hex(mix(colour, ink, if dark { 62 } else { 42 })),
            stitch: hex(stitch),
        }
    }
}

/// Off-white for soles, laces and linings.
pub(super) const CHALK: &str = "#f7f5f0";
/// Its shadow.
pub(super) const CHALK_SHADE: &str = "#dcd8ce";
/// Rubber, straps and buckles.
pub(super) const INK: &str = "#2b2f36";
/// Brushed metal.
pub(super) const STEEL: &str = "#aab2b8";

/// A picture in the making, 400 by 400.
pub(super) struct Canvas(String);

impl Canvas {
    /// A sheet with a backdrop that sets off the colour.
    pub(super) fn new(colour: Rgb) -> Self {
        let light = lightness(colour) >= LIGHT_FROM;
        let backdrop = if light { BACKDROP_FOR_LIGHT } else { BACKDROP };
        let halo =
            if light { mix(backdrop, (255, 255, 255), 34) } else { mix(backdrop, colour, 13) };
        let mut canvas = Self(String::from(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\" width=\"400\" height=\"400\">",
        ));
        canvas.put(format_args!("<rect width=\"400\" height=\"400\" fill=\"{}\"/>", hex(backdrop)));
        canvas.circle(200, 196, 156, &hex(halo));
        canvas
    }

    /// The shadow on the ground.
    pub(super) fn ground(&mut self, x: i32, y: i32, half_width: i32) {
        self.put(format_args!(
            "<ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{half_width}\" ry=\"9\" fill=\"#1e2630\" fill-opacity=\".13\"/>"
        ));
    }

    /// A filled shape.
    pub(super) fn fill(&mut self, path: &str, colour: &str) {
        self.put(format_args!("<path d=\"{path}\" fill=\"{colour}\"/>"));
    }

    /// A filled shape that lets what is below shine through, in percent.
    pub(super) fn veil(&mut self, path: &str, colour: &str, percent: u8) {
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"{colour}\" fill-opacity=\".{percent:02}\"/>"
        ));
    }

    /// A line with round ends.
    pub(super) fn line(&mut self, path: &str, colour: &str, width: u8) {
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        ));
    }

    /// A row of stitches.
    pub(super) fn stitches(&mut self, path: &str, colour: &str) {
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" \
             stroke-dasharray=\"6 5\" stroke-linecap=\"round\"/>"
        ));
    }

    /// A disc.
    pub(super) fn circle(&mut self, x: i32, y: i32, radius: i32, colour: &str) {
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{colour}\"/>"));
    }

    /// A rectangle with round corners: left, top, width, height, radius.
    pub(super) fn rect(&mut self, [left, top, width, height, radius]: [i32; 5], colour: &str) {
        self.put(format_args!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" \
             fill=\"{colour}\"/>"
        ));
    }

    /// What follows is drawn elsewhere, until [`Canvas::back`].
    pub(super) fn moved(&mut self, x: i32, y: i32) {
        self.put(format_args!("<g transform=\"translate({x} {y})\">"));
    }

    /// Ends what [`Canvas::moved`] began.
    pub(super) fn back(&mut self) {
        self.0.push_str("</g>");
    }

    /// The file.
    pub(super) fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string can't fail.
        let _ = self.0.write_fmt(element);
    }
}

/// How light a colour looks, 0 to 255 (ITU-R BT.601).
fn lightness((r, g, b): Rgb) -> u32 {
    (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) / 1_000
}

/// A colour on the way to another, in percent.
fn mix(from: Rgb, to: Rgb, percent: u32) -> Rgb {
    let one = |a: u8, b: u8| {
        let sum = u32::from(a) * (100 - percent) + u32::from(b) * percent;
        u8::try_from(sum / 100).unwrap_or(u8::MAX)
    };
    (one(from.0, to.0), one(from.1, to.1), one(from.2, to.2))
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
