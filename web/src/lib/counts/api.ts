/** The operations on counts (docs/API-DESIGN.md, "Counts"), and their shapes as the screens call them. */
import { api, url } from '$lib/api/client';
import type { components } from '$lib/api/schema';
import type { QueryOf } from '$lib/api/typed';
import type { Uuid } from '$lib/api/types';

type Schemas = components['schemas'];

export type CountKind = Schemas['CountKind'];
export type CountStatus = Schemas['CountStatus'];
export type CountOrigin = Schemas['CountOrigin'];
export type Count = Schemas['Count'];
export type CountFilter = Schemas['CountFilter'];
export type NewCount = Schemas['CreateCount'];
export type CountChange = Schemas['UpdateCount'];
export type Candidates = Schemas['CountCandidates'];
export type CountSession = Schemas['CountSession'];

export type LineStatus = Schemas['LineStatus'];
export type LineGroup = Schemas['GroupFilter'];
export type LineSort = Exclude<NonNullable<QueryOf<'get', '/counts/{id}/lines'>['sort']>, ''>;
export type DecisionKind = Schemas['Decision'];
export type LineDecision = Schemas['LineDecision'];
export type CountLine = Schemas['CountLine'];
export type CountSummary = Schemas['CountSummary'];
export type StoryScan = Schemas['StoryScan'];
export type StoryDecision = Schemas['StoryDecision'];
export type CountLineStory = Schemas['CountLineStory'];
export type LineFilter = Schemas['LineFilter'];
export type DecisionBody = Schemas['DecideCountLines'];
export type DecisionAnswer = Schemas['DecisionResults'];
export type CountResult = Schemas['CountResult'];

export type ScheduleRule = Schemas['ScheduleRule'];
export type CountSchedule = Schemas['CountSchedule'];
export type ScheduleBody = Schemas['CreateCountSchedule'];
export type CountImport = Schemas['CountImport'];
export type ImportMode = Schemas['ImportMode'];
export type SkuCount = Schemas['SkuCount'];
export type Policy = Schemas['Policy'];
export type CountPolicy = Schemas['CountPolicy'];

// Counts
export type ListCounts = QueryOf<'get', '/counts'>;
export const listCounts = (query: ListCounts, signal?: AbortSignal) => api.get('/counts', { query, signal });
export const getCount = (id: Uuid, signal?: AbortSignal) => api.get('/counts/{id}', { path: { id }, signal });
export const createCount = (body: NewCount) => api.post('/counts', { body });
export const updateCount = (id: Uuid, body: CountChange) => api.patch('/counts/{id}', { path: { id }, body });
export const openCount = (id: Uuid, early = false) => api.post('/counts/{id}/open', { path: { id }, body: early ? { early } : {} });
export const cancelCount = (id: Uuid, reason?: string) =>
	api.post('/counts/{id}/cancel', { path: { id }, body: reason ? { reason } : {} });
export const submitCount = (id: Uuid) => api.post('/counts/{id}/submit', { path: { id } });
export const markNoneFound = (id: Uuid, sku_ids?: Uuid[]) =>
	api.post('/counts/{id}/none-found', { path: { id }, body: sku_ids ? { sku_ids } : {} });
export const listCandidates = (facility_id: Uuid, filter: CountFilter, signal?: AbortSignal) =>
	api.get('/counts/candidates', { query: { facility_id, ...filter }, signal });
/** Who may be asked to count there. */
export const listCounters = (query: QueryOf<'get', '/counts/counters'>, signal?: AbortSignal) => api.get('/counts/counters', { query, signal });
export function importCounts(query: { facility_id?: Uuid; mode: ImportMode }, file: File) {
	const body = new FormData();
	body.append('file', file, file.name);
	return api.post('/counts/imports', { query, body });
}

// Sessions
export const listSessions = (id: Uuid, signal?: AbortSignal) =>
	api.get('/counts/{id}/sessions', { path: { id }, signal });
export const submitSession = (id: Uuid) => api.post('/count-sessions/{id}/submit', { path: { id }, body: {} });
export const reopenSession = (id: Uuid) => api.post('/count-sessions/{id}/reopen', { path: { id } });
export const discardSession = (id: Uuid) => api.post('/count-sessions/{id}/discard', { path: { id } });

// Review
export type ListLines = QueryOf<'get', '/counts/{id}/lines'>;
export const listLines = (id: Uuid, query: ListLines, signal?: AbortSignal) =>
	api.get('/counts/{id}/lines', { path: { id }, query, signal });
export const getSummary = (id: Uuid, signal?: AbortSignal) => api.get('/counts/{id}/summary', { path: { id }, signal });
export const getStory = (id: Uuid, sku_id: Uuid, signal?: AbortSignal) =>
	api.get('/counts/{id}/lines/{sku_id}', { path: { id, sku_id }, signal });
export const decide = (id: Uuid, body: DecisionBody) => api.post('/counts/{id}/decisions', { path: { id }, body });
export const closeCount = (id: Uuid) => api.post('/counts/{id}/close', { path: { id }, body: {} });
export const undoLines = (count: Uuid, id: Uuid, sku_ids?: Uuid[], note?: string) =>
	api.post('/counts/{id}/undo', {
		path: { id: count },
		body: { id, ...(sku_ids && { sku_ids }), ...(note && { note }) }
	});
export const getResult = (id: Uuid, signal?: AbortSignal) => api.get('/counts/{id}/result', { path: { id }, signal });
/** A plain address: the browser downloads it, however large it is. */
export const countExportUrl = (id: Uuid, format: 'csv' | 'xlsx') => url(`/counts/${encodeURIComponent(id)}/export`, { format });

export const getPolicy = (facility_group_id: Uuid | null, signal?: AbortSignal) =>
	api.get('/count-policy', { query: { facility_group_id }, signal });
/** `version` is the one that was read: of two who change it at once, one is told. */
export const putPolicy = (facility_group_id: Uuid | null, version: number | null, body: Policy) =>
	api.put('/count-policy', { query: { facility_group_id, version }, body });

// Schedules, policy, a SKU's counts
export const listSchedules = (facility_id: Uuid | null, signal?: AbortSignal) =>
	api.get('/count-schedules', { query: { facility_id }, signal });
export const createSchedule = (body: ScheduleBody) => api.post('/count-schedules', { body });
export const updateSchedule = (id: Uuid, body: Partial<Omit<ScheduleBody, 'id' | 'facility_id'>>) =>
	api.patch('/count-schedules/{id}', { path: { id }, body });
export const deleteSchedule = (id: Uuid) => api.delete('/count-schedules/{id}', { path: { id } });
export const listSkuCounts = (sku_id: Uuid, facility_id: Uuid, signal?: AbortSignal) =>
	api.get('/skus/{sku_id}/counts', { path: { sku_id }, query: { facility_id }, signal });
