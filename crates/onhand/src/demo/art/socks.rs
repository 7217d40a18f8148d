//! Socks, a pair.

use super::{
    Cut,
    canvas::{Canvas, Tones},
};

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    canvas.ground(214, 352, 116);
    let sock = if cut == Cut::Ankle { ankle } else { crew };
    canvas.moved(46, -10);
    sock(canvas, main, accent, true);
    canvas.back();
    canvas.moved(-18, 8);
    sock(canvas, main, accent, false);
    canvas.back();
}

fn crew(canvas: &mut Canvas, main: &Tones, accent: &Tones, behind: bool) {
    let leg = if behind { &main.shade } else { &main.base };
    canvas.fill("M122 66H206V212C206 226 212 236 224 244L284 284C308 300 310 326 290 338C272 348 250 344 232 332L146 274C130 262 122 248 122 228Z", leg);
    canvas.veil("M122 66H140V226C140 246 150 258 164 268L250 328C260 335 270 340 280 341C264 346 248 342 232 332L146 274C130 262 122 248 122 228Z", "#ffffff", 12);
    canvas.fill("M122 222V228C122 248 130 262 146 274L164 286C188 272 192 244 174 226C158 212 138 212 122 222Z", &accent.base);
    canvas.fill(
        "M264 271L284 284C308 300 310 326 290 338C276 346 258 345 242 338C262 326 270 298 264 271Z",
        &accent.base,
    );
    for y in [124, 144] {
        canvas.rect([122, y, 84, 10, 0], &accent.base);
    }
    canvas.rect([116, 60, 96, 38, 9], &accent.shade);
    for x in [128, 140, 152, 164, 176, 188, 200] {
        canvas.line(&format!("M{x} 68V90"), &accent.deep, 2);
    }
    canvas.stitches("M206 214C200 236 208 250 222 258", &main.stitch);
}

fn ankle(canvas: &mut Canvas, main: &Tones, accent: &Tones, behind: bool) {
    let leg = if behind { &main.shade } else { &main.base };
    canvas.moved(-6, -22);
    canvas.fill("M110 176H202V208C202 224 210 234 224 242L288 278C314 294 316 324 294 338C274 348 250 344 230 334L138 286C118 274 110 258 110 238Z", leg);
    canvas.veil("M110 176H130V236C130 256 140 268 156 278L250 330C262 337 272 340 284 341C266 346 248 342 230 334L138 286C118 274 110 258 110 238Z", "#ffffff", 12);
    canvas.fill("M110 228V238C110 258 118 274 138 286L158 296C182 280 186 250 166 234C148 220 128 220 110 228Z", &accent.base);
    canvas.fill(
        "M268 267L288 278C314 294 316 324 294 338C280 346 262 346 246 340C266 326 274 296 268 267Z",
        &accent.base,
    );
    canvas.fill(
        "M104 166C104 158 110 154 116 156L196 160C204 160 208 164 208 172V192H104Z",
        &accent.shade,
    );
    for x in [116, 130, 144, 158, 172, 186, 198] {
        canvas.line(&format!("M{x} 168V186"), &accent.deep, 2);
    }
    canvas.line("M196 262L238 286", &accent.base, 6);
    canvas.line("M188 276L228 300", &accent.base, 6);
    canvas.back();
}
