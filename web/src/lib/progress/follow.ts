/** Follows a variance from the ledger to the shops, for the message after posting. */
import { getVariance } from '$lib/api/operations';
import type { OnItsWay, Uuid } from '$lib/api/types';
import { events } from '$lib/state/events.svelte';
import { isSettled } from './progress';

/** Without news of the shop (no live stream) it is asked for this often; nobody looks at a message for longer than this many times. */
const ASK_MS = 3_000;
const ASKS_MAX = 8;

/** Says how far it is, each time that changes, until it is settled. The function it returns ends it. */
export function follow(movement: Uuid, facility: Uuid, onchange: (channels: OnItsWay[]) => void): () => void {
	let asks = 0;
	let asking = false;
	let again = false;
	let timer: ReturnType<typeof setTimeout> | undefined;
	let last = '';
	let over = false;

	const off = events.on('pushes', (e) => e.facility_id === facility && void ask());

	function end(): void {
		over = true;
		clearTimeout(timer);
		off();
	}

	async function ask(): Promise<void> {
		if (over) return;
		if (asking) {
			again = true;
			return;
		}
		asking = true;
		clearTimeout(timer);
		try {
			const { channels } = await getVariance(movement);
			if (over) return;
			const now = JSON.stringify(channels ?? []);
			if (now !== last && channels?.length) onchange(channels);
			last = now;
			if (channels && isSettled(channels)) return end();
		} catch {
			// The variance is posted; that much was said. The next try tells more, or the list does.
		} finally {
			asking = false;
		}
		if (again) {
			again = false;
			return ask();
		}
		if (++asks >= ASKS_MAX) return end();
		timer = setTimeout(() => void ask(), ASK_MS);
	}

	void ask();
	return end;
}
