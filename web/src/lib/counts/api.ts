/**
 * The operations on counts (docs/API-DESIGN.md, "Counts") and their shapes. Written by hand until the generated
 * description has them.
 */
import { api, url, type Query } from '$lib/api/client';
import type { Actor, Money, Movement, Page, SkuRef, Timestamp, Uuid } from '$lib/api/types';

interface Sent {
	query?: Query;
	path?: Record<string, string>;
	body?: unknown;
	signal?: AbortSignal;
}
/** The same client, without the generated description's word on what there is. */
const raw = api as unknown as Record<'get' | 'post' | 'put' | 'patch' | 'delete', <T>(path: string, sent?: Sent) => Promise<T>>;

export type CountKind = 'directed' | 'area' | 'spot';
export type CountStatus = 'draft' | 'scheduled' | 'open' | 'in_review' | 'closed' | 'cancelled';
export type CountOrigin = 'hand' | 'import' | 'schedule' | 'trigger';

export interface Count {
	id: Uuid;
	facility_id: Uuid;
	name: string;
	kind: CountKind;
	status: CountStatus;
	blind: boolean;
	area: string | null;
	note: string | null;
	origin: CountOrigin;
	start_at: Timestamp | null;
	due_at: Timestamp | null;
	overdue: boolean;
	/** null for areas: whatever is there. */
	item_count: number | null;
	assignees: Actor[];
	created_by: Actor | null;
	created_at: Timestamp;
	opened_at: Timestamp | null;
	opened_by: Actor | null;
	submitted_at: Timestamp | null;
	submitted_by: Actor | null;
	closed_at: Timestamp | null;
	closed_by: Actor | null;
	cancelled_at: Timestamp | null;
	cancelled_by: Actor | null;
	version: number;
	progress: { sessions_open: number; sessions_submitted: number; units: number; skus_counted: number; unknown_codes: number };
	my_session_id: Uuid | null;
	may: { open: boolean; count: boolean; submit: boolean; review: boolean; close: boolean; cancel: boolean; see_expected: boolean };
}

export interface CountFilter {
	category?: string;
	vendor?: string;
	negative?: boolean;
	on_hand_zero?: boolean;
	not_counted_days?: number;
	value_min?: Money;
	q?: string;
	limit?: number;
}

export interface NewCount {
	id: Uuid;
	facility_id: Uuid;
	name: string;
	kind: CountKind;
	blind?: boolean;
	area?: string;
	sku_ids?: Uuid[];
	filter?: CountFilter;
	start_at?: Timestamp;
	due_at?: Timestamp;
	note?: string;
	assignee_ids?: Uuid[];
}

export interface CountChange {
	name?: string;
	area?: string | null;
	start_at?: Timestamp | null;
	due_at?: Timestamp | null;
	note?: string | null;
	assignee_ids?: Uuid[];
	blind?: boolean;
}

export interface Candidates {
	total: number;
	items: SkuRef[];
}

export interface CountSession {
	id: Uuid;
	count_id: Uuid;
	facility_id: Uuid;
	area: string | null;
	round: number;
	counter: Actor;
	device: string | null;
	status: 'open' | 'submitted' | 'discarded';
	started_at: Timestamp;
	submitted_at: Timestamp | null;
	units: number;
	skus: number;
	scans: number;
	unknown_codes: number;
	clock_offset_ms: number | null;
	recount_sku_ids: Uuid[];
}

export type LineStatus =
	| 'unknown'
	| 'counted'
	| 'unlisted'
	| 'consistent'
	| 'recount'
	| 'accepted'
	| 'rejected'
	| 'posted'
	| 'undone'
	| 'left_out';
export type LineGroup = 'needs_me' | 'large' | 'odd' | 'small' | 'consistent';
export type LineSort = 'value' | 'variance' | 'sku' | 'time';
export type DecisionKind = 'accept' | 'reject' | 'recount';

export interface LineDecision {
	decision: DecisionKind;
	/** null: the policy. */
	by: Actor | null;
	/** Who else, where it takes two. */
	second_by: Actor | null;
	at: Timestamp | null;
	reason: string | null;
	rule: string;
}

export interface CountLine {
	sku_id: Uuid;
	sku: SkuRef;
	status: LineStatus;
	counted: number | null;
	expected: number | null;
	expected_low: number | null;
	expected_high: number | null;
	variance: number | null;
	variance_low: number | null;
	variance_high: number | null;
	percent: number | null;
	unit_value: Money | null;
	value: Money | null;
	group: LineGroup | null;
	first_scanned_at: Timestamp | null;
	last_scanned_at: Timestamp | null;
	scans: number;
	round: number;
	how: string[];
	counters: Actor[];
	areas: string[];
	sessions: number;
	clock_uncertain: boolean;
	basket_units: number;
	decision: LineDecision | null;
	needs: 'anyone' | 'manager' | 'controller' | 'two' | null;
	may_decide: boolean;
	may_not_because: string | null;
	line_id: Uuid | null;
	movement_id: Uuid | null;
}

