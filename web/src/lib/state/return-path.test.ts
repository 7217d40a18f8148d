import { expect, it } from 'vitest';
import { returnPath } from './return-path';

it('returns to our own pages', () => {
	expect(returnPath('/products/1?sku=2')).toBe('/products/1?sku=2');
});

it.each([null, '', 'products', '//evil.example/x', '/\\evil.example', 'https://evil.example', '/sign-in?next=/'])('goes Home instead of %j', (next) => {
	expect(returnPath(next)).toBe('/');
});
