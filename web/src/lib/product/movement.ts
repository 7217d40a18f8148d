import type { Movement } from '$lib/api/types';
import { t, tOr } from '$lib/i18n';

/** What happened, in a word or two: "Damaged", "Sold", "Undone: Damaged". */
export function what(movement: Movement): string {
	const label = movement.reason_label;
	const kind = tOr(`kind.${movement.kind}`, movement.kind);
	if (movement.kind === 'variance') return label ?? kind;
	if (movement.kind === 'reversal') return label ? t('history.undoneWhat', { what: label }) : kind;
	return kind;
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

/** Learned of much later than it happened: worth saying so. */
export function isLate(movement: Movement): boolean {
	return Date.parse(movement.recorded_at) - Date.parse(movement.effective_at) > 5 * 60_000;
}
