import { Problem, asProblem } from '$lib/api/problem';
import type { Uuid } from '$lib/api/types';

/** A command on its way to the server, as it is stored on the device. */
export interface Command<Body = unknown> {
	/** Made here; the server answers the same id as the first time, so that sending again is harmless. */
	id: Uuid;
	/** Whoever gave the command: it is never sent in somebody else's name. */
	user_id: Uuid;
	user_name: string;
	facility_id: Uuid;
	facility_name: string;
	path: string;
	/** Frozen: what is sent again is what was sent first. */
	body: Body;
	/** What to show while it waits. */
	about: { product_id: Uuid; sku_id: Uuid; title: string; option: string; quantity: number; reason: string };
	created_at: string;
	state: 'queued' | 'rejected';
	attempts: number;
	problem: ReturnType<Problem['toJSON']> | null;
	/** A picture, of which the bytes lie beside it. What an older version of the app has stored has neither of these. */
	kind?: 'photo';
	/** Not before that command has arrived, and not without it: a photo of a variance is nothing by itself. */
	after?: Uuid;
}

export type Draft<Body = unknown> = Omit<Command<Body>, 'created_at' | 'state' | 'attempts' | 'problem'>;

/** A photo on its way. */
export interface Parcel {
	draft: Draft & { kind: 'photo' };
	file: Blob;
}

export type Delivery<Answer> =
	/** The server has done it. */
	| { kind: 'sent'; answer: Answer }
	/** It is safe on the device and will be sent. */
	| { kind: 'queued'; problem: Problem }
	/** The server has refused it; nothing was written, and it is no longer stored. */
	| { kind: 'rejected'; problem: Problem };

/** Where commands are kept. Dexie in the app. */
export interface OutboxTable {
	/** All of them or none. */
	add(commands: Command[], files: Map<Uuid, Blob>): Promise<void>;
	update(id: Uuid, change: Partial<Command>): Promise<void>;
	/** It has arrived: what waited for it may go. */
	delete(id: Uuid): Promise<void>;
	/** It will never arrive, and neither what waits for it. */
	drop(id: Uuid): Promise<void>;
	all(): Promise<Command[]>;
	file(id: Uuid): Promise<Blob | null>;
}

export interface OutboxDeps {
	table: () => Promise<OutboxTable>;
	send: (command: Command, file: Blob | null) => Promise<unknown>;
	/** Who is signed in now. */
	userId: () => Uuid | null;
	changed: (commands: Command[]) => void;
	/** What became of commands that were sent in the background. */
	delivered?: (command: Command, answer: unknown) => void;
	refused?: (command: Command, problem: Problem) => void;
	setTimer?: (run: () => void, ms: number) => unknown;
	clearTimer?: (timer: unknown) => void;
	/** Only one tab empties the outbox at a time. */
	exclusively?: (run: () => Promise<void>) => Promise<void>;
	now?: () => Date;
	random?: () => number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * First stored, then sent, and only then forgotten. A command that the server refuses is never dropped silently: the
 * caller hears of it if it still waits for the answer, else it stays here until a person has seen it.
 */
export class Outbox {
	#deps: OutboxDeps;
	#inFlight = new Set<Uuid>();
	#timer: unknown;
	#pauses = 0;

	constructor(deps: OutboxDeps) {
		this.#deps = deps;
	}

	/**
	 * Stores the command, sends it, and says what came of it. Throws only if it could not be stored. Its photos are stored
	 * together with it or not at all, and go after it.
	 */
	async submit<Answer>(draft: Draft, photos: Parcel[] = []): Promise<Delivery<Answer>> {
		const table = await this.#deps.table();
		const commands = await this.#store([{ draft, file: null }, ...photos], table);
		const [command, ...behind] = commands as [Command, ...Command[]];
		let sent = false;
		try {
			const delivery = await this.#deliver<Answer>(command, table);
			sent = delivery.kind === 'sent';
			return delivery;
		} finally {
			this.#release(sent ? [command] : commands);
			if (sent) void this.#sendPhotos(behind, table);
		}
	}

	/** A photo of what the server has already. Resolves when it is on the device for good; it goes by itself. */
	async keep(photo: Parcel): Promise<void> {
		const table = await this.#deps.table();
		void this.#sendPhotos(await this.#store([photo], table), table);
	}

	/** The picture of a photo that waits. */
	async picture(id: Uuid): Promise<Blob | null> {
		return (await this.#deps.table()).file(id);
	}

	async #store(parcels: { draft: Draft; file: Blob | null }[], table: OutboxTable): Promise<Command[]> {
		const created_at = (this.#deps.now?.() ?? new Date()).toISOString();
		const commands = parcels.map(({ draft }): Command => ({ ...draft, created_at, state: 'queued', attempts: 0, problem: null }));
		// Marked before they are stored, so that a drain under way doesn't send them as well.
		for (const { id } of commands) this.#inFlight.add(id);
		try {
			await table.add(commands, new Map(parcels.flatMap(({ draft, file }) => (file ? [[draft.id, file]] : []))));
			await this.#publish();
		} catch (error) {
			this.#release(commands);
			throw error;
		}
		return commands;
	}

	#release(commands: Command[]): void {
		for (const { id } of commands) this.#inFlight.delete(id);
	}

