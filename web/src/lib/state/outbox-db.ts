import Dexie, { type EntityTable } from 'dexie';
import type { Command, OutboxTable } from './outbox';

/** The device's database. Loaded when first needed: nothing on the first screen waits for it. */
class DeviceDatabase extends Dexie {
	commands!: EntityTable<Command, 'id'>;

	constructor(name: string) {
		// "strict": on the disk before we say "saved", not only in the browser's buffer.
		super(name, { chromeTransactionDurability: 'strict' });
		this.version(1).stores({ commands: 'id, state, created_at' });
	}
}

export function openOutbox(name = 'onhand'): OutboxTable & { close(): void } {
	const db = new DeviceDatabase(name);
	return {
		async add(command) {
			await db.commands.add(plain(command));
		},
		async update(id, change) {
			await db.commands.update(id, plain(change));
		},
		async delete(id) {
			await db.commands.delete(id);
		},
		all: () => db.commands.orderBy('created_at').toArray(),
		close: () => db.close()
	};
}

/** IndexedDB can't clone the proxies of reactive state. */
function plain<T>(value: T): T {
	return JSON.parse(JSON.stringify(value)) as T;
}
