import type { CountLine, DecisionAnswer, DecisionKind } from './api';

/** What can be decided about a line, whoever looks at it. */
export function possible(line: CountLine): DecisionKind[] {
	switch (line.status) {
		case 'counted':
		case 'unlisted':
		case 'accepted':
		case 'rejected':
			return ['accept', 'reject', 'recount'];
		case 'consistent':
			return ['recount'];
		case 'unknown':
		case 'recount':
			// Nothing was seen, so there is nothing to post.
			return line.counted === null ? ['recount', 'reject'] : ['accept', 'reject', 'recount'];
		default:
			return [];
	}
}

/** Whether somebody has to decide about it before the count can be closed. */
export const waits = (line: CountLine) => line.status === 'counted' || line.status === 'unlisted';

/** The lines as they stand after a decision, without reading them again. */
export function applied(lines: CountLine[], answer: DecisionAnswer, decision: DecisionKind, by: { id: string; name: string }, at: string, reason: string | null): CountLine[] {
	const done = new Map(answer.results.filter((r) => !r.problem && r.status).map((r) => [r.sku_id, r.status!]));
	return lines.map((line) => {
		const status = done.get(line.sku_id);
		if (!status) return line;
		return { ...line, status, decision: { decision, by: { ...by, kind: 'user' as const }, second_by: null, at, reason, rule: 'person' } };
	});
}

/** Fresh words on lines that are shown, in the order in which they are shown; how many are new is told beside. */
export function merged(shown: CountLine[], fresh: CountLine[]): { lines: CountLine[]; added: number } {
	const news = new Map(fresh.map((line) => [line.sku_id, line]));
	const lines = shown.map((line) => news.get(line.sku_id) ?? line);
	const known = new Set(shown.map((line) => line.sku_id));
	return { lines, added: fresh.filter((line) => !known.has(line.sku_id)).length };
}

/** The next line to decide after one, going down and then from the top; null where none is left. */
export function nextWaiting(lines: CountLine[], after: string): string | null {
	const start = lines.findIndex((line) => line.sku_id === after);
	const order = [...lines.slice(start + 1), ...lines.slice(0, Math.max(0, start))];
	return order.find((line) => waits(line) && line.may_decide)?.sku_id ?? null;
}
