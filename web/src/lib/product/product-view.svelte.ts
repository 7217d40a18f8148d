import { isAbort } from '$lib/api/client';
import { getProduct, listLevels, listMovements } from '$lib/api/operations';
import { asProblem, type Problem } from '$lib/api/problem';
import type { QueryOf } from '$lib/api/typed';
import type { Level, Movement, Page, Product, Quantities, Sku, Uuid } from '$lib/api/types';
import { keep, kept } from '$lib/state/kept';
import { levels } from '$lib/state/levels.svelte';
import { Paged } from '$lib/state/paged.svelte';
import { session } from '$lib/state/session.svelte';

/** All that one product page shows: the product, the chosen SKU, quantities here and elsewhere, the history. */
export class ProductView {
	product = $state.raw<Product | null>(null);
	problem = $state<Problem | null>(null);
	skuId = $state<Uuid | null>(null);
	/** Where the chosen SKU is recorded; null while that isn't known. */
	elsewhereIds = $state.raw<Uuid[] | null>(null);
	levelsLoaded = $state(false);
	#blindAt = $state<Uuid | null>(null);
	/** I count blind at my facility: its quantities are hidden, also those that were seen before. */
	blind = $derived(this.#blindAt !== null && this.#blindAt === session.facilityId);
	/** The quantities shown are what was last seen then: there is no connection. */
	oldSince = $state<string | null>(null);

	sku = $derived<Sku | null>(
		this.product?.skus.find((s) => s.id === this.skuId) ?? (this.product?.skus.length === 1 ? this.product.skus[0]! : null)
	);
	level = $derived<Level | null>(this.sku ? this.at(this.sku.id) : null);

	/** Of the chosen SKU; of all of the product's while none is chosen. */
	history = new Paged<Movement>((cursor, signal) =>
		listMovements(
			{ facility_id: session.facilityId, ...(this.sku ? { sku_id: this.sku.id } : { product_id: this.product?.id }), cursor, limit: 25 },
			signal
		)
	);

	#abort = new AbortController();

	/** Quantities of one SKU at my facility; zero where nothing was ever recorded. */
	at(skuId: Uuid): Level | null {
		return session.facilityId && !this.blind ? (levels.get(session.facilityId, skuId) ?? null) : null;
	}

	/** All SKUs together at my facility. */
	total = $derived.by<Quantities>(() => {
		const sum = { on_hand: 0, available: 0, committed: 0, reserved: 0, damaged: 0, quality_control: 0, safety_stock: 0 };
		for (const sku of this.product?.skus ?? []) {
			const level = this.at(sku.id);
			if (!level) continue;
			for (const state of Object.keys(sum) as (keyof Quantities)[]) sum[state] += level[state];
		}
		return sum;
	});

	async loadProduct(id: Uuid): Promise<void> {
		this.#abort.abort();
		const abort = (this.#abort = new AbortController());
		if (this.product?.id !== id) {
			this.product = null;
			this.levelsLoaded = false;
		}
		this.problem = null;
		try {
			const product = await getProduct(id, abort.signal);
			if (abort.signal.aborted) return;
			this.product = product;
			keep(`product:${id}`, product);
		} catch (error) {
			if (isAbort(error)) return;
			const problem = asProblem(error);
			const old = problem.mayRetry ? await kept<Product>(`product:${id}`) : null;
			if (abort.signal.aborted) return;
			if (old) this.product = old.value;
			else if (!this.product) this.problem = problem;
		}
	}

	/** Every SKU of the product at my facility. */
	async loadLevels(): Promise<void> {
		const { product } = this;
		const facilityId = session.facilityId;
		if (!product || !facilityId) return;
		const key = `levels:${facilityId}:${product.id}`;
		try {
			const found = await allLevels({ facility_id: facilityId, product_id: product.id });
			levels.put(found);
			this.levelsLoaded = true;
			this.#blindAt = null;
			this.oldSince = null;
			keep(key, found);
		} catch (error) {
			if (asProblem(error).type === 'counting-blind') this.#blindAt = facilityId;
			if (this.blind) {
				this.levelsLoaded = false;
				return;
			}
			// What was last seen here, and it says so; "resync" reads it again.
			const old = await kept<Level[]>(key);
			if (!old || this.product?.id !== product.id) return;
			levels.put(old.value);
			this.levelsLoaded = true;
			this.oldSince = new Date(old.at).toISOString();
		}
	}

	/** The chosen SKU at every facility that I may see. */
	async loadElsewhere(): Promise<void> {
		const { sku } = this;
		if (!sku) return;
		try {
			const found = await allLevels({ sku_id: sku.id });
			levels.put(found);
			if (this.sku?.id === sku.id) this.elsewhereIds = found.map((l) => l.facility_id);
		} catch {
			// As above.
		}
	}

	dispose(): void {
		this.#abort.abort();
		this.history.reset();
	}
}

async function allLevels(query: QueryOf<'get', '/levels'>): Promise<Level[]> {
	const all: Level[] = [];
	let cursor: string | null = null;
	do {
		const page: Page<Level> = await listLevels({ ...query, limit: 200, cursor });
		all.push(...page.items);
		cursor = page.next_cursor;
	} while (cursor);
	return all;
}
