import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setLocale } from '$lib/i18n/format';
import type { ChannelSummary } from './shapes';
import { certificate, delay, differing, needs, pushText, remedy, shopAddress, verdict, waits, toldName, toldStanding } from './words';

beforeEach(() => setLocale('en-GB'));
afterEach(() => setLocale(undefined));

const quiet: ChannelSummary = {
	behind: 0,
	waiting: { oversell: 0, fall: 0, rise: 0 },
	sending: 0,
	held: 0,
	rejected: 0,
	oldest: null,
	settled_last_hour: 0,
	median_ms: null,
	p99_ms: null,
	levels: { live: 5, frozen: 0, closed: 0 },
	items: { matched: 5, not_live: 0, twice: 0, none: 0, untracked: 3, gone: 1 },
	differences: { confirmed: 0, unconfirmed: 2 }
};

describe('how a shop stands', () => {
	it('is in step only while it runs and says so', () => {
		const at = '2026-03-01T10:00:00Z';
		expect(verdict({ status: 'running', in_step_since: at })).toBe('inStep');
		expect(verdict({ status: 'running', in_step_since: null })).toBe('catching');
		expect(verdict({ status: 'stopped', in_step_since: at })).toBe('stopped');
		expect(verdict({ status: 'broken', in_step_since: at })).toBe('broken');
		expect(verdict({ status: 'connected', in_step_since: null })).toBe('setup');
	});

	it('calls a person only for what nobody else does', () => {
		expect(needs(quiet)).toEqual([]);
		expect(needs(null)).toEqual([]);
		const busy = { ...quiet, held: 1, rejected: 2, sending: 9, items: { ...quiet.items, twice: 4, none: 3 }, differences: { confirmed: 5, unconfirmed: 9 } };
		expect(needs(busy).map((n) => [n.key, n.count])).toEqual([
			['rejected', 2],
			['held', 1],
			['differences', 5],
			['items', 7]
		]);
	});

	it('says what waits, the most urgent first, and nothing of what doesn’t', () => {
		expect(waits(quiet)).toEqual([]);
		expect(waits({ ...quiet, sending: 3, waiting: { oversell: 1, fall: 0, rise: 2 } }).map((w) => w.key)).toEqual(['oversell', 'rise', 'sending']);
	});
});

it('writes delays as people say them', () => {
	expect([null, 0, 640, 999.4, 2_100, 59_900, 180_000].map(delay)).toEqual(['–', '0 ms', '640 ms', '999 ms', '2.1 s', '59.9 s', '3 min']);
});

describe('a change that waits for a person', () => {
	it('comes with what to do', () => {
		expect(remedy({ status: 'held', problem_code: null }, 500)).toContain('limit of 500');
		expect(remedy({ status: 'held', problem_code: null }, null)).not.toContain('500');
		expect(remedy({ status: 'rejected', problem_code: 'INVALID_LOCATION' }, null)).toContain('Switch it on');
		// A code that the shop has since yesterday.
		expect(remedy({ status: 'rejected', problem_code: 'BRAND_NEW' }, null)).toContain('Retry once');
		expect(remedy({ status: 'sending', problem_code: null }, 500)).toBeNull();
	});

	it('is said as a change, a move or a setting', () => {
		expect(pushText({ kind: 'adjust', delta: -5, compare: 7 }, 'available', null)).toBe('−5');
		expect(pushText({ kind: 'move', delta: 2, compare: null }, 'available', 'damaged')).toBe('2 from available to damaged');
		expect(pushText({ kind: 'set', delta: 2, compare: 3 }, 'available', null)).toBe('set from 3 to 5');
	});
});

describe('a certificate', () => {
	it('says when, by the clock of the world, and how many', () => {
		expect(certificate({ as_of: '2026-03-01T12:00:07.123456Z', equal: 18_231, levels: 18_231 })).toBe('At 12:00:07Z 18,231 of 18,231 levels equal');
	});

	it('adds up what differs', () => {
		expect(differing({ differing: { drift: 2, foreign_write: 1 } })).toBe(3);
		expect(differing({ differing: {} })).toBe(0);
	});
});

it('takes the address of a shop as people type it', () => {
	expect(shopAddress(' acme.myshopify.com ')).toBe('https://acme.myshopify.com');
	expect(shopAddress('https://acme.myshopify.com/admin/products')).toBe('https://acme.myshopify.com');
	expect(shopAddress('http://127.0.0.1:4010')).toBe('http://127.0.0.1:4010');
	expect(shopAddress('http://acme.myshopify.com')).toBeNull();
	expect(shopAddress('acme')).toBeNull();
	expect(shopAddress('')).toBeNull();
	expect(shopAddress('two words.com')).toBeNull();
});

describe('what the shop told', () => {
	it('is named by what it is about', () => {
		expect(toldName({ kind: 'order', subject: 'gid://shopify/Order/5501' })).toBe('Order 5501');
		expect(toldName({ kind: 'newer' as 'order', subject: 'x' })).toBe('newer x');
	});

	it('is only followed where nothing was left out', () => {
		const word = (status: 'waiting' | 'done' | 'failed', problem: string | null) => toldStanding({ status, problem }).word;
		expect([word('done', null), word('done', 'is no SKU'), word('waiting', 'nobody answers'), word('failed', 'x')]).toEqual(['done', 'left', 'waiting', 'failed']);
	});
});
