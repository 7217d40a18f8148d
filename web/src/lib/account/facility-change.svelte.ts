import type { Uuid } from '$lib/api/types';
import { counting } from '$lib/counting/presence.svelte';
import { session } from '$lib/state/session.svelte';
import { holding } from './unsent';

/** Changing the facility, unless scans of a count still wait: whoever walks on first hands in what they counted. */
class FacilityChange {
	/** The sheet that says why not, and the way out. */
	open = $state(false);
	busy = $state(false);
	wanted = $state<Uuid | null>(null);

	sessions = $derived(this.wanted ? holding(counting.unsent, session.me?.id ?? null, this.wanted) : []);
	count = $derived(this.sessions.reduce((sum, s) => sum + s.waiting + s.refused, 0));

	choose(facilityId: Uuid): void {
		if (facilityId === session.facilityId) return;
		this.wanted = facilityId;
		if (this.sessions.length) this.open = true;
		else session.choose(facilityId);
	}

	/** The way out: all that waits goes first. */
	async sendAndGo(): Promise<void> {
		this.busy = true;
		try {
			await counting.drain(true);
		} finally {
			this.busy = false;
		}
		if (this.sessions.length) return;
		this.go();
	}

	go(): void {
		this.open = false;
		if (this.wanted) session.choose(this.wanted);
	}
}

export const facilityChange = new FacilityChange();
