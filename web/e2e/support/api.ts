import { randomBytes, randomUUID } from 'node:crypto';
import { FACILITIES, type FacilityCode } from './people';

/** What the server answers, as far as the tests look at it. */
export interface Level {
	on_hand: number;
	available: number;
	damaged: number;
}
export interface Movement {
	id: string;
	kind: string;
	reason: string | null;
	note: string | null;
	on_hand_change: number;
	reverses: string | null;
	actor: { name: string };
}
interface Page<T> {
	items: T[];
	next_cursor: string | null;
}

/** A product that belongs to one test, with what is needed to find it. */
export interface Product {
	id: string;
	title: string;
	skus: { id: string; title: string; barcode: string; code: string }[];
	/** The only SKU, or the first. */
	sku: string;
	barcode: string;
	code: string;
	/** Its page, with the first SKU chosen. */
	path: string;
}

export interface ProductWish {
	/** On hand at Main Street, for each SKU. */
	stock?: number;
	elsewhere?: Partial<Record<FacilityCode, number>>;
	sizes?: string[];
	/** Given to the first SKU instead of one of its own. */
	barcode?: string;
	cost?: string;
	title?: string;
}

const letters = (length: number) => [...randomBytes(length)].map((byte) => 'bcdfghjklmnpqrstvwxz'[byte % 20]).join('');
export const digits = (length: number) => [...randomBytes(length)].map((byte) => byte % 10).join('');
/** A word that nothing else has. */
export const word = () => letters(1).toUpperCase() + letters(7);

/** The API, asked with the key of an inventory controller: for what a test needs before it begins, and to count after. */
export class Api {
	#key: string;
	#url: string;
	#facilities: Map<string, string> | null = null;

	constructor(url: string, key: string) {
		this.#url = url;
		this.#key = key;
	}

	async call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const csv = typeof body === 'string';
		const response = await fetch(`${this.#url}/api/v1${path}`, {
			method,
			headers: { authorization: `Bearer ${this.#key}`, ...(body ? { 'content-type': csv ? 'text/csv' : 'application/json' } : {}) },
			body: body === undefined ? undefined : csv ? body : JSON.stringify(body)
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return (text ? JSON.parse(text) : undefined) as T;
	}

	get = <T>(path: string) => this.call<T>('GET', path);
	post = <T>(path: string, body: unknown) => this.call<T>('POST', path, body);

	async facility(code: FacilityCode = 'S1'): Promise<string> {
		this.#facilities ??= new Map((await this.get<Page<{ code: string; id: string }>>('/facilities')).items.map((f) => [f.code, f.id]));
		const id = this.#facilities.get(code);
		if (!id) throw new Error(`There is no facility ${code}.`);
		return id;
	}

	/** The same with the key of an admin. */
	asAdmin(): Api {
		return new Api(this.#url, process.env.ONHAND_E2E_ADMIN_KEY ?? '');
	}

	/** Imports a file as a shop would export it, and waits for its end. */
	async import(query: string, csv: string): Promise<void> {
		let started = await this.post<{ id: string; status: string; failure: string | null }>(`/imports?${query}`, csv);
		while (started.status === 'running') started = await this.get(`/imports/${started.id}`);
		if (started.status !== 'done') throw new Error(`import: ${JSON.stringify(started)}`);
	}

	async product({ stock = 5, elsewhere = {}, sizes = [''], barcode, cost = '10.00', title = `${word()} Runner` }: ProductWish = {}): Promise<Product> {
		const handle = title.toLowerCase().replaceAll(' ', '-');
		const skus = sizes.map((size, i) => ({ size, code: `${letters(3).toUpperCase()}-${digits(5)}`, barcode: i === 0 && barcode ? barcode : `2${digits(12)}` }));
		const rows = skus.map((s) => [handle, title, 'Acme', s.size && 'Size', s.size, s.code, 'shopify', stock, '25.00', cost, s.barcode].join(','));
		const head = 'Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Cost per item,Variant Barcode';
		await this.import(`kind=catalog&facility_id=${await this.facility()}`, [head, ...rows, ''].join('\n'));

		const [found] = (await this.get<Page<{ id: string }>>(`/products?q=${encodeURIComponent(title)}`)).items;
		if (!found) throw new Error(`${title} was imported, but it isn't found.`);
		const product = await this.get<{ id: string; skus: { id: string; title: string; code: string }[] }>(`/products/${found.id}`);
		const made = skus.map((s) => ({ ...product.skus.find((x) => x.code === s.code)!, barcode: s.barcode }));
		const first = made[0]!;
		for (const [code, quantity] of Object.entries(elsewhere)) await this.move('receipt', first.id, quantity, code as FacilityCode);
		const { id: sku, barcode: label, code } = first;
		return { id: product.id, title, skus: made, sku, barcode: label, code, path: `/products/${product.id}?sku=${sku}` };
	}

	async move(kind: 'receipt' | 'sale', sku: string, quantity: number, at: FacilityCode = 'S1'): Promise<void> {
		const movement = { id: randomUUID(), facility_id: await this.facility(at), sku_id: sku, kind, quantity };
		const { results } = await this.post<{ results: { status: string }[] }>('/movements', { movements: [movement] });
		if (results[0]?.status !== 'posted') throw new Error(`movement: ${JSON.stringify(results)}`);
	}

	/** An online order for a SKU at Main Street. Returns its name. */
	async order(sku: string, quantity: number): Promise<string> {
		const name = `#${digits(6)}`;
		const line = { id: randomUUID(), facility_id: await this.facility(), sku_id: sku, quantity };
		await this.post('/orders', { id: randomUUID(), name, channel: 'Online shop', lines: [line] });
		return name;
	}

	async variance(sku: string, quantity: number, reason: string, note?: string): Promise<void> {
		await this.post('/variances', { id: randomUUID(), facility_id: await this.facility(), sku_id: sku, quantity, reason, note });
	}

	async level(sku: string, at: FacilityCode = 'S1'): Promise<Level> {
		const { items } = await this.get<Page<Level>>(`/levels?facility_id=${await this.facility(at)}&sku_id=${sku}`);
		return items[0] ?? { on_hand: 0, available: 0, damaged: 0 };
	}

	/** Variances of a SKU at Main Street and their reversals, newest first. */
	async variances(sku: string): Promise<Movement[]> {
		return (await this.get<Page<Movement>>(`/variances?facility_id=${await this.facility()}&sku_id=${sku}`)).items;
	}
}

export const facilityName = (code: FacilityCode) => FACILITIES.find((f) => f.code === code)!.name;
