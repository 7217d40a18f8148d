import { remember, remembered } from '$lib/state/device';
import type { Kind } from './tally';

export interface Settings {
	sound: boolean;
	vibration: boolean;
	awake: boolean;
}

const DEFAULTS: Settings = { sound: true, vibration: true, awake: true };

export const loadSettings = (): Settings => ({ ...DEFAULTS, ...remembered<Partial<Settings>>('counting.settings', {}) });
export const saveSettings = (settings: Settings) => remember('counting.settings', settings);

interface Tone {
	hz: number;
	at: number;
	seconds: number;
	shape: OscillatorType;
}

/** Told apart with the eyes on the shelf: high once, middle twice, low and long; what isn't known yet is a soft tick. */
const TONES: Record<Kind | 'failed', Tone[]> = {
	known: [{ hz: 1_320, at: 0, seconds: 0.07, shape: 'sine' }],
	unlisted: [
		{ hz: 740, at: 0, seconds: 0.09, shape: 'triangle' },
		{ hz: 740, at: 0.13, seconds: 0.09, shape: 'triangle' }
	],
	unknown: [{ hz: 196, at: 0, seconds: 0.32, shape: 'square' }],
	choose: [
		{ hz: 660, at: 0, seconds: 0.08, shape: 'sine' },
		{ hz: 880, at: 0.1, seconds: 0.08, shape: 'sine' }
	],
	lookup: [{ hz: 880, at: 0, seconds: 0.04, shape: 'sine' }],
	failed: [
		{ hz: 165, at: 0, seconds: 0.2, shape: 'square' },
		{ hz: 165, at: 0.26, seconds: 0.4, shape: 'square' }
	]
};

const VIBRATIONS: Record<Kind | 'failed', number[]> = {
	known: [30],
	unlisted: [40, 60, 40],
	unknown: [220],
	choose: [40, 40, 40, 40, 40],
	lookup: [15],
	failed: [300, 100, 300]
};

const LOUDNESS = 0.12;

let audio: AudioContext | null = null;

/** Says with sound and vibration what became of a scan. Neither is ever needed: both may be missing. */
export function signal(kind: Kind | 'failed', settings: Settings): void {
	if (settings.vibration) navigator.vibrate?.(VIBRATIONS[kind]);
	if (settings.sound) play(TONES[kind]);
}

function play(tones: Tone[]): void {
	try {
		audio ??= new AudioContext();
		// Browsers keep it silent until somebody has touched the page.
		if (audio.state === 'suspended') void audio.resume().catch(() => {});
		for (const tone of tones) {
			const start = audio.currentTime + tone.at;
			const end = start + tone.seconds;
			const oscillator = new OscillatorNode(audio, { type: tone.shape, frequency: tone.hz });
			const gain = new GainNode(audio, { gain: 0 });
			// Soft edges: a tone that is cut off clicks.
			gain.gain.setValueAtTime(0, start);
			gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.008);
			gain.gain.setValueAtTime(LOUDNESS, end - 0.015);
			gain.gain.linearRampToValueAtTime(0, end);
			oscillator.connect(gain).connect(audio.destination);
			oscillator.start(start);
			oscillator.stop(end);
		}
	} catch {
		// No sound on this device.
	}
}

/** Keeps the screen on while the page is seen. Returns the end of it. */
export function stayAwake(): () => void {
	let lock: WakeLockSentinel | null = null;
	let over = false;
	const hold = async () => {
		if (over || document.visibilityState !== 'visible' || (lock && !lock.released)) return;
		try {
			const taken = await navigator.wakeLock?.request('screen');
			if (over) void taken?.release();
			else lock = taken ?? null;
		} catch {
			// The battery is low, or the browser has none.
		}
	};
	// The system takes it away with the page.
	document.addEventListener('visibilitychange', hold);
	void hold();
	return () => {
		over = true;
		document.removeEventListener('visibilitychange', hold);
		void lock?.release().catch(() => {});
	};
}
