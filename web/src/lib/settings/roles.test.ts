import { describe, expect, it } from 'vitest';
import type { Permission, Role } from '$lib/api/types';
import { areasOf, byRank, freeWord, isWord, limitDrafts, parseLimits, wordOf } from './roles';

describe('limits', () => {
	it('survive the way into the fields and back', () => {
		for (const limits of [
			{ variance_units_max: 50, variance_value_max: '1000.00', day_value_max: '5000.50' },
			{ variance_units_max: null, variance_value_max: null, day_value_max: null },
			{ variance_units_max: 0, variance_value_max: '0.00', day_value_max: null }
		]) {
			expect(parseLimits(limitDrafts(limits))).toEqual({ limits, wrong: [] });
		}
	});

	it('are none where the field is empty, and wrong where it is no number', () => {
		expect(parseLimits({ units: ' ', value: '', day: '' }).limits).toEqual({ variance_units_max: null, variance_value_max: null, day_value_max: null });
		expect(parseLimits({ units: 'lots', value: '-1', day: '1,000' })).toMatchObject({
			limits: { day_value_max: '1000.00' },
			wrong: ['/limits/variance_units_max', '/limits/variance_value_max']
		});
	});
});

describe('permissions', () => {
	it('of a newer server are shown as well, last', () => {
		const areas = areasOf([{ permissions: ['stock.view', 'robot.steer' as Permission] }]);
		expect(areas.at(-1)).toEqual({ key: 'other', permissions: ['robot.steer'] });
		expect(areasOf([{ permissions: ['stock.view'] }]).some((a) => a.key === 'other')).toBe(false);
	});
});

it('orders roles by rank', () => {
	const roles = [{ code: 'b', label: 'B', rank: 20 }, { code: 'a', label: 'A', rank: 20 }, { code: 'c', label: 'C', rank: 5 }] as Role[];
	expect(byRank(roles).map((r) => r.code)).toEqual(['c', 'a', 'b']);
});

describe('words', () => {
	it('come from labels', () => {
		expect(wordOf('Shelf wear, new')).toBe('shelf_wear_new');
		expect(wordOf('  Größe geändert! ')).toBe('grosse_geandert');
		expect(wordOf('x'.repeat(60))).toHaveLength(40);
		expect(isWord(wordOf('東京'))).toBe(false);
	});

	it('are free', () => {
		expect(freeWord('auditor', ['admin'])).toBe('auditor');
		expect(freeWord('auditor', ['auditor', 'auditor_2'])).toBe('auditor_3');
		expect(isWord(freeWord('x'.repeat(40), ['x'.repeat(40)]))).toBe(true);
	});
});
