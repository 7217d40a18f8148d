import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import { Problem } from '$lib/api/problem';
import type { ScanBody } from './api';
import { CountingDb } from './counting-db';
import { CountQueue, type NewSession, type QueueDeps } from './queue';

/**
 * A device through the worst of days, against a server that is as simple as can be: scans, kills, reloads, second tabs,
 * lost answers, requests that arrive twice, late or not at all, in seeded random order. In the end the server has what
 * the device said it had stored, each once.
 */
const RUNS = 1_000;
const STEPS = 14;
/** The seed of the first run; a failure names its own. */
const SEED = Number(process.env.ONHAND_TORTURE_SEED ?? 1);

function mulberry(seed: number): () => number {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6d2b79f5) >>> 0;
		let t = Math.imul(a ^ (a >>> 15), a | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

class ModelServer {
	sessions = new Map<string, { open: boolean; scans: Map<string, ScanBody>; late: Set<string>; matches: string[]; order: string[] }>();
	faults: string[] = [];

	handle(path: string, body: any): unknown {
		const [, area, id, what] = path.split('/');
		if (area === 'counts') {
			if (!this.sessions.has(body.id)) this.sessions.set(body.id, { open: true, scans: new Map(), late: new Set(), matches: [], order: [] });
			return { recount_sku_ids: [] };
		}
		const session = this.sessions.get(id!);
		if (!session) throw new Problem({ type: 'unknown-session', status: 404 });
		if (what === 'scans') return this.#scans(session, body.scans);
		if (what === 'codes') {
			if (!session.open) throw new Problem({ type: 'session-submitted', status: 409 });
			session.matches.push(`${body.code}=${body.sku_id}`);
			return {};
		}
		session.open = false;
		return {};
	}

	#scans(session: NonNullable<ReturnType<ModelServer['sessions']['get']>>, scans: ScanBody[]): unknown {
		if (scans.length > 1_000) this.faults.push('too many');
		const results = scans.map((scan) => {
			const known = session.scans.get(scan.id);
			if (known && (known.quantity !== scan.quantity || known.code !== scan.code || known.scanned_at !== scan.scanned_at)) this.faults.push(`${scan.id} changed`);
			if (!known) {
				session.scans.set(scan.id, scan);
				session.order.push(scan.id);
				if (!session.open) session.late.add(scan.id);
			}
			return { id: scan.id, status: 'counted' as const, sku: null, candidates: [] };
		});
		return { results, safe: session.scans.size, received_at: '' };
	}
}

interface Life {
	db: CountingDb;
	queue: CountQueue;
	/** The page is gone: whatever still comes back to it is heard by nobody. */
	dead: boolean;
}

class Day {
	server = new ModelServer();
	healed = false;
	/** What the device said is stored: the screen has shown it. */
	promised = new Map<string, { quantity: number; code: string }>();
	matches: string[] = [];
	lives: Life[] = [];
	#late: (() => void)[] = [];
	#timers = new Set<{ run: () => void }>();
	#ids = 0;

	constructor(
		readonly name: string,
		readonly random: () => number
	) {}

