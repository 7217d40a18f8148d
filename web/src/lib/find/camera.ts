/** Reads barcodes with the camera: with the browser's own reader where there is one, else with ours. */
interface Detector {
	detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
	new (options?: { formats: string[] }): Detector;
	getSupportedFormats(): Promise<string[]>;
}

const WANTED = ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'code_39', 'code_93', 'itf', 'codabar', 'qr_code', 'data_matrix'];
const LOOK_EVERY_MS = 80;
/** The same label stays in view longer than one look: it is one piece until it was gone, or this long. */
const SAME_AGAIN_MS = 1_500;

function detectorClass(): DetectorClass | null {
	return (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector ?? null;
}

/** Whether there may be a camera at all; it is asked for when it is needed. */
export async function canScan(): Promise<boolean> {
	return !!navigator.mediaDevices?.getUserMedia;
}

async function makeDetector(): Promise<Detector> {
	const Native = detectorClass();
	try {
		const supported = Native ? await Native.getSupportedFormats() : [];
		if (Native && supported.includes('ean_13')) return new Native({ formats: WANTED.filter((f) => supported.includes(f)) });
	} catch {
		// There, but broken: ours is as good.
	}
	return (await import('./zxing')).zxingDetector();
}

/** Shows the camera in the element and answers the first code it sees. Ends when aborted. */
export async function scanWith(video: HTMLVideoElement, signal: AbortSignal): Promise<string | null> {
	let found: string | null = null;
	const abort = new AbortController();
	const stop = () => abort.abort();
	signal.addEventListener('abort', stop, { once: true });
	if (!signal.aborted) {
		await watch(video, abort.signal, (code) => {
			found ??= code;
			stop();
		});
	}
	return found;
}

/** Shows the camera in the element and tells each label once as it comes into view. Ends when aborted. */
export async function watch(video: HTMLVideoElement, signal: AbortSignal, seen: (code: string) => void): Promise<void> {
	const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false });
	const stop = () => stream.getTracks().forEach((track) => track.stop());
	if (signal.aborted) return stop();
	signal.addEventListener('abort', stop, { once: true });
	try {
		const detector = await makeDetector();
		video.srcObject = stream;
		await video.play();
		const labels = new Labels();
		while (!signal.aborted) {
			const [found] = await detector.detect(video).catch(() => []);
			const code = labels.look(found?.rawValue ?? null, performance.now());
			if (code !== null && !signal.aborted) seen(code);
			await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
		}
	} finally {
		stop();
		video.srcObject = null;
	}
}

/** Which looks are a new piece. Pure: times come in. */
export class Labels {
	#last = '';
	#told: { code: string; at: number } | null = null;

	/** The code to tell, or null. */
	look(code: string | null, now: number): string | null {
		// Twice the same: a blurred frame gives a wrong digit now and then.
		const sure = code !== null && code === this.#last;
		this.#last = code ?? '';
		if (!sure) return null;
		const same = this.#told?.code === code && now - this.#told.at < SAME_AGAIN_MS;
		this.#told = { code, at: now };
		return same ? null : code;
	}
}
