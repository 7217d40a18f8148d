import { describe, expect, it } from 'vitest';
import type { Movement } from '$lib/api/types';
import type { Count, CountLine, CountLineStory, StoryScan } from './api';
import { bookSteps, entries, goodChange, plot } from './book';
import { chooseAll, chosen, NOTHING, range, toggle, toggleShown } from './choice';
import { blocks, decided } from './closing';
import { applied, merged, nextWaiting, possible } from './decisions';
import { limitOk, NO_FILTER, toFields, toFilter, valueOk } from './filter';
import { commandOf } from './keys';
import { parseReview, reviewFilter, reviewSearch } from './review-view';
import { skippedText } from './rules';
import { percent, shortName } from './shares';
import { nextStep, parseView, share, viewQuery, viewSearch } from './view';
import { toInstant, toLocal } from './when';
import { sureness } from './words';

const line = (over: Partial<CountLine> = {}): CountLine =>
	({
		sku_id: 'a',
		status: 'counted',
		counted: 3,
		expected: 5,
		variance: -2,
		variance_low: -2,
		variance_high: -2,
		how: ['scanned'],
		clock_uncertain: false,
		basket_units: 0,
		may_decide: true,
		last_scanned_at: '2026-03-01T10:00:00Z',
		movement_id: null,
		round: 1,
		...over
	}) as CountLine;

const movement = (id: string, at: string, from: string, to: string, quantity = 1, seq = 1): Movement =>
	({ id, effective_at: at, from, to, quantity, seq }) as Movement;

describe('times of a field', () => {
	it('are those of the facility’s clock, also around its changes', () => {
		expect(toInstant('2026-03-28T06:00', 'Europe/Berlin')).toBe('2026-03-28T05:00:00.000Z');
		// The clocks went forward in the night before.
		expect(toInstant('2026-03-29T06:00', 'Europe/Berlin')).toBe('2026-03-29T04:00:00.000Z');
		expect(toInstant('2026-10-25T06:00', 'Europe/Berlin')).toBe('2026-10-25T05:00:00.000Z');
		expect(toInstant('2026-07-01T00:30', 'America/New_York')).toBe('2026-07-01T04:30:00.000Z');
	});

	it('lead back to the same text', () => {
		for (const text of ['2026-03-29T06:00', '2026-10-25T23:59', '2026-01-01T00:00']) {
			for (const zone of ['Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns']) expect(toLocal(toInstant(text, zone), zone)).toBe(text);
		}
		expect(toInstant('', 'UTC')).toBeNull();
		expect(toInstant('tomorrow', 'UTC')).toBeNull();
		expect(toLocal(null, 'UTC')).toBe('');
	});
});

describe('a list of counts', () => {
	it('stands in the address, as far as it differs from the start', () => {
		const view = parseView(new URLSearchParams('tab=mine&show=closed&q=shoes'), 'here');
		expect(view).toEqual({ tab: 'mine', show: 'closed', q: 'shoes' });
		expect(viewSearch(view, 'here')).toBe('?tab=mine&show=closed&q=shoes');
		expect(parseView(new URLSearchParams('tab=theirs&show=x'), 'here')).toEqual({ tab: 'here', show: 'now', q: '' });
		expect(viewSearch({ tab: 'here', show: 'now', q: ' ' }, 'here')).toBe('');
	});

	it('asks for my counts everywhere, and for all of them at one facility', () => {
		expect(viewQuery({ tab: 'mine', show: 'now', q: '' }, 'f')).toMatchObject({ mine: true, facility_id: undefined, status: 'draft,scheduled,open,in_review' });
		expect(viewQuery({ tab: 'here', show: 'cancelled', q: '' }, 'f')).toMatchObject({ mine: undefined, facility_id: 'f', status: 'cancelled' });
		expect(viewQuery({ tab: 'all', show: 'closed', q: '' }, 'f').facility_id).toBeUndefined();
	});
});