export interface CountSummary {
	lines: Partial<Record<LineStatus, number>>;
	/** null for whoever may not know what the record expects. */
	groups: Record<LineGroup, number> | null;
	/** Lines that stand against closing. */
	undecided: number | null;
	counted_units: number;
	expected_units: number | null;
	variance_units: number | null;
	gross_value: Money | null;
	net_value: Money | null;
	late_scans: number;
}

export interface StoryScan {
	id: Uuid;
	at: Timestamp;
	received_at: Timestamp;
	quantity: number;
	how: string;
	code: string | null;
	counter: Actor | null;
	area: string | null;
	session_id: Uuid;
	round: number;
	uncertainty_ms: number;
	late: boolean;
	undoes: Uuid | null;
}

export interface Photo {
	id: Uuid;
	sha256: string;
	content_type: string;
	bytes: number;
	taken_by: Actor | null;
	created_at: Timestamp;
}

export interface CountLineStory {
	line: CountLine;
	scans: StoryScan[];
	movements: Movement[];
	basket_sales: Movement[];
	counts: SkuCount[];
	decisions: LineDecision[];
	photos: Photo[];
}

export interface LineFilter {
	status?: string;
	group?: LineGroup;
	q?: string;
}

export type DecisionBody =
	| { decisions: { sku_id: Uuid; decision: DecisionKind; reason?: string }[] }
	| { filter: LineFilter; decision: DecisionKind; reason?: string };

export interface ProblemBody {
	type: string;
	title?: string;
	detail?: string | null;
}

export interface DecisionAnswer {
	results: { sku_id: Uuid; status: LineStatus | null; problem?: ProblemBody | null }[];
	changed: number;
}

export interface CountResult {
	lines: number;
	posted: number;
	units_lost: number;
	units_gained: number;
	value_lost: Money | null;
	value_gained: Money | null;
	net_value: Money | null;
	gross_value: Money | null;
	accuracy: {
		exact: number | null;
		exact_low: number | null;
		exact_high: number | null;
		within_tolerance: number | null;
		gross_value: number | null;
		net_value: number | null;
	};
	by_reason: { reason: string; lines: number; units_lost: number; units_gained: number; value: Money | null }[];
	by_counter: { counter: Actor; lines: number; exact: number | null }[];
	reviewers: Actor[];
	late_corrections: number;
	undone: number;
}

export type ScheduleRule =
	| { kind: 'weekly'; /** 1 is Monday, 7 is Sunday. */ weekdays: number[]; area?: string | null; filter?: CountFilter | null }
	| { kind: 'abc'; a: number; b: number; c: number }
	| { kind: 'random'; skus_a_day: number };

export interface CountSchedule {
	id: Uuid;
	facility_id: Uuid;
	name: string;
	rule: ScheduleRule;
	blind: boolean;
	/** "06:00" of the facility's clock. */
	at: string;
	due_after_hours: number | null;
	active: boolean;
	next_at: Timestamp | null;
	last_count_id: Uuid | null;
}
export type ScheduleBody = Omit<CountSchedule, 'next_at' | 'last_count_id'>;

export interface CountImport {
	counts: { id: Uuid; name: string; facility_id: Uuid; items: number; /** Not there before. */ made: boolean }[];
	merged: number;
	errors: { line: number; column: string | null; value: string | null; problem: string; remedy: string }[];
	errors_total: number;
}
export type ImportMode = 'dry_run' | 'good_rows' | 'all_or_nothing';

export interface SkuCount {
	count_id: Uuid;
	name: string;
	at: Timestamp;
	counted: number;
	/** With what was learned since; 0 where it was taken back. */
	variance: number | null;
	undone: boolean;
	closed_at: Timestamp | null;
}

// Counts
export interface ListCounts extends Query {
	facility_id?: Uuid | null;
	status?: string;
	mine?: boolean;
	origin?: CountOrigin | '';
	q?: string;
	cursor?: string | null;
	limit?: number;
}
export const listCounts = (query: ListCounts, signal?: AbortSignal) => raw.get<Page<Count>>('/counts', { query, signal });
export const getCount = (id: Uuid, signal?: AbortSignal) => raw.get<Count>('/counts/{id}', { path: { id }, signal });
export const createCount = (body: NewCount) => raw.post<Count>('/counts', { body });
export const updateCount = (id: Uuid, body: CountChange) => raw.patch<Count>('/counts/{id}', { path: { id }, body });
export const openCount = (id: Uuid, early = false) => raw.post<Count>('/counts/{id}/open', { path: { id }, body: early ? { early } : {} });
export const cancelCount = (id: Uuid, reason?: string) =>
	raw.post<Count>('/counts/{id}/cancel', { path: { id }, body: reason ? { reason } : {} });
export const submitCount = (id: Uuid) => raw.post<Count>('/counts/{id}/submit', { path: { id }, body: {} });
export const markNoneFound = (id: Uuid, sku_ids?: Uuid[]) =>
	raw.post<{ marked: number }>('/counts/{id}/none-found', { path: { id }, body: sku_ids ? { sku_ids } : {} });
