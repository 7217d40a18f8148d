import { describe, expect, it } from 'vitest';
import type { Quantities, Reason } from '$lib/api/types';
import { bodyOf, guess, noteMissing, signedQuantity, type Draft } from './draft';

const reason = (more: Partial<Reason> = {}) =>
	({ code: 'damaged', label: 'Damaged', direction: 'loss', effect: { kind: 'external', place: 'shrink' }, note_required: false, ...more }) as Reason;
const draft = (more: Partial<Draft> = {}): Draft => ({ reason: reason(), direction: 'loss', units: 2, note: '', ...more });
const level: Quantities = { on_hand: 12, available: 3, committed: 9, reserved: 0, damaged: 0, quality_control: 0, safety_stock: 0 };
const ids = { id: 'i', facility_id: 'f', sku_id: 's' };

describe('the variance draft', () => {
	it('takes the sign from the reason, and asks only where it goes both ways', () => {
		expect(signedQuantity(draft())).toBe(-2);
		expect(signedQuantity(draft({ reason: reason({ direction: 'gain' }), direction: 'loss' }))).toBe(2);
		expect(signedQuantity(draft({ reason: reason({ direction: 'both' }), direction: 'gain' }))).toBe(2);
		expect(signedQuantity(draft({ reason: reason({ direction: 'both' }), direction: 'loss' }))).toBe(-2);
	});

	it('has no quantity while something is missing', () => {
		expect(signedQuantity(draft({ reason: null }))).toBeNull();
		expect(signedQuantity(draft({ units: null }))).toBeNull();
		expect(bodyOf(draft({ units: null }), ids)).toBeNull();
	});

	it('says when a note is needed', () => {
		const needs = reason({ note_required: true });
		expect(noteMissing(draft({ reason: needs, note: '  ' }))).toBe(true);
		expect(noteMissing(draft({ reason: needs, note: 'torn' }))).toBe(false);
		expect(noteMissing(draft())).toBe(false);
	});

	it('makes a body without empty members', () => {
		expect(bodyOf(draft({ note: ' ' }), ids)).toEqual({ ...ids, quantity: -2, reason: 'damaged' });
		expect(bodyOf(draft({ note: ' torn ' }), ids, new Date(0))).toEqual({
			...ids,
			quantity: -2,
			reason: 'damaged',
			note: 'torn',
			effective_at: '1970-01-01T00:00:00.000Z'
		});
	});

	it('guesses what it will do', () => {
		expect(guess(draft(), level)).toMatchObject({ on_hand: 10, available: 1, damaged: 0 });
		const stays = reason({ effect: { kind: 'state', place: 'damaged' } });
		expect(guess(draft({ reason: stays }), level)).toMatchObject({ on_hand: 12, available: 1, damaged: 2 });
		expect(guess(draft({ reason: null }), level)).toBeNull();
	});
});
