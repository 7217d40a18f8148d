/** The SKUs of a count and their codes, as far as the device knows them. */
import type { Page, Uuid } from '$lib/api/types';
import type { CatalogItem } from './api';
import type { CountingDb } from './counting-db';
import type { KnownSku } from './model';
import type { Knowledge } from './tally';

/** More than any shop has; a device holds no more in its memory. */
export const CATALOG_SKUS_MAX = 100_000;
/** After that the catalogue is read again, where there is a connection. */
const FRESH_MS = 12 * 3_600_000;

/**
 * One spelling for all that the server takes for the same: capitals or not, and a GTIN with any number of leading
 * zeros, which scanners and cameras add and leave out.
 */
export function spelling(code: string): string {
	return /^\d{8,14}$/.test(code) ? code.replace(/^0+/, '') : code.toLowerCase();
}

/** What is no part of a code: blanks, and the apostrophe by which spreadsheets mark text. */
export const clean = (code: string) => code.replaceAll('\0', '').replace(/^['\s]+/, '').trimEnd();

const keys = (item: CatalogItem) => new Set(item.codes.map(spelling));

const NONE: readonly CatalogItem[] = [];

/** In memory: a scan is answered at once. */
export class CatalogIndex implements Knowledge {
	hasList = false;
	#skus = new Map<Uuid, CatalogItem>();
	#codes = new Map<string, CatalogItem[]>();
	#texts = new Map<Uuid, string>();

	get size(): number {
		return this.#skus.size;
	}

	put(items: readonly CatalogItem[]): void {
		for (const item of items) {
			const old = this.#skus.get(item.sku.id);
			if (old) this.#forget(old);
			this.#skus.set(item.sku.id, item);
			this.#texts.delete(item.sku.id);
			for (const code of keys(item)) {
				const same = this.#codes.get(code);
				if (same) same.push(item);
				else this.#codes.set(code, [item]);
			}
		}
	}

	#forget(item: CatalogItem): void {
		for (const code of keys(item)) {
			const left = (this.#codes.get(code) ?? []).filter((i) => i.sku.id !== item.sku.id);
			if (left.length) this.#codes.set(code, left);
			else this.#codes.delete(code);
		}
	}

	sku(id: Uuid): CatalogItem | undefined {
		return this.#skus.get(id);
	}

	byCode(code: string): readonly CatalogItem[] {
		return this.#codes.get(spelling(code)) ?? NONE;
	}

	listed(): CatalogItem[] {
		return [...this.#skus.values()].filter((item) => item.listed);
	}

	/** Whatever has all the words in its title, option, code or barcodes. */
	search(query: string, most: number): CatalogItem[] {
		const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
		const found: CatalogItem[] = [];
		if (!words.length) return found;
		for (const item of this.#skus.values()) {
			const text = this.#text(item);
			if (!words.every((word) => text.includes(word))) continue;
			found.push(item);
			if (found.length === most) break;
		}
		return found;
	}

	#text(item: CatalogItem): string {
		let text = this.#texts.get(item.sku.id);
		if (text === undefined) {
			text = [item.sku.product_title, item.sku.title, item.sku.code ?? '', ...item.codes].join('\n').toLocaleLowerCase();
			this.#texts.set(item.sku.id, text);
		}
		return text;
	}
}

interface Reading {
	db: CountingDb;
	countId: Uuid;
	page: (cursor: string | null) => Promise<Page<CatalogItem>>;
	/** As it comes. */
	take: (items: CatalogItem[]) => void;
	signal: AbortSignal;
	now?: number;
}

/** What is on the device already. */
export async function keptCatalog(db: CountingDb, countId: Uuid): Promise<KnownSku[]> {
	return db.catalog.where('count_id').equals(countId).limit(CATALOG_SKUS_MAX).toArray();
}

/** Reads on where it was broken off; each page is stored before the next is asked for. */
export async function readCatalog({ db, countId, page, take, signal, now = Date.now() }: Reading): Promise<boolean> {
	const state = await db.catalogs.get(countId);
	if (state?.complete && now - state.at < FRESH_MS) return true;
	let cursor = state && !state.complete ? state.cursor : null;
	for (let read = 0; read < CATALOG_SKUS_MAX && !signal.aborted; ) {
		const { items, next_cursor } = await page(cursor);
		if (signal.aborted) return false;
		const rows = items.map((item): KnownSku => ({ ...item, count_id: countId, sku_id: item.sku.id }));
		await db.transaction('rw', db.catalog, db.catalogs, async () => {
			// Codes that were learned while counting stay.
			const old = await db.catalog.bulkGet(rows.map((row): [string, string] => [countId, row.sku_id]));
			rows.forEach((row, i) => (row.codes = [...new Set([...row.codes, ...(old[i]?.codes ?? [])])]));
			await db.catalog.bulkPut(rows);
			await db.catalogs.put({ count_id: countId, cursor: next_cursor, complete: next_cursor === null, at: now });
		});
		take(rows);
		read += items.length;
		cursor = next_cursor;
		if (cursor === null) return true;
	}
	return false;
}
