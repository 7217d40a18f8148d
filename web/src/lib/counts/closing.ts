import type { Count, CountSummary, LineStatus } from './api';

export interface Block {
	what: 'permission' | 'status' | 'counted' | 'unlisted' | 'recount';
	count: number;
}

/** What stands in the way of closing, in the order in which to clear it. */
export function blocks(count: Pick<Count, 'status' | 'may'>, summary: Pick<CountSummary, 'lines' | 'undecided'>): Block[] {
	const n = (status: LineStatus) => summary.lines[status] ?? 0;
	const found: Block[] = [];
	if (count.status !== 'in_review') found.push({ what: 'status', count: 0 });
	else if (!count.may.close) found.push({ what: 'permission', count: 0 });
	// An item that wasn't on the list and fits the record posts nothing: the server doesn't mind it.
	if (summary.undecided === 0) return found;
	for (const what of ['counted', 'unlisted', 'recount'] as const) if (n(what)) found.push({ what, count: n(what) });
	return found;
}

/** How many lines are decided, of how many that need it: what nobody saw stays as it is. */
export function decided(summary: Pick<CountSummary, 'lines'>): { done: number; total: number } {
	let done = 0;
	let total = 0;
	for (const [status, n] of Object.entries(summary.lines)) {
		if (status === 'unknown') continue;
		total += n;
		if (!['counted', 'unlisted', 'recount'].includes(status)) done += n;
	}
	return { done, total };
}
