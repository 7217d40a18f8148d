import { expect, it } from 'vitest';
import { Labels } from './camera';

const looks = (codes: (string | null)[], every = 80) => {
	const labels = new Labels();
	return codes.map((code, i) => labels.look(code, i * every)).filter((code) => code !== null);
};

it('believes a code that was seen twice, and tells it once while it stays in view', () => {
	expect(looks(['a', 'a', 'a', 'a'])).toEqual(['a']);
	expect(looks(['a', 'b', 'a', 'b'])).toEqual([]);
});

it('takes the next label for the next piece', () => {
	expect(looks(['a', 'a', 'b', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a']);
});

it('takes the same label for another piece once it was gone for a while', () => {
	expect(looks(['a', 'a', null, 'a', 'a'])).toEqual(['a']);
	expect(looks(['a', 'a', ...Array<null>(20).fill(null), 'a', 'a'])).toEqual(['a', 'a']);
});
