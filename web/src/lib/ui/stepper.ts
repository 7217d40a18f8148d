/** The rules of the number field with − and +: whole numbers between `min` and `max`, typed or stepped. */

export interface Bounds {
	min: number;
	max: number;
}

/** What was typed, as a number; null while it is none yet (empty, "1x", out of bounds). */
export function parseQuantity(text: string, { min, max }: Bounds): number | null {
	const trimmed = text.trim();
	if (!/^\d{1,9}$/.test(trimmed)) return null;
	const n = Number(trimmed);
	return n >= min && n <= max ? n : null;
}

/** One step from what stands in the field, which may be nonsense just now. */
export function step(text: string, by: 1 | -1, bounds: Bounds): number {
	const trimmed = text.trim();
	if (!/^\d{1,9}$/.test(trimmed)) return bounds.min;
	return Math.min(bounds.max, Math.max(bounds.min, Number(trimmed) + by));
}

/** Letters and signs never get into the field: the direction is the reason's business. */
export function cleanTyped(text: string): string {
	return text.replace(/\D+/g, '').slice(0, 9);
}