	/** Nobody waits for these: what is refused stays until somebody has seen it. */
	async #sendPhotos(photos: Command[], table: OutboxTable): Promise<void> {
		try {
			for (const photo of photos) if (!(await this.#deliverLater(photo, table))) return;
		} catch {
			// The storage is gone (the page is closing): the next start finds them.
		} finally {
			this.#release(photos);
		}
	}

	/** Sends all that waits, oldest first, unless another tab is at it. */
	async drain(): Promise<void> {
		this.#deps.clearTimer?.(this.#timer);
		const exclusively = this.#deps.exclusively ?? ((run) => run());
		await exclusively(() => this.#drain());
	}

	/** At the start: shows what waits, then sends it. */
	async start(): Promise<void> {
		await this.#publish();
		await this.drain();
	}

	/** A person has seen that it was refused, or does not want it sent any more. */
	async discard(id: Uuid): Promise<void> {
		if (this.#inFlight.has(id)) return;
		await (await this.#deps.table()).drop(id);
		await this.#publish();
	}

	async #drain(): Promise<void> {
		const table = await this.#deps.table();
		const tried = new Set<Uuid>();
		// Read anew each time: with one gone, others may follow, and more may have come.
		for (;;) {
			const command = nextOf(await table.all(), this.#deps.userId(), (id) => !tried.has(id) && !this.#inFlight.has(id));
			if (!command) return;
			tried.add(command.id);
			this.#inFlight.add(command.id);
			try {
				if (!(await this.#deliverLater(command, table))) return;
			} finally {
				this.#release([command]);
			}
		}
	}

	/** False where the network is gone or the server is busy: the others would fare no better. */
	async #deliverLater(command: Command, table: OutboxTable): Promise<boolean> {
		const delivery = await this.#deliver<unknown>(command, table, true);
		if (delivery.kind === 'sent') this.#deps.delivered?.(command, delivery.answer);
		if (delivery.kind === 'rejected') this.#deps.refused?.(command, delivery.problem);
		return delivery.kind !== 'queued';
	}

	async #deliver<Answer>(command: Command, table: OutboxTable, keepRefused = false): Promise<Delivery<Answer>> {
		let answer: Answer;
		try {
			const file = command.kind === 'photo' ? await table.file(command.id) : null;
			answer = (await this.#deps.send(command, file)) as Answer;
		} catch (error) {
			return this.#failed(command, table, asProblem(error), keepRefused);
		}
		this.#pauses = 0;
		await table.delete(command.id);
		await this.#publish();
		return { kind: 'sent', answer };
	}

	async #failed(command: Command, table: OutboxTable, problem: Problem, keepRefused: boolean): Promise<Delivery<never>> {
		if (isFinal(problem)) {
			if (keepRefused) await table.update(command.id, { state: 'rejected', problem: problem.toJSON() });
			else await table.drop(command.id);
			await this.#publish();
			return { kind: 'rejected', problem };
		}
		await table.update(command.id, { attempts: command.attempts + 1 });
		await this.#publish();
		// Signed out: it goes on when this person is back.
		if (problem.status !== 401) this.#later(problem);
		return { kind: 'queued', problem };
	}

	#later(problem: Problem): void {
		const random = this.#deps.random ?? Math.random;
		const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#pauses++);
		// Devices that lost the same network must not come back in the same second.
		const ms = Math.max((problem.retryAfter ?? 0) * 1000, pause * (0.5 + random() / 2));
		this.#deps.clearTimer?.(this.#timer);
		this.#timer = this.#deps.setTimer?.(() => void this.drain(), ms);
	}

	async #publish(): Promise<void> {
		this.#deps.changed(await (await this.#deps.table()).all());
	}
}

/**
 * What to send next of somebody's: the oldest, photos last, since they are large and nothing hangs on them. What waits
 * for another command waits also while that one is refused.
 */
export function nextOf(commands: Command[], userId: Uuid | null, may: (id: Uuid) => boolean): Command | null {
	const here = new Set(commands.map((c) => c.id));
	const ready = commands.filter((c) => c.state === 'queued' && c.user_id === userId && may(c.id) && !(c.after && here.has(c.after)));
	return ready.find((c) => c.kind !== 'photo') ?? ready[0] ?? null;
}

/** The server has understood it and said no. Anything else may still succeed, and is kept. */
export function isFinal(problem: Problem): boolean {
	return problem.status >= 400 && problem.status < 500 && ![401, 408, 425, 429].includes(problem.status);
}
