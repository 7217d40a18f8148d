import { describe, expect, it } from 'vitest';
import type { Movement, VarianceSummary, VarianceSummaryRow } from '$lib/api/types';
import { bars, net, valueOf } from './summary';

const row = (reason: string, more: Partial<VarianceSummaryRow>): VarianceSummaryRow => ({
	reason,
	label: reason,
	count: 1,
	units_lost: 0,
	units_gained: 0,
	value_lost: '0.00',
	value_gained: '0.00',
	...more
});
const summary = (items: VarianceSummaryRow[]) => ({ items, total: row('', {}) }) as VarianceSummary;

describe('the summary', () => {
	it('draws bars against the longest on either side, the largest first', () => {
		const result = bars(
			summary([
				row('found', { units_gained: 5, value_gained: '50.00' }),
				row('damaged', { units_lost: 2, value_lost: '200.00', units_gained: 1, value_gained: '100.00' })
			]),
			'value'
		);
		expect(result.map((b) => b.reason)).toEqual(['damaged', 'found']);
		expect(result[0]).toMatchObject({ lost: '200.00', gained: '100.00', net: '-100.00', lostShare: 1, gainedShare: 0.5 });
		expect(result[1]).toMatchObject({ gainedShare: 0.25, lostShare: 0 });
	});

	it('orders by units when units are looked at', () => {
		const items = [row('damaged', { units_lost: 2, value_lost: '200.00' }), row('found', { units_gained: 5, value_gained: '5.00' })];
		expect(bars(summary(items), 'units').map((b) => [b.reason, b.net])).toEqual([
			['found', '5'],
			['damaged', '-2']
		]);
	});

	it('adds up without losing a hundredth of a cent', () => {
		expect(net(row('x', { value_lost: '0.10', value_gained: '0.3001' }), 'value')).toBe('0.2001');
	});

	it('says nothing where a value can’t be read', () => {
		const [bar] = bars(summary([row('x', { units_lost: 3, value_lost: '?' })]), 'value');
		expect(bar).toMatchObject({ lost: null, net: null, lostShare: 0 });
	});

	it('counts what was undone back, without a bar on the wrong side', () => {
		const undone = row('lost', { units_lost: -2, value_lost: '-20.00', count: 0 });
		const [first, second] = bars(summary([undone, row('found', { value_gained: '5.00' })]), 'value');
		expect(second).toMatchObject({ reason: 'lost', lost: '-20.00', net: '20.00', lostShare: 0 });
		expect(first).toMatchObject({ gainedShare: 1 });
	});

	it('has bars of no length where nothing happened', () => {
		expect(bars(summary([row('x', {})]), 'value')[0]).toMatchObject({ lostShare: 0, gainedShare: 0 });
	});
});

it('values one variance by what changed', () => {
	const level = { on_hand: 5, available: 3 };
	const movement = (on_hand_change: number, available_change: number, unit_cost: string | null) =>
		({ on_hand_change, available_change, unit_cost, level_after: level }) as Movement;
	expect(valueOf(movement(-2, -2, '42.50'))).toBe('-85.00');
	expect(valueOf(movement(0, -1, '42.5000'))).toBe('-42.50');
	expect(valueOf(movement(1, 1, null))).toBeNull();
});
