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
}

export type Draft<Body = unknown> = Omit<Command<Body>, 'created_at' | 'state' | 'attempts' | 'problem'>;

export type Delivery<Answer> =
	/** The server has done it. */
	| { kind: 'sent'; answer: Answer }
	/** It is safe on the device and will be sent. */
	| { kind: 'queued'; problem: Problem }
	/** The server has refused it; nothing was written, and it is no longer stored. */
	| { kind: 'rejected'; problem: Problem };

/** Where commands are kept. Dexie in the app. */
export interface OutboxTable {
	add(command: Command): Promise<void>;
	update(id: Uuid, change: Partial<Command>): Promise<void>;
	delete(id: Uuid): Promise<void>;
	all(): Promise<Command[]>;
}

export interface OutboxDeps {
	table: () => Promise<OutboxTable>;
	send: (command: Command) => Promise<unknown>;
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

	/** Stores the command, sends it, and says what came of it. Throws only if it could not be stored. */
	async submit<Answer>(draft: Draft): Promise<Delivery<Answer>> {
		const now = this.#deps.now?.() ?? new Date();
		const command: Command = { ...draft, created_at: now.toISOString(), state: 'queued', attempts: 0, problem: null };
		const table = await this.#deps.table();
		// Marked before it is stored, so that a drain under way doesn't send it as well.
		this.#inFlight.add(command.id);
		try {
			await table.add(command);
			await this.#publish();
			return await this.#deliver<Answer>(command, table);
		} finally {
			this.#inFlight.delete(command.id);
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
		await (await this.#deps.table()).delete(id);
		await this.#publish();
	}

	async #drain(): Promise<void> {
		const table = await this.#deps.table();
		const mine = (await table.all()).filter((c) => c.state === 'queued' && c.user_id === this.#deps.userId());
		for (const command of mine) {
			if (this.#inFlight.has(command.id)) continue;
			this.#inFlight.add(command.id);
			try {
				const delivery = await this.#deliver<unknown>(command, table, true);
				if (delivery.kind === 'sent') this.#deps.delivered?.(command, delivery.answer);
				if (delivery.kind === 'rejected') this.#deps.refused?.(command, delivery.problem);
				// The network is gone or the server is busy: the others would fare no better.
				if (delivery.kind === 'queued') return;
			} finally {
				this.#inFlight.delete(command.id);
			}
		}
	}

	async #deliver<Answer>(command: Command, table: OutboxTable, keepRefused = false): Promise<Delivery<Answer>> {
		let answer: Answer;
		try {
			answer = (await this.#deps.send(command)) as Answer;
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
			else await table.delete(command.id);
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

/** The server has understood it and said no. Anything else may still succeed, and is kept. */
export function isFinal(problem: Problem): boolean {
	return problem.status >= 400 && problem.status < 500 && ![401, 408, 425, 429].includes(problem.status);
}
