/**
 * Tells a hardware scanner from a person. A scanner types like a keyboard, but faster than anybody can: a few
 * milliseconds between the keys, and Enter (or Tab) at the end. Pure: times come in with the keys.
 */

export interface BurstOptions {
	/** Longest pause between two keys of one scan. Slow Bluetooth scanners need about 40 ms. */
	maxGapMs: number;
	/** Mean pause over the whole scan; a fast typist's single quick pair stays far above it. */
	maxMeanGapMs: number;
	minLength: number;
}

const DEFAULTS: BurstOptions = { maxGapMs: 60, maxMeanGapMs: 35, minLength: 4 };

export type BurstResult =
	/** Nothing special: let the key do what it does. */
	| { kind: 'none' }
	/** In the middle of what looks like a scan. */
	| { kind: 'burst' }
	/** The last key ended a scan. */
	| { kind: 'scan'; code: string };

const NONE: BurstResult = { kind: 'none' };

export class BurstDetector {
	#options: BurstOptions;
	#code = '';
	#first = 0;
	#last = 0;

	constructor(options: Partial<BurstOptions> = {}) {
		this.#options = { ...DEFAULTS, ...options };
	}

	/** `key` is `KeyboardEvent.key`, `time` in milliseconds. */
	key(key: string, time: number): BurstResult {
		const { maxGapMs, minLength } = this.#options;
		if (this.#code !== '' && time - this.#last > maxGapMs) this.#code = '';

		if (key === 'Enter' || key === 'Tab') {
			const code = this.#code.trim();
			const isScan = code.length >= minLength && this.#fast();
			this.#code = '';
			return isScan ? { kind: 'scan', code } : NONE;
		}
		// Shift comes before capital letters, in scans as well.
		if (key === 'Shift') return NONE;
		if ([...key].length !== 1) {
			this.#code = '';
			return NONE;
		}
		if (this.#code === '') this.#first = time;
		this.#code += key;
		this.#last = time;
		return this.#code.length >= minLength && this.#fast() ? { kind: 'burst' } : NONE;
	}

	reset(): void {
		this.#code = '';
	}

	#fast(): boolean {
		const gaps = this.#code.length - 1;
		return gaps > 0 && (this.#last - this.#first) / gaps <= this.#options.maxMeanGapMs;
	}
}