export const listCandidates = (facility_id: Uuid, filter: CountFilter, signal?: AbortSignal) =>
	raw.get<Candidates>('/counts/candidates', { query: { facility_id, ...filter }, signal });
export function importCounts(query: { facility_id?: Uuid; mode: ImportMode }, file: File) {
	const body = new FormData();
	body.append('file', file, file.name);
	return raw.post<CountImport>('/counts/imports', { query, body });
}

// Sessions
export const listSessions = (id: Uuid, signal?: AbortSignal) =>
	raw.get<{ items: CountSession[] }>('/counts/{id}/sessions', { path: { id }, signal });
export const submitSession = (id: Uuid) => raw.post<CountSession>('/count-sessions/{id}/submit', { path: { id }, body: {} });
export const reopenSession = (id: Uuid) => raw.post<CountSession>('/count-sessions/{id}/reopen', { path: { id }, body: {} });
export const discardSession = (id: Uuid) => raw.post<CountSession>('/count-sessions/{id}/discard', { path: { id }, body: {} });

// Review
export interface ListLines extends Query {
	status?: string;
	group?: string;
	q?: string;
	sort?: LineSort;
	cursor?: string | null;
	limit?: number;
}
export const listLines = (id: Uuid, query: ListLines, signal?: AbortSignal) =>
	raw.get<Page<CountLine>>('/counts/{id}/lines', { path: { id }, query, signal });
export const getSummary = (id: Uuid, signal?: AbortSignal) => raw.get<CountSummary>('/counts/{id}/summary', { path: { id }, signal });
export const getStory = (id: Uuid, sku_id: Uuid, signal?: AbortSignal) =>
	raw.get<CountLineStory>('/counts/{id}/lines/{sku_id}', { path: { id, sku_id }, signal });
export const decide = (id: Uuid, body: DecisionBody) => raw.post<DecisionAnswer>('/counts/{id}/decisions', { path: { id }, body });
export const closeCount = (id: Uuid) => raw.post<Count>('/counts/{id}/close', { path: { id }, body: {} });
export const undoLines = (count: Uuid, id: Uuid, sku_ids?: Uuid[], note?: string) =>
	raw.post<{ undone: { sku_id: Uuid; movement_id: Uuid | null }[] }>('/counts/{id}/undo', {
		path: { id: count },
		body: { id, ...(sku_ids && { sku_ids }), ...(note && { note }) }
	});
export const getResult = (id: Uuid, signal?: AbortSignal) => raw.get<CountResult>('/counts/{id}/result', { path: { id }, signal });
/** A plain address: the browser downloads it, however large it is. */
export const countExportUrl = (id: Uuid, format: 'csv' | 'xlsx') => url(`/counts/${encodeURIComponent(id)}/export`, { format });
export const photoUrl = (id: Uuid) => url(`/photos/${encodeURIComponent(id)}`);

export interface Policy {
	/** A line is accepted by itself where all of it holds. */
	accept: { enabled: boolean; units_max: number; value_max: Money; percent_max: number; scanned_only: boolean; person_day_value_max: Money };
	/** A line is counted again where one of these holds. */
	recount: { enabled: boolean; units_over: number; value_over: Money; percent_over: number; rounds_max: number; by_other: boolean };
	/** Up to this value whoever reviews decides. */
	manager_value_max: Money;
	/** Up to this value somebody of a higher rank does; beyond it two people. */
	controller_value_max: Money;
	controller_rank: number;
}

export interface CountPolicy extends Policy {
	facility_group_id: Uuid | null;
	/** 0 is what was shipped. */
	version: number;
	author: Actor | null;
	created_at: Timestamp | null;
}

export const getPolicy = (facility_group_id: Uuid | null, signal?: AbortSignal) =>
	raw.get<CountPolicy>('/count-policy', { query: { facility_group_id }, signal });
/** `version` is the one that was read: of two who change it at once, one is told. */
export const putPolicy = (facility_group_id: Uuid | null, version: number | null, body: Policy) =>
	raw.put<CountPolicy>('/count-policy', { query: { facility_group_id, version }, body });

// Schedules, policy, a SKU's counts
export const listSchedules = (facility_id: Uuid | null, signal?: AbortSignal) =>
	raw.get<Page<CountSchedule>>('/count-schedules', { query: { facility_id }, signal });
export const createSchedule = (body: ScheduleBody) => raw.post<CountSchedule>('/count-schedules', { body });
export const updateSchedule = (id: Uuid, body: Partial<Omit<ScheduleBody, 'id' | 'facility_id'>>) =>
	raw.patch<CountSchedule>('/count-schedules/{id}', { path: { id }, body });
export const deleteSchedule = (id: Uuid) => raw.delete<void>('/count-schedules/{id}', { path: { id } });
export const listSkuCounts = (sku_id: Uuid, facility_id: Uuid, signal?: AbortSignal) =>
	raw.get<Page<SkuCount>>('/skus/{sku_id}/counts', { path: { sku_id }, query: { facility_id }, signal });
