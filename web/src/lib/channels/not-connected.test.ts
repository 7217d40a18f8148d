import { describe, expect, it } from 'vitest';
import { channels } from '$lib/i18n/en/channels';
import { failureOf } from './not-connected';

/** Every word of crates/server/src/oauth.rs. */
const WORDS = ['refused', 'unknown', 'too-late', 'forged', 'incomplete', 'other-shop', 'scopes-missing', 'shop-refused', 'shop-unreachable', 'taken', 'signed-out', 'not-permitted', 'no-secret-key', 'failed'];

const of = (query: string) => failureOf(new URLSearchParams(query));

describe('why a shop is not connected', () => {
	it('is said for each word of the server, with what to do', () => {
		const words: Record<string, unknown> = channels;
		for (const word of WORDS) {
			expect(of(`why=${word}`).why, word).toBe(words[`notConnected.why.${word}`]);
			expect(of(`why=${word}`).remedy, word).toBe(words[`notConnected.do.${word}`]);
		}
		expect(of('why=newer')).toEqual(of('why=failed'));
	});

	it('shows nothing of an address that somebody made up', () => {
		const made = of('why=<b>&channel=//evil.example&scopes=read_orders,Call%20this%20number,write_x');
		expect(made).toEqual({ ...of('why=failed'), scopes: ['read_orders', 'write_x'] });
		const id = '01900000-0000-7000-8000-0000000000c1';
		expect(of(`why=refused&channel=${id}`).channel).toBe(id);
	});
});
