import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '$lib/api/problem';
import { openOutbox } from './outbox-db';
import { isFinal, nextOf, Outbox, type Command, type Draft, type Parcel } from './outbox';

let name = 0;
let table: ReturnType<typeof openOutbox>;
let seen: Command[];
let timers: { run: () => void; ms: number }[];
let user: string | null;

beforeEach(() => {
	table = openOutbox(`test-${name++}`);
	seen = [];
	timers = [];
	user = 'maya';
});
afterEach(() => table.close());

function make(send: (c: Command, file: Blob | null) => Promise<unknown>, more: object = {}) {
	return new Outbox({
		table: async () => table,
		send,
		userId: () => user,
		changed: (commands) => (seen = commands),
		setTimer: (run, ms) => timers.push({ run, ms }),
		clearTimer: () => {},
		random: () => 1,
		...more
	});
}

function draft(id: string, user_id = 'maya'): Draft {
	return {
		id,
		user_id,
		user_name: user_id,
		facility_id: 'f1',
		facility_name: 'Main Street',
		path: '/variances',
		body: { id, quantity: -1 },
		about: { product_id: 'p', sku_id: 's', title: 'Trail Runner', option: '10', quantity: -1, reason: 'damaged' }
	};
}

/** A photo: of a variance that is on its way itself, or else of something that the server has. */
function photo(id: string, after?: string): Parcel {
	const of = { ...draft(id), kind: 'photo' as const, path: '/photos', body: { id, movement_id: after ?? 'm' } };
	return { draft: { ...of, ...(after && { after }) }, file: new Blob([`picture ${id}`], { type: 'image/jpeg' }) };
}

const offline = () => new Problem({ type: 'offline', status: 0 });
const refused = () => new Problem({ type: 'below-zero', status: 422, title: 'No' });

describe('Outbox', () => {
	it('stores the command before it sends it, and forgets it after the answer', async () => {
		let storedWhileSending: Command[] = [];
		const outbox = make(async () => {
			storedWhileSending = await table.all();
			return { status: 'posted' };
		});
		expect(await outbox.submit(draft('1'))).toEqual({ kind: 'sent', answer: { status: 'posted' } });
		expect(storedWhileSending.map((c) => c.id)).toEqual(['1']);
		expect(await table.all()).toEqual([]);
	});

	it('does not send what it could not store', async () => {
		const send = vi.fn();
		const outbox = make(send, { table: () => Promise.reject(new Error('no storage')) });
		await expect(outbox.submit(draft('1'))).rejects.toThrow('no storage');
		expect(send).not.toHaveBeenCalled();
	});

	it('keeps it without a connection and sends the same id and body later', async () => {
		const sent: Command[] = [];
		let online = false;
		const outbox = make(async (c) => {
			sent.push(c);
			if (!online) throw offline();
			return 'ok';
		});
		expect((await outbox.submit(draft('1'))).kind).toBe('queued');
		expect(seen.map((c) => [c.id, c.state, c.attempts])).toEqual([['1', 'queued', 1]]);
		expect(timers).toHaveLength(1);

		online = true;
		await outbox.drain();
		expect(sent.map((c) => c.body)).toEqual([
			{ id: '1', quantity: -1 },
			{ id: '1', quantity: -1 }
		]);
		expect(seen).toEqual([]);
	});

	it('survives a restart', async () => {
		await make(() => Promise.reject(offline())).submit(draft('1'));
		const delivered = vi.fn();
		await make(async () => 'ok', { delivered }).start();
		expect(delivered).toHaveBeenCalledOnce();
		expect(await table.all()).toEqual([]);
	});

	it('tells the person who waits that it was refused, and keeps nothing', async () => {
		const delivery = await make(() => Promise.reject(refused())).submit(draft('1'));
		expect(delivery).toMatchObject({ kind: 'rejected', problem: { type: 'below-zero' } });
		expect(await table.all()).toEqual([]);
	});

	it('keeps what is refused in the background until somebody has seen it, and goes on with the next', async () => {
		const offlineOutbox = make(() => Promise.reject(offline()));
		await offlineOutbox.submit(draft('1'));
		await new Promise((r) => setTimeout(r, 2));
		await offlineOutbox.submit(draft('2'));

		const rejections = vi.fn();
		const outbox = make((c) => (c.id === '1' ? Promise.reject(refused()) : Promise.resolve('ok')), { refused: rejections });
		await outbox.drain();
		expect(seen.map((c) => [c.id, c.state, c.problem?.type])).toEqual([['1', 'rejected', 'below-zero']]);
		expect(rejections).toHaveBeenCalledOnce();

		await outbox.drain();
		expect(rejections).toHaveBeenCalledOnce();
		await outbox.discard('1');
		expect(await table.all()).toEqual([]);
	});

	it('stops at the first that can’t be sent, in order', async () => {
		const off = make(() => Promise.reject(offline()));
		await off.submit(draft('1'));
		await new Promise((r) => setTimeout(r, 2));
		await off.submit(draft('2'));
		const tried: string[] = [];
		await make((c) => {
			tried.push(c.id);
			return Promise.reject(offline());
		}).drain();
		expect(tried).toEqual(['1']);
	});

	it('never sends in somebody else’s name', async () => {
		await make(() => Promise.reject(offline())).submit(draft('1'));
		user = 'tom';
		const send = vi.fn(async () => 'ok');
		await make(send).drain();
		expect(send).not.toHaveBeenCalled();
		user = 'maya';
		await make(send).drain();
		expect(send).toHaveBeenCalledOnce();
	});

	it('does not send what is already being sent', async () => {
		let answer: (value: string) => void = () => {};
		const send = vi.fn(() => new Promise<string>((resolve) => (answer = resolve)));
		const outbox = make(send);
		const first = outbox.submit(draft('1'));
		await vi.waitFor(() => expect(send).toHaveBeenCalledOnce());
		await outbox.drain();
		await outbox.discard('1');
		expect(await table.all()).toHaveLength(1);
		answer('ok');
		expect((await first).kind).toBe('sent');
		expect(send).toHaveBeenCalledOnce();
	});

	it('waits longer each time, and as long as the server asks', async () => {
		const outbox = make(() => Promise.reject(offline()));
		await outbox.submit(draft('1'));
		await outbox.drain();
		await outbox.drain();
		expect(timers.map((x) => x.ms)).toEqual([1000, 2000, 4000]);
		timers = [];
		await make(() => Promise.reject(new Problem({ type: 'busy', status: 503, retryAfter: 30 }))).drain();
		expect(timers.map((x) => x.ms)).toEqual([30_000]);
	});

	it('keeps it and does not try on when nobody is signed in', async () => {
		const outbox = make(() => Promise.reject(new Problem({ type: 'signed-out', status: 401 })));
		expect((await outbox.submit(draft('1'))).kind).toBe('queued');
		expect(timers).toEqual([]);
		expect(await table.all()).toHaveLength(1);
	});

	it('takes only a clear no for a no', () => {
		const final = (status: number) => isFinal(new Problem({ type: 'x', status }));
		expect([400, 403, 404, 409, 413, 422].map(final)).toEqual(Array(6).fill(true));
		expect([-1, 0, 401, 408, 429, 500, 502, 503].map(final)).toEqual(Array(8).fill(false));
	});
});

