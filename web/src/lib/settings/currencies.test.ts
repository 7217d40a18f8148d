import { describe, expect, it } from 'vitest';
import { currencyLabel, currencyName, searchCurrencies } from './currencies';

const some = ['CHF', 'CRC', 'EUR', 'SEK', 'USD'];

describe('currencies', () => {
	it('are found by code and by name, accents or not', () => {
		expect(searchCurrencies('usd', some)).toEqual(['USD']);
		expect(searchCurrencies('franc', some)).toEqual(['CHF']);
		expect(searchCurrencies('colon', some)).toEqual(['CRC']);
		expect(searchCurrencies('dollar us', some)).toEqual(['USD']);
		expect(searchCurrencies('shilling', some)).toEqual([]);
	});

	it('show the code that was typed first', () => {
		// An "s" is in the names of most.
		expect(searchCurrencies('s', some)[0]).toBe('SEK');
		expect(searchCurrencies('s', some)).toContain('CHF');
	});

	it('show all while nothing is typed, in the order given', () => {
		expect(searchCurrencies('  ', some)).toEqual(some);
	});

	it('have a name for people, and survive a code that nobody knows', () => {
		expect(currencyLabel('CHF')).toBe('CHF · Swiss Franc');
		expect(currencyLabel('QQQ')).toBe('QQQ');
		expect(currencyName('not a code')).toBe('not a code');
		expect(currencyLabel('')).toBe('');
	});
});
