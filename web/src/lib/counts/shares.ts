/** "2h ago", for dense tables. */
export function age(iso: string, now = Date.now()): string {
	const minutes = Math.round((Date.parse(iso) - now) / 60_000);
	const relative = new Intl.RelativeTimeFormat(undefined, { style: 'narrow', numeric: 'auto' });
	if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
	if (Math.abs(minutes) < 60 * 48) return relative.format(Math.trunc(minutes / 60), 'hour');
	return relative.format(Math.trunc(minutes / (60 * 24)), 'day');
}

/** "Maya L.", where there is no room for more; the whole name stands beside it for whoever asks. */
export function shortName(name: string): string {
	const [first = '', ...rest] = name.trim().split(/\s+/);
	const last = rest.at(-1);
	return last ? `${first} ${[...last][0]}.` : first;
}

/** A share from 0 to 1 as a percentage of the locale; a dash where it isn't known. */
export function percent(share: number | null | undefined, digits = 1): string {
	if (share === null || share === undefined || !Number.isFinite(share)) return '–';
	return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: digits }).format(share);
}
