import { isAbort } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Page } from '$lib/api/types';

/**
 * A list that is read page by page. A new `load` aborts the one under way; what is shown stays until the new answer
 * is here, so that nothing jumps.
 */
export class Paged<T> {
	items = $state.raw<T[]>([]);
	next = $state<string | null>(null);
	loading = $state(false);
	loaded = $state(false);
	problem = $state<Problem | null>(null);

	#read: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>;
	#abort: AbortController | null = null;

	constructor(read: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>) {
		this.#read = read;
	}

	get empty(): boolean {
		return this.loaded && this.items.length === 0;
	}

	/** From the start. */
	load(): Promise<void> {
		return this.#run(null);
	}

	/** The next page, if there is one. */
	async more(): Promise<void> {
		if (this.next !== null && !this.loading) await this.#run(this.next);
	}

	/**
	 * New items at the top, without losing the older pages that were read: for a list that grows while it is looked at.
	 */
	async refresh(id: (item: T) => string): Promise<void> {
		if (!this.loaded || this.loading) return this.load();
		try {
			const page = await this.#read(null, new AbortController().signal);
			const fresh = new Set(page.items.map(id));
			const older = this.items.filter((item) => !fresh.has(id(item)));
			// So much is new that there may be a gap between both: start over.
			if (older.length === this.items.length && this.items.length > 0 && page.next_cursor !== null) {
				this.items = page.items;
				this.next = page.next_cursor;
				return;
			}
			if (this.next === null && this.items.length === 0) this.next = page.next_cursor;
			this.items = [...page.items, ...older];
		} catch {
			// What is shown stays; the next event or the reconnect tries again.
		}
	}

	/** Forgets what is shown: it belongs to something else. */
	reset(): void {
		this.#abort?.abort();
		this.items = [];
		this.next = null;
		this.loading = false;
		this.loaded = false;
		this.problem = null;
	}

	async #run(cursor: string | null): Promise<void> {
		this.#abort?.abort();
		const abort = (this.#abort = new AbortController());
		this.loading = true;
		this.problem = null;
		try {
			const page = await this.#read(cursor, abort.signal);
			if (abort.signal.aborted) return;
			this.items = cursor === null ? page.items : [...this.items, ...page.items];
			this.next = page.next_cursor;
			this.loaded = true;
		} catch (error) {
			if (abort.signal.aborted || isAbort(error)) return;
			this.problem = asProblem(error);
		} finally {
			if (this.#abort === abort) this.loading = false;
		}
	}
}
