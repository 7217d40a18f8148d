import type { Import, ImportReport } from '$lib/api/types';
import { asProblem, type Problem } from '$lib/api/problem';

/** As the server has it. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** How far it is, from 0 to 1; null while the rows aren't counted. */
export function share(done: Import): number | null {
	if (done.status === 'done') return 1;
	if (!done.rows_total) return null;
	return Math.min(1, done.rows_done / done.rows_total);
}

/** Whether importing it would leave everything as it is. */
export function changesNothing(report: ImportReport): boolean {
	const { products, skus, opening } = report;
	return products.created + products.updated + skus.created + skus.updated + opening.posted === 0;
}

interface WatchDeps {
	read: (id: string) => Promise<Import>;
	wait: (ms: number) => Promise<void>;
	seen: (state: Import) => void;
	/** Nobody looks any more. */
	stopped: () => boolean;
}

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 2_000;
/** Questions in a row that may stay unanswered before we say that we don't know. */
const LOST_MAX = 15;

/**
 * Asks after an import until it has ended. It goes on without us: a lost connection only means asking again. Null
 * where nobody looks any more.
 */
export async function watch(started: Import, deps: WatchDeps): Promise<Import | null> {
	let state = started;
	let pause = FIRST_PAUSE_MS;
	let lost = 0;
	let problem: Problem | null = null;
	while (state.status === 'running') {
		await deps.wait(pause);
		if (deps.stopped()) return null;
		pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5);
		try {
			state = await deps.read(started.id);
			lost = 0;
			deps.seen(state);
		} catch (error) {
			problem = asProblem(error);
			if (!problem.mayRetry || ++lost >= LOST_MAX) throw problem;
		}
	}
	return state;
}
