import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '$lib/api/problem';
import type { ScanBody, ScanResult } from './api';
import { CountingDb } from './counting-db';
import type { Seen } from './model';
import { BATCH_MAX, CountQueue, NotNow, type NewSession, type QueueDeps } from './queue';

let n = 0;
let name: string;
let db: CountingDb;
let user: string | null;
let clock: Seen;
let timers: { run: () => void; ms: number }[];
let calls: { path: string; body: any }[];
let answer: (path: string, body: any) => unknown;
let queue: CountQueue;

beforeEach(() => {
	name = `counting-${n++}`;
	db = new CountingDb(name);
	user = 'maya';
	clock = { wall: 1_700_000_000_000, mono: 1000, boot: 'b1', offset: 0 };
	timers = [];
	calls = [];
	answer = fine;
	queue = make();
});
afterEach(() => {
	queue.stop();
	db.close();
});

function make(more: Partial<QueueDeps> = {}): CountQueue {
	return new CountQueue({
		db: async () => db,
		send: async <T>(path: string, body: unknown) => {
			calls.push({ path, body: structuredClone(body) });
			return (await answer(path, body)) as T;
		},
		userId: () => user,
		seen: () => ({ ...clock, wall: clock.wall++ }),
		changed: () => {},
		setTimer: (run, ms) => timers.push({ run, ms }),
		clearTimer: () => {},
		random: () => 1,
		...more
	});
}

const counted = (scans: ScanBody[]): ScanResult[] => scans.map((s) => ({ id: s.id, status: 'counted', sku: null, candidates: [] }));
const fine = (path: string, body: any) => (path.endsWith('/scans') ? { results: counted(body.scans), safe: 0, received_at: '' } : {});
const offline = () => {
	throw new Problem({ type: 'offline', status: 0 });
};
const refuse = (status: number, type = 'no') => {
	throw new Problem({ type, status });
};

const draft = (id = 's1', user_id = 'maya'): NewSession => ({
	id,
	user_id,
	user_name: user_id,
	count_id: 'c1',
	count_name: 'Aisle 4',
	kind: 'directed',
	blind: true,
	facility_id: 'f1',
	facility_name: 'Main Street',
	area: null
});
const scan = (code: string, quantity = 1, more: object = {}) => queue.addScan({ session_id: 's1', code, sku_id: null, quantity, how: 'scanned', ...more });
const settled = async () => {
	await queue.drain();
};
const kinds = () => calls.map((c) => c.path.split('/').at(-1));

