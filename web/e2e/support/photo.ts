import type { Locator, Page } from '@playwright/test';

/** What the phone writes into each picture, and nobody else is to know. */
export const SECRET = 'taken at home';

/**
 * A picture as a phone makes it: lying on its side, with a note how to turn it, larger than what is kept. The left half is
 * red: upright, that is the upper one.
 */
async function photo(page: Page): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
	const data = await page.evaluate(() => {
		const canvas = Object.assign(document.createElement('canvas'), { width: 2400, height: 1200 });
		const pen = canvas.getContext('2d')!;
		pen.fillStyle = '#00f';
		pen.fillRect(0, 0, 2400, 1200);
		pen.fillStyle = '#f00';
		pen.fillRect(0, 0, 1200, 1200);
		return canvas.toDataURL('image/jpeg');
	});
	const plain = Buffer.from(data.slice(data.indexOf(',') + 1), 'base64');
	// One entry: orientation (0x0112), a short, 6: to be turned a quarter to the right.
	const tiff = Buffer.from('49492a0008000000' + '0100' + '1201030001000000' + '06000000' + '00000000', 'hex');
	const said = Buffer.concat([Buffer.from('Exif\0\0'), tiff, Buffer.from(SECRET)]);
	const length = Buffer.alloc(2);
	length.writeUInt16BE(said.length + 2);
	return { name: 'IMG_0001.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([plain.subarray(0, 2), Buffer.from('ffe1', 'hex'), length, said, plain.subarray(2)]) };
}

/** Takes a photo with a button that opens the camera. */
export async function take(page: Page, button: Locator): Promise<void> {
	const file = await photo(page);
	const chooser = page.waitForEvent('filechooser');
	await button.click();
	await (await chooser).setFiles(file);
}

/** How a photo on the server looks, and whether it tells more than it shows. */
export function keptPhoto(page: Page, path: string): Promise<{ width: number; height: number; top: string; tells: boolean }> {
	return page.evaluate(
		async ([path, secret]) => {
			const file = await (await fetch(path)).blob();
			const picture = await createImageBitmap(file, { imageOrientation: 'none' });
			const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
			const pen = canvas.getContext('2d')!;
			pen.drawImage(picture, 0, 0);
			const [red, , blue] = pen.getImageData(picture.width / 2, picture.height / 4, 1, 1).data;
			const text = await file.text();
			return { width: picture.width, height: picture.height, top: red! > blue! ? 'red' : 'blue', tells: text.includes('Exif') || text.includes(secret) };
		},
		[path, SECRET] as const
	);
}
