/** Time zones to choose from: those that the browser knows, which are the ones of the tz database. */

let known: string[] | null = null;

export function zones(): string[] {
	known ??= [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])];
	return known;
}

const plain = (text: string) =>
	text
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toLocaleLowerCase()
		.replace(/[_/]+/g, ' ');

/** "Europe/Berlin" as people read it: "Berlin, Europe"; "America/Argentina/Salta": "Salta, Argentina, America". */
export function zoneLabel(zone: string): string {
	return zone.replaceAll('_', ' ').split('/').reverse().join(', ');
}

/** "GMT+2", as of now. */
export function zoneOffset(zone: string, now: Date = new Date()): string {
	try {
		const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(now);
		return parts.find((p) => p.type === 'timeZoneName')?.value ?? '';
	} catch {
		return '';
	}
}

/** Every word typed is in the zone's name, in any order; names that begin with it come first. */
export function searchZones(query: string, all: string[] = zones()): string[] {
	const words = plain(query).split(/\s+/).filter(Boolean);
	if (!words.length) return all;
	const found = all.filter((zone) => words.every((word) => plain(zone).includes(word)));
	const begins = (zone: string) => plain(zone.split('/').at(-1)!).startsWith(words[0]!);
	return found.sort((a, b) => Number(begins(b)) - Number(begins(a)));
}
