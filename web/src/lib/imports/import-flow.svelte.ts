import { createImport, getImport } from '$lib/api/admin';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Import } from '$lib/api/types';
import { watch } from './import';

export interface Choice {
	kind: Import['kind'];
	/** '' is none (catalogue) or all (stock). */
	facility: string;
	locations: string;
	file: File;
}

/** One file on its way: checked first, then imported. */
export class ImportFlow {
	step = $state<'choose' | 'working' | 'preview' | 'result'>('choose');
	choice = $state.raw<Choice | null>(null);
	/** null while the file is on its way. */
	state = $state.raw<Import | null>(null);
	problem = $state<Problem | null>(null);
	dry = $state(true);
	#run = 0;

	async start(choice: Choice, mode: Import['mode']): Promise<Import | null> {
		const run = ++this.#run;
		const before = this.step;
		this.choice = choice;
		this.dry = mode === 'dry_run';
		this.step = 'working';
		this.state = null;
		this.problem = null;
		const stopped = () => run !== this.#run;
		try {
			const { kind, facility, locations, file } = choice;
			const query = { kind, mode, ...(facility && { facility_id: facility }), ...(kind === 'stock' && locations.trim() && { locations: locations.trim() }) };
			const started = await createImport(query, file);
			if (stopped()) return null;
			this.state = started;
			const ended = await watch(started, {
				read: (id) => getImport(id),
				wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
				seen: (state) => !stopped() && (this.state = state),
				stopped
			});
			if (!ended) return null;
			this.state = ended;
			this.step = this.dry && ended.status === 'done' ? 'preview' : 'result';
			return ended;
		} catch (error) {
			if (stopped()) return null;
			this.problem = asProblem(error);
			this.step = before === 'working' ? 'choose' : before;
			return null;
		}
	}

	/** The import itself, after the check. */
	go(mode: 'good_rows' | 'all_or_nothing'): Promise<Import | null> {
		return this.choice ? this.start(this.choice, mode) : Promise.resolve(null);
	}

	reset(): void {
		this.#run++;
		this.step = 'choose';
		this.choice = null;
		this.state = null;
		this.problem = null;
	}
}
