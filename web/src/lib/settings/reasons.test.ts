import { describe, expect, it } from 'vitest';
import type { Reason } from '$lib/api/types';
import { effectsFor, moved, nextPosition } from './reasons';

const list = (...positions: number[]) => positions.map((position, i) => ({ code: 'abcdef'[i]!, position }) as Reason);
/** What the list looks like after the changes are written. */
const after = (reasons: Reason[], changes: { code: string; position: number }[]) =>
	reasons
		.map((r) => ({ ...r, position: changes.find((c) => c.code === r.code)?.position ?? r.position }))
		.sort((a, b) => a.position - b.position || a.code.localeCompare(b.code))
		.map((r) => r.code)
		.join('');

describe('the order of reasons', () => {
	it('changes by two writes', () => {
		const reasons = list(1, 2, 7);
		expect(moved(reasons, 'c', -1)).toEqual([
			{ code: 'c', position: 2 },
			{ code: 'b', position: 7 }
		]);
		expect(after(reasons, moved(reasons, 'a', 1))).toBe('bac');
	});

	it('ends at both ends', () => {
		expect(moved(list(1, 2), 'a', -1)).toEqual([]);
		expect(moved(list(1, 2), 'b', 1)).toEqual([]);
		expect(moved(list(1, 2), 'z', 1)).toEqual([]);
	});

	it('is made anew where places are shared', () => {
		const reasons = list(0, 0, 0, 5);
		expect(after(reasons, moved(reasons, 'c', -1))).toBe('acbd');
		expect(after(reasons, moved(reasons, 'a', 1))).toBe('bacd');
	});

	it('goes on at the end', () => {
		expect(nextPosition(list(3, 9))).toBe(10);
		expect(nextPosition([])).toBe(1);
	});
});

it('offers no place that makes no sense for the direction', () => {
	expect(effectsFor('gain').map((e) => e.place)).not.toContain('shrink');
	expect(effectsFor('loss').map((e) => e.place)).not.toContain('found');
});
