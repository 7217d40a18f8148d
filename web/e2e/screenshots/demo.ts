import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, serve } from '../support/program';

/** The demo's retailer, made anew in a folder of its own, and served. */
export default async function globalSetup(): Promise<() => Promise<void>> {
	const folder = mkdtempSync(join(tmpdir(), 'onhand-screenshots-'));
	const database = `sqlite://${join(folder, 'demo.db')}`;
	run(database, ['demo']);
	const { url, stop } = await serve(database, folder);
	process.env.ONHAND_E2E_URL = url;
	return async () => {
		try {
			await stop();
		} finally {
			rmSync(folder, { recursive: true });
		}
	};
}
