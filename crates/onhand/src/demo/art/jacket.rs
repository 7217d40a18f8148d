//! Jackets, from the front.

use super::{
    Cut,
    canvas::{Canvas, STEEL, Tones},
};

const LEFT_SLEEVE: &str = "M118 108C90 118 80 140 74 176L54 300C53 308 58 312 64 313L94 317C101 318 105 314 106 308L120 214Z";
const RIGHT_SLEEVE: &str = "M282 108C310 118 320 140 326 176L346 300C347 308 342 312 336 313L306 317C299 318 295 314 294 308L280 214Z";
const BODY: &str = "M152 94L118 108C112 150 116 200 110 326C110 334 114 338 122 338H278C286 338 290 334 290 326C284 200 288 150 282 108L248 94Z";

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    canvas.ground(200, 352, 104);
    match cut {
        Cut::Puffer => puffer(canvas, main, accent),
        Cut::Rain => rain(canvas, main, accent),
        _ => overshirt(canvas, main, accent),
    }
}

fn shell(canvas: &mut Canvas, main: &Tones) {
    canvas.fill(LEFT_SLEEVE, &main.light);
    canvas.fill(RIGHT_SLEEVE, &main.shade);
    canvas.fill(BODY, &main.base);
    canvas.veil("M248 94L282 108C288 150 284 200 290 326C290 334 286 338 278 338H262C272 250 270 160 248 94Z", "#10141c", 10);
}

fn puffer(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    shell(canvas, main);
    for (y, left, right) in
        [(146, 115, 285), (184, 115, 285), (222, 114, 286), (260, 113, 287), (298, 112, 288)]
    {
        canvas.line(&format!("M{left} {y}C150 {} 182 {} 200 {y}", y + 13, y + 13), &main.shade, 4);
        canvas.line(&format!("M{right} {y}C250 {} 218 {} 200 {y}", y + 13, y + 13), &main.deep, 4);
    }
    for n in 0..4 {
        let y = 160 + n * 38;
        canvas.line(
            &format!(
                "M{} {y}C{} {} {} {} {} {}",
                78 - n * 6,
                90 - n * 5,
                y + 12,
                102 - n * 4,
                y + 12,
                115 - n * 3,
                y + 4
            ),
            &main.base,
            4,
        );
        canvas.line(
            &format!(
                "M{} {y}C{} {} {} {} {} {}",
                322 + n * 6,
                310 + n * 5,
                y + 12,
                298 + n * 4,
                y + 12,
                285 + n * 3,
                y + 4
            ),
            &main.deep,
            4,
        );
    }
    canvas.fill(
        "M150 100C148 74 162 62 200 62C238 62 252 74 250 100C236 112 164 112 150 100Z",
        &main.shade,
    );
    canvas.fill(
        "M162 92C164 78 176 72 200 72C224 72 236 78 238 92C226 100 174 100 162 92Z",
        &accent.shade,
    );
    canvas.line("M200 102V336", &main.deep, 7);
    canvas.line("M200 104V334", STEEL, 2);
    canvas.rect([196, 118, 8, 18, 3], &accent.base);
    canvas.line("M130 268L152 240", &main.deep, 4);
    canvas.line("M270 268L248 240", &main.deep, 4);
    canvas.rect([236, 158, 24, 12, 2], &accent.base);
}

fn rain(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    shell(canvas, main);
    canvas.fill(
        "M138 112C126 70 158 48 200 48C242 48 274 70 262 112C244 132 156 132 138 112Z",
        &main.shade,
    );
    canvas.fill(
        "M160 104C152 76 174 64 200 64C226 64 248 76 240 104C228 118 172 118 160 104Z",
        &accent.deep,
    );
    canvas.fill("M160 104C172 118 228 118 240 104L236 128C222 136 178 136 164 128Z", &main.light);
    canvas.fill("M192 128H214V338H192Z", &main.light);
    canvas.line("M214 130V336", &main.deep, 2);
    canvas.stitches("M197 134V332", &main.stitch);
    for y in [150, 200, 250, 300] {
        canvas.circle(206, y, 4, &accent.base);
    }
    canvas.line("M176 130C174 152 176 166 172 178", &accent.base, 4);
    canvas.line("M230 130C232 152 230 166 234 178", &accent.base, 4);
    canvas.fill("M124 246H180V262H124Z", &main.shade);
    canvas.fill("M226 246H280V262H226Z", &main.shade);
    canvas.stitches("M128 262V300H176V262", &main.stitch);
    canvas.stitches("M230 262V300H276V262", &main.stitch);
    canvas.line("M60 290L104 296", &main.deep, 3);
    canvas.line("M340 290L296 296", &main.deep, 3);
}

fn overshirt(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    shell(canvas, main);
    canvas.fill("M152 94L200 118L248 94L236 76H164Z", &main.deep);
    canvas
        .fill("M148 90C150 80 156 74 164 72L200 120L172 142C162 126 152 110 148 90Z", &main.light);
    canvas
        .fill("M252 90C250 80 244 74 236 72L200 120L228 142C238 126 248 110 252 90Z", &main.shade);
    canvas.line("M200 120V336", &main.deep, 2);
    canvas.stitches("M190 134V334", &main.stitch);
    for y in [150, 190, 230, 270, 310] {
        canvas.circle(200, y, 5, &accent.base);
    }
    for x in [128, 226] {
        canvas.fill(&format!("M{x} 168H{}V214L{} 224L{x} 214Z", x + 46, x + 23), &main.shade);
        canvas.fill(&format!("M{x} 168H{}V182L{} 192L{x} 182Z", x + 46, x + 23), &main.light);
        canvas.circle(x + 23, 184, 3, &accent.base);
    }
    canvas.stitches("M116 322H284", &main.stitch);
    canvas.line("M58 288L106 295", &main.deep, 3);
    canvas.line("M342 288L294 295", &main.deep, 3);
    canvas.rect([188, 92, 24, 12, 2], &accent.light);
}
