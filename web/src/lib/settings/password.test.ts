import { describe, expect, it } from 'vitest';
import { generatePassword, PASSWORD_CHARS_MIN } from './password';

describe('a generated password', () => {
	it('is long, and has no signs that look alike', () => {
		const seen = new Set<string>();
		for (let i = 0; i < 200; i++) {
			const password = generatePassword();
			expect(password).toMatch(/^[a-hj-km-np-z2-79]{4}(-[a-hj-km-np-z2-79]{4}){3}$/);
			expect(password.length).toBeGreaterThanOrEqual(PASSWORD_CHARS_MIN);
			seen.add(password);
		}
		expect(seen.size).toBe(200);
	});

	it('takes each sign equally often: numbers that would favour the first ones are drawn again', () => {
		const draws = [255, 240, 0, ...Array<number>(15).fill(29)];
		let i = 0;
		const password = generatePassword((bytes) => bytes.fill(draws[i++]!));
		expect(password).toBe('a999-9999-9999-9999');
		expect(i).toBe(18);
	});
});
