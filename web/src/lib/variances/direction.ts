import type { Movement, Page, VarianceSummary } from '$lib/api/types';
import { change } from '$lib/product/movement';
import type { Summary, Totals } from './summary';

/**
 * The API has no filter for the direction of a variance, so it is applied here, by the same rule as its totals: what
 * undoes a loss counts among the losses.
 */
export type Direction = 'loss' | 'gain';

export function directionOf(movement: Movement): Direction {
	const fewer = change(movement).by < 0;
	return fewer === (movement.kind !== 'reversal') ? 'loss' : 'gain';
}

/** Rows that one page shows at least, while there are more. */
const ENOUGH = 25;
/** Pages that are read for one page of the other direction's rows. */
export const PAGES_MAX = 5;

/** One page of one direction, read from as many pages of both as it takes. */
export async function pageOf(
	direction: Direction,
	cursor: string | null,
	read: (cursor: string | null) => Promise<Page<Movement>>
): Promise<Page<Movement>> {
	const items: Movement[] = [];
	let next = cursor;
	for (let pages = 0; pages < PAGES_MAX; pages++) {
		const page = await read(next);
		items.push(...page.items.filter((m) => directionOf(m) === direction));
		next = page.next_cursor;
		if (next === null || items.length >= ENOUGH) break;
	}
	return { items, next_cursor: next };
}

/** The totals of one direction: exact, but for the number of variances where a reason goes both ways. */
export function sideOf(summary: VarianceSummary, direction: Direction): Summary {
	const zero = '0.00';
	const side = <Row extends Totals>(row: Row): Row => {
		const mixed = row.units_lost !== 0 && row.units_gained !== 0;
		const count = mixed ? null : row.count;
		return direction === 'loss' ? { ...row, count, units_gained: 0, value_gained: zero } : { ...row, count, units_lost: 0, value_lost: zero };
	};
	const items = summary.items.filter((row) => (direction === 'loss' ? row.units_lost : row.units_gained) !== 0).map(side);
	const known = items.every((row) => row.count !== null);
	const count = known ? items.reduce((sum, row) => sum + (row.count ?? 0), 0) : null;
	return { items, total: { ...side(summary.total), count } };
}
