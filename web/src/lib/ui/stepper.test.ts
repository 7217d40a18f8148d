import { describe, expect, it } from 'vitest';
import { cleanTyped, parseQuantity, step } from './stepper';

const bounds = { min: 1, max: 50 };

describe('stepper', () => {
	it('reads whole numbers within the bounds', () => {
		expect(parseQuantity('1', bounds)).toBe(1);
		expect(parseQuantity(' 50 ', bounds)).toBe(50);
		expect(parseQuantity('007', bounds)).toBe(7);
	});

	it.each(['', '0', '51', '-1', '1.5', '1e3', 'x', '12345678901'])('reads %j as no number', (text) => {
		expect(parseQuantity(text, bounds)).toBeNull();
	});

	it('stays within the bounds', () => {
		expect(step('1', -1, bounds)).toBe(1);
		expect(step('50', 1, bounds)).toBe(50);
		expect(step('9', 1, bounds)).toBe(10);
		expect(step('900', -1, bounds)).toBe(50);
	});

	it('starts at the least from an empty field', () => {
		expect(step('', 1, bounds)).toBe(1);
	});

	it('takes nothing but digits', () => {
		expect(cleanTyped('-1e5.0')).toBe('150');
	});
});