describe('what to do next', () => {
	const nothing = { open: false, count: false, submit: false, review: false, close: false, cancel: false, see_expected: false };
	const idle = { sessions_open: 0, sessions_submitted: 0, units: 0, skus_counted: 0, unknown_codes: 0 };
	const count = (over: object) => ({ status: 'open', may: nothing, progress: idle, my_session_id: null, start_at: null, item_count: 10, ...over }) as unknown as Count;
	const now = Date.parse('2026-03-01T10:00:00Z');

	it('follows the count’s life, and what the person may do', () => {
		expect(nextStep(count({ status: 'draft', may: { ...nothing, open: true } }), false, now)).toBe('open');
		expect(nextStep(count({ status: 'draft' }), false, now)).toBeNull();
		expect(nextStep(count({ status: 'scheduled', start_at: '2026-03-01T12:00:00Z', may: { ...nothing, open: true } }), false, now)).toBe('openEarly');
		expect(nextStep(count({ may: { ...nothing, count: true } }), false, now)).toBe('count');
		expect(nextStep(count({ my_session_id: 's', may: { ...nothing, count: true, submit: true } }), true, now)).toBe('goOn');
		expect(nextStep(count({ status: 'in_review', may: { ...nothing, review: true, count: true } }), true, now)).toBe('review');
		expect(nextStep(count({ status: 'in_review', may: { ...nothing, count: true } }), false, now)).toBe('recount');
		expect(nextStep(count({ status: 'closed' }), true, now)).toBe('result');
		expect(nextStep(count({ status: 'closed' }), false, now)).toBeNull();
	});

	it('is to submit only once somebody has counted and nobody counts any more', () => {
		const may = { ...nothing, count: true, submit: true };
		expect(nextStep(count({ may }), true, now)).toBe('count');
		expect(nextStep(count({ may, progress: { ...idle, sessions_submitted: 1, sessions_open: 1 } }), true, now)).toBe('count');
		expect(nextStep(count({ may, progress: { ...idle, sessions_submitted: 1 } }), true, now)).toBe('submit');
	});

	it('knows how much is done only where it is known how much there is', () => {
		expect(share({ item_count: 40, progress: { ...idle, skus_counted: 10 } })).toBe(0.25);
		// More was found than was on the list.
		expect(share({ item_count: 4, progress: { ...idle, skus_counted: 10 } })).toBe(1);
		expect(share({ item_count: null, progress: idle })).toBeNull();
	});
});

describe('the record around a scan', () => {
	const sold = movement('m1', '2026-03-01T09:00:00Z', 'available', 'customer', 2, 1);
	const received = movement('m2', '2026-03-01T08:00:00Z', 'supplier', 'available', 6, 3);
	const after = movement('m3', '2026-03-01T11:00:00Z', 'customer', 'available', 1, 2);

	it('counts good units alone', () => {
		expect(goodChange(sold)).toBe(-2);
		expect(goodChange(received)).toBe(6);
		expect(goodChange(movement('x', '', 'available', 'committed', 3))).toBe(0);
		expect(goodChange(movement('x', '', 'available', 'damaged', 3))).toBe(-3);
	});

	it('goes through what the server said for the time of the scan, in the order of the events', () => {
		const steps = bookSteps(line(), [sold, received, after]);
		expect(steps.map((s) => [s.movement.id, s.before, s.after])).toEqual([
			['m2', 1, 7],
			['m1', 7, 5],
			['m3', 5, 6]
		]);
	});

	it('puts a movement at exactly the time of the scan before it', () => {
		const steps = bookSteps(line(), [movement('m', '2026-03-01T10:00:00Z', 'available', 'customer', 1)]);
		expect(steps[0]).toMatchObject({ before: 6, after: 5 });
	});

	it('leaves out what the count itself posted, and what it may not know of', () => {
		const posted = movement('own', '2026-03-01T10:00:00Z', 'available', 'shrink', 2);
		expect(bookSteps(line({ movement_id: 'own' }), [posted])).toEqual([]);
		expect(bookSteps(line({ expected: null }), [sold])).toEqual([]);
	});

	const scan = (id: string, at: string, quantity: number, late = false): StoryScan =>
		({ id, at, quantity, late, round: 1, uncertainty_ms: 0, how: 'scanned' }) as StoryScan;
	const story = {
		line: line({ counted: 3 }),
		scans: [scan('s2', '2026-03-01T10:00:00Z', 1), scan('s1', '2026-03-01T09:50:00Z', 2), scan('s3', '2026-03-01T12:00:00Z', 9, true)],
		movements: [sold, received, after],
		basket_sales: [movement('m4', '2026-03-01T10:05:00Z', 'available', 'customer', 1, 9)]
	} as unknown as CountLineStory;

	it('is one list by time, with the running sum of the scans that count', () => {
		const all = entries(story);
		expect(all.map((e) => e.key)).toEqual(['m2', 'm1', 's1', 's2', 'm4', 'm3', 's3']);
		expect(all.filter((e) => e.scan).map((e) => e.counted)).toEqual([2, 3, undefined]);
		expect(all.filter((e) => e.basket).map((e) => e.key)).toEqual(['m4']);
	});

	it('is drawn with zero in the picture, and the window of the scans', () => {
		const drawn = plot(story)!;
		expect(drawn.low).toBe(0);
		expect(drawn.high).toBe(7);
		expect(drawn.window).toEqual({ from: Date.parse('2026-03-01T09:50:00Z'), to: Date.parse('2026-03-01T10:00:00Z') });
		expect(drawn.from).toBeLessThan(Date.parse('2026-03-01T08:00:00Z'));
		expect(plot({ ...story, line: line({ counted: null }) })).toBeNull();
	});
});

