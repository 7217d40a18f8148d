import { describe, expect, it } from 'vitest';
import { fromUnits, times, toUnits, typedAmount } from './money';

describe('money', () => {
	it('is exact in both directions', () => {
		expect(toUnits('12.50')).toBe(125_000n);
		expect(toUnits('-0.0001')).toBe(-1n);
		expect(fromUnits(-1n)).toBe('-0.0001');
		expect(fromUnits(125_000n)).toBe('12.50');
		expect(fromUnits(125_300n)).toBe('12.53');
		expect(fromUnits(125_340n)).toBe('12.534');
		for (const text of ['0.00', '99.99', '123456789012.3456']) expect(fromUnits(toUnits(text)!)).toBe(text);
	});

	it.each([null, undefined, '', 'abc', '1e3', '1.23456', '1,5'])('knows that %j is no amount', (text) => {
		expect(toUnits(text)).toBeNull();
	});

	it('multiplies without losing anything', () => {
		expect(times(-3, '0.10')).toBe('-0.30');
		expect(times(1_000_000, '19.9999')).toBe('19999900.00');
		expect(times(2, null)).toBeNull();
	});

	it('reads what people type', () => {
		expect(typedAmount('1,000.50')).toBe('1000.50');
		expect(typedAmount('1 000')).toBe('1000.00');
		expect(typedAmount('12,5')).toBe('12.50');
		expect(typedAmount('1,000')).toBe('1000.00');
		for (const bad of ['', '-5', 'ten', '1.2.3', '1,00,0']) expect(typedAmount(bad)).toBeNull();
	});
});
