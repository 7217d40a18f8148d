import type { Quantities, Reason, VarianceRequest } from '$lib/api/types';
import { guess } from '$lib/variance/draft';

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

/**
 * The numbers if it were approved now. Where the units go depends on the reason; one that we don't know writes off.
 */
export function levelAfter(request: VarianceRequest, reasons: Reason[]): Quantities | null {
	const reason = reasons.find((r) => r.code === request.reason) ?? ({ effect: { kind: 'external', place: 'shrink' } } as Reason);
	const direction = request.quantity < 0 ? 'loss' : 'gain';
	return guess({ reason: { ...reason, direction }, direction, units: Math.abs(request.quantity), note: '' }, request.level);
}

/** Reported much later than it was seen: worth saying when. */
export function reportedLate(request: VarianceRequest): boolean {
	return Date.parse(request.reported_at) - Date.parse(request.effective_at) > 5 * 60_000;
}
