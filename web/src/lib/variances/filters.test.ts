import { describe, expect, it } from 'vitest';
import { activeCount, NO_FILTERS, parseFilters, toQuery, toSearch, type Filters } from './filters';

const A = '01900000-0000-7000-8000-00000000000a';
const B = '01900000-0000-7000-8000-00000000000b';
const here = { facilityId: A, zone: 'Europe/Berlin' };
const now = new Date('2026-03-29T22:30:00Z'); // the 30th in Berlin
const read = (search: string) => parseFilters(new URLSearchParams(search));

describe('filters and the address', () => {
	const cases: Partial<Filters>[] = [
		{},
		{ facility: 'all' },
		{ facility: B, reason: 'damaged', actor: A, direction: 'gain', period: '7' },
		{ period: 'custom', from: '2026-03-01', to: '2026-03-15' },
		{ period: 'custom', from: '2026-03-01' },
		{ period: 'all' },
		// Chosen, but no day entered yet: the fields must stay open.
		{ period: 'custom' }
	];
	it.each(cases)('survive the way there and back: %j', (some) => {
		const filters = { ...NO_FILTERS, ...some };
		expect(read(toSearch(filters))).toEqual(filters);
	});

	it('leave a plain address where nothing is set', () => {
		expect(toSearch(NO_FILTERS)).toBe('');
	});

	it('drop what makes no sense', () => {
		expect(read('?facility=x&person=1&reason=DROP%20TABLE&direction=up&period=12&from=2026-02-30')).toEqual(NO_FILTERS);
	});

	it('ignore days that were entered for another period', () => {
		expect(toSearch({ ...NO_FILTERS, period: '7', from: '2026-03-01' })).toBe('?period=7');
	});
});

describe('what the server is asked', () => {
	it('begins and ends with the facility’s days', () => {
		expect(toQuery({ ...NO_FILTERS, period: 'custom', from: '2026-03-28', to: '2026-03-29' }, here)).toMatchObject({
			from: '2026-03-27T23:00:00.000Z',
			to: '2026-03-29T22:00:00.000Z'
		});
		expect(toQuery({ ...NO_FILTERS, period: '1' }, here, now)).toMatchObject({ from: '2026-03-29T22:00:00.000Z', to: '' });
		expect(toQuery({ ...NO_FILTERS, period: '7' }, here, now)).toMatchObject({ from: '2026-03-23T23:00:00.000Z' });
		expect(toQuery({ ...NO_FILTERS, period: 'all' }, here, now)).toMatchObject({ from: '', to: '' });
	});

	it('understands days the wrong way round', () => {
		const wrong = { ...NO_FILTERS, period: 'custom' as const, from: '2026-03-10', to: '2026-03-01' };
		expect(toQuery(wrong, here)).toEqual(toQuery({ ...wrong, from: wrong.to, to: wrong.from }, here));
	});

	it('is about the facility where the person is, unless another or all are chosen', () => {
		expect(toQuery(NO_FILTERS, here).facility_id).toBe(A);
		expect(toQuery({ ...NO_FILTERS, facility: B }, here).facility_id).toBe(B);
		expect(toQuery({ ...NO_FILTERS, facility: 'all' }, here).facility_id).toBeUndefined();
	});
});

it('counts the filters that are set', () => {
	expect(activeCount(NO_FILTERS)).toBe(0);
	expect(activeCount({ ...NO_FILTERS, reason: 'lost', period: 'all' })).toBe(2);
});
