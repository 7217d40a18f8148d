import type { KeptDatabase } from './kept-db';

/**
 * Answers kept on the device, shown only where the server can't be reached, and marked as old. Reading is never
 * needed, so that every failure of the storage is swallowed.
 */
let db: Promise<KeptDatabase> | null = null;
const open = () => (db ??= import('./kept-db').then((m) => new m.KeptDatabase()));

export function keep(key: string, value: unknown): void {
	void open()
		.then((d) => d.keep(key, value))
		.catch(() => {});
}

export async function kept<T>(key: string): Promise<{ value: T; at: number } | null> {
	try {
		return await (await open()).find<T>(key);
	} catch {
		return null;
	}
}

export async function allKept<T>(prefix: string): Promise<T[]> {
	try {
		return await (await open()).all<T>(prefix);
	} catch {
		return [];
	}
}

/** On signing out: the next person on this device may have to see less. */
export async function forgetKept(): Promise<void> {
	try {
		await (await open()).entries.clear();
	} catch {
		// Nothing was kept then.
	}
}
