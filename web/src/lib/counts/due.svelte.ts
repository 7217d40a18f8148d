import { isAbort } from '$lib/api/client';
import type { Uuid } from '$lib/api/types';
import { events } from '$lib/state/events.svelte';
import { session } from '$lib/state/session.svelte';
import { listCounts, type Count } from './api';

const SHOWN_MAX = 50;

/** Counts under way at the current facility: Home shows what is due and what waits for review, and the bars count it. */
class Due {
	items = $state.raw<Count[]>([]);
	facilityId = $state<Uuid | null>(null);

	/** Open for whoever looks. */
	toCount = $derived(this.items.filter((c) => c.status === 'open' && (c.may.count || c.my_session_id !== null)));
	toReview = $derived(this.items.filter((c) => c.status === 'in_review' && c.may.review));
	/** The one that I count blind: quantities are hidden meanwhile. */
	blind = $derived(this.items.find((c) => c.blind && c.my_session_id !== null) ?? null);
	/** What can't wait: for the bars. */
	urgent = $derived(this.toReview.length + this.toCount.filter((c) => c.overdue).length);

	#abort: AbortController | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	async load(facilityId: Uuid | null): Promise<void> {
		this.#abort?.abort();
		if (facilityId !== this.facilityId) {
			this.items = [];
			this.facilityId = facilityId;
		}
		if (!facilityId || !session.can('count.count', facilityId)) return;
		const abort = (this.#abort = new AbortController());
		try {
			this.items = (await listCounts({ facility_id: facilityId, status: 'open,in_review', limit: SHOWN_MAX }, abort.signal)).items;
		} catch (error) {
			// What is shown stays; the next event or the reconnect tries again.
			if (isAbort(error)) return;
		}
	}

	/** Soon, and once for a burst of events. */
	refresh(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.load(this.facilityId), 400);
	}
}

export const due = new Due();
events.on('count', (e) => e.facility_id === due.facilityId && due.refresh());
events.on('resync', () => due.refresh());
