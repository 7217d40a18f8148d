/** The longest side of a photo as it is kept: a label stays legible, and it goes over a stockroom's signal. */
export const SIDE_PX_MAX = 1600;
/** As the server has it. */
export const BYTES_MAX = 1024 * 1024;
/** More than any phone's camera makes; beyond it the device might not even be able to look at it. */
export const SOURCE_BYTES_MAX = 64 * 1024 * 1024;
/** One after the other, until it is small enough. */
const TRIES = [
	{ side: SIDE_PX_MAX, quality: 0.82 },
	{ side: 1280, quality: 0.7 },
	{ side: 960, quality: 0.55 }
] as const;
const TYPE = 'image/jpeg';

/** The file is no picture, or none that this device can read. */
export class Unreadable extends Error {}

/** As large as it may be, in the same proportions; never larger than it was. */
export function fit(width: number, height: number, side: number): { width: number; height: number } {
	const scale = Math.min(1, side / Math.max(width, height));
	return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The first of the tries that is small enough. */
export async function smallEnough(draw: (side: number, quality: number) => Promise<Blob>): Promise<Blob> {
	for (const { side, quality } of TRIES) {
		const made = await draw(side, quality);
		if (made.size <= BYTES_MAX) return made;
	}
	throw new Unreadable();
}

/**
 * A picture from the camera as it leaves the device: upright, small, and drawn anew, so that nothing is left of what the
 * phone had written into it (the place, the time, the model).
 */
export async function resized(file: Blob): Promise<Blob> {
	if (file.size > SOURCE_BYTES_MAX) throw new Unreadable();
	const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {
		throw new Unreadable();
	});
	try {
		return await smallEnough((side, quality) => draw(picture, side, quality));
	} finally {
		picture.close();
	}
}

async function draw(picture: ImageBitmap, side: number, quality: number): Promise<Blob> {
	const canvas = Object.assign(document.createElement('canvas'), fit(picture.width, picture.height, side));
	const pen = canvas.getContext('2d', { alpha: false });
	if (!pen) throw new Unreadable();
	// What a screenshot has transparent is white, not black.
	pen.fillStyle = '#fff';
	pen.fillRect(0, 0, canvas.width, canvas.height);
	pen.imageSmoothingQuality = 'high';
	pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
	const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, TYPE, quality));
	// A phone keeps a canvas for long, and has few.
	canvas.width = canvas.height = 0;
	if (made?.type !== TYPE) throw new Unreadable();
	return made;
}
