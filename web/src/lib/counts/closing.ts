import type { Count, CountSummary, LineStatus } from './api';

export interface Block {
	what: 'permission' | 'status' | 'counted' | 'unlisted' | 'recount';
	count: number;
	/** The server may still close it: an item that wasn't on the list and fits the record posts nothing. */
	soft?: boolean;
}

/** What stands in the way of closing, in the order in which to clear it. */
export function blocks(count: Pick<Count, 'status' | 'may'>, summary: Pick<CountSummary, 'lines'>): Block[] {
	const n = (status: LineStatus) => summary.lines[status] ?? 0;
	const found: Block[] = [];
	if (count.status !== 'in_review') found.push({ what: 'status', count: 0 });
	else if (!count.may.close) found.push({ what: 'permission', count: 0 });
	for (const what of ['counted', 'recount'] as const) if (n(what)) found.push({ what, count: n(what) });
	if (n('unlisted')) found.push({ what: 'unlisted', count: n('unlisted'), soft: true });
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
