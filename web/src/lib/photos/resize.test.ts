import { describe, expect, it, vi } from 'vitest';
import { BYTES_MAX, fit, SIDE_PX_MAX, smallEnough, Unreadable } from './resize';

const blob = (size: number) => ({ size }) as Blob;

describe('fit', () => {
	it('keeps the proportions, whichever side is longer', () => {
		expect(fit(4000, 3000, 1600)).toEqual({ width: 1600, height: 1200 });
		expect(fit(3000, 4000, 1600)).toEqual({ width: 1200, height: 1600 });
	});

	it('never makes it larger, and never nothing', () => {
		expect(fit(640, 480, 1600)).toEqual({ width: 640, height: 480 });
		expect(fit(20_000, 3, 1600)).toEqual({ width: 1600, height: 1 });
	});
});

describe('smallEnough', () => {
	it('tries again, smaller and coarser, until the server takes it', async () => {
		const sizes = [BYTES_MAX + 1, BYTES_MAX];
		const draw = vi.fn(async (_side: number, _quality: number) => blob(sizes.shift() ?? 0));
		expect((await smallEnough(draw)).size).toBe(BYTES_MAX);
		const [first, second] = draw.mock.calls as [[number, number], [number, number]];
		expect(first[0]).toBe(SIDE_PX_MAX);
		expect(second[0]).toBeLessThan(first[0]);
		expect(second[1]).toBeLessThan(first[1]);
		expect(draw).toHaveBeenCalledTimes(2);
	});

	it('gives up instead of sending what is refused', async () => {
		await expect(smallEnough(async () => blob(BYTES_MAX + 1))).rejects.toThrow(Unreadable);
	});
});
