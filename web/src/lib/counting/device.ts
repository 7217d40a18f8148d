/** Counting on this device: the database, the queue, and word of each change to every tab. Loaded when needed. */
import { offlineProblem } from '$lib/api/problem';
import type { Uuid } from '$lib/api/types';
import { noteServerTime, serverOffset } from '$lib/clock';
import { download } from '$lib/state/download';
import { network } from '$lib/state/network.svelte';
import { session as signedIn } from '$lib/state/session.svelte';
import { send, type ScanResult } from './api';
import { CountingDb } from './counting-db';
import { fileName, unsentCsv } from './export';
import type { Seen, Session } from './model';
import type { UnsentSession } from './presence.svelte';
import { CountQueue } from './queue';

/** Five hundred scans over a stockroom's signal. */
const SEND_TIMEOUT_MS = 30_000;
const MEASURE_TIMEOUT_MS = 5_000;
/** A tab that the system has put to sleep may hold the lock for ever: then we send as well, which does no harm. */
const LOCK_WAIT_MS = 20_000;
const CHANNEL = 'onhand-counting';

export interface Change {
	sessionId: Uuid;
	what: 'added' | 'other';
	/** In another tab. */
	elsewhere: boolean;
}

class CountingDevice {
	readonly db = new CountingDb();
	readonly queue: CountQueue;
	#boot = crypto.randomUUID();
	#channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
	#listeners = new Set<(change: Change) => void>();
	#hearers = new Set<(session: Session, results: ScanResult[]) => void>();

	constructor() {
		this.queue = new CountQueue({
			db: async () => this.db,
			send: sendOnline,
			userId: () => signedIn.me?.id ?? null,
			seen: () => this.#seen(),
			measure,
			changed: (sessionId, what) => {
				this.#tell({ sessionId, what, elsewhere: false });
				this.#channel?.postMessage({ sessionId, what });
			},
			answered: (session, results) => this.#hearers.forEach((hear) => hear(session, results)),
			setTimer: (run, ms) => setTimeout(run, ms),
			clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
			exclusively
		});
		this.#channel?.addEventListener('message', (event: MessageEvent<Omit<Change, 'elsewhere'>>) => this.#tell({ ...event.data, elsewhere: true }));
	}

	/** Returns the end of it. */
	on(listener: (change: Change) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** What the server said to scans that this tab sent. Returns the end of it. */
	hear(hearer: (session: Session, results: ScanResult[]) => void): () => void {
		this.#hearers.add(hearer);
		return () => this.#hearers.delete(hearer);
	}

	/** Sessions of which the server doesn't have everything, of whoever has counted on this device. */
	async unsent(): Promise<UnsentSession[]> {
		const all: UnsentSession[] = [];
		for (const session of await this.db.sessions.toArray()) {
			const count = (state: string) => this.db.ops.where('[session_id+state]').equals([session.id, state]).count();
			const [waiting, held, refused] = await Promise.all([count('waiting'), count('held'), count('refused')]);
			if (waiting + held + refused === 0) continue;
			const { id, user_id, user_name, count_id, count_name, facility_id, facility_name, halted } = session;
			all.push({ id, user_id, user_name, count_id, count_name, facility_id, facility_name, waiting: waiting + held, refused, halted: halted !== null });
		}
		return all;
	}

	/** The way out where nothing else helps: a file. */
	async export(sessionId: Uuid): Promise<void> {
		const session = await this.db.sessions.get(sessionId);
		if (!session) return;
		const ops = await this.db.ops.where('session_id').equals(sessionId).toArray();
		download(fileName(session), new Blob([unsentCsv(session, ops)], { type: 'text/csv;charset=utf-8' }));
	}

	#tell(change: Change): void {
		for (const listener of [...this.#listeners]) listener(change);
	}

	#seen(): Seen {
		const wall = Date.now();
		const mono = performance.now();
		return { wall, mono, boot: this.#boot, offset: serverOffset(wall, mono) };
	}
}

async function sendOnline<T>(path: string, body: unknown): Promise<T> {
	if (!network.online) throw offlineProblem();
	try {
		return await send<T>(path, body, AbortSignal.timeout(SEND_TIMEOUT_MS));
	} catch (error) {
		// Too slow is as good as no answer: it may have arrived, and its ids make the next try safe.
		if (error instanceof DOMException) throw offlineProblem();
		throw error;
	}
}

async function measure(): Promise<void> {
	if (!network.online) return;
	try {
		const answer = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(MEASURE_TIMEOUT_MS) });
		noteServerTime(answer.headers.get('date'));
	} catch {
		// Then the device's own clocks have to do.
	}
}

async function exclusively(run: () => Promise<void>): Promise<void> {
	if (!navigator.locks) return run();
	let begun = false;
	try {
		await navigator.locks.request('onhand-counting-send', { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, () => {
			begun = true;
			return run();
		});
	} catch (error) {
		if (begun) throw error;
		await run();
	}
}

export type { CountingDevice };
export const device = new CountingDevice();
