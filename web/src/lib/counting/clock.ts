import type { Seen } from './model';

/** Less than this is the clock's own unsteadiness, and the second that the server's `Date` is cut to. */
export const CLOCK_TOLERANCE_MS = 5_000;

/**
 * How much a scan's time is in doubt, in milliseconds, or null where it isn't. The server corrects times by the
 * device's offset at sending; that is wrong by as much as the clock was moved in between.
 *
 * Where the server's time was known at both moments, the two offsets tell. Else the clock that runs by itself does: it
 * can't be set. It may stand still while the device sleeps, which looks like a clock set forward; to be in doubt then is
 * the careful answer.
 */
export function uncertainty(scan: Seen, now: Seen): number | null {
	if (scan.offset !== null && now.offset !== null) return doubt(now.offset - scan.offset);
	if (scan.boot !== now.boot) return null;
	return doubt(now.wall - scan.wall - (now.mono - scan.mono));
}

function doubt(ms: number): number | null {
	const size = Math.round(Math.abs(ms));
	return size > CLOCK_TOLERANCE_MS ? size : null;
}