describe('how sure a line is', () => {
	it('says what there is to doubt', () => {
		expect(sureness(line())).toEqual(['sure']);
		expect(sureness(line({ counted: null, status: 'unknown' }))).toEqual(['unknown']);
		expect(sureness(line({ variance_low: -3, variance_high: -1 }))).toEqual(['range']);
		expect(sureness(line({ variance_low: -1, variance_high: 1, clock_uncertain: true }))).toEqual(['consistent', 'clock']);
		expect(sureness(line({ how: ['typed'], basket_units: 2 }))).toEqual(['basket', 'typed']);
		expect(sureness(line({ how: ['typed', 'scanned'] }))).toEqual(['sure']);
	});
});

describe('choosing lines', () => {
	const shown = ['a', 'b', 'c', 'd'];

	it('one by one, and in ranges from the last one', () => {
		const one = toggle(NOTHING, 'b', shown);
		expect([...one.ids]).toEqual(['b']);
		expect([...range(one, 'd', shown).ids]).toEqual(['b', 'c', 'd']);
		expect([...range(one, 'a', shown).ids].sort()).toEqual(['a', 'b']);
		expect([...toggle(one, 'b', shown).ids]).toEqual([]);
	});

	it('all that match, of which one taken out leaves those that are shown', () => {
		const all = chooseAll();
		expect(shown.every((id) => chosen(all, id))).toBe(true);
		expect(chosen(all, 'not loaded')).toBe(true);
		const less = toggle(all, 'b', shown);
		expect([...less.ids]).toEqual(['a', 'c', 'd']);
		expect(less.all).toBe(false);
	});

	it('all that are shown, and none again', () => {
		const every = toggleShown(NOTHING, shown);
		expect([...every.ids]).toEqual(shown);
		expect(toggleShown(every, shown)).toEqual(NOTHING);
		expect(toggleShown(chooseAll(), shown)).toEqual(NOTHING);
	});
});

describe('decisions', () => {
	it('change the lines they were made for, and no others', () => {
		const lines = [line({ sku_id: 'a' }), line({ sku_id: 'b' }), line({ sku_id: 'c' })];
		const answer = { changed: 1, results: [{ sku_id: 'a', status: 'accepted' as const, problem: null }, { sku_id: 'b', status: null, problem: { type: 'own-count', title: 'Nobody reviews what they counted', status: 403 } }] };
		const after = applied(lines, answer, 'accept', { id: 'me', name: 'Me' }, '2026-03-01T10:00:00Z', null);
		expect(after.map((l) => l.status)).toEqual(['accepted', 'counted', 'counted']);
		expect(after[0]!.decision?.by?.name).toBe('Me');
	});

	it('lead to the next line that waits, around the end', () => {
		const lines = [line({ sku_id: 'a' }), line({ sku_id: 'b', status: 'accepted' }), line({ sku_id: 'c', may_decide: false }), line({ sku_id: 'd' })];
		expect(nextWaiting(lines, 'a')).toBe('d');
		expect(nextWaiting(lines, 'd')).toBe('a');
		expect(nextWaiting([lines[1]!], 'b')).toBeNull();
	});

	it('of what nobody saw, accepting is none', () => {
		expect(possible(line({ status: 'unknown', counted: null }))).not.toContain('accept');
		expect(possible(line({ status: 'recount', counted: 3 }))).toContain('accept');
		expect(possible(line({ status: 'posted' }))).toEqual([]);
	});

	it('leave fresh numbers where they stand, and tell how many lines are new', () => {
		const { lines, added } = merged([line({ sku_id: 'b' }), line({ sku_id: 'a' })], [line({ sku_id: 'a', counted: 9 }), line({ sku_id: 'z' })]);
		expect(lines.map((l) => [l.sku_id, l.counted])).toEqual([
			['b', 3],
			['a', 9]
		]);
		expect(added).toBe(1);
	});
});

