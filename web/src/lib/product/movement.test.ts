import { describe, expect, it } from 'vitest';
import type { Movement, Quantities } from '$lib/api/types';
import { byDay, change, isLate, what, who } from './movement';

const level: Quantities = { on_hand: 12, available: 3, committed: 9, reserved: 0, damaged: 0, quality_control: 0, safety_stock: 0 };
const movement = (more: Partial<Movement>) =>
	({ kind: 'variance', reason_label: 'Damaged', on_hand_change: -1, available_change: -1, level_after: level, ...more }) as Movement;

describe('movement', () => {
	it('is named by its reason, else by its kind', () => {
		expect(what(movement({}))).toBe('Damaged');
		expect(what(movement({ kind: 'sale', reason_label: null }))).toBe('Sold');
		expect(what(movement({ kind: 'reversal' }))).toBe('Undone: Damaged');
		expect(what(movement({ kind: 'invented' as Movement['kind'], reason_label: null }))).toBe('invented');
	});

	it('is by whom it was, and by its order where a shop did it', () => {
		const ann = { id: 'a', name: 'Ann', kind: 'user' as const };
		const order = { id: 'o', name: '#1001', channel: 'Acme', channel_id: 'c' };
		const ours = { actor: { id: 's', name: 'Onhand', kind: 'system' as const }, origin: 'shopify' as const };
		expect(who(movement({ actor: ann }))).toBe('Ann');
		expect(who(movement({ actor: ann, reported_by: { ...ann, id: 'b', name: 'Bo' } }))).toBe('Bo, approved by Ann');
		expect(who(movement({ actor: ann, order }))).toBe('#1001 · Ann');
		expect(who(movement({ ...ours, order }))).toBe('#1001 · Acme');
		expect(who(movement(ours))).toBe('The web shop');
	});

	it('shows on hand before and after', () => {
		expect(change(movement({}))).toEqual({ state: 'on_hand', by: -1, from: 13, to: 12 });
	});

	it('shows available where on hand stays', () => {
		expect(change(movement({ on_hand_change: 0, available_change: -2 }))).toEqual({ state: 'available', by: -2, from: 5, to: 3 });
		expect(change(movement({ on_hand_change: 0, available_change: 0 }))).toEqual({ state: 'on_hand', by: 0, from: 12, to: 12 });
	});

	it('is late after five minutes, or six hours where tills report', () => {
		const at = (recorded_at: string, kind: Movement['kind'] = 'variance') => movement({ effective_at: '2026-03-01T10:00:00Z', recorded_at, kind });
		expect(isLate(at('2026-03-01T11:00:00Z', 'sale'))).toBe(false);
		expect(isLate(at('2026-03-01T17:00:00Z', 'sale'))).toBe(true);
		expect(isLate(at('2026-03-01T10:00:02Z'))).toBe(false);
		expect(isLate(at('2026-03-01T11:00:00Z'))).toBe(true);
	});

	it('is listed under the days of its facility', () => {
		const at = (recorded_at: string) => movement({ recorded_at, facility_id: 'f' });
		const list = [at('2026-03-02T23:30:00Z'), at('2026-03-02T22:30:00Z'), at('2026-03-01T10:00:00Z')];
		const days = (zone: string) => byDay(list, () => zone, new Date('2026-03-02T23:45:00Z')).map((d) => [d.heading, d.items.length]);
		expect(days('UTC')).toEqual([
			['Today', 2],
			['Yesterday', 1]
		]);
		expect(days('Europe/Berlin').slice(0, 2)).toEqual([
			['Today', 1],
			['Yesterday', 1]
		]);
	});
});