	open(): Life {
		const life: Life = { db: new CountingDb(this.name), queue: null as never, dead: false };
		const deps: QueueDeps = {
			db: async () => life.db,
			send: (path, body) => this.#send(life, path, body) as never,
			userId: () => 'maya',
			seen: () => ({ wall: 1_700_000_000_000 + this.#ids, mono: this.#ids, boot: 'b', offset: 0 }),
			changed: () => {},
			setTimer: (run) => {
				const timer = { run };
				this.#timers.add(timer);
				return timer;
			},
			clearTimer: (timer) => this.#timers.delete(timer as never),
			random: this.random,
			// In time's order, as real ones are.
			newId: () => `${this.name}-${String(this.#ids++).padStart(5, '0')}`
		};
		life.queue = new CountQueue(deps);
		this.lives.push(life);
		return life;
	}

	/** No goodbye: the database handle closes in the middle of whatever is under way. */
	kill(life: Life): void {
		life.dead = true;
		life.db.close();
		this.lives = this.lives.filter((l) => l !== life);
	}

	async #send(life: Life, path: string, body: unknown): Promise<unknown> {
		const frozen = structuredClone(body);
		const fate = this.healed ? 1 : this.random();
		if (this.random() < 0.3) await new Promise((r) => setTimeout(r));
		if (life.dead) return new Promise(() => {});
		const offline = new Problem({ type: 'offline', status: 0 });
		if (fate < 0.2) throw offline;
		if (fate < 0.35) throw new Problem({ type: 'busy', status: 503 });
		if (fate < 0.5) {
			// Still on its way when we have given up.
			this.#late.push(() => void this.server.handle(path, frozen));
			throw offline;
		}
		const answer = this.server.handle(path, frozen);
		if (fate < 0.65) throw offline;
		if (fate < 0.75) this.#late.push(() => void this.server.handle(path, frozen));
		return structuredClone(answer);
	}

	/** Requests that were long on their way arrive, in any order. */
	arrive(): void {
		while (this.#late.length && this.random() < 0.7) {
			const [request] = this.#late.splice(Math.floor(this.random() * this.#late.length), 1);
			try {
				request!();
			} catch {
				// A session that the server doesn't know yet, or that is over: nobody waits for this answer.
			}
		}
	}

	arriveAll(): void {
		while (this.#late.length) this.arrive();
	}

	fireTimers(): void {
		for (const timer of [...this.#timers]) {
			this.#timers.delete(timer);
			timer.run();
		}
	}
}

const draft = (id: string): NewSession => ({
	id,
	user_id: 'maya',
	user_name: 'Maya',
	count_id: 'c1',
	count_name: 'Aisle 4',
	kind: 'area',
	blind: true,
	facility_id: 'f1',
	facility_name: 'Main Street',
	area: null
});

async function run(seed: number): Promise<void> {
	const random = mulberry(seed);
	const pick = (n: number) => Math.floor(random() * n);
	const day = new Day(`torture-${seed}`, random);
	const session = `s-${seed}`;
	let life = day.open();
	await life.queue.startSession(draft(session), undefined);

	const scanned: string[] = [];
	/** Resolved is promised. Where the page died meanwhile, nobody was told anything. */
	const scan = async (on: Life, quantity: number, undoes?: string) => {
		const code = `code-${pick(4)}`;
		try {
			const op = await on.queue.addScan({ session_id: session, code, sku_id: null, quantity, how: 'scanned', undoes });
			day.promised.set(op.id, { quantity, code });
			scanned.push(op.id);
		} catch (error) {
			if (!on.dead && !undoes) throw error;
		}
	};
	for (let step = 0; step < STEPS; step++) {
		const on = day.lives[pick(day.lives.length)]!;
		const what = random();
		if (what < 0.4) await scan(on, 1 + pick(3));
		else if (what < 0.5) {
			// Killed while it stores.
			void scan(on, 1).catch(() => {});
			if (random() < 0.5) await Promise.resolve();
			day.kill(on);
		} else if (what < 0.57 && scanned.length) await scan(on, -1, scanned[pick(scanned.length)]);
		else if (what < 0.63) {
			const code = `code-${pick(4)}`;
			await on.queue.match(session, code, null);
			day.matches.push(`${code}=null`);
		} else if (what < 0.72) day.kill(on);
		else if (what < 0.8) {
			if (day.lives.length < 3) day.open();
		} else if (what < 0.88) day.arrive();
		else if (what < 0.94) day.fireTimers();
		else void on.queue.drain(true).catch(() => {});
		if (!day.lives.length) {
			life = day.open();
			void life.queue.start().catch(() => {});
		}
		// Never "safe" before it is: whatever else goes on.
		if (random() < 0.2) await honest(day, session);
	}
	await day.lives[0]!.queue.submit(session);

	// In the end there is a connection, and one reload.
	day.healed = true;
	for (const l of day.lives) day.kill(l);
	life = day.open();
	await life.queue.start();
	day.arriveAll();
	await life.queue.drain(true);
	await check(day, life, session, seed);
	day.kill(life);
}

async function honest(day: Day, session: string): Promise<void> {
	const on = day.lives[0]!;
	const { safe } = await on.queue.numbers(session);
	const there = day.server.sessions.get(session)?.scans.size ?? 0;
	if (safe > there) throw new Error(`says ${safe} safe, the server has ${there}`);
}

async function check(day: Day, life: Life, session: string, seed: number): Promise<void> {
	const there = day.server.sessions.get(session);
	const why = `seed ${seed}`;
	expect(day.server.faults, why).toEqual([]);
	expect(there, why).toBeDefined();
	const missing = [...day.promised.keys()].filter((id) => !there!.scans.has(id));
	expect(missing, `${why}: lost`).toEqual([]);
	for (const [id, { quantity }] of day.promised) expect(there!.scans.get(id)!.quantity, why).toBe(quantity);
	// What nobody was told of may have been stored all the same, but then it is on the device too.
	const stored = (await life.db.ops.where('[session_id+kind+state]').equals([session, 'scan', 'safe']).toArray()).map((op) => op.id);
	expect(stored.toSorted(), `${why}: from nowhere`).toEqual([...there!.scans.keys()].toSorted());
	expect(await life.queue.numbers(session), why).toEqual({ safe: there!.scans.size, waiting: 0, refused: 0 });
	for (const match of day.matches) expect(there!.matches, why).toContain(match);
	expect([...there!.late], `${why}: came after the submission`).toEqual([]);
	expect(there!.open, `${why}: not submitted`).toBe(false);
	expect((await life.db.sessions.get(session))!.state, why).toBe('submitted');
}

describe('a counting device', () => {
	it(`loses and doubles nothing in ${RUNS} bad days`, { timeout: 300_000 }, async () => {
		for (let i = 0; i < RUNS; i++) await run(SEED + i);
	});
});
