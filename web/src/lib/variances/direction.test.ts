import { describe, expect, it } from 'vitest';
import type { Movement, Page, VarianceSummary } from '$lib/api/types';
import { directionOf, PAGES_MAX, pageOf, sideOf } from './direction';

const movement = (by: number, kind = 'variance', id = '') =>
	({ id, kind, on_hand_change: by, available_change: by, level_after: { on_hand: 0, available: 0 } }) as Movement;

describe('the direction of a variance', () => {
	it('is that of the units, and what undoes a loss counts among the losses', () => {
		expect(directionOf(movement(-1))).toBe('loss');
		expect(directionOf(movement(2))).toBe('gain');
		expect(directionOf(movement(1, 'reversal'))).toBe('loss');
		expect(directionOf(movement(-2, 'reversal'))).toBe('gain');
		// Damaged goods that stay: on hand is as before, but fewer can be promised.
		expect(directionOf({ ...movement(0), available_change: -1 })).toBe('loss');
	});
});

describe('a page of one direction', () => {
	const pages = (...sizes: [number, number][]) => {
		const asked: (string | null)[] = [];
		const read = async (cursor: string | null): Promise<Page<Movement>> => {
			asked.push(cursor);
			const i = Number(cursor ?? 0);
			const [losses, gains] = sizes[i]!;
			const items = [...Array.from({ length: losses }, () => movement(-1)), ...Array.from({ length: gains }, () => movement(1))];
			return { items, next_cursor: i + 1 < sizes.length ? String(i + 1) : null };
		};
		return { read, asked };
	};

	it('is read from as many pages as it takes', async () => {
		const { read, asked } = pages([50, 0], [40, 10], [30, 20], [0, 50]);
		const page = await pageOf('gain', null, read);
		expect(page.items).toHaveLength(30);
		expect(page.next_cursor).toBe('3');
		expect(asked).toEqual([null, '1', '2']);
	});

	it('ends with the list', async () => {
		const { read } = pages([50, 1], [50, 0]);
		expect(await pageOf('gain', null, read)).toMatchObject({ next_cursor: null });
	});

	it('doesn’t search for ever', async () => {
		const { read, asked } = pages(...Array.from({ length: 20 }, (): [number, number] => [50, 0]));
		const page = await pageOf('gain', '3', read);
		expect(page).toEqual({ items: [], next_cursor: String(3 + PAGES_MAX) });
		expect(asked).toHaveLength(PAGES_MAX);
	});
});

describe('the totals of one direction', () => {
	const row = (reason: string, count: number, lost: number, gained: number) => ({
		reason,
		label: reason,
		count,
		units_lost: lost,
		units_gained: gained,
		value_lost: `${lost}.00`,
		value_gained: `${gained}.00`
	});
	const summary = { items: [row('lost', 2, 3, 0), row('found', 1, 0, 4)], total: row('', 3, 3, 4) } as VarianceSummary;

	it('leave the other side out', () => {
		const side = sideOf(summary, 'loss');
		expect(side.items.map((r) => r.reason)).toEqual(['lost']);
		expect(side.total).toMatchObject({ count: 2, units_lost: 3, units_gained: 0, value_gained: '0.00' });
		expect(sideOf(summary, 'gain').total).toMatchObject({ count: 1, units_lost: 0, value_lost: '0.00', units_gained: 4 });
	});

	it('claim no number that isn’t known', () => {
		const mixed = { items: [...summary.items, row('correction', 5, 1, 1)], total: row('', 8, 4, 5) } as VarianceSummary;
		expect(sideOf(mixed, 'loss').items.map((r) => r.count)).toEqual([2, null]);
		expect(sideOf(mixed, 'loss').total.count).toBeNull();
	});
});
