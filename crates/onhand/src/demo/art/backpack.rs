//! Backpacks, from the front.

use super::{
    Cut,
    canvas::{Canvas, INK, STEEL, Tones},
};

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    canvas.ground(200, 346, 104);
    if cut == Cut::RollTop { roll_top(canvas, main, accent) } else { daypack(canvas, main, accent) }
}

fn daypack(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.line("M178 84C176 52 224 52 222 84", INK, 9);
    canvas.line("M124 150C92 176 90 250 116 312", INK, 14);
    canvas.line("M276 150C308 176 310 250 284 312", INK, 14);
    canvas.fill("M112 156C112 100 148 74 200 74C252 74 288 100 288 156V304C288 326 272 340 250 340H150C128 340 112 326 112 304Z", &main.base);
    canvas.veil("M240 82C270 94 288 118 288 156V304C288 326 272 340 250 340H232C256 330 262 310 262 286V150C262 122 254 98 240 82Z", "#10141c", 12);
    canvas.fill(
        "M112 250C104 252 100 260 100 270V312C100 322 106 328 116 328L126 330V250Z",
        &main.shade,
    );
    canvas.fill(
        "M288 250C296 252 300 260 300 270V312C300 322 294 328 284 328L274 330V250Z",
        &main.deep,
    );
    canvas.line("M134 158C136 118 160 98 200 98C240 98 264 118 266 158", &main.deep, 4);
    canvas.line("M136 152L136 176", &accent.base, 5);
    canvas.rect([134, 214, 132, 104, 18], &main.shade);
    canvas.rect([134, 210, 132, 102, 18], &main.light);
    canvas.line("M146 238H254", &main.deep, 4);
    canvas.line("M238 238V258", &accent.base, 5);
    canvas.rect([172, 150, 56, 30, 5], &accent.base);
    canvas.line("M184 170L194 158L202 166L208 160L216 170", &accent.deep, 4);
    canvas.stitches("M146 300H254", &main.stitch);
}

fn roll_top(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.line("M128 160C96 186 94 252 118 314", INK, 14);
    canvas.line("M272 160C304 186 306 252 282 314", INK, 14);
    canvas.fill(
        "M122 120H278L290 310C291 328 280 340 262 340H138C120 340 109 328 110 310Z",
        &main.base,
    );
    canvas.veil(
        "M254 120H278L290 310C291 328 280 340 262 340H244C260 300 262 200 254 120Z",
        "#10141c",
        12,
    );
    canvas.fill("M116 78C116 68 122 64 130 64H270C278 64 284 68 284 78V112C284 124 278 130 268 130H132C122 130 116 124 116 112Z", &main.shade);
    canvas.fill("M116 78C116 68 122 64 130 64H270C278 64 284 68 284 78V88C284 98 278 102 268 102H132C122 102 116 98 116 88Z", &main.light);
    canvas.line("M126 103H274", &main.deep, 3);
    canvas.rect([190, 60, 20, 132, 3], &accent.shade);
    canvas.rect([182, 168, 36, 22, 5], STEEL);
    canvas.rect([190, 174, 20, 10, 2], INK);
    canvas.fill(
        "M118 222H282L287 302C288 316 280 324 268 324H132C120 324 112 316 113 302Z",
        &main.shade,
    );
    canvas.line("M118 224H282", &main.deep, 4);
    canvas.line("M258 226V248", &accent.base, 5);
    canvas.rect([140, 252, 44, 26, 4], &accent.base);
    canvas.line("M150 270L158 260L164 266L174 260", &accent.deep, 3);
    canvas.stitches("M126 310H274", &main.stitch);
}
