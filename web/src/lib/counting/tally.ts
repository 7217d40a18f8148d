/** What the scans of a session add up to. Pure: rows in, sums out. */
import type { SkuRef, Timestamp, Uuid } from '$lib/api/types';
import { scannedAt, type MatchOp, type Op, type ScanOp, type Session } from './model';

export interface TallyLine {
	sku_id: Uuid;
	/** null while all that is known is the id: the catalogue isn't here. */
	sku: SkuRef | null;
	counted: number;
	listed: boolean;
	last_at: Timestamp;
	/** Of several lines, which was touched last. */
	order: number;
}

/** A code that no SKU is known for yet. */
export interface TallyCode {
	code: string;
	quantity: number;
	scans: number;
	first_at: Timestamp;
	/** Scanned just before and after it: usually its neighbours on the shelf. */
	before: SkuRef | null;
	after: SkuRef | null;
	/** `lookup`: the server hasn't said yet. */
	status: 'lookup' | 'unknown' | 'ambiguous';
	candidates: SkuRef[];
	/** What the person said: a SKU, or that it doesn't belong here. */
	decision: { sku: SkuRef | null; refused: MatchOp | null } | null;
}

export type Kind = 'known' | 'unlisted' | 'unknown' | 'lookup' | 'choose';

export interface LastScan {
	op: ScanOp;
	kind: Kind;
	sku: SkuRef | null;
	/** The running number of its SKU, or of its code. */
	number: number;
}

export interface Tally {
	/** Last scanned first. */
	lines: TallyLine[];
	/** By code of the first scan, newest first. */
	codes: TallyCode[];
	units: number;
	skus: number;
	/** Codes that somebody has yet to decide. */
	open: number;
	last: LastScan | null;
	late: number;
}

export interface Knowledge {
	sku(id: Uuid): { sku: SkuRef; listed: boolean } | undefined;
	byCode(code: string): readonly { sku: SkuRef; listed: boolean }[];
	/** Whether "not on the list" means anything for this count. */
	hasList: boolean;
}

/** Undone scans, and what undid them, say nothing any more. */
export function standing(ops: readonly Op[]): ScanOp[] {
	const undone = new Set<Uuid>();
	for (const op of ops) if (op.kind === 'scan' && op.undoes && op.state !== 'refused') undone.add(op.undoes);
	return ops.filter((op): op is ScanOp => op.kind === 'scan' && op.state !== 'refused' && !op.undoes && !undone.has(op.id));
}

/** The last word on each code. One that was removed and is scanned again waits again, as it does on the server. */
function decisions(ops: readonly Op[]): Map<string, NonNullable<TallyCode['decision']>> {
	const all = new Map<string, NonNullable<TallyCode['decision']>>();
	for (const op of ops) {
		if (op.kind === 'scan' && op.code !== null && !op.undoes && skuIdOf(op) === null && all.get(op.code)?.sku === null) all.delete(op.code);
		if (op.kind !== 'match') continue;
		all.set(op.body.code, { sku: op.sku, refused: op.state === 'refused' ? op : null });
	}
	return all;
}

/** What the server or the device took a scan for, as far as anybody knows. */
function skuIdOf(scan: ScanOp): Uuid | null {
	return scan.sku_id ?? scan.sku?.id ?? null;
}

/** Codes without a SKU of which no scan stands any more, and of which nobody said anything. */
export function idleCodes(ops: readonly Op[]): string[] {
	const unresolved = (op: ScanOp) => op.code !== null && skuIdOf(op) === null;
	const used = new Set(standing(ops).filter(unresolved).map((op) => op.code!));
	const decided = decisions(ops);
	const all = ops.filter((op): op is ScanOp => op.kind === 'scan' && op.state !== 'refused' && unresolved(op)).map((op) => op.code!);
	return [...new Set(all)].filter((code) => !used.has(code) && !decided.has(code));
}

