import { url } from '$lib/api/client';
import type { CountEvent, LevelEvent, PushesEvent, RequestsEvent, Uuid } from '$lib/api/types';

interface EventMap {
	/** A movement was recorded. */
	level: LevelEvent;
	/** A request was made or decided. */
	requests: RequestsEvent;
	/** A count, its sessions or its lines changed. */
	count: CountEvent;
	/** Changes reached a shop, or wait for a person. */
	pushes: PushesEvent;
	/** We were away and may have missed some: read again what is shown. */
	resync: void;
}

type Handler<K extends keyof EventMap> = (event: EventMap[K]) => void;

/**
 * The server's live changes, for one facility at a time. EventSource reconnects by itself only while the server
 * answers; after an error status it gives up, so that we reconnect ourselves, with growing pauses.
 */
class Events {
	status = $state<'idle' | 'connecting' | 'live' | 'lost'>('idle');

	#handlers: { [K in keyof EventMap]: Set<Handler<K>> } = { level: new Set(), requests: new Set(), count: new Set(), pushes: new Set(), resync: new Set() };
	#source: EventSource | null = null;
	#facility: Uuid | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#tries = 0;
	#hadConnection = false;

	/** Returns the function that ends it, so that `$effect(() => events.on(…))` cleans up after itself. */
	on<K extends keyof EventMap>(type: K, handler: Handler<K>): () => void {
		this.#handlers[type].add(handler);
		return () => this.#handlers[type].delete(handler);
	}

	connect(facilityId: Uuid | null): void {
		if (facilityId === this.#facility && this.#source) return;
		this.close();
		this.#facility = facilityId;
		if (facilityId) this.#open();
	}

	/** Now, without waiting for the pause to end: the network is back, or the app is in front again. */
	wake(): void {
		if (this.#facility && this.status !== 'live') {
			this.#tries = 0;
			this.#open();
		}
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#source?.close();
		this.#source = null;
		this.#facility = null;
		this.#tries = 0;
		this.#hadConnection = false;
		this.status = 'idle';
	}

	#open(): void {
		clearTimeout(this.#timer);
		this.#source?.close();
		if (this.status !== 'lost') this.status = 'connecting';
		const source = new EventSource(url('/events', { facility_id: this.#facility }));
		this.#source = source;
		source.onopen = () => {
			const again = this.#hadConnection || this.#tries > 0;
			this.#hadConnection = true;
			this.#tries = 0;
			this.status = 'live';
			if (again) this.#emit('resync', undefined);
		};
		source.onerror = () => {
			if (source !== this.#source) return;
			source.close();
			this.status = 'lost';
			const pause = Math.min(30_000, 1000 * 2 ** this.#tries++) * (0.75 + Math.random() / 2);
			this.#timer = setTimeout(() => this.#open(), pause);
		};
		source.addEventListener('level', (e) => this.#receive('level', e));
		source.addEventListener('requests', (e) => this.#receive('requests', e));
		source.addEventListener('count', (e) => this.#receive('count', e));
		source.addEventListener('pushes', (e) => this.#receive('pushes', e));
	}

	#receive<K extends Exclude<keyof EventMap, 'resync'>>(type: K, event: MessageEvent<string>): void {
		try {
			this.#emit(type, JSON.parse(event.data) as EventMap[K]);
		} catch {
			// A broken event is as good as a missed one.
			this.#emit('resync', undefined);
		}
	}

	#emit<K extends keyof EventMap>(type: K, event: EventMap[K]): void {
		for (const handler of [...this.#handlers[type]]) handler(event);
	}
}

export const events = new Events();
