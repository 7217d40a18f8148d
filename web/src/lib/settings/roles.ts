import type { Limits, Permission, Role } from '$lib/api/types';
import { typedAmount } from '$lib/money';

/** The permissions in the order in which they are shown, by area. The server may know newer ones: they come last. */
export const AREAS: { key: 'stock' | 'variances' | 'counts' | 'data' | 'oversight' | 'administration'; permissions: Permission[] }[] = [
	{ key: 'stock', permissions: ['stock.view', 'stock.view_expected'] },
	{ key: 'variances', permissions: ['variance.report', 'variance.post', 'variance.approve'] },
	{ key: 'counts', permissions: ['count.count', 'count.manage', 'count.review'] },
	{ key: 'data', permissions: ['movement.record', 'catalog.import', 'export.read'] },
	{ key: 'oversight', permissions: ['ledger.verify', 'audit.view'] },
	{ key: 'administration', permissions: ['settings.manage', 'users.manage', 'channels.view', 'channels.manage', 'api_keys.manage'] }
];

export interface Area {
	key: (typeof AREAS)[number]['key'] | 'other';
	permissions: Permission[];
}

export function areasOf(roles: Pick<Role, 'permissions'>[]): Area[] {
	const known = new Set<string>(AREAS.flatMap((a) => a.permissions));
	const other = [...new Set(roles.flatMap((r) => r.permissions))].filter((p) => !known.has(p)).sort();
	return other.length ? [...AREAS, { key: 'other' as const, permissions: other }] : AREAS;
}

/** From the least to the most trusted: requests go up this order. */
export const byRank = (roles: Role[]) => [...roles].sort((a, b) => a.rank - b.rank || a.label.localeCompare(b.label));

export interface LimitDrafts {
	units: string;
	value: string;
	day: string;
}

/** "1000.00" is shown as "1000": the two zeros only cost reading. */
const shown = (amount: string | null) => amount?.replace(/\.00$/, '') ?? '';

export function limitDrafts(limits: Limits): LimitDrafts {
	return {
		units: limits.variance_units_max?.toString() ?? '',
		value: shown(limits.variance_value_max),
		day: shown(limits.day_value_max)
	};
}

/** An empty field is no limit; what is no number is named by its pointer. */
export function parseLimits(drafts: LimitDrafts): { limits: Limits; wrong: string[] } {
	const wrong: string[] = [];
	const read = <T>(text: string, pointer: string, parse: (text: string) => T | null): T | null => {
		if (text.trim() === '') return null;
		const value = parse(text);
		if (value === null) wrong.push(pointer);
		return value;
	};
	const units = (text: string) => {
		const plain = text.replace(/[\s,.\u00a0\u202f']/g, '');
		return /^\d{1,9}$/.test(plain) ? Number(plain) : null;
	};
	const limits = {
		variance_units_max: read(drafts.units, '/limits/variance_units_max', units),
		variance_value_max: read(drafts.value, '/limits/variance_value_max', typedAmount),
		day_value_max: read(drafts.day, '/limits/day_value_max', typedAmount)
	};
	return { limits, wrong };
}

/** A stable word from a label: "Shelf wear, new" → "shelf_wear_new". */
export function wordOf(label: string): string {
	return label
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.replace(/ß/g, 'ss')
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '_')
		.replace(/^_+|_+$/g, '')
		.slice(0, 40);
}

export const isWord = (text: string) => /^[a-z0-9_]{1,40}$/.test(text);

/** A word that nobody has yet: "auditor_2". */
export function freeWord(word: string, taken: string[]): string {
	if (word && !taken.includes(word)) return word;
	for (let n = 2; ; n++) {
		const next = `${word.slice(0, 37)}_${n}`;
		if (!taken.includes(next)) return next;
	}
}
