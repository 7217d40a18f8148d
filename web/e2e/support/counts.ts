import { randomUUID } from 'node:crypto';
import type { Api, Product } from './api';

export interface Seen {
	product: Product;
	/** How many were scanned; none where absent. */
	units?: number;
}

export interface CountWish {
	name: string;
	area?: string;
	seen: Seen[];
	/** How far it goes; in review where absent. */
	until?: 'open' | 'in_review';
}

/** A count of an area as the API makes it, counted by the tests' own key. Returns its id. */
export async function counted(api: Api, { name, area = name, seen, until = 'in_review' }: CountWish): Promise<string> {
	const id = randomUUID();
	// Not a blind one: the other tests share this key, and go on seeing stock.
	await api.post('/counts', { id, facility_id: await api.facility(), name, kind: 'area', area, blind: false });
	await api.post(`/counts/${id}/open`, {});
	const session = randomUUID();
	await api.post(`/counts/${id}/sessions`, { id: session, area });
	const scans = seen.filter((s) => s.units).map(({ product, units }) => ({ id: randomUUID(), code: product.barcode, quantity: units, how: 'scanned', scanned_at: new Date().toISOString() }));
	if (scans.length) await api.post(`/count-sessions/${session}/scans`, { scans, sent_at: new Date().toISOString() });
	if (until === 'open') return id;
	await api.post(`/count-sessions/${session}/submit`, {});
	await api.post(`/counts/${id}/submit`, {});
	return id;
}
