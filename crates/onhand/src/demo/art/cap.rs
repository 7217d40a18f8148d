//! Caps and beanies.

use super::{
    Cut,
    canvas::{Canvas, Tones},
};

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    if cut == Cut::Beanie { beanie(canvas, main, accent) } else { cap(canvas, main, accent) }
}

fn cap(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.ground(206, 290, 140);
    canvas.fill(
        "M196 244C258 226 330 232 372 262C382 270 376 282 362 280C310 270 250 272 198 276Z",
        &main.deep,
    );
    canvas.fill("M68 256C62 164 122 106 196 106C272 106 322 158 326 242C280 228 230 236 196 262C150 270 102 268 68 256Z", &main.base);
    canvas.fill(
        "M196 106C272 106 322 158 326 242C310 237 294 235 278 235C278 180 246 126 196 106Z",
        &main.shade,
    );
    canvas.fill(
        "M68 256C62 164 122 106 196 106C140 126 112 190 116 263C98 262 82 260 68 256Z",
        &main.light,
    );
    canvas.line("M196 106C140 126 112 190 116 262", &main.shade, 2);
    canvas.line("M196 106C246 126 278 180 278 234", &main.deep, 2);
    canvas.circle(196, 106, 9, &main.deep);
    canvas.fill("M190 250C244 226 312 226 366 258C372 264 368 272 358 270C302 258 246 260 196 276C182 280 176 258 190 250Z", &main.shade);
    canvas.stitches("M204 258C256 240 306 242 352 260", &main.stitch);
    canvas.stitches("M204 267C252 252 300 252 340 262", &main.stitch);
    canvas.circle(150, 182, 4, &main.deep);
    canvas.rect([176, 168, 62, 44, 8], &accent.base);
    canvas.fill("M184 204L200 182L212 196L220 186L232 204Z", &accent.deep);
    canvas.circle(222, 180, 5, &accent.light);
    canvas.line("M70 244C104 256 150 258 190 250", &main.deep, 3);
}

fn beanie(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.ground(200, 326, 104);
    canvas.circle(200, 86, 30, &accent.base);
    for (x, y) in [(184, 72), (204, 64), (220, 84), (190, 96), (208, 102)] {
        canvas.line(&format!("M{x} {y}l7 5"), &accent.light, 4);
    }
    canvas.fill("M98 250C92 158 134 104 200 104C266 104 308 158 302 250Z", &main.base);
    canvas.veil("M226 107C276 118 308 168 302 250H262C268 190 258 140 226 107Z", "#10141c", 12);
    for (top, bottom) in [(150, 122), (174, 158), (200, 200), (226, 242), (250, 278)] {
        canvas.line(
            &format!("M{top} 128C{} 160 {bottom} 200 {bottom} 246", i32::midpoint(top, bottom)),
            &main.shade,
            3,
        );
    }
    canvas.rect([86, 236, 228, 74, 22], &main.shade);
    canvas.rect([86, 232, 228, 72, 22], &main.light);
    for n in 0..13 {
        let x = 104 + n * 16;
        canvas.line(&format!("M{x} 244V292"), &main.shade, 4);
    }
    canvas.rect([214, 252, 52, 34, 4], &accent.base);
    canvas.line("M226 276L236 262L244 271L254 262", &accent.deep, 4);
}
