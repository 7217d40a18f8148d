/**
 * Numbers, money and times as text. The locale is the browser's; the language of the words is the catalogue's.
 * Formatters are kept, since making one costs more than using it a thousand times.
 */

const MINUS = '\u2212';

let locale: string | undefined;

/** For tests, and for the day when a person may choose. */
export function setLocale(tag: string | undefined): void {
	locale = tag;
	kept.clear();
}

const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
	const key = 'n' + JSON.stringify(options);
	let f = kept.get(key) as Intl.NumberFormat | undefined;
	if (!f) kept.set(key, (f = new Intl.NumberFormat(locale, options)));
	return f;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = 'd' + JSON.stringify(options);
	let f = kept.get(key) as Intl.DateTimeFormat | undefined;
	if (!f) {
		try {
			f = new Intl.DateTimeFormat(locale, options);
		} catch {
			// A zone that this browser doesn't know: the viewer's is better than no time.
			f = new Intl.DateTimeFormat(locale, { ...options, timeZone: undefined });
		}
		kept.set(key, f);
	}
	return f;
}

/** 1,234 or −5, with a real minus sign. */
export function num(n: number): string {
	const text = numbers({}).format(Math.abs(n));
	return n < 0 ? MINUS + text : text;
}

/** A change: +2, −1, 0. */
export function signed(n: number): string {
	return n > 0 ? '+' + num(n) : num(n);
}

/** "12.50" in the retailer's currency; a dash where unknown. */
export function money(value: string | null | undefined, currency: string): string {
	if (value === null || value === undefined || value === '') return '–';
	const n = Number(value);
	if (!Number.isFinite(n)) return '–';
	const text = numbers({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(Math.abs(n));
	return n < 0 ? MINUS + text : text;
}

/** The calendar day in a zone, as 2026-03-29. */
export function dayKey(iso: string | Date, timeZone: string): string {
	const parts = new Intl.DateTimeFormat('en-CA', { timeZone: safeZone(timeZone), year: 'numeric', month: '2-digit', day: '2-digit' });
	return parts.format(typeof iso === 'string' ? new Date(iso) : iso);
}

function safeZone(timeZone: string): string | undefined {
	try {
		new Intl.DateTimeFormat('en', { timeZone });
		return timeZone;
	} catch {
		return undefined;
	}
}

export function time(iso: string, timeZone: string): string {
	return dates({ timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
}

/** To the second: for what is over within one. */
export function exactTime(iso: string, timeZone: string): string {
	return dates({ timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(iso));
}

export function dateTime(iso: string, timeZone: string): string {
	return dates({ timeZone, dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** For dense tables: the year only where it isn't this one. */
export function shortDateTime(iso: string, timeZone: string, now: Date = new Date()): string {
	const sameYear = dayKey(iso, timeZone).slice(0, 4) === dayKey(now, timeZone).slice(0, 4);
	const year = sameYear ? undefined : 'numeric';
	return dates({ timeZone, day: 'numeric', month: 'short', year, hour: '2-digit', minute: '2-digit' }).format(new Date(iso));
}

export function date(iso: string, timeZone: string): string {
	return dates({ timeZone, dateStyle: 'medium' }).format(new Date(iso));
}

/** The heading of a day in a timeline: Today, Yesterday, else "Tue, 3 Mar" (with the year if it isn't this one). */
export function dayHeading(
	iso: string,
	timeZone: string,
	words: { today: string; yesterday: string },
	now: Date = new Date()
): string {
	const key = dayKey(iso, timeZone);
	const today = dayKey(now, timeZone);
	if (key === today) return words.today;
	// Noon is on the right day whatever the clock change does.
	const yesterday = new Date(Date.parse(`${today}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
	if (key === yesterday) return words.yesterday;
	return dates({
		timeZone,
		weekday: 'short',
		day: 'numeric',
		month: 'short',
		year: key.slice(0, 4) === today.slice(0, 4) ? undefined : 'numeric'
	}).format(new Date(iso));
}

/** "6 days ago", in the largest unit that fits. */
export function ago(iso: string, now: Date = new Date()): string {
	const seconds = Math.round((Date.parse(iso) - now.getTime()) / 1000);
	const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
	const size = Math.abs(seconds);
	if (size < 60) return relative.format(Math.trunc(seconds), 'second');
	if (size < 3600) return relative.format(Math.trunc(seconds / 60), 'minute');
	if (size < 86_400) return relative.format(Math.trunc(seconds / 3600), 'hour');
	if (size < 86_400 * 45) return relative.format(Math.trunc(seconds / 86_400), 'day');
	if (size < 86_400 * 365) return relative.format(Math.trunc(seconds / (86_400 * 30)), 'month');
	return relative.format(Math.trunc(seconds / (86_400 * 365)), 'year');
}

/** The viewer's zone, for the tooltip of a time that is shown in the facility's. */
export function viewerZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
