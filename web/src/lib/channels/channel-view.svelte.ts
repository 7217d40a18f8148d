import './catalogue';
import { isAbort } from '$lib/api/client';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Uuid } from '$lib/api/types';
import { uuidv7 } from '$lib/ids';
import { checkChannel, createAudit, getChannel, getJob, listJobs, startChannel } from './api';
import type { Channel, ChannelJob, JobKind } from './shapes';

/** How often a job that runs is asked for. */
const JOB_MS = 1_000;
/** How often the page of a shop reads it anew without being told of anything. */
const LOOK_MS = 10_000;
/** A burst of news is read once. */
const SOON_MS = 300;

/** A comparison of nothing, before any facility stood behind a location, says nothing of what would change. */
const tells = (job: ChannelJob) => job.status === 'done' && (job.compared?.levels ?? 0) > 0;

/** One shop as its page shows it, and whatever it is doing that takes longer than a request. */
export class ChannelView {
	readonly id: Uuid;
	channel = $state.raw<Channel | null>(null);
	problem = $state<Problem | null>(null);
	/** The job that runs, or the last one that ended here. */
	job = $state.raw<ChannelJob | null>(null);
	jobProblem = $state<Problem | null>(null);
	/** The last comparison: what going live would do. */
	compared = $state.raw<ChannelJob | null>(null);
	starting = $state(false);
	running = $derived(this.starting || this.job?.status === 'running');

	#abort = new AbortController();
	#soon: ReturnType<typeof setTimeout> | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;
	#jobTimer: ReturnType<typeof setTimeout> | undefined;
	#ended: (job: ChannelJob) => void;

	constructor(id: Uuid, ended: (job: ChannelJob) => void = () => {}) {
		this.id = id;
		this.#ended = ended;
	}

	open(): void {
		void this.load();
		void this.#lastCheck();
		this.#timer = setInterval(() => document.visibilityState === 'visible' && void this.load(), LOOK_MS);
	}

	close(): void {
		this.#abort.abort();
		clearTimeout(this.#soon);
		clearTimeout(this.#jobTimer);
		clearInterval(this.#timer);
	}

	async load(): Promise<void> {
		try {
			const channel = await getChannel(this.id, this.#abort.signal);
			this.channel = channel;
			this.problem = null;
			// Begun by somebody else, or before this page was opened.
			if (channel.job && channel.job.id !== this.job?.id) this.#watch(channel.job);
		} catch (error) {
			if (isAbort(error) || this.#abort.signal.aborted) return;
			this.problem = asProblem(error);
		}
	}

	/** Soon, and once for a burst of events. */
	refresh(): void {
		clearTimeout(this.#soon);
		this.#soon = setTimeout(() => void this.load(), SOON_MS);
	}

	/** null where it could not begin; `jobProblem` says why. */
	async run(kind: JobKind, anew = false): Promise<ChannelJob | null> {
		if (this.running) return null;
		this.starting = true;
		this.jobProblem = null;
		const id = uuidv7();
		try {
			const job = await (kind === 'check' ? checkChannel(this.id, id) : kind === 'start' ? startChannel(this.id, id, anew) : createAudit(this.id, id));
			this.#watch(job);
			return job;
		} catch (error) {
			this.jobProblem = asProblem(error);
			return null;
		} finally {
			this.starting = false;
		}
	}

	/** What was compared belongs to other locations or items now. */
	forget(): void {
		this.compared = null;
	}

	#watch(job: ChannelJob): void {
		this.job = job;
		clearTimeout(this.#jobTimer);
		if (job.status !== 'running') return this.#end(job);
		this.#jobTimer = setTimeout(() => void this.#ask(job.id), JOB_MS);
	}

	async #ask(id: Uuid): Promise<void> {
		try {
			const job = await getJob(this.id, id, this.#abort.signal);
			if (!this.#abort.signal.aborted) this.#watch(job);
		} catch {
			// The server is out of reach for a moment; the job runs on.
			if (!this.#abort.signal.aborted) this.#jobTimer = setTimeout(() => void this.#ask(id), 3 * JOB_MS);
		}
	}

	#end(job: ChannelJob): void {
		if (tells(job)) this.compared = job;
		void this.load();
		this.#ended(job);
	}

	/** What was compared before this page was opened. */
	async #lastCheck(): Promise<void> {
		try {
			const { items } = await listJobs(this.id, { kind: 'check', limit: 5 }, this.#abort.signal);
			const last = items.find(tells);
			if (last && !this.compared) {
				const job = await getJob(this.id, last.id, this.#abort.signal);
				if (!this.compared) this.compared = job;
			}
		} catch {
			// It can be done anew.
		}
	}
}
