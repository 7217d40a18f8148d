import type { Quantities, Reason, VarianceBody } from '$lib/api/types';

/** What the person has entered so far. */
export interface Draft {
	reason: Reason | null;
	/** Only asked where the reason goes both ways. */
	direction: 'loss' | 'gain';
	/** Without a sign; null while what stands in the field is no number. */
	units: number | null;
	note: string;
}

export const MAX_UNITS = 1_000_000;

/** The signed quantity, or null while something is missing. */
export function signedQuantity({ reason, direction, units }: Draft): number | null {
	if (!reason || units === null) return null;
	const loss = (reason.direction === 'both' ? direction : reason.direction) === 'loss';
	return loss ? -units : units;
}

export function noteMissing({ reason, note }: Draft): boolean {
	return !!reason?.note_required && note.trim() === '';
}

/** The body of the command; members that are empty are left out. */
export function bodyOf(draft: Draft, ids: { id: string; facility_id: string; sku_id: string }, effectiveAt?: Date): VarianceBody | null {
	const quantity = signedQuantity(draft);
	if (quantity === null || !draft.reason) return null;
	const note = draft.note.trim();
	return {
		...ids,
		quantity,
		reason: draft.reason.code,
		...(note ? { note } : {}),
		...(effectiveAt ? { effective_at: effectiveAt.toISOString() } : {})
	};
}

/**
 * What it will do to the numbers, before the server has said so: at once under the finger. A write-off changes on hand;
 * damaged goods that stay on the premises change only what can be promised.
 */
export function guess(draft: Draft, before: Quantities): Quantities | null {
	const quantity = signedQuantity(draft);
	if (quantity === null || !draft.reason) return null;
	const after = { ...before, available: before.available + quantity };
	const { kind, place } = draft.reason.effect;
	if (kind === 'state' && place in after) after[place as keyof Quantities] -= quantity;
	else after.on_hand += quantity;
	return after;
}
