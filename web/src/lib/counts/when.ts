import { offsetAt } from '$lib/variances/days';

/** What a `datetime-local` field has ("2026-03-29T06:00") on the clock of a zone, as an instant; null where it is none. */
export function toInstant(local: string, zone: string): string | null {
	if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(local)) return null;
	const wall = Date.parse(`${local.slice(0, 16)}:00Z`);
	if (Number.isNaN(wall)) return null;
	// The clock that holds at the guess; twice, since the guess may lie on the other side of a change.
	const guess = wall - offsetAt(wall, zone);
	return new Date(wall - offsetAt(guess, zone)).toISOString();
}

/** An instant as a `datetime-local` field of a zone shows it. */
export function toLocal(instant: string | null, zone: string): string {
	if (!instant) return '';
	const at = Date.parse(instant);
	return new Date(at + offsetAt(at, zone)).toISOString().slice(0, 16);
}
