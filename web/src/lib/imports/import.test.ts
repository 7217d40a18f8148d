import { describe, expect, it } from 'vitest';
import { Problem } from '$lib/api/problem';
import type { Import, ImportReport } from '$lib/api/types';
import { changesNothing, share, watch } from './import';

const at = (more: Partial<Import>) => ({ id: 'i', status: 'running', rows_done: 0, rows_total: null, ...more }) as Import;

describe('how far it is', () => {
	it('isn’t known before the rows are counted', () => {
		expect(share(at({ rows_done: 50 }))).toBeNull();
		expect(share(at({ rows_done: 0, rows_total: 0 }))).toBeNull();
	});
	it('goes to the end and no further', () => {
		expect(share(at({ rows_done: 50, rows_total: 200 }))).toBe(0.25);
		expect(share(at({ rows_done: 201, rows_total: 200 }))).toBe(1);
		expect(share(at({ status: 'done' }))).toBe(1);
	});
});

describe('watching an import', () => {
	function run(answers: (Import | Problem)[], stopAfter = Infinity) {
		const pauses: number[] = [];
		const seen: number[] = [];
		const result = watch(at({}), {
			read: async () => {
				const next = answers.shift()!;
				if (next instanceof Problem) throw next;
				return next;
			},
			wait: async (ms) => void pauses.push(ms),
			seen: (state) => void seen.push(state.rows_done),
			stopped: () => pauses.length > stopAfter
		});
		return { result, pauses, seen };
	}
	const offline = () => new Problem({ type: 'offline', status: 0 });

	it('asks until it has ended, ever less often', async () => {
		const { result, pauses, seen } = run([at({ rows_done: 1 }), at({ rows_done: 2 }), at({ rows_done: 3, status: 'done' })]);
		expect((await result)?.status).toBe('done');
		expect(seen).toEqual([1, 2, 3]);
		expect(pauses[1]).toBeGreaterThan(pauses[0]!);
		const long = run([...Array.from({ length: 20 }, () => at({})), at({ status: 'done' })]);
		await long.result;
		expect(Math.max(...long.pauses)).toBe(2_000);
	});

	it('survives a lost connection', async () => {
		const { result } = run([offline(), offline(), at({ status: 'failed' })]);
		expect((await result)?.status).toBe('failed');
	});

	it('gives up after many, and at once where asking again won’t help', async () => {
		await expect(run(Array.from({ length: 20 }, offline)).result).rejects.toMatchObject({ type: 'offline' });
		await expect(run([new Problem({ type: 'unknown-import', status: 404 })]).result).rejects.toMatchObject({ status: 404 });
	});

	it('ends when nobody looks any more', async () => {
		expect(await run([at({ rows_done: 1 }), at({ rows_done: 2 })], 1).result).toBeNull();
	});
});

it('knows when a file changes nothing', () => {
	const report = (more: object) =>
		({ products: { created: 0, updated: 0, unchanged: 9 }, skus: { created: 0, updated: 0, unchanged: 9, untracked: 0 }, opening: { posted: 0, units: 0, negative: 0 }, ...more }) as ImportReport;
	expect(changesNothing(report({}))).toBe(true);
	expect(changesNothing(report({ opening: { posted: 1, units: 0, negative: 0 } }))).toBe(false);
	expect(changesNothing(report({ skus: { created: 0, updated: 1, unchanged: 0, untracked: 0 } }))).toBe(false);
});
