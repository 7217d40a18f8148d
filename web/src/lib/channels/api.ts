/** The operations on channels (docs/API-DESIGN.md, "Channels"). */
import { early } from '$lib/api/client';
import type { Page, Uuid } from '$lib/api/types';
import type { Audit, Channel, ChannelItem, ChannelJob, ChannelLocation, Credentials, Difference, DifferenceClass, ItemProblem, Push, PushStatus } from './shapes';

export interface ChannelBody {
	id: Uuid;
	shop: string;
	name?: string;
	credentials: Credentials;
	webhook_secret?: string;
}

export interface ChannelChange {
	name?: string;
	threshold?: number;
	push_limit?: number | null;
	corrects?: boolean;
	credentials?: Credentials;
	webhook_secret?: string;
}

export interface PageQuery {
	cursor?: string | null;
	limit?: number;
}

/** The last part of a shop's id: what paths are made of. */
export const numberOf = (gid: string) => gid.split('/').at(-1) ?? gid;

export const listChannels = (signal?: AbortSignal) => early.get<{ items: Channel[] }>('/channels', { signal });
export const createChannel = (body: ChannelBody) => early.post<Channel>('/channels', { body });
export const getChannel = (id: Uuid, signal?: AbortSignal) => early.get<Channel>('/channels/{id}', { path: { id }, signal });
export const updateChannel = (id: Uuid, body: ChannelChange) => early.patch<Channel>('/channels/{id}', { path: { id }, body });

// What takes longer than a request
export const checkChannel = (channel: Uuid, id: Uuid) => early.post<ChannelJob>('/channels/{id}/check', { path: { id: channel }, body: { id } });
export const startChannel = (channel: Uuid, id: Uuid, anew = false) =>
	early.post<ChannelJob>('/channels/{id}/start', { path: { id: channel }, body: anew ? { id, anew } : { id } });
export const stopChannel = (id: Uuid) => early.post<Channel>('/channels/{id}/stop', { path: { id }, body: {} });
export const createAudit = (channel: Uuid, id: Uuid) => early.post<ChannelJob>('/channels/{id}/audits', { path: { id: channel }, body: { id } });
export const getJob = (id: Uuid, job: Uuid, signal?: AbortSignal) => early.get<ChannelJob>('/channels/{id}/jobs/{job}', { path: { id, job }, signal });
export const listJobs = (id: Uuid, query: PageQuery & { kind?: string }, signal?: AbortSignal) =>
	early.get<Page<ChannelJob>>('/channels/{id}/jobs', { path: { id }, query: { ...query }, signal });

// Locations
export const listLocations = (id: Uuid, signal?: AbortSignal) =>
	early.get<{ items: ChannelLocation[] }>('/channels/{id}/locations', { path: { id }, signal });
export const mapFacility = (id: Uuid, facility_id: Uuid, location: string, safety_stock: number) =>
	early.put<ChannelLocation>('/channels/{id}/facilities/{facility_id}', { path: { id, facility_id }, body: { location, safety_stock } });
export const unmapFacility = (id: Uuid, facility_id: Uuid) => early.delete<void>('/channels/{id}/facilities/{facility_id}', { path: { id, facility_id } });

// Items
export const listItems = (id: Uuid, query: PageQuery & { problem?: ItemProblem | ''; not_live?: boolean }, signal?: AbortSignal) =>
	early.get<Page<ChannelItem>>('/channels/{id}/items', { path: { id }, query: { ...query }, signal });
export const matchItem = (id: Uuid, number: string, sku_id: Uuid | null) =>
	early.put<ChannelItem>('/channels/{id}/items/{number}/sku', { path: { id, number }, body: { sku_id } });

// Changes on their way
export const listPushes = (id: Uuid, query: PageQuery & { status?: PushStatus | ''; open?: boolean; movement_id?: Uuid }, signal?: AbortSignal) =>
	early.get<Page<Push>>('/channels/{id}/pushes', { path: { id }, query: { ...query }, signal });
export type PushAct = 'release' | 'retry' | 'skip';
export const actOnPush = (id: Uuid, push: Uuid, act: PushAct) =>
	early.post<Push>(`/channels/{id}/pushes/{push}/${act}`, { path: { id, push }, body: {} });

// Differences and certificates
export const listDifferences = (id: Uuid, query: PageQuery & { confirmed?: boolean; class?: DifferenceClass | '' }, signal?: AbortSignal) =>
	early.get<Page<Difference>>('/channels/{id}/differences', { path: { id }, query: { ...query }, signal });
export const correctDifference = (id: Uuid, difference: Pick<Difference, 'item' | 'location'>) =>
	early.post<Difference>('/channels/{id}/differences/correct', { path: { id }, body: { item: difference.item, location: difference.location } });
export const listAudits = (id: Uuid, query: PageQuery, signal?: AbortSignal) =>
	early.get<Page<Audit>>('/channels/{id}/audits', { path: { id }, query: { ...query }, signal });
