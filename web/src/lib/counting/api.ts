/** What the device asks while counting (docs/API-DESIGN.md, "Counts"). */
import { api, sendKept } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { Uuid } from '$lib/api/types';

type Schemas = components['schemas'];

export type How = Schemas['ScanHow'];
/** As much of a count as the device needs. `may` isn't in what an older version of the app has kept. */
export type CountInfo = Pick<
	Schemas['Count'],
	'id' | 'facility_id' | 'name' | 'kind' | 'status' | 'blind' | 'area' | 'item_count' | 'my_session_id'
> &
	Partial<Pick<Schemas['Count'], 'may'>>;
export type SessionInfo = Schemas['CountSession'];
export type CatalogItem = Schemas['CountCatalogEntry'];
export type SessionLine = Schemas['SessionLine'];
export type SessionCode = Schemas['SessionCode'];
export type ScanBody = Schemas['NewScan'];
export type ScanStatus = Schemas['ScanStatus'];
export type ScanResult = Schemas['ScanResult'];
export type ScansAnswer = Schemas['ScanResults'];

/** What is kept and sent later is addressed by its path: an older version of the app may have stored it. */
export const send = <T>(path: string, body: unknown, signal: AbortSignal) => sendKept(path, body, signal) as Promise<T>;


export const getCount = (id: Uuid, signal?: AbortSignal) => api.get('/counts/{id}', { path: { id }, signal });
export const getCatalog = (id: Uuid, cursor: string | null, signal?: AbortSignal) =>
	api.get('/counts/{id}/catalog', { path: { id }, query: { cursor, limit: CATALOG_PAGE }, signal });
export const getSession = (id: Uuid, signal?: AbortSignal) => api.get('/count-sessions/{id}', { path: { id }, signal });
export const getSessionLines = (id: Uuid, cursor: string | null, signal?: AbortSignal) =>
	api.get('/count-sessions/{id}/lines', { path: { id }, query: { cursor, limit: LINES_PAGE }, signal });
export const getSessionCodes = (id: Uuid, signal?: AbortSignal) =>
	api.get('/count-sessions/{id}/codes', { path: { id }, signal });

/** As large as the server allows: a device may be on its way to the cellar. */
export const CATALOG_PAGE = 1_000;
const LINES_PAGE = 200;
