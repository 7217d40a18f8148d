/**
 * The record's stock around a scan, from the movements that the server tells of: for the picture beside a line. What
 * is posted comes from the server's own sum, never from here.
 */
import type { Movement, Place } from '$lib/api/types';
import type { CountLine, CountLineStory, StoryScan } from './api';

/** What a count counts: units on the shelf or promised to an order (DESIGN 3.7). */
const GOOD: ReadonlySet<Place> = new Set<Place>(['available', 'committed', 'reserved', 'safety_stock']);

/** By how much a movement changed the good units. */
export function goodChange(movement: Pick<Movement, 'from' | 'to' | 'quantity'>): number {
	return (GOOD.has(movement.to) ? movement.quantity : 0) - (GOOD.has(movement.from) ? movement.quantity : 0);
}

export interface Step {
	movement: Movement;
	at: number;
	change: number;
	before: number;
	after: number;
}

/**
 * The book over time: each movement with the stock before and after it. The server's word for the time of the last
 * scan fixes the height; the rest follows from the movements on both sides of it.
 */
export function bookSteps(line: Pick<CountLine, 'expected' | 'last_scanned_at' | 'movement_id'>, movements: Movement[]): Step[] {
	if (line.expected === null || !line.last_scanned_at) return [];
	const tau = Date.parse(line.last_scanned_at);
	const steps = movements
		// What the count itself posted is the difference that is to be shown.
		.filter((m) => m.id !== line.movement_id)
		.map((movement) => ({ movement, at: Date.parse(movement.effective_at), change: goodChange(movement) }))
		.filter((s) => s.change !== 0)
		.sort((a, b) => a.at - b.at || a.movement.seq - b.movement.seq);
	// A movement at exactly the time of the scan lies before it.
	const earlier = steps.filter((s) => s.at <= tau);
	let height = line.expected - earlier.reduce((sum, s) => sum + s.change, 0);
	return steps.map((s) => {
		const before = height;
		height += s.change;
		return { ...s, before, after: height };
	});
}

export interface Entry {
	key: string;
	at: number;
	kind: 'movement' | 'scan';
	step?: Step;
	scan?: StoryScan;
	basket: boolean;
	/** The running sum of what was counted in the round, for scans that count. */
	counted?: number;
}

/** Everything that happened around the scan, in the order of its time: the table behind the picture. */
export function entries(story: CountLineStory): Entry[] {
	const baskets = new Set(story.basket_sales.map((m) => m.id));
	const known = new Set(story.movements.map((m) => m.id));
	const movements = [...story.movements, ...story.basket_sales.filter((m) => !known.has(m.id))];
	const steps = bookSteps(story.line, movements);
	const sums = new Map<number, number>();
	const scans = [...story.scans]
		.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
		.map((scan): Entry => {
			if (!scan.late) sums.set(scan.round, (sums.get(scan.round) ?? 0) + scan.quantity);
			return { key: scan.id, at: Date.parse(scan.at), kind: 'scan', scan, basket: false, counted: scan.late ? undefined : sums.get(scan.round) };
		});
	const moves = steps.map((step): Entry => ({ key: step.movement.id, at: step.at, kind: 'movement', step, basket: baskets.has(step.movement.id) }));
	return [...moves, ...scans].sort((a, b) => a.at - b.at || (a.kind === 'movement' ? -1 : 1));
}

export interface Plot {
	from: number;
	to: number;
	low: number;
	high: number;
	/** The book as corners of a staircase: time and height. */
	book: { at: number; height: number }[];
	scans: { at: number; quantity: number }[];
	/** While it was counted, as far as the clocks tell. */
	window: { from: number; to: number } | null;
	tau: number;
}

const MARGIN_MS = 10 * 60_000;

/** What the picture draws; null where there is nothing to draw against. */
export function plot(story: CountLineStory): Plot | null {
	const { line } = story;
	if (line.expected === null || line.counted === null || !line.last_scanned_at) return null;
	const all = entries(story);
	const steps = all.flatMap((e) => (e.step ? [e.step] : []));
	const scans = story.scans.filter((s) => !s.late && s.round === line.round);
	const tau = Date.parse(line.last_scanned_at);
	const first = Math.min(tau, ...scans.map((s) => Date.parse(s.at) - s.uncertainty_ms));
	const last = Math.max(tau, ...scans.map((s) => Date.parse(s.at) + s.uncertainty_ms));
	const from = Math.min(first, ...steps.map((s) => s.at));
	const to = Math.max(last, ...steps.map((s) => s.at));
	const margin = Math.max(MARGIN_MS, (to - from) * 0.06);
	const start = steps[0]?.before ?? line.expected;
	const book = [{ at: from - margin, height: start }];
	for (const step of steps) book.push({ at: step.at, height: step.before }, { at: step.at, height: step.after });
	book.push({ at: to + margin, height: book.at(-1)!.height });
	const heights = [...book.map((p) => p.height), line.counted, line.expected];
	return {
		from: from - margin,
		to: to + margin,
		low: Math.min(0, ...heights),
		high: Math.max(1, ...heights),
		book,
		scans: scans.map((s) => ({ at: Date.parse(s.at), quantity: s.quantity })),
		window: last > first ? { from: first, to: last } : null,
		tau
	};
}
