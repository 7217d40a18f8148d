import type { Place, Reason } from '$lib/api/types';

/** Reasons that the program itself writes: people never choose them. */
export const SYSTEM_REASONS = ['opening', 'count'];

export const byPosition = (reasons: Reason[]) => [...reasons].sort((a, b) => a.position - b.position || a.code.localeCompare(b.code));

/**
 * What has to be written so that a reason stands one place earlier or later. Mostly two positions change places; where
 * some are equal, as after an import, all get new ones.
 */
export function moved(reasons: Reason[], code: string, by: -1 | 1): { code: string; position: number }[] {
	const sorted = byPosition(reasons);
	const from = sorted.findIndex((r) => r.code === code);
	const to = from + by;
	if (from < 0 || to < 0 || to >= sorted.length) return [];
	const positions = sorted.map((r) => r.position);
	const distinct = new Set(positions).size === positions.length;
	const places = distinct ? positions : positions.map((_, i) => i + 1);
	[sorted[from], sorted[to]] = [sorted[to]!, sorted[from]!];
	return sorted.map((r, i) => ({ code: r.code, position: places[i]!, before: r.position })).filter((r) => r.position !== r.before).map(({ code, position }) => ({ code, position }));
}

/** After the last one that people may choose. */
export const nextPosition = (reasons: Reason[]) => Math.max(0, ...reasons.map((r) => r.position)) + 1;

/** Where units may go to or come from, by direction. */
export const EFFECTS: { kind: Reason['effect']['kind']; place: Place; directions: Reason['direction'][] }[] = [
	{ kind: 'external', place: 'shrink', directions: ['loss', 'both'] },
	{ kind: 'external', place: 'found', directions: ['gain', 'both'] },
	{ kind: 'external', place: 'supplier', directions: ['loss', 'gain', 'both'] },
	{ kind: 'external', place: 'customer', directions: ['loss', 'gain', 'both'] },
	{ kind: 'state', place: 'damaged', directions: ['loss', 'both'] },
	{ kind: 'state', place: 'quality_control', directions: ['loss', 'both'] }
];

export const effectsFor = (direction: Reason['direction']) => EFFECTS.filter((e) => e.directions.includes(direction));
