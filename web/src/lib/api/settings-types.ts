/** The shapes of settings, imports and the audit list. */
import type { Uuid, Timestamp, Permission, Limits, Scope, Grant, Actor, SkuRef } from './types';

export interface FacilityGroupRef {
	id: Uuid;
	code: string;
	name: string;
}

export interface Facility {
	id: Uuid;
	code: string;
	name: string;
	time_zone: string;
	opened_at: Timestamp | null;
	active: boolean;
	groups: FacilityGroupRef[];
}

export interface FacilityGroup extends FacilityGroupRef {
	facility_ids: Uuid[];
}

export interface User {
	id: Uuid;
	email: string;
	name: string;
	active: boolean;
	grants: Grant[];
	last_sign_in_at: Timestamp | null;
	created_at: Timestamp;
}

export interface Role {
	code: string;
	label: string;
	shipped: boolean;
	rank: number;
	permissions: Permission[];
	limits: Limits;
}

export interface ApiKey {
	id: Uuid;
	name: string;
	prefix: string;
	role: string | null;
	scope: Scope | null;
	expires_at: Timestamp | null;
	last_used_at: Timestamp | null;
	created_at: Timestamp;
	revoked_at: Timestamp | null;
	/** Only in the answer to the POST. */
	secret?: string;
}

export interface ImportReport {
	products: { created: number; updated: number; unchanged: number };
	skus: { created: number; updated: number; unchanged: number; untracked: number };
	opening: { posted: number; units: number; negative: number };
	differences: { line: number; sku: SkuRef | string; file: number; record: number }[];
	differences_total: number;
	errors: { line: number; column: string | null; value: string | null; problem: string; remedy: string }[];
	errors_total: number;
}

export interface Import {
	id: Uuid;
	kind: 'catalog' | 'stock';
	facility_id: Uuid | null;
	mode: 'dry_run' | 'good_rows' | 'all_or_nothing';
	file_name: string | null;
	status: 'running' | 'done' | 'failed';
	rows_done: number;
	rows_total: number | null;
	report: ImportReport | null;
	/** Why it failed, in words for people. */
	failure: string | null;
	started_at: Timestamp;
	finished_at: Timestamp | null;
}

/** One decision: who, what, where, by which rule; also what was refused. */
export interface AuditEntry {
	id: Uuid;
	at: Timestamp;
	actor: Actor | null;
	/** The operation's id. */
	action: string;
	facility_id: Uuid | null;
	allowed: boolean;
	rule: string;
	subject: string | null;
}
