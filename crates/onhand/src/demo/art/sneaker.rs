//! Sneakers, from the side.

use super::{
    Cut,
    canvas::{CHALK, CHALK_SHADE, Canvas, INK, Tones},
};

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    canvas.ground(204, 302, 152);
    match cut {
        Cut::HighSneaker => high(canvas, main, accent),
        Cut::Runner => runner(canvas, main, accent),
        _ => low(canvas, main, accent),
    }
}

/// Laces down a slope: `(x, y)` of the first, step to the next, how many.
fn laces(canvas: &mut Canvas, start: (i32, i32), step: (i32, i32), count: i32, colour: &str) {
    for n in 0..count {
        let (x, y) = (start.0 + n * step.0, start.1 + n * step.1);
        canvas.line(&format!("M{x} {y}l-19 13"), colour, 6);
    }
}

fn low(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    // The inside of the shoe behind the tongue.
    canvas.fill("M84 180C92 158 150 168 196 150L180 206H90Z", &main.deep);
    canvas.fill(
        "M160 190C172 168 176 142 186 134C196 128 210 132 216 142L226 160L176 214Z",
        &accent.light,
    );
    canvas.fill(
        "M64 266C56 226 58 194 70 170C76 158 92 158 100 170C114 192 146 200 166 188C176 182 184 172 190 162L216 152L278 212C304 224 340 228 348 266Z",
        &main.base,
    );
    canvas.fill("M64 266C56 226 58 194 70 170C76 158 92 158 100 170C106 180 110 184 114 187C104 212 108 244 112 266Z", &main.shade);
    canvas.fill(
        "M60 208C60 192 64 182 70 170C76 158 92 158 100 170L106 178C92 182 76 192 66 208Z",
        &accent.base,
    );
    canvas.fill("M286 216C276 230 274 250 278 266H348C340 230 308 224 286 216Z", &main.shade);
    canvas.fill("M190 162L216 152L280 214L252 226L182 174Z", &main.light);
    canvas.fill("M136 266L172 202L190 208L160 266Z", &accent.base);
    canvas.fill("M174 266L206 212L224 218L198 266Z", &accent.base);
    canvas.stitches("M252 230L184 178C172 194 150 202 122 196", &main.stitch);
    canvas.stitches("M280 222C270 236 268 250 271 262", &main.stitch);
    laces(canvas, (218, 160), (17, 16), 4, CHALK);
    canvas.fill("M56 262H350C357 272 355 290 342 294H72C58 292 52 276 56 262Z", CHALK);
    canvas.fill("M56 280H353C352 287 348 293 342 294H72C62 292 57 287 56 280Z", CHALK_SHADE);
    canvas.line("M64 271H344", CHALK_SHADE, 2);
}

fn high(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.fill("M84 104H180L190 150L120 180Z", &main.deep);
    canvas.fill(
        "M168 150C172 124 170 104 178 92C186 84 206 88 210 98L220 150L190 200Z",
        &accent.light,
    );
    canvas.fill(
        "M66 266C62 214 72 156 74 112C75 100 84 98 94 101C122 110 152 110 172 104C178 102 184 106 186 112C190 140 198 158 212 168L274 218C304 228 340 232 346 266Z",
        &main.base,
    );
    canvas.fill(
        "M66 266C62 214 72 156 74 112C75 100 84 98 94 101L110 105C104 150 106 214 112 266Z",
        &main.shade,
    );
    canvas.fill("M172 104C178 102 184 106 186 112C190 140 198 158 212 168L274 218L250 232L184 184C172 164 166 134 164 106Z", &main.light);
    canvas.circle(138, 152, 24, CHALK);
    canvas.circle(138, 152, 18, &accent.base);
    canvas.line("M128 156L138 142L148 156", CHALK, 5);
    canvas.stitches("M250 236L182 190C168 166 162 138 160 112", &main.stitch);
    canvas.stitches("M82 112C108 120 140 120 158 116", &main.stitch);
    laces(canvas, (192, 122), (4, 19), 3, CHALK);
    laces(canvas, (218, 178), (18, 14), 3, CHALK);
    canvas.fill("M280 222C268 234 266 252 268 268H346C340 236 308 230 280 222Z", CHALK);
    canvas.line("M284 228C274 240 273 252 274 264", CHALK_SHADE, 3);
    canvas.fill("M58 258H348C354 270 352 290 340 294H70C58 292 54 272 58 258Z", CHALK);
    canvas.fill("M58 284H350C348 290 345 293 340 294H70C63 293 60 289 58 284Z", INK);
    canvas.line("M60 268H348", &accent.base, 4);
}

fn runner(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.fill("M84 182C92 160 150 172 200 152L180 206H90Z", &main.deep);
    canvas.fill(
        "M160 196C174 172 176 148 188 138C198 132 214 138 218 148L226 166L176 216Z",
        &accent.base,
    );
    canvas.fill(
        "M66 258C50 226 52 200 66 170C70 158 84 154 92 164C110 190 142 204 168 190C178 184 186 174 192 164L218 158L284 214C312 226 346 232 356 262Z",
        &main.base,
    );
    canvas.fill("M66 258C50 226 52 200 66 170C70 158 84 154 92 164C98 173 104 180 110 185C96 210 110 236 150 262Z", &main.shade);
    canvas.fill("M294 218C288 234 292 250 304 264L356 262C346 232 318 226 294 218Z", &accent.base);
    canvas.fill("M192 164L218 158L286 216L262 232L184 178Z", &main.light);
    canvas.line("M116 262C140 226 190 214 246 244C268 256 284 258 300 258", &accent.base, 11);
    canvas.line("M150 262C168 240 206 234 244 256", &accent.light, 5);
    canvas.fill(
        "M60 196C62 184 64 176 66 170C70 158 84 154 92 164L98 173C84 176 70 184 60 196Z",
        &accent.base,
    );
    laces(canvas, (220, 166), (17, 15), 4, CHALK);
    canvas.fill(
        "M46 262C50 250 66 252 84 256C150 270 220 246 300 258C326 262 350 250 364 256C372 272 362 296 338 298H92C62 298 40 288 46 262Z",
        CHALK,
    );
    canvas.fill("M50 282C110 292 170 268 240 276C290 282 330 280 362 276C358 290 350 297 338 298H92C70 298 56 293 50 282Z", CHALK_SHADE);
    canvas.fill(
        "M70 292C130 296 280 296 356 286C352 294 346 298 338 299H92C84 299 76 297 70 292Z",
        &accent.base,
    );
}
