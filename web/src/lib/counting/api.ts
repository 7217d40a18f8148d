/** What the device asks while counting (docs/API-DESIGN.md, "Counts"). */
import { api, sendKept, type Query } from '$lib/api/client';
import type { Page, SkuRef, Timestamp, Uuid } from '$lib/api/types';

export type How = 'scanned' | 'typed' | 'camera';

/** As much of a count as the device needs. */
export interface CountInfo {
	id: Uuid;
	facility_id: Uuid;
	name: string;
	kind: 'directed' | 'area' | 'spot';
	status: 'draft' | 'scheduled' | 'open' | 'in_review' | 'closed' | 'cancelled';
	blind: boolean;
	area: string | null;
	item_count: number | null;
	my_session_id: Uuid | null;
}

export interface SessionInfo {
	id: Uuid;
	count_id: Uuid;
	facility_id: Uuid;
	area: string | null;
	round: number;
	status: 'open' | 'submitted' | 'discarded';
	started_at: Timestamp;
	scans: number;
	recount_sku_ids: Uuid[];
}

export interface CatalogItem {
	sku: SkuRef;
	codes: string[];
	listed: boolean;
}

export interface SessionLine {
	sku: SkuRef;
	counted: number;
	listed: boolean;
	last_scanned_at: Timestamp;
}

export interface SessionCode {
	code: string;
	quantity: number;
	scans: number;
	first_scanned_at: Timestamp;
	before: SkuRef | null;
	after: SkuRef | null;
	sku: SkuRef | null;
	removed: boolean;
}

export interface ScanBody {
	id: Uuid;
	code?: string;
	sku_id?: Uuid;
	quantity: number;
	how: How;
	scanned_at: Timestamp;
	uncertain_ms?: number;
	undoes?: Uuid;
}

export type ScanStatus = 'counted' | 'unlisted' | 'unknown_code' | 'ambiguous_code' | 'late' | 'rejected';

export interface ScanResult {
	id: Uuid;
	status: ScanStatus;
	sku: SkuRef | null;
	candidates: SkuRef[];
	problem?: { type?: string; title?: string; detail?: string } | null;
}

export interface ScansAnswer {
	results: ScanResult[];
	safe: number;
	received_at: Timestamp;
}

/** What is kept and sent later is addressed by its path: an older version of the app may have stored it. */
export const send = <T>(path: string, body: unknown, signal: AbortSignal) => sendKept(path, body, signal) as Promise<T>;

interface Sent {
	path: Record<string, string>;
	query?: Query;
	signal?: AbortSignal;
}
/** The same client, without the generated description's word on what there is. */
const raw = api as unknown as { get: <T>(path: string, sent: Sent) => Promise<T> };

export const getCount = (id: Uuid, signal?: AbortSignal) => raw.get<CountInfo>('/counts/{id}', { path: { id }, signal });
export const getCatalog = (id: Uuid, cursor: string | null, signal?: AbortSignal) =>
	raw.get<Page<CatalogItem>>('/counts/{id}/catalog', { path: { id }, query: { cursor, limit: CATALOG_PAGE }, signal });
export const getSession = (id: Uuid, signal?: AbortSignal) => raw.get<SessionInfo>('/count-sessions/{id}', { path: { id }, signal });
export const getSessionLines = (id: Uuid, cursor: string | null, signal?: AbortSignal) =>
	raw.get<Page<SessionLine>>('/count-sessions/{id}/lines', { path: { id }, query: { cursor, limit: LINES_PAGE }, signal });
export const getSessionCodes = (id: Uuid, signal?: AbortSignal) =>
	raw.get<{ items: SessionCode[] }>('/count-sessions/{id}/codes', { path: { id }, signal });

/** As large as the server allows: a device may be on its way to the cellar. */
export const CATALOG_PAGE = 1_000;
const LINES_PAGE = 200;
