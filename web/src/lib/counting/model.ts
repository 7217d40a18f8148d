/** What a counting device remembers. Everything is stored before the screen shows it. */
import type { Problem } from '$lib/api/problem';
import type { SkuRef, Timestamp, Uuid } from '$lib/api/types';
import type { CatalogItem, CountInfo, How, ScanStatus } from './api';

export type KeptProblem = ReturnType<Problem['toJSON']>;

/** One person's share of a count, as it stands on this device. */
export interface Session {
	id: Uuid;
	user_id: Uuid;
	user_name: string;
	count_id: Uuid;
	count_name: string;
	kind: CountInfo['kind'];
	blind: boolean;
	/** Fixed at the start: whatever facility somebody looks at later, these units lie here. */
	facility_id: Uuid;
	facility_name: string;
	area: string | null;
	started_at: Timestamp;
	/** `submitting`: the person is done, the server hasn't heard of it yet. */
	state: 'open' | 'submitting' | 'submitted';
	/** Nothing of it is sent by itself any more: the server said no, and a person has to look. */
	halted: { problem: KeptProblem; at: number; op: OpKind } | null;
	/** The server didn't take the submission; the session is open again. */
	notice: KeptProblem | null;
	/** Scans that were on the server before this device took the session over, and the lines they made. */
	base: { scans: number; lines: BaseLine[]; codes: BaseCode[] } | null;
	/** A second round counts these alone. */
	recount_sku_ids: Uuid[];
	/** When it was last worked on, in milliseconds. */
	touched: number;
}

export interface BaseLine {
	sku: SkuRef;
	counted: number;
	listed: boolean;
	at: Timestamp;
}

export interface BaseCode {
	code: string;
	quantity: number;
	scans: number;
	at: Timestamp;
	before: SkuRef | null;
	after: SkuRef | null;
	sku: SkuRef | null;
	removed: boolean;
}

export type OpKind = 'start' | 'scan' | 'match' | 'submit';

/**
 * `held`: stored, but not yet to be sent, since the person may still say which of several SKUs it is.
 * `safe`: the server has it. `refused`: the server has understood it and said no.
 */
export type OpState = 'held' | 'waiting' | 'safe' | 'refused';

/** The device's clocks when something was seen: the wall clock may jump, the running one doesn't. */
export interface Seen {
	wall: number;
	/** `performance.now()`, which means something within one `boot` alone. */
	mono: number;
	boot: string;
	/** The server's time minus ours, as far as it was known then. */
	offset: number | null;
}

interface OpBase {
	/** Given by the database: the order in which things are sent. */
	seq?: number;
	id: Uuid;
	user_id: Uuid;
	session_id: Uuid;
	state: OpState;
	seen: Seen;
	problem: KeptProblem | null;
}

export interface StartOp extends OpBase {
	kind: 'start';
	body: { id: Uuid; area?: string; device?: string; started_at: Timestamp };
}

/** Immutable but for `state`, `result`, `sku` and `problem`: what became of it. */
export interface ScanOp extends OpBase {
	kind: 'scan';
	code: string | null;
	/** What the device took it for. */
	sku_id: Uuid | null;
	quantity: number;
	how: How;
	undoes: Uuid | null;
	/** What the server took it for. */
	result: ScanStatus | null;
	sku: SkuRef | null;
}

export interface MatchOp extends OpBase {
	kind: 'match';
	body: { code: string; sku_id: Uuid | null; save_barcode?: boolean };
	/** What to show: the SKU that was chosen. */
	sku: SkuRef | null;
}

export interface SubmitOp extends OpBase {
	kind: 'submit';
	body: { submitted_at: Timestamp };
}

export type Op = StartOp | ScanOp | MatchOp | SubmitOp;

/** A SKU that the device knows for a count, with the codes that lead to it. */
export interface KnownSku extends CatalogItem {
	count_id: Uuid;
	sku_id: Uuid;
}

/** How far a count's catalogue has been read. */
export interface CatalogState {
	count_id: Uuid;
	cursor: string | null;
	complete: boolean;
	at: number;
}

/** For starting without a connection. */
export interface KeptCount {
	count_id: Uuid;
	user_id: Uuid;
	count: CountInfo;
	facility_name: string;
	at: number;
}

export const scannedAt = (op: { seen: Seen }): Timestamp => new Date(op.seen.wall).toISOString();
