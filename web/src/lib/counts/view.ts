/** Which counts a list shows; it stands in the address. */
import type { Count, CountStatus, ListCounts } from './api';
import type { Uuid } from '$lib/api/types';

export const TABS = ['mine', 'here', 'all'] as const;
export type Tab = (typeof TABS)[number];
export const SHOWS = ['now', 'closed', 'cancelled'] as const;
export type Show = (typeof SHOWS)[number];

export interface View {
	tab: Tab;
	show: Show;
	q: string;
}

const STATUSES: Record<Show, CountStatus[]> = {
	now: ['draft', 'scheduled', 'open', 'in_review'],
	closed: ['closed'],
	cancelled: ['cancelled']
};

const among = <T extends string>(text: string | null, all: readonly T[]): T | null => all.find((one) => one === text) ?? null;

/** Reads the address; `fallback` is the tab that a person starts with. */
export function parseView(params: URLSearchParams, fallback: Tab): View {
	return {
		tab: among(params.get('tab'), TABS) ?? fallback,
		show: among(params.get('show'), SHOWS) ?? 'now',
		q: (params.get('q') ?? '').slice(0, 100)
	};
}

/** Writes it: only what differs from the start. */
export function viewSearch(view: View, fallback: Tab): string {
	const params = new URLSearchParams();
	if (view.tab !== fallback) params.set('tab', view.tab);
	if (view.show !== 'now') params.set('show', view.show);
	if (view.q.trim()) params.set('q', view.q.trim());
	const text = params.toString();
	return text ? `?${text}` : '';
}

export function viewQuery(view: View, facilityId: Uuid | null): ListCounts {
	return {
		facility_id: view.tab === 'here' ? facilityId : undefined,
		mine: view.tab === 'mine' ? true : undefined,
		status: STATUSES[view.show].join(','),
		q: view.q.trim()
	};
}

/** How much of it is counted, from 0 to 1; null where nobody knows how much there is. */
export function share(count: Pick<Count, 'item_count' | 'progress'>): number | null {
	if (!count.item_count) return null;
	return Math.min(1, count.progress.skus_counted / count.item_count);
}

export type Next = 'open' | 'openEarly' | 'count' | 'goOn' | 'recount' | 'submit' | 'review' | 'watch' | 'result' | 'again';

/** The one thing to do next with a count, for whoever looks at it; null where there is nothing to do. */
export function nextStep(count: Count, reviews: boolean, now = Date.now()): Next | null {
	const { may, status, progress } = count;
	if (status === 'draft') return may.open ? 'open' : null;
	if (status === 'scheduled') {
		if (!may.open) return null;
		return count.start_at && Date.parse(count.start_at) > now ? 'openEarly' : 'open';
	}
	if (status === 'open') {
		if (count.my_session_id) return 'goOn';
		const done = progress.sessions_submitted > 0 && progress.sessions_open === 0;
		if (may.submit && done) return 'submit';
		if (may.count) return 'count';
		return may.submit ? 'submit' : reviews ? 'watch' : null;
	}
	if (status === 'in_review') {
		if (count.my_session_id) return 'goOn';
		if (may.review) return 'review';
		if (may.count) return 'recount';
		return reviews ? 'watch' : null;
	}
	if (status === 'closed') return reviews ? 'result' : null;
	return null;
}
