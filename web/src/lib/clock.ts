/**
 * The server's time, as well as we know it. Devices in shops have wrong clocks, and a variance "in the future" would
 * be refused. The `Date` header is cut to the second and was written before we read it, so that what we compute from
 * it never lies ahead of the server.
 */
let offset: number | null = null;

export function noteServerTime(date: string | null, now = Date.now()): void {
	if (!date) return;
	const server = Date.parse(date);
	if (Number.isFinite(server)) offset = server - now;
}

export function serverTimeKnown(): boolean {
	return offset !== null;
}

export function serverNow(now = Date.now()): Date {
	return new Date(now + (offset ?? 0));
}
