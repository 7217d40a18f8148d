/**
 * The server's time, as well as we know it. Devices in shops have wrong clocks, and a variance "in the future" would
 * be refused. The `Date` header is cut to the second and was written before we read it, so that what we compute from
 * it never lies ahead of the server.
 */
let offset: number | null = null;
/** Both clocks of the device when the offset was measured. */
let measured = { wall: 0, mono: 0 };

export function noteServerTime(date: string | null, now = Date.now(), mono = performance.now()): void {
	if (!date) return;
	const server = Date.parse(date);
	if (!Number.isFinite(server)) return;
	offset = server - now;
	measured = { wall: now, mono };
}

/** More than two clocks drift apart by themselves in a day. */
const DRIFT_MS_MAX = 2_000;

/**
 * The server's time minus ours, or null where it isn't known: since it was measured, the clock was set or the device
 * slept. The one can't be told from the other without asking the server again.
 */
export function serverOffset(now = Date.now(), mono = performance.now()): number | null {
	const drift = now - measured.wall - (mono - measured.mono);
	return offset === null || Math.abs(drift) > DRIFT_MS_MAX ? null : offset;
}

export function serverTimeKnown(): boolean {
	return offset !== null;
}

export function serverNow(now = Date.now()): Date {
	return new Date(now + (offset ?? 0));
}
