import type { Movement, VarianceSummaryRow } from '$lib/api/types';
import { fromUnits, times, toUnits } from '$lib/money';
import { change } from '$lib/product/movement';

export type Measure = 'value' | 'units';

/** A row of the totals. The number of variances isn't known of one direction of a reason that goes both ways. */
export type SummaryRow = Omit<VarianceSummaryRow, 'count'> & { count: number | null };
export type Totals = Omit<SummaryRow, 'reason' | 'label'>;
/** The API's totals, perhaps of one direction. */
export interface Summary {
	items: SummaryRow[];
	total: Totals;
}

export interface Bar {
	reason: string;
	label: string;
	count: number | null;
	/**
	 * As text of the measure: decimal money or a whole number; null: not known. Losses above zero are losses. Below
	 * zero more was undone than lost: what is undone counts back in the time of the undo.
	 */
	lost: string | null;
	gained: string | null;
	/** With its sign. */
	net: string | null;
	/** Widths from 0 to 1, of the longest bar on either side. */
	lostShare: number;
	gainedShare: number;
}


function amounts(row: Totals, measure: Measure): { lost: bigint | null; gained: bigint | null } {
	if (measure === 'units') return { lost: BigInt(row.units_lost), gained: BigInt(row.units_gained) };
	return { lost: toUnits(row.value_lost), gained: toUnits(row.value_gained) };
}

const text = (n: bigint | null, measure: Measure) => (n === null ? null : measure === 'units' ? n.toString() : fromUnits(n));

/** Gains less losses, exactly; null as soon as one of them isn't known. */
export function net(row: Totals, measure: Measure): string | null {
	const { lost, gained } = amounts(row, measure);
	return lost === null || gained === null ? null : text(gained - lost, measure);
}

/** The reasons as bars on both sides of zero, the largest first. */
export function bars(summary: Summary, measure: Measure): Bar[] {
	const rows = summary.items.map((row) => ({ row, ...amounts(row, measure) }));
	const longest = rows.reduce((max, { lost, gained }) => [max, lost ?? 0n, gained ?? 0n].reduce((a, b) => (a > b ? a : b)), 0n);
	const share = (n: bigint | null) => (n === null || n <= 0n || longest === 0n ? 0 : Number((n * 10_000n) / longest) / 10_000);
	const size = (r: (typeof rows)[number]) => (r.lost ?? 0n) + (r.gained ?? 0n);
	return rows
		.sort((a, b) => (size(a) === size(b) ? (b.row.count ?? 0) - (a.row.count ?? 0) : size(a) < size(b) ? 1 : -1))
		.map(({ row, lost, gained }) => ({
			reason: row.reason,
			label: row.label,
			count: row.count,
			lost: text(lost, measure),
			gained: text(gained, measure),
			net: net(row, measure),
			lostShare: share(lost),
			gainedShare: share(gained)
		}));
}

/** What one variance was worth, with its sign; null where the cost wasn't known. */
export function valueOf(movement: Movement): string | null {
	return times(change(movement).by, movement.unit_cost);
}
