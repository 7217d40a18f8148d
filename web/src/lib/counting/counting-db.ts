import Dexie, { type EntityTable, type Table } from 'dexie';
import type { CatalogState, KeptCount, KnownSku, Op, Session } from './model';

/**
 * What was counted on this device. A database of its own, loaded when somebody counts. Other versions of the app read
 * it too: fields are only ever added.
 */
export class CountingDb extends Dexie {
	sessions!: EntityTable<Session, 'id'>;
	ops!: EntityTable<Op, 'seq'>;
	catalog!: Table<KnownSku, [string, string]>;
	catalogs!: EntityTable<CatalogState, 'count_id'>;
	counts!: Table<KeptCount, [string, string]>;

	constructor(name = 'onhand-counting') {
		// "strict": on the disk before the screen says so, not only in the browser's buffer.
		super(name, { chromeTransactionDurability: 'strict' });
		this.version(1).stores({
			sessions: 'id, user_id, [user_id+count_id]',
			ops: '++seq, &id, session_id, undoes, [session_id+state], [session_id+kind+state], [user_id+state]',
			catalog: '[count_id+sku_id], count_id',
			catalogs: 'count_id',
			counts: '[user_id+count_id], at'
		});
	}
}
