import { isAbort } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Uuid } from '$lib/api/types';
import { events } from '$lib/state/events.svelte';
import { getCount, listSessions, type Count, type CountSession } from './api';

/** While people scan, nothing of it is an event: it is asked for this often. */
export const LIVE_MS = 5_000;

/** One count and who counts it, kept fresh by live events, and by asking while it is being counted. */
export class CountView {
	count = $state.raw<Count | null>(null);
	sessions = $state.raw<CountSession[] | null>(null);
	problem = $state<Problem | null>(null);

	#id: Uuid | null = null;
	#abort: AbortController | null = null;

	async load(id: Uuid): Promise<void> {
		this.#abort?.abort();
		const abort = (this.#abort = new AbortController());
		if (id !== this.#id) {
			this.#id = id;
			this.count = null;
			this.sessions = null;
		}
		try {
			const [count, sessions] = await Promise.all([getCount(id, abort.signal), listSessions(id, abort.signal)]);
			if (abort.signal.aborted) return;
			this.count = count;
			this.sessions = sessions.items;
			this.problem = null;
		} catch (error) {
			if (abort.signal.aborted || isAbort(error)) return;
			this.problem = asProblem(error);
		}
	}

	refresh = (): void => {
		if (this.#id) void this.load(this.#id);
	};

	/** For an effect: listens, and asks while people scan. Returns the end of both. */
	follow(refresh: () => void = this.refresh): () => void {
		let soon: ReturnType<typeof setTimeout> | undefined;
		const later = () => {
			clearTimeout(soon);
			soon = setTimeout(refresh, 250);
		};
		const offs = [events.on('count', (e) => e.count_id === this.#id && later()), events.on('resync', later)];
		const timer = setInterval(() => {
			const { count } = this;
			const counting = count && (count.status === 'open' || (count.status === 'in_review' && count.progress.sessions_open > 0));
			if (counting && document.visibilityState === 'visible') refresh();
		}, LIVE_MS);
		return () => {
			clearTimeout(soon);
			clearInterval(timer);
			for (const off of offs) off();
		};
	}

	dispose(): void {
		this.#abort?.abort();
	}
}
