//! Boots, from the side.

use super::{
    Cut,
    canvas::{CHALK, Canvas, INK, STEEL, Tones},
};

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    canvas.ground(206, 318, 140);
    if cut == Cut::Laced { laced(canvas, main, accent) } else { chelsea(canvas, main, accent) }
}

fn chelsea(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.line("M104 96C100 70 122 70 120 98", &accent.shade, 7);
    canvas.line("M186 96C184 72 202 72 202 98", &accent.shade, 7);
    canvas.fill("M92 92C126 84 176 84 212 92L206 112H98Z", &main.deep);
    canvas.fill(
        "M90 92C122 100 178 100 214 92C214 124 212 150 220 174C228 196 262 204 290 216C322 228 336 250 336 288H84C82 232 98 160 90 92Z",
        &main.base,
    );
    canvas.fill(
        "M90 92C98 95 110 97 122 98C126 160 108 230 112 288H84C82 232 98 160 90 92Z",
        &main.shade,
    );
    canvas.fill("M290 216C322 228 336 250 336 288H270C268 258 276 232 290 216Z", &main.shade);
    canvas.fill("M134 99C148 130 150 172 142 206C160 200 178 196 190 184C180 150 182 122 186 98C170 100 150 100 134 99Z", &accent.shade);
    for x in [146, 156, 166, 176] {
        canvas.line(
            &format!("M{x} 108C{} 136 {} 166 {} 190", x + 5, x + 4, x + 3),
            &accent.deep,
            2,
        );
    }
    canvas.veil("M214 112C214 140 216 158 224 176C234 196 262 206 284 214C258 218 226 212 212 188C202 168 206 136 214 112Z", "#ffffff", 16);
    canvas.fill(
        "M78 284H340C345 292 344 304 338 306H160L152 300H144V314H82C76 306 74 294 78 284Z",
        INK,
    );
    canvas.line("M84 288H336", &accent.light, 2);
}

fn laced(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.fill("M168 92C176 74 212 76 216 94L222 180L186 200Z", &main.deep);
    canvas.fill("M92 88C96 78 120 80 136 84C152 88 176 88 194 90C202 130 204 160 216 180C236 202 282 206 312 226C332 240 338 262 338 286H82C76 228 98 150 92 88Z", &main.base);
    canvas.fill(
        "M92 88C96 78 120 80 130 83C132 150 112 226 116 286H82C76 228 98 150 92 88Z",
        &main.shade,
    );
    canvas.fill(
        "M90 96C92 76 120 76 140 82C160 88 180 86 196 88L198 110C174 116 122 116 92 108Z",
        &accent.shade,
    );
    canvas.line("M96 102C124 110 172 110 196 104", &accent.deep, 2);
    canvas.fill(
        "M268 212C254 232 250 262 252 286H338C338 262 332 240 312 226C298 218 284 214 268 212Z",
        &main.shade,
    );
    canvas.fill(
        "M176 114C178 150 184 178 196 196L236 214C226 198 214 186 208 166C202 146 200 128 198 110Z",
        &main.light,
    );
    canvas.stitches("M170 116C172 152 178 182 192 202L244 224", &main.stitch);
    canvas.stitches("M260 218C248 238 244 262 246 282", &main.stitch);
    for (x, y) in [(188, 124), (190, 144), (194, 164), (202, 184), (218, 200)] {
        canvas.line(&format!("M{x} {y}L{} {}", x + 22, y - 6), CHALK, 6);
        canvas.circle(x - 2, y + 1, 4, STEEL);
    }
    canvas.line("M212 118C232 112 240 128 226 134", CHALK, 4);
    canvas.fill("M74 280H344V296L338 312H318L314 304H296L292 312H270L266 304H248L244 312H222L218 304H166L160 316H80C74 306 72 292 74 280Z", INK);
    canvas.line("M82 285H338", &accent.light, 3);
}
