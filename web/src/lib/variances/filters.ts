import type { QueryOf } from '$lib/api/typed';
import type { Uuid } from '$lib/api/types';
import { dayKey } from '$lib/i18n/format';
import { addDays, dayStart, isDay } from './days';

export const PERIODS = ['1', '7', '30', '90', 'all', 'custom'] as const;
export type Period = (typeof PERIODS)[number];
const PERIOD_DEFAULT: Period = '30';

/** What the list of variances is narrowed to. It stands in the address, so that it can be shared and bookmarked. */
export interface Filters {
	/** '' is the facility that the person is at; 'all' is every one they may see. */
	facility: '' | 'all' | Uuid;
	reason: string;
	actor: '' | Uuid;
	direction: '' | 'loss' | 'gain';
	period: Period;
	/** Days of the calendar, both included; only with the period 'custom'. */
	from: string;
	to: string;
}

export const NO_FILTERS: Filters = { facility: '', reason: '', actor: '', direction: '', period: PERIOD_DEFAULT, from: '', to: '' };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const uuidOr = (text: string | null) => (text && UUID.test(text) ? text : '');

/** Reads the address. What makes no sense is left out rather than sent to the server. */
export function parseFilters(params: URLSearchParams): Filters {
	const facility = params.get('facility');
	const direction = params.get('direction');
	const from = params.get('from') ?? '';
	const to = params.get('to') ?? '';
	const days = { from: isDay(from) ? from : '', to: isDay(to) ? to : '' };
	const period = params.get('period') as Period | null;
	return {
		facility: facility === 'all' ? 'all' : uuidOr(facility),
		reason: /^[a-z0-9_]{1,40}$/.test(params.get('reason') ?? '') ? params.get('reason')! : '',
		actor: uuidOr(params.get('person')),
		direction: direction === 'loss' || direction === 'gain' ? direction : '',
		period: days.from || days.to ? 'custom' : period && PERIODS.includes(period) ? period : PERIOD_DEFAULT,
		...days
	};
}

/** Writes the address: only what differs from the start, so that a fresh list has a plain one. */
export function toSearch(filters: Filters): string {
	const params = new URLSearchParams();
	if (filters.facility) params.set('facility', filters.facility);
	if (filters.reason) params.set('reason', filters.reason);
	if (filters.actor) params.set('person', filters.actor);
	if (filters.direction) params.set('direction', filters.direction);
	const days = filters.period === 'custom' && (filters.from || filters.to);
	if (days) {
		if (filters.from) params.set('from', filters.from);
		if (filters.to) params.set('to', filters.to);
	} else if (filters.period !== PERIOD_DEFAULT) params.set('period', filters.period);
	const text = params.toString();
	return text ? `?${text}` : '';
}

/**
 * What the server is asked. Days are the facility's: `from` is the start of its first day, `to` the start of the day
 * after the last. The direction isn't among it: see direction.ts.
 */
export function toQuery(filters: Filters, here: { facilityId: Uuid | null; zone: string }, now: Date = new Date()): QueryOf<'get', '/variances'> {
	const { from, to } = range(filters, here.zone, now);
	return {
		facility_id: filters.facility === 'all' ? undefined : filters.facility || here.facilityId,
		reason: filters.reason,
		actor_id: filters.actor,
		from: from && dayStart(from, here.zone),
		to: to && dayStart(addDays(to, 1), here.zone)
	};
}

function range(filters: Filters, zone: string, now: Date): { from: string; to: string } {
	if (filters.period === 'all') return { from: '', to: '' };
	if (filters.period === 'custom') {
		const { from, to } = filters;
		// Entered the wrong way round: what is meant is clear.
		return from && to && from > to ? { from: to, to: from } : { from, to };
	}
	return { from: addDays(dayKey(now, zone), 1 - Number(filters.period)), to: '' };
}

/** How many filters are set, for the button that opens them on a phone. */
export function activeCount(filters: Filters): number {
	const set = [filters.facility, filters.reason, filters.actor, filters.direction].filter(Boolean).length;
	return set + (filters.period === PERIOD_DEFAULT ? 0 : 1);
}