describe('closing', () => {
	const may = { close: true } as Count['may'];

	it('names what stands in the way', () => {
		expect(blocks({ status: 'open', may }, { lines: {}, undecided: 0 }).map((b) => b.what)).toEqual(['status']);
		expect(blocks({ status: 'in_review', may: { ...may, close: false } }, { lines: {}, undecided: 0 }).map((b) => b.what)).toEqual(['permission']);
		expect(blocks({ status: 'in_review', may }, { lines: { counted: 2, recount: 1, accepted: 4, unknown: 3 }, undecided: 3 })).toEqual([
			{ what: 'counted', count: 2 },
			{ what: 'recount', count: 1 }
		]);
	});

	it('believes the server where nothing is undecided', () => {
		expect(blocks({ status: 'in_review', may }, { lines: { unlisted: 2, unknown: 9 }, undecided: 0 })).toEqual([]);
	});

	it('says how far the decisions are', () => {
		expect(decided({ lines: { counted: 2, accepted: 3, consistent: 5, unknown: 7 } })).toEqual({ done: 8, total: 10 });
	});
});

describe('a filter for items', () => {
	it('asks only for what was filled in and makes sense', () => {
		expect(toFilter(NO_FILTER)).toEqual({});
		expect(toFilter({ ...NO_FILTER, category: ' Shoes ', valueMin: '12,5', days: '90', limit: '200', zero: true })).toEqual({
			category: 'Shoes',
			value_min: '12.50',
			not_counted_days: 90,
			limit: 200,
			on_hand_zero: true
		});
		expect(toFilter({ ...NO_FILTER, limit: '20001', valueMin: 'much' })).toEqual({});
		expect(toFields(null)).toEqual(NO_FILTER);
		const whole = { q: 'trail', category: 'Shoes', vendor: 'Acme', value_min: '12.50', not_counted_days: 45, limit: 200, negative: true, on_hand_zero: true };
		expect(toFilter(toFields(whole))).toEqual(whole);
		expect([limitOk(''), limitOk('0'), limitOk('20000'), limitOk('1.5')]).toEqual([true, false, true, false]);
		expect([valueOk(''), valueOk('x'), valueOk('3')]).toEqual([true, false, true]);
	});
});

describe('the review’s address and keys', () => {
	it('reads what it wrote', () => {
		const view = parseReview(new URLSearchParams('group=odd&q=sock&sort=time'));
		expect(reviewSearch(view)).toBe('?group=odd&q=sock&sort=time');
		expect(reviewFilter(view)).toEqual({ group: 'odd', q: 'sock' });
		expect(parseReview(new URLSearchParams('group=all&status=maybe&sort=size'))).toEqual({ group: '', status: '', q: '', sort: 'value' });
	});

	it('leaves keys with Ctrl and capital letters alone', () => {
		const press = (key: string, held: object = {}) => commandOf({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...held });
		expect(press('a')).toBe('accept');
		expect(press('a', { ctrlKey: true })).toBeNull();
		expect(press('A', { shiftKey: true })).toBeNull();
		expect(press('J', { shiftKey: true })).toBe('extendDown');
		expect(press('ArrowUp')).toBe('previous');
		expect(press('q')).toBeNull();
	});
});

it('writes shares and short names', () => {
	expect(percent(null)).toBe('–');
	expect(percent(0.9421)).toMatch(/94[.,]2\s?%/);
	expect(shortName('Maya Lindner')).toBe('Maya L.');
	expect(shortName('Ana de la Vega')).toBe('Ana V.');
	expect(shortName('Till')).toBe('Till');
});

describe('a schedule that made no count', () => {
	const skipped = (because: string | null, at: string | null = '2026-03-02T05:00:00Z') =>
		skippedText({ last_skipped_at: at, last_skipped_because: because as never }, 'Europe/Berlin', new Date('2026-03-03T00:00:00Z'));

	it('says when and why, by the clock of the facility', () => {
		expect(skipped('unfinished')).toContain('06:00');
		expect(skipped('unfinished')).toContain('its last count wasn’t finished');
		// From a newer server.
		expect(skipped('rain')).toContain('it couldn’t be made');
	});

	it('says nothing where it made all it should', () => {
		expect(skipped(null, null)).toBeNull();
	});
});
