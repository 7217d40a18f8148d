import { describe, expect, it } from 'vitest';
import { uuidv7 } from './ids';

describe('uuidv7', () => {
	it('has the version, the variant and the form', () => {
		for (let i = 0; i < 200; i++) {
			expect(uuidv7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		}
	});

	it('begins with the milliseconds, as in the example of RFC 9562', () => {
		expect(uuidv7(0x017f22e279b0).startsWith('017f22e2-79b0-7')).toBe(true);
	});

	it('sorts by time', () => {
		const ids = [1, 2_000, 1_700_000_000_000, 1_800_000_000_000].map((ms) => uuidv7(ms));
		expect([...ids].reverse().sort()).toEqual(ids);
	});

	it('never gives the same twice, not even in one millisecond', () => {
		expect(new Set(Array.from({ length: 5000 }, () => uuidv7(1_700_000_000_000))).size).toBe(5000);
	});
});
