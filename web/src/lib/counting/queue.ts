import { Problem, asProblem } from '$lib/api/problem';
import { isFinal } from '$lib/state/outbox';
import { uuidv7 } from '$lib/ids';
import type { SkuRef, Uuid } from '$lib/api/types';
import type { How, ScanBody, ScanResult, ScansAnswer, SessionInfo } from './api';
import { uncertainty } from './clock';
import type { CountingDb } from './counting-db';
import { scannedAt, type MatchOp, type Op, type ScanOp, type Seen, type Session, type StartOp, type SubmitOp } from './model';
import { idleCodes } from './tally';

/** Scans in one call. The server takes twice as many; a shop's uplink is the limit. */
export const BATCH_MAX = 500;
/** Of one session on one device: far more than a day's work, and what a phone folds in no time. */
export const SESSION_SCANS_MAX = 50_000;
/** A scan that waits for a person's choice goes on without it after that. */
const HELD_MS_MAX = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** What was refused may be allowed later (the count is opened, a role is given): asked again, but seldom. */
const HALTED_RETRY_MS = 5 * 60_000;
/** How long a finished session stays on the device. */
const KEPT_MS_MAX = 7 * 86_400_000;

export interface QueueDeps {
	db: () => Promise<CountingDb>;
	/** Throws a `Problem`. It must end by itself: an answer that takes too long is none. */
	send: <T>(path: string, body: unknown) => Promise<T>;
	/** Who is signed in now: nothing is sent in somebody else's name. */
	userId: () => Uuid | null;
	seen: () => Seen;
	/** Asks the server for its time, where we don't know it. Never throws. */
	measure?: () => Promise<void>;
	/** Something of a session was stored: scans were added, or anything else. */
	changed: (sessionId: Uuid, what: 'added' | 'other') => void;
	/** What the server said to scans. */
	answered?: (session: Session, results: ScanResult[]) => void;
	setTimer?: (run: () => void, ms: number) => unknown;
	clearTimer?: (timer: unknown) => void;
	/** Only one tab sends at a time. Two would do no harm, but twice the work. */
	exclusively?: (run: () => Promise<void>) => Promise<void>;
	random?: () => number;
	newId?: () => Uuid;
}

export type NewSession = Omit<Session, 'started_at' | 'state' | 'halted' | 'notice' | 'touched' | 'base' | 'recount_sku_ids'>;

export interface NewScan {
	session_id: Uuid;
	code: string | null;
	sku_id: Uuid | null;
	quantity: number;
	how: How;
	undoes?: Uuid;
	/** Several SKUs have this code: the person is being asked. */
	held?: boolean;
}

export interface Numbers {
	safe: number;
	waiting: number;
	refused: number;
}

/** The session takes no more scans on this device, or the scan was undone already (in another tab). */
export class NotNow extends Error {}

/** After that, what to do next: the next batch, nothing (of this session), or wait since nothing gets through. */
type Sent = 'next' | 'end' | 'wait';

/**
 * What is counted goes into the database first and from there to the server, in order, under ids that were made here:
 * whatever happens in between, sending it again is harmless. Nothing leaves the device's memory before the server has
 * said that it has it, or a person has said that it may go.
 */
export class CountQueue {
	#deps: QueueDeps;
	#timer: unknown;
	#pauses = 0;
	#running: Promise<void> | null = null;
	#again = false;
	#force = false;
	#stopped = false;

	constructor(deps: QueueDeps) {
		this.#deps = deps;
	}

	/** Before the app sends anything: what an earlier life of it left behind. */
	async start(): Promise<void> {
		await this.#prune();
		await this.drain(true);
	}

	/** No more timers: the page goes. */
	stop(): void {
		this.#stopped = true;
		this.#clearTimer();
	}

	async startSession(draft: NewSession, device: string | undefined): Promise<Session> {
		const db = await this.#deps.db();
		const seen = this.#deps.seen();
		const started_at = new Date(seen.wall).toISOString();
		const session: Session = { ...draft, started_at, state: 'open', halted: null, notice: null, base: null, recount_sku_ids: [], touched: seen.wall };
		const body = { id: draft.id, ...(draft.area ? { area: draft.area } : {}), ...(device ? { device } : {}), started_at };
		const op: StartOp = { kind: 'start', id: draft.id, user_id: draft.user_id, session_id: draft.id, state: 'waiting', seen, problem: null, body };
		await db.transaction('rw', db.sessions, db.ops, async () => {
			await db.sessions.add(session);
			await db.ops.add(op);
		});
		this.#stored(draft.id);
		return session;
	}

