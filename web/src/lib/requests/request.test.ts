import { describe, expect, it } from 'vitest';
import type { Reason, VarianceRequest } from '$lib/api/types';
import { levelAfter, parseView, reportedLate, viewSearch } from './request';

const level = { on_hand: 12, available: 3, committed: 9, reserved: 0, damaged: 0, quality_control: 0, safety_stock: 0 };
const request = (more: Partial<VarianceRequest>) => ({ quantity: -2, reason: 'damaged', level, ...more }) as VarianceRequest;
const reasons = [
	{ code: 'damaged', effect: { kind: 'state', place: 'damaged' } },
	{ code: 'lost', effect: { kind: 'external', place: 'shrink' } }
] as Reason[];

describe('the numbers after approval', () => {
	it('follow the reason: what is damaged stays on hand, what is lost does not', () => {
		expect(levelAfter(request({}), reasons)).toMatchObject({ on_hand: 12, available: 1, damaged: 2 });
		expect(levelAfter(request({ reason: 'lost' }), reasons)).toMatchObject({ on_hand: 10, available: 1, damaged: 0 });
	});

	it('go up for gains', () => {
		expect(levelAfter(request({ reason: 'lost', quantity: 3 }), reasons)).toMatchObject({ on_hand: 15, available: 6 });
	});

	it('write off where the reason isn’t known', () => {
		expect(levelAfter(request({ reason: 'new_one' }), reasons)).toMatchObject({ on_hand: 10 });
	});
});

it('keeps tab and place in the address', () => {
	for (const [tab, all] of [['pending', false], ['approved', true], ['declined', false]] as const) {
		expect(parseView(new URLSearchParams(viewSearch(tab, all)))).toEqual({ tab, all });
	}
	expect(viewSearch('pending', false)).toBe('');
	expect(parseView(new URLSearchParams('?tab=x&facility=1'))).toEqual({ tab: 'pending', all: false });
});

it('says when something was reported late', () => {
	const at = (seen: string, reported: string) => request({ effective_at: seen, reported_at: reported });
	expect(reportedLate(at('2026-03-01T10:00:00Z', '2026-03-01T10:04:00Z'))).toBe(false);
	expect(reportedLate(at('2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'))).toBe(true);
});
