import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mail, PASSWORD } from './people';
import { binary, listening, run, serve } from './program';

/** What lets an app into the fake shop: its defaults, which docs/TWIN.md names. */
export const CLIENT = { id: 'twin-client', secret: 'twin-secret' };
/** What both sides sell: a runner in two sizes. */
export const RUNNER = { title: 'Tandem Runner', sizes: ['40', '41'], codes: ['TAN-40', 'TAN-41'], stock: 2 };

interface Level {
	item_id: number;
	sku: string;
	location_id: number;
	available: number;
	damaged: number;
	committed: number;
}

/** A retailer with a web shop, both on their own: what happens here touches no other test. */
export interface ShopWorld {
	url: string;
	shop: string;
	/** What the shop has of a SKU at a location, counted from 1. */
	level: (code: string, location?: number) => Promise<Level>;
	/** Something that happens in the shop. */
	does: (path: string, body: unknown) => Promise<unknown>;
	stop: () => Promise<void>;
}

function csv(): string {
	const head = 'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Barcode,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Cost per item';
	const rows = RUNNER.sizes.map((size, n) => {
		const title = n === 0 ? RUNNER.title : '';
		return `tandem-runner,${title},Size,${size},${RUNNER.codes[n]},'400000000000${n},shopify,${RUNNER.stock},59.00,20.00`;
	});
	return [head, ...rows, ''].join('\n');
}

/** A port that nobody has: the shop is told where the server listens before it does. */
function freePort(): Promise<number> {
	return new Promise((done, failed) => {
		const probe = createServer();
		probe.once('error', failed);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() => (address && typeof address === 'object' ? done(address.port) : failed(new Error('no port'))));
		});
	});
}

export async function openShopWorld(): Promise<ShopWorld> {
	const folder = mkdtempSync(join(tmpdir(), 'onhand-shop-'));
	const database = `sqlite://${join(folder, 'onhand.db')}`;
	const file = join(folder, 'products.csv');
	writeFileSync(file, csv());
	for (const [code, name] of [['S1', 'Main Street'], ['S2', 'Harbour']]) {
		run(database, ['facility', 'add', '--code', code!, '--name', name!, '--timezone', 'Europe/Berlin']);
	}
	const people = [['admin', 'Ada Brandt', 'admin', []], ['manager', 'Jonas Weber', 'facility_manager', ['--facility', 'S1']]] as const;
	for (const [person, name, role, where] of people) {
		run(database, ['user', 'add', '--email', mail(person), '--name', name, '--role', role, ...where, '--password-stdin'], PASSWORD + '\n');
	}
	run(database, ['import', 'catalog', file, '--facility', 'S1']);
	const twin = spawn(
		join(dirname(binary()), 'onhand-twin'),
		['--listen', '127.0.0.1:0', '--json', '--catalog', file, '--locations', '2', '--ends-with', String(process.pid)],
		{ stdio: ['ignore', 'pipe', openSync(join(folder, 'twin.log'), 'a')] }
	);
	const shop = await listening(twin);
	const listen = `127.0.0.1:${await freePort()}`;
	const server = await serve(database, folder, listen, {
		ONHAND_SECRET_KEY: randomBytes(32).toString('hex'),
		ONHAND_PUBLIC_URL: `http://${listen}`
	});
	const ask = async (path: string, body?: unknown) => {
		const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
		const response = await fetch(shop + path, init);
		const text = await response.text();
		if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
		return JSON.parse(text) as unknown;
	};
	return {
		url: server.url,
		shop,
		level: async (code, location = 1) => {
			const { levels } = (await ask('/twin/levels')) as { levels: Level[] };
			const found = levels.find((level) => level.sku === code && level.location_id === 60_000_000 + location);
			if (!found) throw new Error(`The shop has no level of ${code}.`);
			return found;
		},
		does: ask,
		stop: async () => {
			await server.stop();
			await ended(twin);
			rmSync(folder, { recursive: true });
		}
	};
}

function ended(child: ChildProcess): Promise<void> {
	return new Promise((done) => {
		child.once('exit', () => done());
		child.kill('SIGTERM');
	});
}