describe('CountQueue', () => {
	it('stores before it says so, and keeps the order start, scans, matches, submission', async () => {
		answer = offline;
		await queue.startSession(draft(), 'phone');
		const first = await scan('111');
		expect(await db.ops.get(first.seq!)).toMatchObject({ code: '111', state: 'waiting' });
		await scan('222', 3);
		await queue.match('s1', '222', null);
		await queue.submit('s1');
		expect(await queue.numbers('s1')).toEqual({ safe: 0, waiting: 2, refused: 0 });

		calls = [];
		answer = fine;
		await settled();
		expect(kinds()).toEqual(['sessions', 'scans', 'codes', 'submit']);
		expect(calls[0]!.body).toMatchObject({ id: 's1', device: 'phone', started_at: expect.stringMatching(/Z$/) });
		expect(calls[1]!.body.scans.map((s: ScanBody) => [s.code, s.quantity])).toEqual([
			['111', 1],
			['222', 3]
		]);
		expect(await queue.numbers('s1')).toEqual({ safe: 2, waiting: 0, refused: 0 });
		expect((await db.sessions.get('s1'))!.state).toBe('submitted');
	});

	it('sends batches of at most 500, in order', async () => {
		answer = offline;
		await queue.startSession(draft(), undefined);
		await db.ops.bulkAdd(
			Array.from({ length: 1_201 }, (_, i) => ({
				kind: 'scan' as const,
				id: `x${i}`,
				user_id: 'maya',
				session_id: 's1',
				state: 'waiting' as const,
				seen: clock,
				problem: null,
				code: String(i),
				sku_id: null,
				quantity: 1,
				how: 'scanned' as const,
				undoes: null,
				result: null,
				sku: null
			}))
		);
		calls = [];
		answer = fine;
		await settled();
		const sizes = calls.filter((c) => c.path.endsWith('/scans')).map((c) => c.body.scans.length);
		// The start goes alone; what stands behind it fills the batches.
		expect(Math.max(...sizes)).toBeLessThanOrEqual(BATCH_MAX);
		const sent = calls.flatMap((c) => c.body.scans ?? []).map((s: ScanBody) => s.id);
		expect(sent).toEqual(Array.from({ length: 1_201 }, (_, i) => `x${i}`));
	});

	it('sends the same id again after an answer that never came', async () => {
		await queue.startSession(draft(), undefined);
		await settled();
		answer = offline;
		const { id } = await scan('111');
		await settled();
		expect(timers.at(-1)!.ms).toBeGreaterThan(0);
		answer = fine;
		await settled();
		expect(calls.filter((c) => c.path.endsWith('/scans')).map((c) => c.body.scans[0].id)).toEqual([id, id]);
		expect(await queue.numbers('s1')).toMatchObject({ safe: 1, waiting: 0 });
	});

	it('calls nothing safe that the server did not name', async () => {
		await queue.startSession(draft(), undefined);
		answer = (path, body) => (path.endsWith('/scans') ? { results: counted(body.scans).slice(1), safe: 9, received_at: '' } : {});
		await scan('111');
		await settled();
		expect(await queue.numbers('s1')).toMatchObject({ safe: 0, waiting: 1 });
	});

	it('waits longer each time, as long as the server asks, and scans in between don’t knock', async () => {
		answer = () => {
			throw new Problem({ type: 'busy', status: 503, retryAfter: 30 });
		};
		await queue.startSession(draft(), undefined);
		await settled();
		expect(timers.at(-1)!.ms).toBe(30_000);
		const before = calls.length;
		await scan('111');
		await new Promise((r) => setTimeout(r, 20));
		expect(calls.length).toBe(before);
		answer = offline;
		timers = [];
		await queue.drain();
		await queue.drain();
		expect(timers.map((t) => t.ms)).toEqual([2000, 4000].map((x) => expect.toSatisfy((ms: number) => ms >= x)));
	});

	it('finds the one bad scan, keeps it with its reason, and sends its neighbours', async () => {
		await queue.startSession(draft(), undefined);
		await settled();
		answer = offline;
		for (let i = 0; i < 9; i++) await scan(`c${i}`);
		answer = (path, body) => (path.endsWith('/scans') && body.scans.some((s: ScanBody) => s.code === 'c5') ? refuse(422, 'bad') : fine(path, body));
		await settled();
		expect(await queue.numbers('s1')).toEqual({ safe: 8, waiting: 0, refused: 1 });
		expect(await db.ops.where('[session_id+state]').equals(['s1', 'refused']).toArray()).toMatchObject([{ code: 'c5', problem: { type: 'bad' } }]);

		// It must not be submitted away.
		await queue.submit('s1');
		await settled();
		expect(await db.sessions.get('s1')).toMatchObject({ state: 'open', notice: { type: 'scans-refused' } });
		await queue.discardRefused('s1');
		await queue.submit('s1');
		await settled();
		expect((await db.sessions.get('s1'))!.state).toBe('submitted');
	});

	it('keeps a scan that is rejected by itself', async () => {
		await queue.startSession(draft(), undefined);
		answer = (path, body) =>
			path.endsWith('/scans') ? { results: body.scans.map((s: ScanBody) => ({ id: s.id, status: 'rejected', sku: null, candidates: [], problem: { type: 'urn:onhand:problem:out-of-range', title: 'No' } })), safe: 0, received_at: '' } : {};
		await scan('111');
		await settled();
		expect(await db.ops.where('[session_id+state]').equals(['s1', 'refused']).toArray()).toMatchObject([{ code: '111', problem: { type: 'out-of-range' } }]);
	});

	it.each([403, 404, 409])('halts a session that is refused with %i, keeps all of it, and goes on with others', async (status) => {
		answer = offline;
		await queue.startSession(draft(), undefined);
		await scan('111');
		await queue.startSession(draft('s2'), undefined);
		answer = (path, body) => (path.includes('c1') && body.id === 's1' ? refuse(status) : fine(path, body));
		await settled();
		expect(await db.sessions.get('s1')).toMatchObject({ halted: { problem: { status }, op: 'start' } });
		expect((await db.sessions.get('s2'))!.halted).toBeNull();
		expect(await queue.numbers('s1')).toMatchObject({ waiting: 1 });

		// Left alone for a while; a person may insist.
		calls = [];
		await settled();
		expect(calls).toEqual([]);
		answer = fine;
		await queue.drain(true);
		expect(await queue.numbers('s1')).toMatchObject({ safe: 1, waiting: 0 });
		expect((await db.sessions.get('s1'))!.halted).toBeNull();
	});

	it('opens the session again where codes are unknown, and says why', async () => {
		await queue.startSession(draft(), undefined);
		await scan('111');
		answer = (path, body) => (path.endsWith('/submit') ? refuse(409, 'unknown-codes') : fine(path, body));
		await queue.submit('s1');
		await settled();
		expect(await db.sessions.get('s1')).toMatchObject({ state: 'open', notice: { type: 'unknown-codes' } });
		await scan('222');
		expect(await queue.numbers('s1')).toMatchObject({ refused: 0 });
	});

	it('never sends in somebody else’s name, and goes on when they are back', async () => {
		answer = offline;
		await queue.startSession(draft(), undefined);
		await scan('111');
		user = 'tom';
		calls = [];
		answer = fine;
		await settled();
		expect(calls).toEqual([]);
		user = 'maya';
		await settled();
		expect(await queue.numbers('s1')).toMatchObject({ safe: 1 });
	});

	it('does not try on when nobody is signed in', async () => {
		answer = () => refuse(401, 'signed-out');
		await queue.startSession(draft(), undefined);
		await settled();
		expect(timers).toEqual([]);
	});

	it('takes no scan after the submission, and only one undo of a scan', async () => {
		await queue.startSession(draft(), undefined);
		const op = await scan('111');
		await scan('111', -1, { undoes: op.id });
		await expect(scan('111', -1, { undoes: op.id })).rejects.toThrow(NotNow);
		await queue.submit('s1');
		await expect(scan('111')).rejects.toThrow(NotNow);
	});

	it('holds a scan while the person is asked, and lets it go with the answer or without', async () => {
		await queue.startSession(draft(), undefined);
		await settled();
		calls = [];
		const a = await scan('111', 1, { held: true });
		await settled();
		expect(calls).toEqual([]);
		expect(await queue.numbers('s1')).toMatchObject({ waiting: 1 });
		await queue.decide('s1', a.id, 'sku-a');
		await settled();
		expect(calls[0]!.body.scans[0]).toMatchObject({ code: '111', sku_id: 'sku-a' });

		const b = await scan('111', 1, { held: true });
		clock.wall += 61_000;
		await settled();
		expect(calls.at(-1)!.body.scans[0]).toMatchObject({ id: b.id, code: '111' });
		expect(calls.at(-1)!.body.scans[0].sku_id).toBeUndefined();
	});

	it('removes codes of which every scan was undone before it submits', async () => {
		await queue.startSession(draft(), undefined);
		const op = await scan('999');
		await scan('999', -1, { undoes: op.id });
		await queue.submit('s1');
		await settled();
		expect(calls.find((c) => c.path.endsWith('/codes'))!.body).toEqual({ code: '999', sku_id: null });
	});

	it('forgets a match that the server has no use for, and one that was refused once there is another', async () => {
		await queue.startSession(draft(), undefined);
		await scan('111');
		answer = (path, body) => (path.endsWith('/codes') ? refuse(body.code === '111' ? 404 : 403, body.code === '111' ? 'unknown-code' : 'not-permitted') : fine(path, body));
		await queue.match('s1', '111', null);
		await queue.match('s1', '222', null, true);
		await settled();
		const refused = () => db.ops.where('[session_id+kind+state]').equals(['s1', 'match', 'refused']).toArray();
		expect(await refused()).toMatchObject([{ body: { code: '222' } }]);
		answer = fine;
		await queue.match('s1', '222', null);
		await settled();
		expect(await refused()).toEqual([]);
	});

	it('knows when its session was begun too late to count', async () => {
		answer = (path, body) => (path.endsWith('/sessions') ? { status: 'submitted', recount_sku_ids: [] } : fine(path, body));
		await queue.startSession(draft(), undefined);
		await scan('111');
		await settled();
		expect((await db.sessions.get('s1'))!.state).toBe('submitted');
		expect(await queue.numbers('s1')).toMatchObject({ safe: 1, waiting: 0 });
	});

	it('says how much a time is in doubt when the clock was set in between', async () => {
		answer = offline;
		clock.offset = null;
		await queue.startSession(draft(), undefined);
		await scan('111');
		clock = { ...clock, wall: clock.wall + 3_600_000, mono: clock.mono + 1_000 };
		await scan('222');
		answer = fine;
		await settled();
		const sent = calls.filter((c) => c.path.endsWith('/scans')).at(-1)!.body;
		expect(sent.scans[0].uncertain_ms).toBeGreaterThan(3_590_000);
		expect(sent.scans[1].uncertain_ms).toBeUndefined();
		expect(sent.sent_at).toMatch(/^20.*Z$/);
	});

	it('asks for the time first where it isn’t known', async () => {
		const measure = vi.fn(async () => void (clock.offset = 0));
		clock.offset = null;
		queue.stop();
		queue = make({ measure });
		await queue.startSession(draft(), undefined);
		await scan('1234');
		await settled();
		await scan('1234');
		await settled();
		expect(measure).toHaveBeenCalledOnce();
	});

	it('learns a code from the server', async () => {
		const sku = { id: 'k1', product_id: 'p', product_title: 'Runner', title: '10', code: 'TR', image_url: null };
		await queue.startSession(draft(), undefined);
		answer = (path, body) => (path.endsWith('/scans') ? { results: body.scans.map((s: ScanBody) => ({ id: s.id, status: 'unlisted', sku, candidates: [] })), safe: 1, received_at: '' } : {});
		await scan('4711');
		await settled();
		expect(await db.catalog.get(['c1', 'k1'])).toMatchObject({ codes: ['4711'], listed: false });
	});

	it('forgets finished sessions after a week, and nothing that waits', async () => {
		await queue.startSession(draft(), undefined);
		await scan('111');
		await queue.submit('s1');
		await settled();
		answer = offline;
		await queue.startSession(draft('s2'), undefined);
		clock.wall += 8 * 86_400_000;
		await queue.start();
		expect(await db.sessions.toCollection().primaryKeys()).toEqual(['s2']);
		expect(await db.ops.where('session_id').equals('s1').count()).toBe(0);
	});
});