	/** Resolves when the scan is on the device for good. */
	async addScan(scan: NewScan): Promise<ScanOp> {
		return (await this.addScans([scan]))[0]!;
	}

	/** Several at once are stored together or not at all: a correction is what it undoes and what it says instead. */
	async addScans(scans: NewScan[]): Promise<ScanOp[]> {
		const sessionId = scans[0]!.session_id;
		const db = await this.#deps.db();
		const ops = await db.transaction('rw', db.sessions, db.ops, async () => {
			const session = await db.sessions.get(sessionId);
			if (session?.state !== 'open') throw new NotNow();
			const stored: ScanOp[] = [];
			for (const scan of scans) {
				if (scan.undoes && (await undone(db, scan.undoes))) throw new NotNow();
				const op = this.#scanOp(session, scan);
				op.seq = await db.ops.add(op);
				stored.push(op);
			}
			return stored;
		});
		this.#stored(sessionId, 'added');
		return ops;
	}

	#scanOp(session: Session, scan: NewScan): ScanOp {
		return {
			kind: 'scan',
			id: this.#newId(),
			user_id: session.user_id,
			session_id: session.id,
			state: scan.held ? 'held' : 'waiting',
			seen: this.#deps.seen(),
			problem: null,
			code: scan.code,
			sku_id: scan.sku_id,
			quantity: scan.quantity,
			how: scan.how,
			undoes: scan.undoes ?? null,
			result: null,
			sku: null
		};
	}

	/** Which of several SKUs it was, or `null`: not known now. From here on it can be sent. */
	async decide(sessionId: Uuid, scanId: Uuid, skuId: Uuid | null): Promise<void> {
		const db = await this.#deps.db();
		await db.ops
			.where('id')
			.equals(scanId)
			.modify((op) => {
				if (op.kind !== 'scan' || op.state !== 'held') return;
				op.sku_id = skuId;
				op.state = 'waiting';
			});
		this.#stored(sessionId);
	}

	async match(sessionId: Uuid, code: string, sku: SkuRef | null, saveBarcode = false): Promise<void> {
		const db = await this.#deps.db();
		await db.transaction('rw', db.sessions, db.ops, async () => {
			const session = await db.sessions.get(sessionId);
			if (session?.state !== 'open') throw new NotNow();
			await this.#releaseHeld(db, sessionId, Infinity);
			// What was refused before is answered by this.
			await db.ops.where('[session_id+kind+state]').equals([sessionId, 'match', 'refused']).filter((op) => op.kind === 'match' && op.body.code === code).delete();
			await db.ops.add(this.#matchOp(session, code, sku, saveBarcode));
		});
		this.#stored(sessionId);
	}

	#matchOp(session: Session, code: string, sku: SkuRef | null, saveBarcode: boolean): MatchOp {
		const body = { code, sku_id: sku?.id ?? null, ...(saveBarcode ? { save_barcode: true } : {}) };
		return { kind: 'match', id: this.#newId(), user_id: session.user_id, session_id: session.id, state: 'waiting', seen: this.#deps.seen(), problem: null, body, sku };
	}

	/** The person is done. With or without a connection: it goes after all that was scanned. */
	async submit(sessionId: Uuid): Promise<void> {
		const db = await this.#deps.db();
		await db.transaction('rw', db.sessions, db.ops, async () => {
			const session = await db.sessions.get(sessionId);
			if (session?.state !== 'open') return;
			await this.#releaseHeld(db, sessionId, Infinity);
			// Codes of which every scan was undone would otherwise still ask for a SKU.
			const ops = await db.ops.where('session_id').equals(sessionId).toArray();
			for (const code of idleCodes(ops)) await db.ops.add(this.#matchOp(session, code, null, false));
			const seen = this.#deps.seen();
			const body = { submitted_at: new Date(seen.wall).toISOString() };
			const op: SubmitOp = { kind: 'submit', id: this.#newId(), user_id: session.user_id, session_id: sessionId, state: 'waiting', seen, problem: null, body };
			await db.ops.add(op);
			await db.sessions.update(sessionId, { state: 'submitting', notice: null, touched: seen.wall });
		});
		this.#stored(sessionId);
	}

	/** Not yet heard of by the server: the person goes on after all. */
	async takeBackSubmit(sessionId: Uuid): Promise<void> {
		const db = await this.#deps.db();
		await db.transaction('rw', db.sessions, db.ops, async () => {
			const session = await db.sessions.get(sessionId);
			if (session?.state !== 'submitting') return;
			await db.ops.where('[session_id+kind+state]').equals([sessionId, 'submit', 'waiting']).delete();
			await db.sessions.update(sessionId, { state: 'open' });
		});
		this.#changed(sessionId);
	}

	async numbers(sessionId: Uuid): Promise<Numbers> {
		const db = await this.#deps.db();
		return db.transaction('r', db.sessions, db.ops, async () => {
			const count = (state: Op['state']) => db.ops.where('[session_id+kind+state]').equals([sessionId, 'scan', state]).count();
			const session = await db.sessions.get(sessionId);
			const [safe, waiting, held, refused] = await Promise.all([count('safe'), count('waiting'), count('held'), count('refused')]);
			return { safe: safe + (session?.base?.scans ?? 0), waiting: waiting + held, refused };
		});
	}

	/** A person has taken them out as a file, or doesn't want them. */
	async discardRefused(sessionId: Uuid): Promise<void> {
		const db = await this.#deps.db();
		await db.ops.where('[session_id+state]').equals([sessionId, 'refused']).delete();
		await db.sessions.update(sessionId, { notice: null });
		this.#changed(sessionId);
	}

	async discardSession(sessionId: Uuid): Promise<void> {
		const db = await this.#deps.db();
		await db.transaction('rw', db.sessions, db.ops, async () => {
			await db.ops.where('session_id').equals(sessionId).delete();
			await db.sessions.delete(sessionId);
		});
		this.#changed(sessionId);
	}

	/** Sends all that waits. `force`: also what was refused before. */
	drain(force = false): Promise<void> {
		this.#again = true;
		this.#force ||= force;
		this.#running ??= this.#run().finally(() => (this.#running = null));
		return this.#running;
	}

	async #run(): Promise<void> {
		this.#clearTimer();
		const exclusively = this.#deps.exclusively ?? ((run) => run());
		// What is stored while we send must not wait for the next occasion.
		while (this.#again && !this.#stopped) {
			let wait = false;
			await exclusively(async () => {
				// Cleared only here: whoever had the lock before has perhaps sent it all.
				const force = this.#force;
				this.#again = this.#force = false;
				wait = await this.#sendAll(force);
			});
			if (wait) return;
		}
	}

	/** true where nothing gets through. */
	async #sendAll(force: boolean): Promise<boolean> {
		const user = this.#deps.userId();
		if (!user) return true;
		const db = await this.#deps.db();
		const sessions = await db.sessions.where('user_id').equals(user).sortBy('started_at');
		for (const { id } of sessions) {
			let sent: Sent = 'next';
			// Read anew each time: a person may have changed it meanwhile, in another tab.
			for (let first = true; sent === 'next'; first = false) {
				const session = await db.sessions.get(id);
				if (!session || (session.halted && !(force && first) && this.#deps.seen().wall - session.halted.at < HALTED_RETRY_MS)) break;
				sent = await this.#sendNext(db, session, BATCH_MAX);
				if (this.#deps.userId() !== user || this.#stopped) return true;
			}
			if (sent === 'wait') return true;
		}
		return false;
	}

	async #sendNext(db: CountingDb, session: Session, most: number): Promise<Sent> {
		await this.#releaseHeld(db, session.id, HELD_MS_MAX);
		const waiting = await db.ops.where('[session_id+state]').equals([session.id, 'waiting']).limit(most).toArray();
		const [first] = waiting;
		if (!first) return 'end';
		if (first.kind === 'submit' && (await this.#refusedScans(db, session.id))) {
			await this.#reopen(db, session, first, new Problem({ type: 'scans-refused', status: 409 }));
			return 'next';
		}
		// As late as can be: somebody else may have signed in since the drain began.
		if (this.#deps.userId() !== session.user_id) return 'wait';
		const end = waiting.findIndex((op) => op.kind !== 'scan');
		const scans = (first.kind === 'scan' ? waiting.slice(0, end < 0 ? undefined : end) : []) as ScanOp[];
		try {
			if (scans.length) await this.#sendScans(db, session, scans);
			else await this.#sendOne(db, session, first);
		} catch (error) {
			const problem = asProblem(error);
			if (!isFinal(problem)) {
				// Signed out: it goes on when this person is back.
				if (problem.status !== 401) this.#later(problem);
				return 'wait';
			}
			// One bad scan must not hold up its neighbours: smaller and smaller batches find it.
			if (scans.length > 1 && mayBeOneOfThem(problem)) return this.#sendNext(db, session, Math.ceil(scans.length / 2));
			return this.#refused(db, session, first, problem);
		}
		this.#pauses = 0;
		this.#changed(session.id);
		return 'next';
	}

	async #sendScans(db: CountingDb, session: Session, scans: ScanOp[]): Promise<void> {
		if (this.#deps.seen().offset === null) await this.#deps.measure?.();
		const now = this.#deps.seen();
		const body = { scans: scans.map((scan) => bodyOf(scan, now)), sent_at: new Date(now.wall).toISOString() };
		const answer = await this.#deps.send<ScansAnswer>(`/count-sessions/${session.id}/scans`, body);
		const results = new Map(answer.results.map((r) => [r.id, r]));
		// Nothing is safe that the server didn't name.
		if (!scans.every((scan) => results.has(scan.id))) throw new Problem({ type: 'unexpected', status: 502 });
		await db.transaction('rw', db.ops, db.catalog, db.sessions, async () => {
			for (const scan of scans) await keepResult(db, session, scan, results.get(scan.id)!);
			await db.sessions.update(session.id, { halted: null });
		});
		this.#deps.answered?.(session, answer.results);
	}

	async #sendOne(db: CountingDb, session: Session, op: Op): Promise<void> {
		if (op.kind === 'start') {
			const sent_at = new Date(this.#deps.seen().wall).toISOString();
			const answer = await this.#deps.send<SessionInfo>(`/counts/${session.count_id}/sessions`, { ...op.body, sent_at });
			// Begun in time, but told only after the counting was over: its scans are kept as late ones.
			const over = answer?.status && answer.status !== 'open' ? ({ state: 'submitted' } as const) : {};
			await this.#done(db, session, op, { halted: null, recount_sku_ids: answer?.recount_sku_ids ?? [], ...over });
		} else if (op.kind === 'match') {
			await this.#deps.send(`/count-sessions/${session.id}/codes`, op.body);
			await this.#done(db, session, op, { halted: null });
		} else if (op.kind === 'submit') {
			await this.#deps.send(`/count-sessions/${session.id}/submit`, op.body);
			await this.#done(db, session, op, { halted: null, state: 'submitted', notice: null });
		}
	}

	async #done(db: CountingDb, session: Session, op: Op, change: Partial<Session>): Promise<void> {
		await db.transaction('rw', db.ops, db.sessions, async () => {
			// A submission that was taken back while it was on its way has arrived all the same.
			if (op.kind !== 'submit' || (await db.ops.get(op.seq!))) await db.ops.update(op.seq!, { state: 'safe', problem: null });
			await db.sessions.update(session.id, change);
		});
	}

	/** The server has understood it and said no: kept and shown. */
	async #refused(db: CountingDb, session: Session, op: Op, problem: Problem): Promise<Sent> {
		if (op.kind === 'submit') await this.#reopen(db, session, op, problem);
		// The server knows by now what the code is, or nothing is left of it: there is nothing to say any more.
		else if (op.kind === 'match' && problem.type === 'unknown-code') await db.ops.delete(op.seq!);
		else if (op.kind === 'match' || (op.kind === 'scan' && mayBeOneOfThem(problem))) await db.ops.update(op.seq!, { state: 'refused', problem: problem.toJSON() });
		else {
			await db.sessions.update(session.id, { halted: { problem: problem.toJSON(), at: this.#deps.seen().wall, op: op.kind } });
			this.#changed(session.id);
			return 'end';
		}
		this.#changed(session.id);
		return 'next';
	}

	async #reopen(db: CountingDb, session: Session, op: Op, problem: Problem): Promise<void> {
		await db.transaction('rw', db.ops, db.sessions, async () => {
			await db.ops.delete(op.seq!);
			await db.sessions.update(session.id, { state: 'open', notice: problem.toJSON() });
		});
		this.#changed(session.id);
	}

	#refusedScans = (db: CountingDb, id: Uuid) => db.ops.where('[session_id+kind+state]').equals([id, 'scan', 'refused']).count();

	async #releaseHeld(db: CountingDb, sessionId: Uuid, olderThan: number): Promise<void> {
		const now = this.#deps.seen().wall;
		await db.ops
			.where('[session_id+state]')
			.equals([sessionId, 'held'])
			.modify((op) => {
				if (olderThan === Infinity || Math.abs(now - op.seen.wall) > olderThan) op.state = 'waiting';
			});
	}

	#later(problem: Problem): void {
		if (this.#stopped) return;
		const random = this.#deps.random ?? Math.random;
		const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#pauses++, 16));
		// Devices that lost the same network must not come back in the same second.
		const ms = Math.max((problem.retryAfter ?? 0) * 1000, pause * (0.5 + random() / 2));
		this.#clearTimer();
		this.#timer = this.#deps.setTimer?.(() => void this.drain().catch(() => {}), ms);
	}

	#clearTimer(): void {
		if (this.#timer !== undefined) this.#deps.clearTimer?.(this.#timer);
		this.#timer = undefined;
	}

	#stored(sessionId: Uuid, what: 'added' | 'other' = 'other'): void {
		this.#changed(sessionId, what);
		// In a pause: each scan must not knock again at a server that has asked for time.
		if (this.#timer !== undefined) return;
		void this.drain().catch(() => {
			// The storage is gone (the page is closing): the next start finds it all.
		});
	}

	#changed(sessionId: Uuid, what: 'added' | 'other' = 'other'): void {
		this.#deps.changed(sessionId, what);
	}

	#newId(): Uuid {
		return (this.#deps.newId ?? uuidv7)();
	}

	/** Only what is safe on the server and done with. */
	async #prune(): Promise<void> {
		const db = await this.#deps.db();
		const before = this.#deps.seen().wall - KEPT_MS_MAX;
		for (const session of await db.sessions.toArray()) {
			if (session.state !== 'submitted' || session.touched > before) continue;
			await db.transaction('rw', db.sessions, db.ops, async () => {
				const unsafe = await db.ops.where('session_id').equals(session.id).filter((op) => op.state !== 'safe').count();
				if (unsafe) return;
				await db.ops.where('session_id').equals(session.id).delete();
				await db.sessions.delete(session.id);
			});
		}
		const used = new Set((await db.sessions.toArray()).map((s) => s.count_id));
		const old = (await db.catalogs.filter((c) => c.at < before && !used.has(c.count_id)).primaryKeys()) as Uuid[];
		for (const count of old) {
			await db.catalog.where('count_id').equals(count).delete();
			await db.catalogs.delete(count);
		}
		await db.counts.where('at').below(before).delete();
	}
}

/** Undone once is undone, in whichever tab. */
const undone = (db: CountingDb, scanId: Uuid) => db.ops.where('undoes').equals(scanId).count();

/** About what was sent, not about whoever sends it or where it goes. */
const mayBeOneOfThem = (problem: Problem) => [400, 413, 422].includes(problem.status);

function bodyOf(scan: ScanOp, now: Seen): ScanBody {
	const doubt = uncertainty(scan.seen, now);
	return {
		id: scan.id,
		...(scan.code !== null ? { code: scan.code } : {}),
		...(scan.sku_id !== null ? { sku_id: scan.sku_id } : {}),
		quantity: scan.quantity,
		how: scan.how,
		scanned_at: scannedAt(scan),
		...(doubt !== null ? { uncertain_ms: doubt } : {}),
		...(scan.undoes ? { undoes: scan.undoes } : {})
	};
}

const change = (db: CountingDb, scan: ScanOp, what: Partial<ScanOp>) =>
	db.ops.where('seq').equals(scan.seq!).modify((op) => void Object.assign(op, what));

/** What the server makes of a scan stays with it, and the device learns the code. */
async function keepResult(db: CountingDb, session: Session, scan: ScanOp, result: ScanResult): Promise<void> {
	if (result.status === 'rejected') {
		const { type: full = 'unexpected', title = '', detail = null } = result.problem ?? {};
		const type = full.replace(/^.*:/, '');
		const problem = new Problem({ type, title, detail, status: 422 }).toJSON();
		await change(db, scan, { state: 'refused', result: result.status, problem });
		return;
	}
	await change(db, scan, { state: 'safe', result: result.status, sku: result.sku, problem: null });
	if (!result.sku || (result.status !== 'counted' && result.status !== 'unlisted')) return;
	const known = await db.catalog.get([session.count_id, result.sku.id]);
	if (known && (scan.code === null || known.codes.includes(scan.code))) return;
	const codes = [...(known?.codes ?? []), ...(scan.code !== null && scan.sku_id === null ? [scan.code] : [])];
	const listed = known?.listed ?? result.status !== 'unlisted';
	await db.catalog.put({ count_id: session.count_id, sku_id: result.sku.id, sku: result.sku, codes, listed });
}
