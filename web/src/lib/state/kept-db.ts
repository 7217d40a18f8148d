import Dexie, { type EntityTable } from 'dexie';

interface Entry {
	key: string;
	value: unknown;
	at: number;
}

/** What was last seen, for when there is no connection. A database of its own: unlike the outbox it may be thrown away. */
export class KeptDatabase extends Dexie {
	entries!: EntityTable<Entry, 'key'>;

	constructor(
		name = 'onhand-kept',
		private most = 300
	) {
		super(name);
		this.version(1).stores({ entries: 'key, at' });
	}

	async keep(key: string, value: unknown, at = Date.now()): Promise<void> {
		await this.entries.put({ key, value: JSON.parse(JSON.stringify(value)), at });
		const over = (await this.entries.count()) - this.most;
		if (over > 0) await this.entries.bulkDelete(await this.entries.orderBy('at').limit(over).primaryKeys());
	}

	async find<T>(key: string): Promise<{ value: T; at: number } | null> {
		const entry = await this.entries.get(key);
		return entry ? { value: entry.value as T, at: entry.at } : null;
	}

	async all<T>(prefix: string): Promise<T[]> {
		return (await this.entries.where('key').startsWith(prefix).toArray()).map((e) => e.value as T);
	}
}
