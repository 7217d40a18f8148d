import { dayKey } from '$lib/i18n/format';

const DAY_MS = 86_400_000;

/** Milliseconds by which the zone's clock is ahead of UTC at an instant. */
export function offsetAt(instant: number, zone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone: zone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric'
	}).formatToParts(instant);
	const get = (type: string) => Number(parts.find((p) => p.type === type)?.value);
	const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
	return local - Math.floor(instant / 1000) * 1000;
}

export function isDay(text: string): boolean {
	return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
}

export function addDays(day: string, n: number): string {
	return new Date(Date.parse(`${day}T12:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The instant at which a calendar day begins in a zone. Where midnight doesn't exist (clocks go from 0:00 to 1:00 in
 * some zones) the day begins an hour later; where it exists twice, with the first that belongs to the day.
 */
export function dayStart(day: string, zone: string): string {
	const midnight = Date.parse(`${day}T00:00:00Z`);
	const guesses = [midnight - offsetAt(midnight - DAY_MS, zone), midnight - offsetAt(midnight + DAY_MS, zone)].sort((a, b) => a - b);
	const start = guesses.find((g) => dayKey(new Date(g), zone) === day) ?? guesses[1]!;
	return new Date(start).toISOString();
}
