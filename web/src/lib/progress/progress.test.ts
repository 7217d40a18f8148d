import { describe, expect, it } from 'vitest';
import type { OnItsWay } from '$lib/api/types';
import { isSettled, mayChange, shown, steps } from './progress';

const entry = (channel: string, status: OnItsWay['status'], over: Partial<OnItsWay> = {}): OnItsWay => ({
	channel_id: channel,
	channel,
	status,
	sent_at: null,
	confirmed_at: null,
	adjustment: null,
	problem: null,
	...over
});

describe('a change on its way to the shops', () => {
	it('shows the shop that needs somebody first, and leaves out those that have nothing to do with it', () => {
		const all = [entry('B', 'confirmed'), entry('D', 'none'), entry('A', 'sent'), entry('C', 'rejected')];
		expect(shown(all).map((c) => c.channel)).toEqual(['C', 'A', 'B']);
		expect(shown(null)).toEqual([]);
		expect(shown(undefined)).toEqual([]);
	});

	it('puts a word that it doesn’t know between what alarms and what is done', () => {
		const strange = entry('Z', 'teleported' as never);
		expect(shown([entry('B', 'confirmed'), strange, entry('C', 'held')]).map((c) => c.channel)).toEqual(['C', 'Z', 'B']);
	});

	it('is settled once nothing happens by itself any more', () => {
		expect(isSettled([entry('A', 'confirmed'), entry('B', 'held'), entry('C', 'none')])).toBe(true);
		expect(isSettled([entry('A', 'confirmed'), entry('B', 'saved')])).toBe(false);
		expect(isSettled([])).toBe(true);
	});

	it('is asked for again while a person may still let it go, not once it arrived', () => {
		expect(mayChange([{ channels: [entry('A', 'held')] }])).toBe(true);
		expect(mayChange([{ channels: [entry('A', 'sent')] }, { channels: null }])).toBe(true);
		expect(mayChange([{ channels: [entry('A', 'confirmed'), entry('B', 'none')] }, {}])).toBe(false);
	});

	it('goes by three steps', () => {
		const at = '2026-03-01T10:00:00Z';
		const done = (e: OnItsWay) => steps(e, at).map((s) => s.done);
		expect(done(entry('A', 'saved'))).toEqual([true, false, false]);
		expect(done(entry('A', 'sent', { sent_at: at }))).toEqual([true, true, false]);
		expect(done(entry('A', 'confirmed', { sent_at: at, confirmed_at: at }))).toEqual([true, true, true]);
		// Refused: it was sent, and did not arrive.
		expect(done(entry('A', 'rejected', { sent_at: at }))).toEqual([true, true, false]);
	});
});
