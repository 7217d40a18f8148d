import { isAbort } from '$lib/api/client';
import { getHome } from '$lib/api/operations';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Home, Uuid } from '$lib/api/types';
import { mayChange } from '$lib/progress/progress';
import { events } from './events.svelte';
import { keep, kept } from './kept';

/** What waits at the current facility: Home shows it, and the bars count it. Kept fresh by the live events. */
class Work {
	home = $state.raw<Home | null>(null);
	problem = $state<Problem | null>(null);
	facilityId = $state<Uuid | null>(null);

	/** Somebody who counts blind is told nothing of it, not even what was seen before. */
	blind = $derived(this.problem?.type === 'counting-blind');
	pending = $derived(this.home?.requests_pending ?? 0);

	#abort: AbortController | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	async load(facilityId: Uuid | null): Promise<void> {
		this.#abort?.abort();
		if (facilityId !== this.facilityId) {
			this.home = null;
			this.facilityId = facilityId;
		}
		if (!facilityId) return;
		const abort = (this.#abort = new AbortController());
		try {
			this.home = await getHome(facilityId, abort.signal);
			this.problem = null;
			keep(`home:${facilityId}`, this.home);
		} catch (error) {
			if (isAbort(error)) return;
			const problem = asProblem(error);
			if (problem.mayRetry && !this.home) this.home = (await kept<Home>(`home:${facilityId}`))?.value ?? null;
			if (problem.type === 'counting-blind') this.home = null;
			this.problem = problem;
		}
	}

	/** Soon, and once for a burst of events. */
	refresh(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.load(this.facilityId), 400);
	}
}

export const work = new Work();
events.on('level', (e) => e.facility_id === work.facilityId && work.refresh());
events.on('requests', (e) => e.facility_id === work.facilityId && work.refresh());
// What Home shows may be on its way to a shop.
events.on('pushes', (e) => e.facility_id === work.facilityId && mayChange(work.home?.recent ?? []) && work.refresh());
events.on('resync', () => work.refresh());
