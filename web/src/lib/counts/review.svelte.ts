import { isAbort } from '$lib/api/client';
import { asProblem, fallbackTitle, type Problem } from '$lib/api/problem';
import type { Uuid } from '$lib/api/types';
import { t } from '$lib/i18n';
import { Paged } from '$lib/state/paged.svelte';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { decide, getStory, getSummary, listLines, type CountLine, type CountLineStory, type CountSummary, type DecisionBody, type DecisionKind } from './api';
import { chosen, NOTHING, type Choice } from './choice';
import { CountView } from './count-view.svelte';
import { applied, merged, nextWaiting } from './decisions';
import { reviewFilter, reviewQuery, type ReviewView } from './review-view';

const PAGE = 100;
const PAGE_MAX = 200;

/** One count under review: its lines by page, what is chosen, and the chosen line's story. */
export class Review {
	id: Uuid | null = null;
	base = new CountView();
	summary = $state.raw<CountSummary | null>(null);
	problem = $state<Problem | null>(null);
	story = $state.raw<CountLineStory | null>(null);
	storyProblem = $state<Problem | null>(null);
	current = $state<Uuid | null>(null);
	choice = $state.raw<Choice>(NOTHING);
	busy = $state(false);
	/** Lines that came while nobody wanted the list to jump. */
	added = $state(0);

	list = new Paged<CountLine>((cursor, signal) => listLines(this.id ?? '', { ...reviewQuery(this.#view), cursor, limit: PAGE }, signal));
	line = $derived<CountLine | null>(this.list.items.find((l) => l.sku_id === this.current) ?? null);

	#view: ReviewView = { group: '', status: '', q: '', sort: 'value' };
	#abort: AbortController | null = null;

	/** Another count, or another filter. */
	async show(id: Uuid, view: ReviewView): Promise<void> {
		if (id !== this.id) {
			this.id = id;
			this.list.reset();
			this.current = null;
			this.summary = null;
			void this.base.load(id);
			void this.summarize();
		}
		this.#view = view;
		this.choice = NOTHING;
		this.added = 0;
		await this.list.load();
		if (!this.line) this.current = this.list.items[0]?.sku_id ?? null;
	}

	async summarize(): Promise<void> {
		if (!this.id) return;
		try {
			this.summary = await getSummary(this.id);
			this.problem = null;
		} catch (error) {
			this.problem = asProblem(error);
		}
	}

	/** Somebody scanned or decided: the numbers change in place, and nothing moves under the hand. */
	refresh = async (): Promise<void> => {
		if (!this.id) return;
		this.base.refresh();
		void this.summarize();
		if (!this.list.loaded || this.list.loading || this.busy) return;
		try {
			const limit = Math.min(PAGE_MAX, Math.max(PAGE, this.list.items.length));
			const { items } = await listLines(this.id, { ...reviewQuery(this.#view), limit });
			const { lines, added } = merged(this.list.items, items);
			if (this.list.items.length === 0) {
				await this.list.load();
				this.current ??= this.list.items[0]?.sku_id ?? null;
				return;
			}
			this.list.items = lines;
			this.added = added;
		} catch {
			// What is shown stays; the next event tries again.
		}
	};

	async reload(): Promise<void> {
		this.added = 0;
		await this.list.load();
	}

	async tell(skuId: Uuid | null): Promise<void> {
		this.#abort?.abort();
		if (!this.id || !skuId) {
			this.story = null;
			return;
		}
		const abort = (this.#abort = new AbortController());
		if (this.story?.line.sku_id !== skuId) this.story = null;
		this.storyProblem = null;
		try {
			const story = await getStory(this.id, skuId, abort.signal);
			if (!abort.signal.aborted) this.story = story;
		} catch (error) {
			if (!isAbort(error)) this.storyProblem = asProblem(error);
		}
	}

	/** What a decision is about: the chosen lines, else the one under the cursor. */
	targets(): { all: boolean; ids: Uuid[] } {
		if (this.choice.all) return { all: true, ids: [] };
		const ids = this.list.items.filter((l) => chosen(this.choice, l.sku_id)).map((l) => l.sku_id);
		return { all: false, ids: ids.length ? ids : this.current ? [this.current] : [] };
	}

	/** False where nothing was done, and a message says why. */
	async decide(decision: DecisionKind, reason?: string, only?: Uuid): Promise<boolean> {
		const { all, ids } = only ? { all: false, ids: [only] } : this.targets();
		if (!this.id || this.busy || (!all && !ids.length)) return false;
		this.busy = true;
		const more = reason ? { reason } : {};
		const body: DecisionBody = all
			? { filter: reviewFilter(this.#view), decision, ...more }
			: { decisions: ids.map((sku_id) => ({ sku_id, decision, ...more })) };
		try {
			const answer = await decide(this.id, body);
			const failed = answer.results.filter((r) => r.problem);
			if (all) {
				this.choice = NOTHING;
				await this.list.load();
			} else {
				const me = { id: session.me?.id ?? '', name: session.me?.name ?? '' };
				this.list.items = applied(this.list.items, answer, decision, me, new Date().toISOString(), reason ?? null);
				this.choice = NOTHING;
				if (ids.length === 1 && !failed.length) this.current = nextWaiting(this.list.items, ids[0]!) ?? this.current;
			}
			if (answer.changed || !failed.length) {
				// A single line shows it itself; a message for each would only be in the way.
				if (all || ids.length > 1) {
					toasts.show({ text: t(`review.done.${decision}`, { count: answer.changed }), detail: decision === 'recount' ? t('review.doneRecountHint') : undefined });
				}
			}
			if (failed.length) {
				const first = failed[0]!.problem;
				toasts.show({ text: t('review.failed', { count: failed.length }), detail: first?.detail || first?.title, tone: 'warn' });
			}
			void this.summarize();
			this.base.refresh();
			void this.tell(this.current);
			return answer.changed > 0;
		} catch (error) {
			const problem = asProblem(error);
			toasts.show({ text: problem.title || t(fallbackTitle(problem)), detail: problem.detail ?? undefined, tone: 'error' });
			if (problem.status === 409) void this.refresh();
			return false;
		} finally {
			this.busy = false;
		}
	}

	dispose(): void {
		this.#abort?.abort();
		this.base.dispose();
		this.list.reset();
	}
}
