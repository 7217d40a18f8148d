/** The operations on channels (docs/API-DESIGN.md, "Channels"). */
import { api } from '$lib/api/client';
import type { BodyOf, QueryOf } from '$lib/api/typed';
import type { Uuid } from '$lib/api/types';
import type { Difference } from './shapes';

export type ChannelChange = BodyOf<'patch', '/channels/{id}'>;

/** The last part of a shop's id: what paths are made of. */
export const numberOf = (gid: string) => gid.split('/').at(-1) ?? gid;

export const listChannels = (signal?: AbortSignal) => api.get('/channels', { signal });
export const createChannel = (body: BodyOf<'post', '/channels'>) => api.post('/channels', { body });
export const getChannel = (id: Uuid, signal?: AbortSignal) => api.get('/channels/{id}', { path: { id }, signal });
export const updateChannel = (id: Uuid, body: ChannelChange) => api.patch('/channels/{id}', { path: { id }, body });

// An app that somebody lets in at the shop
export const getAuthorizationSetup = (signal?: AbortSignal) => api.get('/channels/authorizations', { signal });
/** Leaves Onhand for the shop's own page; the server leads back. */
export async function goToShop(body: BodyOf<'post', '/channels/authorizations'>): Promise<void> {
	const { authorize_url } = await api.post('/channels/authorizations', { body });
	location.assign(authorize_url);
}

// What takes longer than a request
export const checkChannel = (channel: Uuid, id: Uuid) => api.post('/channels/{id}/check', { path: { id: channel }, body: { id } });
export const startChannel = (channel: Uuid, id: Uuid, anew = false) =>
	api.post('/channels/{id}/start', { path: { id: channel }, body: anew ? { id, anew } : { id } });
export const stopChannel = (id: Uuid) => api.post('/channels/{id}/stop', { path: { id }, body: {} });
export const createAudit = (channel: Uuid, id: Uuid) => api.post('/channels/{id}/audits', { path: { id: channel }, body: { id } });
export const getJob = (id: Uuid, job: Uuid, signal?: AbortSignal) => api.get('/channels/{id}/jobs/{job}', { path: { id, job }, signal });
export const listJobs = (id: Uuid, query: QueryOf<'get', '/channels/{id}/jobs'>, signal?: AbortSignal) =>
	api.get('/channels/{id}/jobs', { path: { id }, query, signal });

// Locations
export const listLocations = (id: Uuid, signal?: AbortSignal) =>
	api.get('/channels/{id}/locations', { path: { id }, signal });
export const mapFacility = (id: Uuid, facility_id: Uuid, location: string, safety_stock: number) =>
	api.put('/channels/{id}/facilities/{facility_id}', { path: { id, facility_id }, body: { location, safety_stock } });
export const unmapFacility = (id: Uuid, facility_id: Uuid) => api.delete('/channels/{id}/facilities/{facility_id}', { path: { id, facility_id } });

// Items
export const listItems = (id: Uuid, query: QueryOf<'get', '/channels/{id}/items'>, signal?: AbortSignal) =>
	api.get('/channels/{id}/items', { path: { id }, query, signal });
export const matchItem = (id: Uuid, number: string, sku_id: Uuid | null) =>
	api.put('/channels/{id}/items/{number}/sku', { path: { id, number }, body: { sku_id } });

// Changes on their way
export const listPushes = (id: Uuid, query: QueryOf<'get', '/channels/{id}/pushes'>, signal?: AbortSignal) =>
	api.get('/channels/{id}/pushes', { path: { id }, query, signal });
export const listTold = (id: Uuid, query: QueryOf<'get', '/channels/{id}/deliveries'>, signal?: AbortSignal) =>
	api.get('/channels/{id}/deliveries', { path: { id }, query, signal });
export const retryTold = (id: Uuid, delivery: Uuid) => api.post('/channels/{id}/deliveries/{delivery}/retry', { path: { id, delivery }, body: {} });
export type PushAct = 'release' | 'retry' | 'skip';
export function actOnPush(id: Uuid, push: Uuid, act: PushAct) {
	const of = { path: { id, push }, body: {} };
	switch (act) {
		case 'release':
			return api.post('/channels/{id}/pushes/{push}/release', of);
		case 'retry':
			return api.post('/channels/{id}/pushes/{push}/retry', of);
		case 'skip':
			return api.post('/channels/{id}/pushes/{push}/skip', of);
	}
}

// Differences and certificates
export const listDifferences = (id: Uuid, query: QueryOf<'get', '/channels/{id}/differences'>, signal?: AbortSignal) =>
	api.get('/channels/{id}/differences', { path: { id }, query, signal });
export const correctDifference = (id: Uuid, difference: Pick<Difference, 'item' | 'location'>) =>
	api.post('/channels/{id}/differences/correct', { path: { id }, body: { item: difference.item, location: difference.location } });
export const listAudits = (id: Uuid, query: QueryOf<'get', '/channels/{id}/audits'>, signal?: AbortSignal) =>
	api.get('/channels/{id}/audits', { path: { id }, query, signal });
