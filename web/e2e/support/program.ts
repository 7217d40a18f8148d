import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FACILITIES, mail, PASSWORD, PEOPLE, type Person } from './people';

const START_SECONDS_MAX = 60;
/** Longer than the server itself gives what is under way. */
const STOP_SECONDS_MAX = 45;

export const binary = () => resolve(process.env.ONHAND_BIN ?? join(import.meta.dirname, '../../../target/debug/onhand'));

/** Runs one command of the program to its end. */
export function run(database: string, args: string[], input?: string): string {
	return execFileSync(binary(), [...args, '--database', database], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Starts the server, on a free port where none is named; what it logs goes to a file beside the database. */
export async function serve(
	database: string,
	folder: string,
	listen = '127.0.0.1:0',
	settings: Record<string, string> = {}
): Promise<{ url: string; stop: () => Promise<void> }> {
	const log = join(folder, 'server.log');
	const server = spawn(binary(), ['serve', '--listen', listen, '--json', '--database', database], {
		stdio: ['ignore', 'pipe', openSync(log, 'a')],
		env: { ...process.env, ...settings }
	});
	const url = await listening(server).catch((error: Error) => {
		server.kill('SIGKILL');
		throw new Error(`${error.message}\n${readFileSync(log, 'utf8')}`);
	});
	return { url, stop: () => stop(server) };
}

/** Where a program says that it listens. */
export function listening(server: ChildProcess): Promise<string> {
	return new Promise((done, failed) => {
		const timer = setTimeout(() => failed(new Error('The server did not say where it listens.')), START_SECONDS_MAX * 1000);
		let said = '';
		server.stdout?.on('data', (part: Buffer) => {
			said += part.toString();
			const url = /"listening":\s*"(http[^"]+)"/.exec(said)?.[1];
			if (!url) return;
			clearTimeout(timer);
			done(url);
		});
		server.once('exit', (code) => {
			clearTimeout(timer);
			failed(new Error(`The server ended with ${code} instead of listening.`));
		});
	});
}

/** It drains: what is under way is answered first. */
function stop(server: ChildProcess): Promise<void> {
	return new Promise((done, failed) => {
		const timer = setTimeout(() => {
			server.kill('SIGKILL');
			failed(new Error(`The server did not stop within ${STOP_SECONDS_MAX} s of SIGTERM.`));
		}, STOP_SECONDS_MAX * 1000);
		server.once('exit', () => {
			clearTimeout(timer);
			done();
		});
		server.kill('SIGTERM');
	});
}

/** A retailer with three stores and five people; each test brings its own products. */
function found(database: string): void {
	for (const { code, name, zone, group } of FACILITIES) {
		run(database, ['facility', 'add', '--code', code, '--name', name, '--timezone', zone, '--group', group]);
	}
	for (const [person, { name, role, at }] of Object.entries(PEOPLE)) {
		const where = at === null ? [] : [at === 'north' ? '--group' : '--facility', at];
		const args = ['user', 'add', '--email', mail(person as Person), '--name', name, '--role', role, ...where, '--password-stdin'];
		run(database, args, PASSWORD + '\n');
	}
}

export default async function globalSetup(): Promise<() => Promise<void>> {
	if (!existsSync(binary())) throw new Error(`${binary()} is missing: build it first, or name it in ONHAND_BIN.`);
	const folder = mkdtempSync(join(tmpdir(), 'onhand-e2e-'));
	const database = `sqlite://${join(folder, 'onhand.db')}`;
	found(database);
	// The tests' own way in. The workers inherit these.
	const key = (role: string) => run(database, ['key', 'add', '--name', `Tests, ${role}`, '--role', role]).trim();
	process.env.ONHAND_E2E_KEY = key('inventory_controller');
	process.env.ONHAND_E2E_ADMIN_KEY = key('admin');
	process.env.ONHAND_E2E_FOLDER = folder;
	const { url, stop } = await serve(database, folder, undefined, { ONHAND_SECRET_KEY: randomBytes(32).toString('hex') });
	process.env.ONHAND_E2E_URL = url;
	return async () => {
		try {
			await stop();
		} finally {
			rmSync(folder, { recursive: true });
		}
	};
}
