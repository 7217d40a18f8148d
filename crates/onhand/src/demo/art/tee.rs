//! T-shirts, from the front.

use super::{
    Cut,
    canvas::{Canvas, Tones},
};

const BODY: &str = "M148 88C166 106 234 106 252 88L298 106L350 176L308 208L286 184V322C286 330 282 334 274 334H126C118 334 114 330 114 322V184L92 208L50 176L102 106Z";
const LONG: &str = "M148 84C166 102 234 102 252 84L298 104C316 122 332 200 344 300L306 308L286 200V322C286 330 282 334 274 334H126C118 334 114 330 114 322V200L94 308L56 300C68 200 84 122 102 104Z";

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    canvas.ground(200, 348, 96);
    canvas.fill("M148 90C160 74 240 74 252 90L236 106H164Z", &main.deep);
    if cut == Cut::LongSleeve {
        long_sleeve(canvas, main);
    } else {
        short_sleeve(canvas, main);
    }
    match cut {
        Cut::Striped => striped(canvas, main, accent),
        Cut::Printed => print(canvas, accent, main),
        Cut::LongSleeve => pocket(canvas, main, accent),
        _ => {}
    }
    // Folds, the neck's rib and the hem.
    canvas.veil("M262 190C258 240 264 290 286 322V200Z", "#10141c", 8);
    canvas.veil("M114 200C130 250 128 300 118 330L114 322Z", "#10141c", 8);
    let neck = if cut == Cut::LongSleeve {
        "M146 84C166 108 234 108 254 84"
    } else {
        "M146 88C166 112 234 112 254 88"
    };
    canvas.line(neck, &main.shade, 9);
    canvas.stitches("M120 322H280", &main.stitch);
    canvas.rect([191, 100, 18, 9, 2], &accent.base);
}

fn short_sleeve(canvas: &mut Canvas, main: &Tones) {
    canvas.fill(BODY, &main.base);
    canvas.fill("M102 106L50 176L92 208L114 184C112 158 112 134 124 112Z", &main.light);
    canvas.fill("M298 106L350 176L308 208L286 184C288 158 288 134 276 112Z", &main.shade);
    canvas.stitches("M58 172L96 201", &main.stitch);
    canvas.stitches("M342 172L304 201", &main.stitch);
}

fn long_sleeve(canvas: &mut Canvas, main: &Tones) {
    canvas.fill(LONG, &main.base);
    canvas
        .fill("M102 104C84 122 68 200 56 300L94 308L114 200C110 166 112 134 124 110Z", &main.light);
    canvas.fill(
        "M298 104C316 122 332 200 344 300L306 308L286 200C290 166 288 134 276 110Z",
        &main.shade,
    );
    canvas.line("M60 286L98 294", &main.deep, 2);
    canvas.line("M340 286L302 294", &main.deep, 2);
}

fn striped(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    for y in [134, 166, 198, 230, 262, 294] {
        let (left, right) = if y < 184 { (118, 282) } else { (114, 286) };
        canvas.rect([left, y, right - left, 13, 0], &accent.base);
    }
    canvas.fill("M84 131L101 115L117 145L114 158L108 172Z", &accent.base);
    canvas.fill("M316 131L299 115L283 145L286 158L292 172Z", &accent.shade);
    canvas.line("M124 112C114 134 112 158 114 184", &main.shade, 2);
    canvas.line("M276 112C286 134 288 158 286 184", &main.deep, 2);
}

fn print(canvas: &mut Canvas, accent: &Tones, main: &Tones) {
    canvas.circle(200, 196, 48, &accent.base);
    canvas.circle(218, 178, 14, &accent.light);
    canvas.fill(
        "M154 210L184 170L202 194L214 180L244 216C236 234 220 244 200 244C178 244 160 230 154 210Z",
        &accent.deep,
    );
    canvas.fill("M184 170L194 184L184 190L176 181Z", &accent.light);
    canvas.line("M160 222C180 214 196 230 214 222C224 218 232 218 240 222", &main.base, 4);
}

fn pocket(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.fill("M218 156H262V198L240 210L218 198Z", &main.shade);
    canvas.stitches("M222 166H258", &main.stitch);
    canvas.rect([252, 180, 10, 14, 1], &accent.base);
}
