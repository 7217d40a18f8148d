import { describe, expect, it } from 'vitest';
import type { Level, Order } from '$lib/api/types';
import { ordersAtRisk } from './at-risk';

const order = (name: string, placed_at: string, open_quantity: number, facility_id = 'here', sku = 's') =>
	({ id: name, name, channel: 'Online', placed_at, due_at: null, status: 'open', lines: [{ id: `${name}-1`, facility_id, sku: { id: sku }, quantity: 5, open_quantity }] }) as unknown as Order;
const at = (facility_id: string, available: number) => ({ facility_id, code: facility_id, name: facility_id, level: { available } as Level });

const orders = [order('#1', '2026-01-01T00:00:00Z', 2), order('#3', '2026-01-03T00:00:00Z', 1), order('#2', '2026-01-02T00:00:00Z', 2)];

describe('ordersAtRisk', () => {
	it('takes the newest first, and no more than is missing', () => {
		expect(ordersAtRisk(orders, 'here', 's', -2, []).map((o) => [o.name, o.short])).toEqual([
			['#3', 1],
			['#2', 1]
		]);
	});

	it('has none where enough is there', () => {
		expect(ordersAtRisk(orders, 'here', 's', 0, [])).toEqual([]);
	});

	it('looks at this SKU at this facility only', () => {
		const others = [order('#8', '2026-01-08T00:00:00Z', 1, 'there'), order('#9', '2026-01-09T00:00:00Z', 1, 'here', 'other'), order('#7', '2026-01-07T00:00:00Z', 0)];
		expect(ordersAtRisk([...others, ...orders], 'here', 's', -1, []).map((o) => o.name)).toEqual(['#3']);
	});

	it('names who could fill the whole line, the best first', () => {
		const [first] = ordersAtRisk([order('#2', '2026-01-02T00:00:00Z', 2)], 'here', 's', -1, [at('a', 1), at('b', 2), at('c', 9)]);
		expect(first?.alternatives.map((a) => a.name)).toEqual(['c', 'b']);
	});
});
