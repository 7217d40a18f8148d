import { describe, expect, it } from 'vitest';
import { BurstDetector } from './burst';

/** Types the keys with a pause of `gap` ms; answers what the last one gave. */
function type(detector: BurstDetector, keys: string[], gap: number, start = 1000) {
	let time = start;
	return keys.map((key) => detector.key(key, (time += gap)));
}

const keys = (text: string, ...rest: string[]) => [...text, ...rest];

describe('BurstDetector', () => {
	it('takes fast keys and Enter for a scan', () => {
		expect(type(new BurstDetector(), keys('4006381333931', 'Enter'), 8).at(-1)).toEqual({ kind: 'scan', code: '4006381333931' });
	});

	it('takes Tab as the end as well', () => {
		expect(type(new BurstDetector(), keys('TR-204', 'Tab'), 12).at(-1)).toEqual({ kind: 'scan', code: 'TR-204' });
	});

	it('leaves a person alone, however fast', () => {
		for (const gap of [45, 80, 150, 300]) {
			expect(type(new BurstDetector(), keys('trail runner', 'Enter'), gap).every((r) => r.kind === 'none')).toBe(true);
		}
	});

	it('leaves a lone Enter and short bursts alone', () => {
		expect(type(new BurstDetector(), ['Enter'], 5).at(-1)).toEqual({ kind: 'none' });
		expect(type(new BurstDetector(), keys('abc', 'Enter'), 5).at(-1)).toEqual({ kind: 'none' });
	});

	it('starts anew after a pause, so that typed letters don’t stick to the code', () => {
		const detector = new BurstDetector();
		type(detector, keys('ab'), 250);
		expect(type(detector, keys('12345678', 'Enter'), 6, 5000).at(-1)).toEqual({ kind: 'scan', code: '12345678' });
	});

	it('keeps the whole code when the scanner stalls in the middle, or right at the start', () => {
		for (const at of [1, 2, 7]) {
			const detector = new BurstDetector();
			let time = 1000;
			[...'4006381333931'].forEach((key, i) => detector.key(key, (time += i === at ? 150 : 5)));
			expect(detector.key('Enter', time + 5)).toEqual({ kind: 'scan', code: '4006381333931' });
		}
	});

	it('is not fooled by a typist’s quick pair', () => {
		const detector = new BurstDetector();
		let time = 1000;
		const results = [...'there'].map((key, i) => detector.key(key, (time += i === 1 ? 15 : 110)));
		expect([...results, detector.key('Enter', time + 100)].every((r) => r.kind === 'none')).toBe(true);
	});

	it('is no scan when Enter comes late', () => {
		const detector = new BurstDetector();
		type(detector, keys('12345678'), 6);
		expect(detector.key('Enter', 9000)).toEqual({ kind: 'none' });
	});

	it('lets Shift pass and keeps capital letters', () => {
		expect(type(new BurstDetector(), ['Shift', 'A', 'Shift', 'B', '1', '2', 'Enter'], 6).at(-1)).toEqual({ kind: 'scan', code: 'AB12' });
	});

	it('is broken by keys that no scanner sends', () => {
		expect(type(new BurstDetector(), keys('12345', 'ArrowLeft', 'Enter'), 6).at(-1)).toEqual({ kind: 'none' });
	});

	it('says when it is in the middle of one', () => {
		const results = type(new BurstDetector(), keys('123456'), 6).map((r) => r.kind);
		expect(results).toEqual(['none', 'none', 'none', 'burst', 'burst', 'burst']);
	});

	it('gives each of two scans its own code', () => {
		const detector = new BurstDetector();
		expect(type(detector, keys('11112222', 'Enter'), 6).at(-1)).toEqual({ kind: 'scan', code: '11112222' });
		expect(type(detector, keys('33334444', 'Enter'), 6, 1060).at(-1)).toEqual({ kind: 'scan', code: '33334444' });
	});
});
