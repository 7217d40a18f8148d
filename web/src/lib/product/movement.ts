import type { Movement } from '$lib/api/types';
import { t, tOr } from '$lib/i18n';
import { dayHeading } from '$lib/i18n/format';

/** What happened, in a word or two: "Damaged", "Sold", "Undone: Damaged". */
export function what(movement: Movement): string {
	const label = movement.reason_label;
	const kind = tOr(`kind.${movement.kind}`, movement.kind);
	if (movement.kind === 'variance') return label ?? kind;
	if (movement.kind === 'reversal') return label ? t('history.undoneWhat', { what: label }) : kind;
	return kind;
}

/** Who or what did it. What a web shop did is known by its order; nobody here did anything. */
export function who(movement: Movement): string {
	const { actor, reported_by: reporter, order } = movement;
	if (reporter && reporter.id !== actor.id) return t('history.approvedBy', { name: reporter.name, approver: actor.name });
	const isShops = actor.kind === 'system' && movement.origin === 'shopify';
	if (order) return `${order.name} · ${isShops ? order.channel : actor.name}`;
	return isShops ? t('history.shop') : actor.name;
}

export interface Change {
	state: 'on_hand' | 'available';
	by: number;
	from: number;
	to: number;
}

/** The number that changed: on hand, or available where on hand stayed as it was (a promise to an order). */
export function change(movement: Movement): Change {
	const state = movement.on_hand_change === 0 && movement.available_change !== 0 ? 'available' : 'on_hand';
	const by = state === 'on_hand' ? movement.on_hand_change : movement.available_change;
	const to = movement.level_after[state];
	return { state, by, from: to - by, to };
}

const MINUTE_MS = 60_000;

/**
 * Learned of much later than it happened: worth saying so. Tills and warehouses send what they have every so often,
 * so that for them it takes hours to be late.
 */
export function isLate(movement: Movement): boolean {
	const limit = (movement.kind === 'variance' ? 5 : 6 * 60) * MINUTE_MS;
	return Date.parse(movement.recorded_at) - Date.parse(movement.effective_at) > limit;
}

/**
 * A list, newest first, under the days of the facility's calendar. By when we learned of it: in that order the
 * quantities follow each other.
 */
export function byDay(movements: Movement[], zone: (facilityId: string) => string, now = new Date()): { heading: string; items: Movement[] }[] {
	const words = { today: t('time.today'), yesterday: t('time.yesterday') };
	const groups: { heading: string; items: Movement[] }[] = [];
	for (const movement of movements) {
		const heading = dayHeading(movement.recorded_at, zone(movement.facility_id), words, now);
		const last = groups.at(-1);
		if (last?.heading === heading) last.items.push(movement);
		else groups.push({ heading, items: [movement] });
	}
	return groups;
}
