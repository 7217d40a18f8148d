/**
 * Tells a hardware scanner from a person. A scanner types like a keyboard, but faster than anybody can: a few
 * milliseconds between the keys, and Enter (or Tab) at the end. Pure: times come in with the keys.
 */

export interface BurstOptions {
	/** A longer pause starts anew. Scanners stall now and then (Bluetooth, a busy device): a code must not lose its head. */
	maxGapMs: number;
	/** The median pause of a scan. A fast typist's single quick pair changes no median. */
	maxMedianGapMs: number;
	minLength: number;
}

const DEFAULTS: BurstOptions = { maxGapMs: 200, maxMedianGapMs: 35, minLength: 4 };

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
	#gaps: number[] = [];
	#last = 0;

	constructor(options: Partial<BurstOptions> = {}) {
		this.#options = { ...DEFAULTS, ...options };
	}

	/** `key` is `KeyboardEvent.key`, `time` in milliseconds. */
	key(key: string, time: number): BurstResult {
		const { maxGapMs, minLength } = this.#options;
		if (this.#code !== '' && time - this.#last > maxGapMs) this.reset();

		if (key === 'Enter' || key === 'Tab') {
			const code = this.#code.trim();
			const isScan = code.length >= minLength && this.#fast();
			this.reset();
			return isScan ? { kind: 'scan', code } : NONE;
		}
		// Shift comes before capital letters, in scans as well.
		if (key === 'Shift') return NONE;
		if ([...key].length !== 1) {
			this.reset();
			return NONE;
		}
		if (this.#code !== '') this.#gaps.push(time - this.#last);
		this.#code += key;
		this.#last = time;
		return this.#code.length >= minLength && this.#fast() ? { kind: 'burst' } : NONE;
	}

	reset(): void {
		this.#code = '';
		this.#gaps = [];
	}

	#fast(): boolean {
		const sorted = [...this.#gaps].sort((a, b) => a - b);
		const median = sorted[Math.floor(sorted.length / 2)];
		return median !== undefined && median <= this.#options.maxMedianGapMs;
	}
}
