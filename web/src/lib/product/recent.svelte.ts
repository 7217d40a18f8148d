import type { Product, Sku } from '$lib/api/types';
import { remember, remembered } from '$lib/state/device';
import { session } from '$lib/state/session.svelte';

export interface RecentItem {
	product_id: string;
	sku_id: string | null;
	title: string;
	option: string;
	code: string | null;
	image_url: string | null;
}

const KEEP = 12;

/** What was opened last on this device, by this person. */
class Recent {
	items = $state.raw<RecentItem[]>([]);

	load(): void {
		this.items = remembered<RecentItem[]>(this.#key(), []);
	}

	add(product: Product, sku: Sku | null): void {
		const item: RecentItem = {
			product_id: product.id,
			sku_id: sku?.id ?? null,
			title: product.title,
			option: sku?.title ?? '',
			code: sku?.code ?? product.vendor,
			image_url: sku?.image_url ?? product.image_url
		};
		this.load();
		// One row a product: its newest option.
		this.items = [item, ...this.items.filter((i) => i.product_id !== product.id)].slice(0, KEEP);
		remember(this.#key(), this.items);
	}

	clear(): void {
		this.items = [];
		remember(this.#key(), null);
	}

	#key(): string {
		return `recent.${session.me?.id ?? ''}`;
	}
}

export const recent = new Recent();
