import { describe, expect, it } from 'vitest';
import type { Product, Sku } from '$lib/api/types';
import { choiceOf, choose, fitting, skuOf, skusBehind } from './options';

function sku(id: string, size: string, colour: string): Sku {
	return {
		id,
		product_id: 'p',
		code: id,
		title: `${size} / ${colour}`,
		options: [
			{ name: 'Size', value: size },
			{ name: 'Colour', value: colour }
		],
		identifiers: [],
		cost: null,
		price: null,
		tracked: true,
		image_url: null
	};
}

const product = {
	id: 'p',
	options: [
		{ name: 'Size', values: ['9', '10', '11'] },
		{ name: 'Colour', values: ['black', 'sand'] }
	],
	skus: [sku('9b', '9', 'black'), sku('9s', '9', 'sand'), sku('10b', '10', 'black'), sku('11s', '11', 'sand')]
} as unknown as Product;

describe('options', () => {
	it('finds the SKU once all is chosen', () => {
		expect(skuOf(product, { Size: '9', Colour: 'sand' })?.id).toBe('9s');
		expect(skuOf(product, { Size: '9' })).toBeNull();
		expect(skuOf(product, { Size: '10', Colour: 'sand' })).toBeNull();
	});

	it('takes the last one left, even if not every option is chosen', () => {
		expect(skuOf(product, { Size: '11' })?.id).toBe('11s');
	});

	it('keeps the other choices where they exist together', () => {
		expect(choose(product, choiceOf(product.skus[0]!), 'Colour', 'sand')).toEqual({ Size: '9', Colour: 'sand' });
	});

	it('lets go of what doesn’t go with it, so that nobody gets stuck', () => {
		expect(choose(product, { Size: '10', Colour: 'black' }, 'Colour', 'sand')).toEqual({ Colour: 'sand' });
		expect(choose(product, { Size: '11', Colour: 'sand' }, 'Size', '10')).toEqual({ Size: '10' });
	});

	it('knows what a value would lead to', () => {
		expect(skusBehind(product, { Colour: 'sand' }, 'Size', '10')).toEqual([]);
		expect(skusBehind(product, { Colour: 'sand' }, 'Size', '9').map((s) => s.id)).toEqual(['9s']);
		expect(fitting(product, {})).toHaveLength(4);
	});
});
