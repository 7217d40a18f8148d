import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { t } from './index';
import { ago, dateTime, dayHeading, dayKey, money, num, setLocale, shortDateTime, signed, time } from './format';
import { render } from './messages';
import { core } from './en/core';
import { stock } from './en/stock';
import { admin } from './en/admin';
import { settings } from './en/settings';
import { account } from './en/account';
import { counts } from './en/counts';
import { review } from './en/review';
import { counting } from './en/counting';
import { photos } from './en/photos';
import { progress } from './en/progress';
import { channels } from './en/channels';
import { webhooks } from './en/webhooks';

beforeEach(() => setLocale('en-GB'));
afterEach(() => setLocale(undefined));

describe('messages', () => {
	it('fills places and picks the plural', () => {
		expect(t('home.requests', { count: 1 })).toBe('1 request to decide');
		expect(t('home.requests', { count: 1200 })).toBe('1,200 requests to decide');
		expect(t('scan.code', { code: '0400' })).toBe('Scanned: 0400');
	});

	it('takes "zero" for 0 where there is one', () => {
		expect(render({ zero: 'none', one: '{count} one', other: '{count} many' }, { count: 0 }, 'en')).toBe('none');
		expect(render({ one: '{count} one', other: '{count} many' }, { count: 0 }, 'en')).toBe('0 many');
	});

	it('follows the language’s own plural rules', () => {
		const message = { one: 'plik', few: 'pliki', many: 'plików', other: 'pliku' };
		expect([1, 3, 5].map((count) => render(message, { count }, 'pl'))).toEqual(['plik', 'pliki', 'plików']);
	});

	it('leaves a place without a value visible', () => {
		expect(render('{a} and {b}', { a: 'x' }, 'en')).toBe('x and {b}');
	});

	it('has each key once over all areas', () => {
		const all = [core, stock, admin, settings, account, counts, review, counting, photos, progress, channels, webhooks].flatMap((area) => Object.keys(area));
		expect(all.filter((key, i) => all.indexOf(key) !== i)).toEqual([]);
	});
});

describe('numbers', () => {
	it('uses a real minus sign and always a sign on changes', () => {
		expect(signed(-1)).toBe('\u22121');
		expect(signed(2)).toBe('+2');
		expect(signed(0)).toBe('0');
		expect(num(-1234)).toBe('\u22121,234');
	});

	it('writes money from decimal strings', () => {
		expect(money('12.50', 'EUR')).toBe('€12.50');
		expect(money('-1000', 'USD')).toBe('\u2212$1,000.00');
		expect(money(null, 'EUR')).toBe('–');
		expect(money('abc', 'EUR')).toBe('–');
	});
});

describe('times', () => {
	const iso = '2026-03-01T23:30:00.000000Z';

	it('are shown in the facility’s zone', () => {
		expect(time(iso, 'Europe/Berlin')).toBe('00:30');
		expect(dateTime(iso, 'America/New_York')).toBe('1 Mar 2026, 18:30');
		expect(dayKey(iso, 'Europe/Berlin')).toBe('2026-03-02');
	});

	it('are short in tables, with the year where it isn’t this one', () => {
		const now = new Date('2026-12-31T23:30:00Z'); // already 2027 in Berlin
		expect(shortDateTime(iso, 'America/New_York', now)).toBe('1 Mar, 18:30');
		expect(shortDateTime(iso, 'Europe/Berlin', now)).toBe('2 Mar 2026, 00:30');
	});

	it('survive a zone that the browser doesn’t know', () => {
		expect(time(iso, 'Nowhere/Atall')).toMatch(/^\d\d:30$/);
		expect(dayKey(iso, 'Nowhere/Atall')).toMatch(/^2026-03-0[12]$/);
	});

	it('name today and yesterday by the facility’s calendar, over the change to summer time too', () => {
		const words = { today: 'Today', yesterday: 'Yesterday' };
		const now = new Date('2026-03-29T22:30:00Z'); // already the 30th in Berlin; the clock changed on the 29th
		expect(dayHeading('2026-03-29T22:10:00Z', 'Europe/Berlin', words, now)).toBe('Today');
		expect(dayHeading('2026-03-29T10:00:00Z', 'Europe/Berlin', words, now)).toBe('Yesterday');
		expect(dayHeading('2026-03-27T10:00:00Z', 'Europe/Berlin', words, now)).toMatch(/^Fri,? 27 Mar$/);
		expect(dayHeading('2025-12-31T10:00:00Z', 'Europe/Berlin', words, now)).toMatch(/^Wed,? 31 Dec 2025$/);
	});

	it('say how long ago', () => {
		const now = new Date('2026-03-10T12:00:00Z');
		expect(ago('2026-03-10T11:59:30Z', now)).toBe('30 seconds ago');
		expect(ago('2026-03-04T11:00:00Z', now)).toBe('6 days ago');
		expect(ago('2024-03-04T11:00:00Z', now)).toBe('2 years ago');
	});
});
