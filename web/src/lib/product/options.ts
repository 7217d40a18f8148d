import type { Product, Sku } from '$lib/api/types';

/** What is chosen so far: option name → value. */
export type Choice = Record<string, string>;

export function choiceOf(sku: Sku | null): Choice {
	return Object.fromEntries((sku?.options ?? []).map((o) => [o.name, o.value]));
}

function has(sku: Sku, name: string, value: string): boolean {
	return sku.options.some((o) => o.name === name && o.value === value);
}

/** The SKUs that have everything chosen. */
export function fitting(product: Product, choice: Choice): Sku[] {
	const wanted = Object.entries(choice);
	return product.skus.filter((sku) => wanted.every(([name, value]) => has(sku, name, value)));
}

/** The SKU of a choice, once nothing is left to choose. */
export function skuOf(product: Product, choice: Choice): Sku | null {
	const skus = fitting(product, choice);
	return skus.length === 1 ? skus[0]! : null;
}

/**
 * Choosing one more value. Where it doesn't exist together with the others, the others give way, as few of them as
 * possible: nobody gets stuck between two values that exclude each other.
 */
export function choose(product: Product, choice: Choice, name: string, value: string): Choice {
	const wished = { ...choice, [name]: value };
	if (fitting(product, wished).length) return wished;
	let best: Choice = { [name]: value };
	for (const sku of fitting(product, { [name]: value })) {
		const kept = Object.fromEntries(Object.entries(wished).filter(([n, v]) => has(sku, n, v)));
		if (Object.keys(kept).length > Object.keys(best).length) best = kept;
	}
	return best;
}

/** What one value stands for, with the rest of the choice as it is: a SKU, several, or none at all. */
export function skusBehind(product: Product, choice: Choice, name: string, value: string): Sku[] {
	return fitting(product, { ...choice, [name]: value });
}
