import { describe, expect, it } from 'vitest';
import { hue, initials, ownUrl } from './picture';

describe('the drawn picture', () => {
	it('has initials of the first two words', () => {
		expect(initials('Trail Runner Pro')).toBe('TR');
		expect(initials('sneaker')).toBe('SN');
		expect(initials('  – ')).toBe('?');
		expect(initials('Überjacke 2')).toBe('Ü2');
	});

	it('has the same colour for the same title', () => {
		expect(hue('Trail Runner')).toBe(hue('Trail Runner'));
		expect(new Set(['a', 'b', 'c', 'd', 'e'].map(hue)).size).toBeGreaterThan(3);
	});

	it('never takes a picture from elsewhere', () => {
		expect(ownUrl('/api/v1/images/1')).toBe('/api/v1/images/1');
		for (const url of ['https://cdn.example/x.png', '//cdn.example/x.png', '/\\cdn.example', 'data:x', '', null]) expect(ownUrl(url)).toBeNull();
	});
});
