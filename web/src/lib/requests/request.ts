import type { Quantities, VarianceRequest } from '$lib/api/types';

export const TABS = ['pending', 'approved', 'declined'] as const;
export type Tab = (typeof TABS)[number];

/** Which tab and where, from the address. */
export function parseView(params: URLSearchParams): { tab: Tab; all: boolean } {
	const tab = params.get('tab') as Tab | null;
	return { tab: tab && TABS.includes(tab) ? tab : 'pending', all: params.get('facility') === 'all' };
}

export function viewSearch(tab: Tab, all: boolean): string {
	const params = new URLSearchParams();
	if (tab !== 'pending') params.set('tab', tab);
	if (all) params.set('facility', 'all');
	const text = params.toString();
	return text ? `?${text}` : '';
}

const STAYS = ['damaged', 'quality_control'] as const;

/** The state in which the units stay on the premises; null where they leave, or come from outside. */
export function staysAs(before: Quantities, after: Quantities): (typeof STAYS)[number] | null {
	return STAYS.find((state) => after[state] > before[state]) ?? null;
}

/** Reported much later than it was seen: worth saying when. */
export function reportedLate(request: VarianceRequest): boolean {
	return Date.parse(request.reported_at) - Date.parse(request.effective_at) > 5 * 60_000;
}