describe('Outbox with photos', () => {
	const pictures = (sent: [string, string | null][]) => async (c: Command, file: Blob | null) => {
		sent.push([c.id, file && (await file.text())]);
		return 'ok';
	};
	const empty = () => vi.waitFor(async () => expect(await table.all()).toEqual([]));

	it('sends them behind their variance, each with its picture', async () => {
		const sent: [string, string | null][] = [];
		await make(pictures(sent)).submit(draft('1'), [photo('p1', '1'), photo('p2', '1')]);
		await empty();
		expect(sent).toEqual([
			['1', null],
			['p1', 'picture p1'],
			['p2', 'picture p2']
		]);
		expect(await table.file('p1')).toBeNull();
	});

	it('keeps both over a restart, and sends the photo after its variance and once', async () => {
		expect((await make(() => Promise.reject(offline())).submit(draft('1'), [photo('p1', '1')])).kind).toBe('queued');
		expect((await table.all()).map((c) => c.id).sort()).toEqual(['1', 'p1']);
		const sent: [string, string | null][] = [];
		const delivered = vi.fn();
		const outbox = make(pictures(sent), { delivered });
		await Promise.all([outbox.start(), outbox.drain()]);
		expect(sent).toEqual([
			['1', null],
			['p1', 'picture p1']
		]);
		expect(delivered).toHaveBeenCalledTimes(2);
		expect(await table.all()).toEqual([]);
	});

	it('stores a variance with its photos or not at all', async () => {
		await make(() => Promise.reject(offline())).submit(draft('0'), [photo('p1', '0')]);
		// The photo's id is taken, so that nothing of this may stay.
		await expect(make(() => Promise.reject(offline())).submit(draft('1'), [photo('p1', '1')])).rejects.toThrow();
		expect((await table.all()).map((c) => c.id)).not.toContain('1');
	});

	it('sends no photo of a variance that was refused, and forgets it with that', async () => {
		await make(() => Promise.reject(offline())).submit(draft('1'), [photo('p1', '1')]);
		const tried: string[] = [];
		const outbox = make((c) => {
			tried.push(c.id);
			return Promise.reject(refused());
		});
		await outbox.drain();
		await outbox.drain();
		expect(tried).toEqual(['1']);
		await outbox.discard('1');
		expect(await table.all()).toEqual([]);
		expect(await table.file('p1')).toBeNull();
	});

	it('leaves them to the person who still has the sheet open', async () => {
		expect((await make(() => Promise.reject(refused())).submit(draft('1'), [photo('p1', '1')])).kind).toBe('rejected');
		expect(await table.all()).toEqual([]);
		// The same photo, with what was mended.
		const sent: [string, string | null][] = [];
		await make(pictures(sent)).submit(draft('2'), [photo('p1', '2')]);
		await empty();
		expect(sent.map(([id]) => id)).toEqual(['2', 'p1']);
	});

	it('keeps a photo of what is there until it has arrived, or somebody has seen that it was refused', async () => {
		const lost = make(() => Promise.reject(offline()));
		await lost.keep(photo('p1'));
		await vi.waitFor(() => expect(seen.map((c) => [c.id, c.attempts])).toEqual([['p1', 1]]));
		expect(await (await lost.picture('p1'))?.text()).toBe('picture p1');
		const rejections = vi.fn();
		await make(() => Promise.reject(refused()), { refused: rejections }).drain();
		expect(rejections).toHaveBeenCalledOnce();
		expect(seen.map((c) => c.state)).toEqual(['rejected']);
		expect(await table.file('p1')).not.toBeNull();
	});

	it('lets no photo go before the variances, since they are large', () => {
		const commands = [photo('p1').draft, draft('2')].map((d) => ({ ...d, state: 'queued' }) as Command);
		expect(nextOf(commands, 'maya', () => true)?.id).toBe('2');
		expect(nextOf(commands, 'maya', (id) => id !== '2')?.id).toBe('p1');
		expect(nextOf(commands, 'tom', () => true)).toBeNull();
	});
});