export function tally(session: Pick<Session, 'base'>, ops: readonly Op[], known: Knowledge): Tally {
	const lines = new Map<Uuid, TallyLine>();
	const codes = new Map<string, TallyCode>();
	const decided = decisions(ops);
	let units = 0;
	let late = 0;

	const add = (sku: { id: Uuid; ref: SkuRef | null; listed: boolean }, quantity: number, at: Timestamp, order: number) => {
		const line = lines.get(sku.id);
		units += quantity;
		if (!line) lines.set(sku.id, { sku_id: sku.id, sku: sku.ref, counted: quantity, listed: sku.listed, last_at: at, order });
		else Object.assign(line, { sku: line.sku ?? sku.ref, counted: line.counted + quantity, last_at: at, order });
	};
	const refer = (id: Uuid, ref: SkuRef | null, status?: ScanOp['result']) => {
		const item = known.sku(id);
		return { id, ref: item?.sku ?? ref, listed: !known.hasList || (item?.listed ?? (status !== null && status !== 'unlisted')) };
	};
	/** The last SKU that was scanned, and the codes that wait for the one after them. */
	let before: SkuRef | null = null;
	let waiting: TallyCode[] = [];
	const saw = (sku: SkuRef | null) => {
		if (!sku) return;
		before = sku;
		for (const code of waiting) code.after = sku;
		waiting = [];
	};
	const unresolved = (code: string, quantity: number, scans: number, at: Timestamp) => {
		const decision = decided.get(code) ?? null;
		let entry = codes.get(code);
		if (!entry) {
			entry = { code, quantity: 0, scans: 0, first_at: at, before, after: null, status: 'lookup', candidates: [], decision };
			codes.set(code, entry);
			waiting.push(entry);
		}
		entry.quantity += quantity;
		entry.scans += scans;
		if (decision && !decision.refused) {
			// Taken for a SKU it counts there; removed it counts nowhere.
			if (decision.sku) add(refer(decision.sku.id, decision.sku), quantity, at, -1);
		} else units += quantity;
		return entry;
	};

	for (const line of session.base?.lines ?? []) add({ id: line.sku.id, ref: line.sku, listed: line.listed }, line.counted, line.at, -2);
	for (const code of session.base?.codes ?? []) {
		if (code.removed) continue;
		if (code.sku) continue; // already within the lines
		const entry = unresolved(code.code, code.quantity, code.scans, code.at);
		entry.status = 'unknown';
		entry.before = code.before;
		entry.after = code.after;
	}

	const scans = standing(ops);
	let lastSku: Uuid | null = null;
	scans.forEach((scan, order) => {
		const at = scannedAt(scan);
		if (scan.result === 'late') late += 1;
		// Until the server has spoken, the device's own catalogue says what it is.
		const id = skuIdOf(scan) ?? (scan.result === null && scan.state !== 'held' ? (only(known.byCode(scan.code ?? ''))?.sku.id ?? null) : null);
		lastSku = id;
		if (id) {
			const sku = refer(id, scan.sku, scan.result);
			saw(sku.ref);
			add(sku, scan.quantity, at, order);
		} else if (scan.code !== null) {
			const entry = unresolved(scan.code, scan.quantity, 1, at);
			const candidates = known.byCode(scan.code);
			if (scan.result === 'ambiguous_code' || candidates.length > 1) entry.status = 'ambiguous';
			else if (scan.result !== null && entry.status === 'lookup') entry.status = 'unknown';
			if (candidates.length) entry.candidates = candidates.map((c) => c.sku);
		}
	});

	const all = [...codes.values()].reverse();
	return {
		lines: [...lines.values()].sort((a, b) => b.order - a.order || (a.last_at < b.last_at ? 1 : -1)),
		codes: all,
		units,
		skus: lines.size,
		open: all.filter((c) => !c.decision || c.decision.refused).length,
		last: lastOf(scans.at(-1), lastSku, lines, codes),
		late
	};
}

const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

function lastOf(op: ScanOp | undefined, skuId: Uuid | null, lines: Map<Uuid, TallyLine>, codes: Map<string, TallyCode>): LastScan | null {
	if (!op) return null;
	const code = op.code !== null ? codes.get(op.code) : undefined;
	const decided = code?.decision && !code.decision.refused ? code.decision.sku?.id : undefined;
	const line = lines.get(skuId ?? decided ?? '');
	if (line) return { op, kind: line.listed ? 'known' : 'unlisted', sku: line.sku, number: line.counted };
	const kind = op.state === 'held' ? 'choose' : code?.status === 'lookup' ? 'lookup' : 'unknown';
	return { op, kind, sku: null, number: code?.quantity ?? op.quantity };
}
