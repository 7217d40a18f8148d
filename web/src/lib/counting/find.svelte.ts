import { getProduct, listProducts } from '$lib/api/operations';
import type { SkuRef } from '$lib/api/types';
import { network } from '$lib/state/network.svelte';
import type { CatalogItem } from './api';

const FOUND_MAX = 30;
const PRODUCTS_MAX = 6;
const DEBOUNCE_MS = 150;

/**
 * What fits the words: at once what is on the device, and after it, where there is a connection and it is wished for,
 * the rest of the catalogue.
 */
export function find(query: () => string, local: (q: string, most: number) => CatalogItem[], everywhere: () => boolean) {
	let remote = $state.raw<SkuRef[]>([]);
	let busy = $state(false);
	const near = $derived(query() ? local(query(), FOUND_MAX).map((item) => item.sku) : []);
	const items = $derived.by(() => {
		const known = new Set(near.map((sku) => sku.id));
		return [...near, ...remote.filter((sku) => !known.has(sku.id))].slice(0, FOUND_MAX);
	});

	$effect(() => {
		const q = query();
		remote = [];
		busy = false;
		if (!q || !everywhere() || !network.online) return;
		const abort = new AbortController();
		busy = true;
		const timer = setTimeout(async () => {
			try {
				const page = await listProducts({ q, limit: PRODUCTS_MAX }, abort.signal);
				const products = await Promise.all(page.items.map((p) => getProduct(p.id, abort.signal)));
				if (abort.signal.aborted) return;
				remote = products.flatMap((p) =>
					p.skus.map((s) => ({ id: s.id, product_id: p.id, product_title: p.title, title: s.title, code: s.code, image_url: s.image_url ?? p.image_url }))
				);
			} catch {
				// What is on the device is shown all the same.
			} finally {
				if (!abort.signal.aborted) busy = false;
			}
		}, DEBOUNCE_MS);
		return () => {
			clearTimeout(timer);
			abort.abort();
		};
	});

	return {
		get items() {
			return items;
		},
		get busy() {
			return busy;
		}
	};
}
