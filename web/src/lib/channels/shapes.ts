/** The shapes of docs/API-DESIGN.md, "Channels". */
import type { Actor, SkuRef, Timestamp, Uuid } from '$lib/api/types';

export type ChannelStatus = 'connected' | 'running' | 'stopped' | 'broken';
/** `offline`: let in by a merchant, who went to the shop for it; nobody can type that. */
export type CredentialKind = 'static' | 'client_credentials' | 'offline';
export type Credentials = { kind: 'static'; token: string } | { kind: 'client_credentials'; client_id: string; client_secret: string };

export interface ChannelSummary {
	/** Movements of the ledger that have not been looked at yet. */
	behind: number;
	waiting: Record<Urgency, number>;
	sending: number;
	held: number;
	rejected: number;
	oldest: Timestamp | null;
	settled_last_hour: number;
	median_ms: number | null;
	p99_ms: number | null;
	levels: { live: number; frozen: number; closed: number };
	items: { matched: number; not_live: number } & Record<ItemProblem, number>;
	differences: { confirmed: number; unconfirmed: number };
}

export interface Channel {
	id: Uuid;
	name: string;
	shop: string;
	api_version: string;
	credential_kind: CredentialKind;
	scopes: string[];
	webhook_secrets: number;
	status: ChannelStatus;
	status_reason: string | null;
	threshold: number;
	push_limit: number | null;
	corrects: boolean;
	version: number;
	created_at: Timestamp;
	in_step_since: Timestamp | null;
	last_reply_at: Timestamp | null;
	orders_from: Timestamp | null;
	orders_until: Timestamp | null;
	job: ChannelJob | null;
	summary: ChannelSummary | null;
}

export type JobKind = 'check' | 'start' | 'audit';

/** RFC 9457, as a job keeps it. */
export interface JobProblem {
	type: string;
	title: string;
	status: number;
	detail?: string | null;
}

export interface ComparedLevel {
	sku: SkuRef | null;
	item: string;
	location: string;
	location_name: string;
	shop_has: number;
	should_have: number;
}

export interface ChannelJob {
	id: Uuid;
	channel_id: Uuid;
	kind: JobKind;
	status: 'running' | 'done' | 'failed';
	by: Actor;
	began_at: Timestamp;
	ended_at: Timestamp | null;
	problem: JobProblem | null;
	read: { locations: number; items: { matched: number; twice: number; none: number; untracked: number } } | null;
	compared: { levels: number; differing: number; differences: ComparedLevel[] } | null;
	taken_in: { levels: number; changes: number } | null;
	audit: Audit | null;
}

export interface LocationFacility {
	facility_id: Uuid;
	code: string;
	name: string;
	safety_stock: number;
}

export interface ChannelLocation {
	location: string;
	name: string;
	active: boolean;
	seen_at: Timestamp;
	facilities: LocationFacility[];
}

export type ItemProblem = 'twice' | 'none' | 'untracked' | 'gone';

export interface ChannelItem {
	item: string;
	number: string;
	variant: string | null;
	code: string | null;
	barcodes: string[];
	handle: string | null;
	title: string;
	options: string[];
	tracked: boolean;
	sku: SkuRef | null;
	matched_by: 'barcode' | 'code' | 'options' | 'person' | null;
	problem: ItemProblem | null;
	candidates: SkuRef[];
	live: boolean;
}

export type Urgency = 'oversell' | 'fall' | 'rise';
export type PushStatus = 'held' | 'pending' | 'sending' | 'confirmed' | 'no_op' | 'rejected' | 'skipped';

export interface Push {
	id: Uuid;
	sku: SkuRef | null;
	item: string;
	location: string;
	location_name: string;
	facility_id: Uuid | null;
	movement_id: Uuid | null;
	kind: 'adjust' | 'move' | 'set';
	name: string;
	to_name: string | null;
	delta: number;
	compare: number | null;
	reason: string;
	urgency: Urgency;
	status: PushStatus;
	call_id: Uuid | null;
	problem_code: string | null;
	problem: string | null;
	recorded_at: Timestamp;
	sent_at: Timestamp | null;
	settled_at: Timestamp | null;
	adjustment: string | null;
	may: { release: boolean; retry: boolean; skip: boolean };
}

export type DifferenceClass = 'in_flight' | 'order_not_seen' | 'untracked' | 'inactive' | 'unmapped' | 'foreign_write' | 'drift';

export interface Difference {
	sku: SkuRef | null;
	item: string;
	location: string;
	location_name: string;
	class: DifferenceClass;
	/** null: it was never stocked there. */
	shop_has: number | null;
	should_have: number;
	first_seen_at: Timestamp;
	seen_at: Timestamp;
	sightings: number;
	confirmed_at: Timestamp | null;
	correcting: boolean;
	/** How often it was set right by itself. */
	corrections: number;
	/** Why it could not be. */
	problem: string | null;
	may_correct: boolean;
}

export interface Audit {
	id: Uuid;
	kind: 'nightly' | 'asked';
	status: 'running' | 'done' | 'failed';
	began_at: Timestamp;
	ended_at: Timestamp | null;
	as_of: Timestamp | null;
	levels: number;
	equal: number;
	in_flight: number;
	/** Levels of the shop that take no part. */
	left_out: number;
	differing: Partial<Record<DifferenceClass, number>>;
	problem: string | null;
}
