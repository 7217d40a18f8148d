import { describe, expect, it } from 'vitest';
import type { VarianceRequest } from '$lib/api/types';
import { parseView, reportedLate, staysAs, viewSearch } from './request';

const level = { on_hand: 12, available: 3, committed: 9, reserved: 0, damaged: 0, quality_control: 0, safety_stock: 0 };
const request = (more: Partial<VarianceRequest>) => ({ quantity: -2, reason: 'damaged', level, ...more }) as VarianceRequest;

it('says where units stay, and nothing where they leave', () => {
	expect(staysAs(level, { ...level, available: 1, damaged: 2 })).toBe('damaged');
	expect(staysAs(level, { ...level, available: 1, quality_control: 2 })).toBe('quality_control');
	expect(staysAs(level, { ...level, available: 1, on_hand: 10 })).toBeNull();
	expect(staysAs(level, level)).toBeNull();
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
