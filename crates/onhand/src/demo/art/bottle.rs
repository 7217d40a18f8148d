//! Bottles, flasks and tumblers.

use super::{
    Cut,
    canvas::{CHALK, Canvas, INK, STEEL, Tones},
};

pub(super) fn draw(canvas: &mut Canvas, cut: Cut, main: &Tones, accent: &Tones) {
    canvas.ground(200, 350, 66);
    match cut {
        Cut::Tumbler => tumbler(canvas, main, accent),
        Cut::Flask => flask(canvas, main, accent),
        _ => bottle(canvas, main, accent),
    }
}

fn flask(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.line("M166 96C160 44 240 44 234 96", INK, 13);
    canvas.rect([158, 84, 84, 34, 8], INK);
    canvas.rect([164, 114, 72, 18, 0], STEEL);
    canvas.fill("M164 128H236C240 144 262 150 262 178V324C262 340 252 350 236 350H164C148 350 138 340 138 324V178C138 150 160 144 164 128Z", &main.base);
    canvas.fill("M236 128C240 144 262 150 262 178V324C262 340 252 350 236 350H214C230 344 236 334 236 318V180C236 156 222 146 218 128Z", &main.shade);
    canvas.veil("M152 184C152 170 158 162 166 156V318C158 316 152 310 152 300Z", "#ffffff", 26);
    canvas.rect([138, 318, 124, 8, 0], &main.deep);
    canvas.circle(194, 232, 27, &accent.base);
    canvas.fill(
        "M173 242L188 220L198 233L204 226L216 242C210 252 203 259 194 259C184 259 177 252 173 242Z",
        &accent.deep,
    );
}

fn bottle(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.rect([172, 58, 56, 40, 8], &accent.base);
    canvas.rect([172, 58, 16, 40, 8], &accent.light);
    canvas.line("M182 68V90", &accent.deep, 2);
    canvas.line("M192 68V90", &accent.deep, 2);
    canvas.line("M202 68V90", &accent.deep, 2);
    canvas.line("M212 68V90", &accent.deep, 2);
    canvas.line("M226 84C262 92 258 130 242 142", INK, 6);
    canvas.rect([178, 96, 44, 16, 0], STEEL);
    canvas.fill("M178 110H222C224 130 250 140 250 174V330C250 342 242 350 230 350H170C158 350 150 342 150 330V174C150 140 176 130 178 110Z", &main.base);
    canvas.fill("M222 110C224 130 250 140 250 174V330C250 342 242 350 230 350H210C224 344 228 336 228 324V176C228 146 208 132 206 110Z", &main.shade);
    canvas.veil("M162 178C162 164 168 156 174 150V326C166 324 162 318 162 310Z", "#ffffff", 26);
    canvas.rect([150, 220, 100, 10, 0], &accent.base);
    canvas.rect([150, 236, 100, 4, 0], &accent.light);
    canvas.line("M188 276L198 262L206 271L214 264", CHALK, 4);
}

fn tumbler(canvas: &mut Canvas, main: &Tones, accent: &Tones) {
    canvas.line("M228 50L214 110", &accent.base, 9);
    canvas.rect([124, 100, 152, 26, 11], INK);
    canvas.rect([136, 88, 128, 20, 9], "#3d434c");
    canvas.fill(
        "M130 124H270L254 330C253 342 244 350 232 350H168C156 350 147 342 146 330Z",
        &main.base,
    );
    canvas.fill(
        "M270 124L254 330C253 342 244 350 232 350H208C224 344 230 336 231 322L244 124Z",
        &main.shade,
    );
    canvas.veil("M144 138H162L172 328C164 326 159 320 158 312Z", "#ffffff", 26);
    canvas.fill("M135 190H265L261 240H139Z", &accent.base);
    canvas.fill("M241 190H265L261 240H238Z", &accent.shade);
    canvas.line("M182 224L194 206L203 217L212 208L222 224", &accent.deep, 5);
    canvas.rect([132, 122, 136, 6, 0], STEEL);
}
