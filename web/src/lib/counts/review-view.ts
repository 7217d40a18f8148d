/** What the review shows; it stands in the address, so that a reload or a shared link leads to the same lines. */
import type { LineFilter, LineGroup, LineSort, LineStatus, ListLines } from './api';

export const GROUPS: LineGroup[] = ['needs_me', 'large', 'odd', 'small', 'consistent'];
export const SORTS: LineSort[] = ['value', 'variance', 'sku', 'time'];
export const STATUSES: LineStatus[] = ['counted', 'unlisted', 'unknown', 'recount', 'accepted', 'rejected', 'consistent', 'posted', 'undone', 'left_out'];

export interface ReviewView {
	group: LineGroup | '';
	status: LineStatus | '';
	q: string;
	sort: LineSort;
}

const among = <T extends string>(text: string | null, all: readonly T[]): T | '' => all.find((one) => one === text) ?? '';

export function parseReview(params: URLSearchParams): ReviewView {
	return {
		group: among(params.get('group'), GROUPS),
		status: among(params.get('status'), STATUSES),
		q: (params.get('q') ?? '').slice(0, 100),
		sort: among(params.get('sort'), SORTS) || 'value'
	};
}

export function reviewSearch(view: ReviewView): string {
	const params = new URLSearchParams();
	if (view.group) params.set('group', view.group);
	if (view.status) params.set('status', view.status);
	if (view.q.trim()) params.set('q', view.q.trim());
	if (view.sort !== 'value') params.set('sort', view.sort);
	const text = params.toString();
	return text ? `?${text}` : '';
}

/** The filter alone: a bulk decision takes it instead of a thousand ids. */
export function reviewFilter(view: ReviewView): LineFilter {
	return {
		...(view.group && { group: view.group }),
		...(view.status && { status: view.status }),
		...(view.q.trim() && { q: view.q.trim() })
	};
}

export const reviewQuery = (view: ReviewView): ListLines => ({ ...reviewFilter(view), sort: view.sort });
