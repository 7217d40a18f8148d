import type { Uuid } from '$lib/api/types';

/** A session of which the server doesn't have everything yet. */
export interface UnsentSession {
	id: Uuid;
	user_id: Uuid;
	user_name: string;
	count_id: Uuid;
	count_name: string;
	facility_id: Uuid;
	facility_name: string;
	/** Scans, matches, the start and the end of it. */
	waiting: number;
	/** The server said no to these. */
	refused: number;
	/** Nothing of it is sent by itself any more. */
	halted: boolean;
}

const DATABASE = 'onhand-counting';
const REFRESH_MS = 150;

const load = () => import('./device').then((m) => m.device);

/**
 * What was counted on this device and isn't on the server, for the frame: the badge, signing out, changing the
 * facility. Small, since every page has it; the rest is loaded only where somebody has counted.
 */
class CountingPresence {
	unsent = $state.raw<UnsentSession[]>([]);

	#started: Promise<void> | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	waiting = $derived(this.unsent.reduce((sum, s) => sum + (s.halted ? 0 : s.waiting), 0));
	rejected = $derived(this.unsent.filter((s) => s.halted || s.refused > 0).length);

	/** At the start of the app: sends what an earlier life of it left behind. */
	async start(): Promise<void> {
		try {
			if (!(await counted())) return;
			await this.watch();
			await (await load()).queue.start();
		} catch {
			// No storage on this device (a private window): counting itself will say so.
		}
	}

	/** From the first scan on. */
	watch(): Promise<void> {
		this.#started ??= load().then(async (device) => {
			device.on(() => this.#soon());
			await this.refresh();
		});
		this.#started.catch(() => (this.#started = null));
		return this.#started;
	}

	async drain(force = false): Promise<void> {
		if (!this.#started) return;
		try {
			await (await load()).queue.drain(force);
			await this.refresh();
		} catch {
			// As above.
		}
	}

	async refresh(): Promise<void> {
		this.unsent = await (await load()).unsent();
	}

	async export(sessionId: Uuid): Promise<void> {
		await (await load()).export(sessionId);
	}

	/** Once for a burst of scans. */
	#soon(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			void this.refresh().catch(() => {});
		}, REFRESH_MS);
	}
}

/** Whether anybody ever counted here. */
async function counted(): Promise<boolean> {
	if (!('indexedDB' in globalThis)) return false;
	if (!indexedDB.databases) return true;
	return (await indexedDB.databases()).some((db) => db.name === DATABASE);
}

export const counting = new CountingPresence();
