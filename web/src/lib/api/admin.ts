/** The operations of the office screens: lists of variances, decisions on requests, settings, imports, audit. */
import { api, seg, url, type Query } from './client';
import type {
	ApiKey,
	AuditEntry,
	Facility,
	FacilityGroup,
	Import,
	Limits,
	Page,
	Permission,
	Reason,
	Role,
	User,
	Uuid,
	VarianceAnswer,
	VarianceRequest,
	VarianceSummary
} from './types';

// Variances
export const getVarianceSummary = (query: Query, signal?: AbortSignal) =>
	api.get<VarianceSummary>('/variances/summary', query, signal);
/** A plain address: the browser downloads it, however large it is. */
export const varianceExportUrl = (format: 'csv' | 'xlsx', query: Query) => url('/variances/export', { format, ...query });

// Requests
export const approveRequest = (id: Uuid) => api.post<VarianceAnswer>(`/variance-requests/${seg(id)}/approval`, {});
export const declineRequest = (id: Uuid, note: string) =>
	api.post<VarianceRequest>(`/variance-requests/${seg(id)}/decline`, note ? { note } : {});

// The person's own account. A wrong current password answers like a wrong sign-in; nobody is signed out for it.
export const updatePassword = (current_password: string, new_password: string) =>
	api.put<void>('/me/password', { current_password, new_password }, { keepSignedOut: true });

// Facilities
export const listFacilities = (query: Query, signal?: AbortSignal) => api.get<Page<Facility>>('/facilities', query, signal);
export const createFacility = (body: {
	id: Uuid;
	code: string;
	name: string;
	time_zone: string;
	opened_on?: string;
	group_ids: Uuid[];
}) => api.post<Facility>('/facilities', body);
export const updateFacility = (id: Uuid, body: object) => api.patch<Facility>(`/facilities/${seg(id)}`, body);
export const listFacilityGroups = (query: Query, signal?: AbortSignal) =>
	api.get<Page<FacilityGroup>>('/facility-groups', query, signal);
export const createFacilityGroup = (body: { id: Uuid; code: string; name: string }) =>
	api.post<FacilityGroup>('/facility-groups', body);
export const updateFacilityGroup = (id: Uuid, body: { code: string; name: string }) =>
	api.patch<FacilityGroup>(`/facility-groups/${seg(id)}`, body);

// People
export interface GrantBody {
	role: string;
	scope: { kind: 'all' | 'group' | 'facility'; id?: Uuid };
}
export const listUsers = (query: Query, signal?: AbortSignal) => api.get<Page<User>>('/users', query, signal);
export const createUser = (body: { id: Uuid; email: string; name: string; password: string; grants: GrantBody[] }) =>
	api.post<User>('/users', body);
export const updateUser = (id: Uuid, body: object) => api.patch<User>(`/users/${seg(id)}`, body);

// Roles
export const listRoles = (query: Query, signal?: AbortSignal) => api.get<Page<Role>>('/roles', query, signal);
export const createRole = (body: { code: string; label: string; permissions: Permission[]; limits: Limits; rank: number }) =>
	api.post<Role>('/roles', body);
export const updateRole = (code: string, body: { label: string; permissions: Permission[]; limits: Limits; rank: number }) =>
	api.patch<Role>(`/roles/${seg(code)}`, body);

// Reasons
export const createReason = (body: object) => api.post<Reason>('/reasons', body);
export const updateReason = (code: string, body: object) => api.patch<Reason>(`/reasons/${seg(code)}`, body);

// API keys
export const listApiKeys = (query: Query, signal?: AbortSignal) => api.get<Page<ApiKey>>('/api-keys', query, signal);
export const createApiKey = (body: GrantBody & { id: Uuid; name: string; expires_at?: string }) => api.post<ApiKey>('/api-keys', body);
export const revokeApiKey = (id: Uuid) => api.delete<ApiKey | undefined>(`/api-keys/${seg(id)}`);

// Imports
export function createImport(query: { kind: Import['kind']; facility_id?: Uuid; mode: Import['mode']; locations?: string }, file: File): Promise<Import> {
	const form = new FormData();
	form.append('file', file, file.name);
	return api.post<Import>('/imports', form, { query });
}
export const getImport = (id: Uuid, signal?: AbortSignal) => api.get<Import>(`/imports/${seg(id)}`, undefined, signal);
export const listImports = (query: Query, signal?: AbortSignal) => api.get<Page<Import>>('/imports', query, signal);

// Audit
export const listAudit = (query: Query, signal?: AbortSignal) => api.get<Page<AuditEntry>>('/audit', query, signal);

/** All pages of a list that is short by nature (facilities, roles); stops at a number that no screen could show. */
export const WHOLE_LIST_MAX = 2_000;
export async function whole<T>(read: (query: Query, signal?: AbortSignal) => Promise<Page<T>>, signal?: AbortSignal): Promise<T[]> {
	const items: T[] = [];
	let cursor: string | null = null;
	do {
		const page: Page<T> = await read({ limit: 200, cursor }, signal);
		items.push(...page.items);
		cursor = page.next_cursor;
	} while (cursor !== null && items.length < WHOLE_LIST_MAX);
	return items;
}
