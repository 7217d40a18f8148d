/** Small things remembered on this device. Storage may be closed to us (private windows), so nothing depends on it. */

const PREFIX = 'onhand.';

export function remembered<T>(key: string, fallback: T): T {
	try {
		const text = localStorage.getItem(PREFIX + key);
		return text === null ? fallback : (JSON.parse(text) as T);
	} catch {
		return fallback;
	}
}

export function remember(key: string, value: unknown): void {
	try {
		if (value === null || value === undefined) localStorage.removeItem(PREFIX + key);
		else localStorage.setItem(PREFIX + key, JSON.stringify(value));
	} catch {
		// Forgetting is all that happens.
	}
}
