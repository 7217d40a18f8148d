/** The operations of the office screens: lists of variances, decisions on requests, settings, imports, audit. */
import { api, url } from './client';
import type { BodyOf, QueryOf } from './typed';
import type { Page, Uuid } from './types';

// Variances
export const getVarianceSummary = (query: QueryOf<'get', '/variances/summary'>, signal?: AbortSignal) =>
	api.get('/variances/summary', { query, signal });
/** A plain address: the browser downloads it, however large it is. */
export const varianceExportUrl = (query: QueryOf<'get', '/variances/export'>) => url('/variances/export', query);

// Requests
export const approveRequest = (id: Uuid) => api.post('/variance-requests/{id}/approval', { path: { id }, body: {} });
export const declineRequest = (id: Uuid, note: string) =>
	api.post('/variance-requests/{id}/decline', { path: { id }, body: note ? { note } : {} });

// The person's own account. A wrong current password answers like a wrong sign-in; nobody is signed out for it.
export const updatePassword = (current_password: string, new_password: string) =>
	api.put('/me/password', { body: { current_password, new_password }, keepSignedOut: true });

// The retailer as a whole
export const getSettings = (signal?: AbortSignal) => api.get('/settings', { signal });
export const updateSettings = (body: BodyOf<'patch', '/settings'>) => api.patch('/settings', { body });

// Facilities
export const listFacilities = (query: QueryOf<'get', '/facilities'>, signal?: AbortSignal) => api.get('/facilities', { query, signal });
export const createFacility = (body: BodyOf<'post', '/facilities'>) => api.post('/facilities', { body });
export const updateFacility = (id: Uuid, body: BodyOf<'patch', '/facilities/{id}'>) =>
	api.patch('/facilities/{id}', { path: { id }, body });
export const listFacilityGroups = (query: QueryOf<'get', '/facility-groups'>, signal?: AbortSignal) =>
	api.get('/facility-groups', { query, signal });
export const createFacilityGroup = (body: BodyOf<'post', '/facility-groups'>) => api.post('/facility-groups', { body });
export const updateFacilityGroup = (id: Uuid, body: BodyOf<'patch', '/facility-groups/{id}'>) =>
	api.patch('/facility-groups/{id}', { path: { id }, body });

// People
export const listUsers = (query: QueryOf<'get', '/users'>, signal?: AbortSignal) => api.get('/users', { query, signal });
export const createUser = (body: BodyOf<'post', '/users'>) => api.post('/users', { body });
export const updateUser = (id: Uuid, body: BodyOf<'patch', '/users/{id}'>) => api.patch('/users/{id}', { path: { id }, body });

// Roles
export const listRoles = (query: QueryOf<'get', '/roles'>, signal?: AbortSignal) => api.get('/roles', { query, signal });
export const createRole = (body: BodyOf<'post', '/roles'>) => api.post('/roles', { body });
export const updateRole = (code: string, body: BodyOf<'patch', '/roles/{code}'>) => api.patch('/roles/{code}', { path: { code }, body });

// Reasons
export const createReason = (body: BodyOf<'post', '/reasons'>) => api.post('/reasons', { body });
export const updateReason = (code: string, body: BodyOf<'patch', '/reasons/{code}'>) =>
	api.patch('/reasons/{code}', { path: { code }, body });

// API keys
export const listApiKeys = (query: QueryOf<'get', '/api-keys'>, signal?: AbortSignal) => api.get('/api-keys', { query, signal });
export const createApiKey = (body: BodyOf<'post', '/api-keys'>) => api.post('/api-keys', { body });
export const revokeApiKey = (id: Uuid) => api.delete('/api-keys/{id}', { path: { id } });

// Imports
export function createImport(query: QueryOf<'post', '/imports'>, file: File) {
	const body = new FormData();
	body.append('file', file, file.name);
	return api.post('/imports', { query, body });
}
export const getImport = (id: Uuid, signal?: AbortSignal) => api.get('/imports/{id}', { path: { id }, signal });
export const listImports = (query: QueryOf<'get', '/imports'>, signal?: AbortSignal) => api.get('/imports', { query, signal });

// Audit
export const listAudit = (query: QueryOf<'get', '/audit'>, signal?: AbortSignal) => api.get('/audit', { query, signal });

/** All pages of a list that is short by nature (facilities, roles); stops at a number that no screen could show. */
export const WHOLE_LIST_MAX = 2_000;
export async function whole<T>(
	read: (query: { limit: number; cursor: string | null }, signal?: AbortSignal) => Promise<Page<T>>,
	signal?: AbortSignal
): Promise<T[]> {
	const items: T[] = [];
	let cursor: string | null = null;
	do {
		const page: Page<T> = await read({ limit: 200, cursor }, signal);
		items.push(...page.items);
		cursor = page.next_cursor;
	} while (cursor !== null && items.length < WHOLE_LIST_MAX);
	return items;
}
