import Dexie, { type EntityTable } from 'dexie';
import type { Command, OutboxTable } from './outbox';

/** Bytes instead of a blob: not every browser keeps those. */
interface File {
	id: string;
	type: string;
	bytes: ArrayBuffer;
}

/** The device's database. Loaded when first needed: nothing on the first screen waits for it. */
class DeviceDatabase extends Dexie {
	commands!: EntityTable<Command, 'id'>;
	files!: EntityTable<File, 'id'>;

	constructor(name: string) {
		// "strict": on the disk before we say "saved", not only in the browser's buffer.
		super(name, { chromeTransactionDurability: 'strict' });
		this.version(1).stores({ commands: 'id, state, created_at' });
		// Pictures apart: whoever looks at what waits needn't read them.
		this.version(2).stores({ commands: 'id, state, created_at, after', files: 'id' });
	}
}

export function openOutbox(name = 'onhand'): OutboxTable & { close(): void } {
	const db = new DeviceDatabase(name);
	return {
		async add(commands, files) {
			// Before the transaction: it would end while a blob is read.
			const kept = await Promise.all([...files].map(async ([id, file]) => ({ id, type: file.type, bytes: await file.arrayBuffer() })));
			await db.transaction('rw', db.commands, db.files, async () => {
				await db.commands.bulkAdd(plain(commands));
				await db.files.bulkAdd(kept);
			});
		},
		async update(id, change) {
			await db.commands.update(id, plain(change));
		},
		async delete(id) {
			await db.transaction('rw', db.commands, db.files, async () => {
				await db.commands.delete(id);
				await db.files.delete(id);
			});
		},
		async drop(id) {
			await db.transaction('rw', db.commands, db.files, async () => {
				const gone = [id, ...(await db.commands.where('after').equals(id).primaryKeys())];
				await db.commands.bulkDelete(gone);
				await db.files.bulkDelete(gone);
			});
		},
		all: () => db.commands.orderBy('created_at').toArray(),
		async file(id) {
			const file = await db.files.get(id);
			return file ? new Blob([file.bytes], { type: file.type }) : null;
		},
		close: () => db.close()
	};
}

/** IndexedDB can't clone the proxies of reactive state. */
function plain<T>(value: T): T {
	return JSON.parse(JSON.stringify(value)) as T;
}
