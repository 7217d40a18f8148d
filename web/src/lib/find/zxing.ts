import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
// A file of our own origin, with the app's other files: nothing is asked of anybody else.
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

/** Larger pictures take longer and read no better. */
const WIDTH_MAX = 960;

const OPTIONS: ReaderOptions = {
	formats: ['EAN13', 'EAN8', 'UPCA', 'UPCE', 'Code128', 'Code39', 'Code93', 'ITF', 'Codabar', 'QRCode', 'DataMatrix'],
	maxNumberOfSymbols: 1,
	tryHarder: true
};

/** ZXing in WebAssembly, with the shape of the browsers' own reader. Loaded where a camera is used without one. */
export async function zxingDetector(): Promise<{ detect(video: HTMLVideoElement): Promise<{ rawValue: string }[]> }> {
	await prepareZXingModule({ overrides: { locateFile: (path: string) => (path.endsWith('.wasm') ? wasm : path) }, fireImmediately: true });
	const canvas = document.createElement('canvas');
	const context = canvas.getContext('2d', { willReadFrequently: true });
	return {
		async detect(video) {
			if (!context || !video.videoWidth) return [];
			const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
			canvas.width = Math.round(video.videoWidth * scale);
			canvas.height = Math.round(video.videoHeight * scale);
			context.drawImage(video, 0, 0, canvas.width, canvas.height);
			const found = await readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), OPTIONS);
			return found.filter((f) => f.isValid).map((f) => ({ rawValue: f.text }));
		}
	};
}
