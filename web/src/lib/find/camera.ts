/** The browser's own barcode reader, where there is one (phones with Android, ChromeOS, macOS). */
interface Detector {
	detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
	new (options?: { formats: string[] }): Detector;
	getSupportedFormats(): Promise<string[]>;
}

const WANTED = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'code_39', 'code_93', 'itf', 'codabar', 'qr_code', 'data_matrix'];

function detectorClass(): DetectorClass | null {
	return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector ?? null;
}

export async function canScan(): Promise<boolean> {
	const Detector = detectorClass();
	if (!Detector || !navigator.mediaDevices?.getUserMedia) return false;
	try {
		return (await Detector.getSupportedFormats()).length > 0;
	} catch {
		return false;
	}
}

/** Shows the camera in the element and answers the first code it sees. Ends when aborted. */
export async function scanWith(video: HTMLVideoElement, signal: AbortSignal): Promise<string | null> {
	const Detector = detectorClass();
	if (!Detector) return null;
	const supported = await Detector.getSupportedFormats();
	const detector = new Detector({ formats: WANTED.filter((f) => supported.includes(f)) });
	const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false });
	const stop = () => stream.getTracks().forEach((track) => track.stop());
	if (signal.aborted) {
		stop();
		return null;
	}
	signal.addEventListener('abort', stop, { once: true });
	try {
		video.srcObject = stream;
		await video.play();
		let last = '';
		while (!signal.aborted) {
			const [code] = await detector.detect(video).catch(() => []);
			// Twice the same: a blurred frame gives a wrong digit now and then.
			if (code && code.rawValue === last) return code.rawValue;
			last = code?.rawValue ?? '';
			await new Promise((resolve) => setTimeout(resolve, 80));
		}
		return null;
	} finally {
		stop();
		video.srcObject = null;
	}
}
