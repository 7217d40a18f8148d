import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import type { CatalogItem } from './api';
import { CatalogIndex, clean, keptCatalog, readCatalog } from './catalog';
import { uncertainty } from './clock';
import { CountingDb } from './counting-db';
import { unsentCsv } from './export';
import type { MatchOp, Op, ScanOp, Seen, Session } from './model';
import { idleCodes, tally } from './tally';

const sku = (id: string, title = 'Trail Runner') => ({ id, product_id: `p-${id}`, product_title: title, title: '10', code: `TR-${id}`, image_url: null });
const item = (id: string, codes: string[] = [], listed = true, title?: string): CatalogItem => ({ sku: sku(id, title), codes, listed });

let seq = 0;
const seen = (wall = 1_700_000_000_000 + seq * 1000): Seen => ({ wall, mono: 0, boot: 'b', offset: null });
function scan(more: Partial<ScanOp> = {}): ScanOp {
	seq += 1;
	const base: ScanOp = { kind: 'scan', seq, id: `o${seq}`, user_id: 'u', session_id: 's', state: 'waiting', seen: seen(), problem: null, code: null, sku_id: null, quantity: 1, how: 'scanned', undoes: null, result: null, sku: null };
	return { ...base, ...more };
}
const undo = (op: ScanOp) => scan({ code: op.code, sku_id: op.sku_id, quantity: -op.quantity, undoes: op.id });
const match = (code: string, id: string | null): MatchOp => ({ kind: 'match', seq: ++seq, id: `m${seq}`, user_id: 'u', session_id: 's', state: 'waiting', seen: seen(), problem: null, body: { code, sku_id: id }, sku: id ? sku(id) : null });

function sum(ops: Op[], items: CatalogItem[] = [], hasList = true, base: Session['base'] = null) {
	const known = new CatalogIndex();
	known.hasList = hasList;
	known.put(items);
	return tally({ base }, ops, known);
}

describe('tally', () => {
	it('adds up units and SKUs, last scanned first', () => {
		const { lines, units, skus, last } = sum([scan({ sku_id: 'a' }), scan({ sku_id: 'b', quantity: 3 }), scan({ sku_id: 'a' })], [item('a'), item('b')]);
		expect(lines.map((l) => [l.sku_id, l.counted])).toEqual([
			['a', 2],
			['b', 3]
		]);
		expect([units, skus]).toEqual([5, 2]);
		expect(last).toMatchObject({ kind: 'known', number: 2, sku: { id: 'a' } });
	});

	it('takes an undone scan out again, and the one before is the last', () => {
		const [a, b] = [scan({ sku_id: 'a' }), scan({ sku_id: 'b' })];
		const { lines, last } = sum([a, b, undo(b)], [item('a'), item('b')]);
		expect(lines.map((l) => l.sku_id)).toEqual(['a']);
		expect(last).toMatchObject({ op: { id: a.id } });
	});

	it('keeps 0 apart from blank', () => {
		const none = scan({ sku_id: 'a', quantity: 0, how: 'typed' });
		expect(sum([none], [item('a')]).lines).toMatchObject([{ sku_id: 'a', counted: 0 }]);
		expect(sum([none, undo(none)], [item('a')]).lines).toEqual([]);
	});

	it('tells what is not on the list, from the device or from the server', () => {
		expect(sum([scan({ sku_id: 'x' })], [item('x', [], false)]).last).toMatchObject({ kind: 'unlisted' });
		expect(sum([scan({ code: '1', sku: sku('y'), result: 'unlisted', state: 'safe' })]).last).toMatchObject({ kind: 'unlisted', sku: { id: 'y' } });
		expect(sum([scan({ sku_id: 'x' })], [item('x', [], false)], false).last).toMatchObject({ kind: 'known' });
	});

	it('keeps unknown codes with the scans around them', () => {
		const ops = [scan({ sku_id: 'a' }), scan({ code: '999', result: 'unknown_code', state: 'safe' }), scan({ code: '999' }), scan({ sku_id: 'b' })];
		const { codes, units, open, skus } = sum(ops, [item('a'), item('b')]);
		expect(codes).toMatchObject([{ code: '999', quantity: 2, scans: 2, status: 'unknown', before: { id: 'a' }, after: { id: 'b' } }]);
		expect([units, skus, open]).toEqual([4, 2, 1]);
	});

	it('says "will be looked up" until the server has spoken', () => {
		expect(sum([scan({ code: '999' })]).last).toMatchObject({ kind: 'lookup', number: 1 });
		expect(sum([scan({ code: '999', result: 'unknown_code', state: 'safe' })]).last).toMatchObject({ kind: 'unknown' });
	});

	it('counts a matched code for its SKU, a removed one nowhere, and the last word holds', () => {
		const ops = [scan({ sku_id: 'a' }), scan({ code: '999', quantity: 2 })];
		expect(sum([...ops, match('999', 'a')], [item('a')])).toMatchObject({ units: 3, open: 0, lines: [{ sku_id: 'a', counted: 3 }] });
		expect(sum([...ops, match('999', 'a'), match('999', null)], [item('a')])).toMatchObject({ units: 1, open: 0 });
		// Removed and scanned again, it waits again.
		expect(sum([...ops, match('999', null), scan({ code: '999' })], [item('a')])).toMatchObject({ open: 1 });
		const refused = { ...match('999', 'a'), state: 'refused' as const };
		expect(sum([...ops, refused], [item('a')])).toMatchObject({ open: 1, units: 3, skus: 1 });
	});

	it('resolves a code once the catalogue is there, and asks where it fits several', () => {
		expect(sum([scan({ code: '1' })], [item('a', ['1'])]).last).toMatchObject({ kind: 'known', sku: { id: 'a' } });
		const both = [item('a', ['1']), item('b', ['1'])];
		expect(sum([scan({ code: '1', state: 'held' })], both).last).toMatchObject({ kind: 'choose' });
		expect(sum([scan({ code: '1' })], both).codes).toMatchObject([{ status: 'ambiguous', candidates: [{ id: 'a' }, { id: 'b' }] }]);
	});

	it('leaves out what the server refused', () => {
		expect(sum([scan({ sku_id: 'a', state: 'refused' })], [item('a')])).toMatchObject({ units: 0, last: null });
	});

	it('goes on from what was counted elsewhere', () => {
		const at = '2026-01-01T00:00:00Z';
		const base = { scans: 4, lines: [{ sku: sku('a'), counted: 4, listed: true, at }], codes: [{ code: '9', quantity: 1, scans: 1, at, before: null, after: null, sku: null, removed: false }] };
		expect(sum([scan({ sku_id: 'a' })], [item('a')], true, base)).toMatchObject({ units: 6, skus: 1, open: 1, lines: [{ counted: 5 }] });
	});

	it('knows codes of which nothing is left', () => {
		const op = scan({ code: '999' });
		expect(idleCodes([op, undo(op)])).toEqual(['999']);
		expect(idleCodes([op])).toEqual([]);
		expect(idleCodes([op, undo(op), match('999', null)])).toEqual([]);
	});
});

describe('uncertainty', () => {
	const at = (wall: number, mono: number, more: Partial<Seen> = {}): Seen => ({ wall, mono, boot: 'b', offset: null, ...more });

	it('is none while both clocks go alike', () => {
		expect(uncertainty(at(0, 0), at(60_000, 60_000))).toBeNull();
		expect(uncertainty(at(0, 0), at(60_000, 57_000))).toBeNull();
	});
	it('is what the clock was set by, forwards or back', () => {
		expect(uncertainty(at(0, 0), at(3_660_000, 60_000))).toBe(3_600_000);
		expect(uncertainty(at(0, 0), at(-3_540_000, 60_000))).toBe(3_600_000);
	});
	it('believes the server’s time more than a clock that sleeps', () => {
		expect(uncertainty(at(0, 0, { offset: 10 }), at(3_600_000, 5, { offset: 12 }))).toBeNull();
		expect(uncertainty(at(0, 0, { offset: 10 }), at(3_600_000, 5, { offset: -60_000 }))).toBe(60_010);
	});
	it('says nothing of an earlier life of the page of which nothing is known', () => {
		expect(uncertainty(at(0, 0, { boot: 'a' }), at(9_000_000, 5))).toBeNull();
	});
});

describe('catalogue', () => {
	const dbs: CountingDb[] = [];
	const open = () => {
		const db = new CountingDb(`catalog-${dbs.length}`);
		dbs.push(db);
		return db;
	};
	afterEach(() => dbs.forEach((db) => db.close()));
	const pages: Record<string, { items: CatalogItem[]; next_cursor: string | null }> = {
		'': { items: [item('a', ['1'])], next_cursor: 'n' },
		n: { items: [item('b', ['2'])], next_cursor: null }
	};

	it('is read page by page, and goes on where it was broken off', async () => {
		const db = open();
		const asked: (string | null)[] = [];
		const read = (broken: boolean) =>
			readCatalog({
				db,
				countId: 'c',
				page: async (cursor) => {
					asked.push(cursor);
					if (broken && cursor) throw new Error('offline');
					return pages[cursor ?? '']!;
				},
				take: () => {},
				signal: new AbortController().signal
			});
		await expect(read(true)).rejects.toThrow('offline');
		expect((await keptCatalog(db, 'c')).map((k) => k.sku_id)).toEqual(['a']);
		expect(await read(false)).toBe(true);
		expect(asked).toEqual([null, 'n', 'n']);
		expect(await read(false)).toBe(true);
		expect(asked).toHaveLength(3);
	});

	it('takes codes for the same that the server takes for the same', () => {
		const index = new CatalogIndex();
		index.put([item('a', ['012345678905', 'tr-204'])]);
		expect(['12345678905', '0012345678905', 'TR-204'].map((code) => index.byCode(code).length)).toEqual([1, 1, 1]);
		expect(['345678905', '12345678905 '].map((code) => index.byCode(code).length)).toEqual([0, 0]);
		expect(clean(" '4711 ")).toBe('4711');
	});

	it('finds by code and by words', () => {
		const index = new CatalogIndex();
		index.put([item('a', ['1'], true, 'Trail Runner'), item('b', ['1', '2'], true, 'City Boot')]);
		expect(index.byCode('1').map((i) => i.sku.id)).toEqual(['a', 'b']);
		expect(index.search('runner tr-a', 5).map((i) => i.sku.id)).toEqual(['a']);
		index.put([item('a', ['3'])]);
		expect(index.byCode('1').map((i) => i.sku.id)).toEqual(['b']);
		expect(index.byCode('3').map((i) => i.sku.id)).toEqual(['a']);
	});
});

it('writes what the server doesn’t have as a table', () => {
	const session = { count_name: 'Aisle 4', facility_name: 'Main, Street', area: null } as Session;
	const csv = unsentCsv(session, [scan({ code: '=1+1' }), scan({ code: '2', state: 'safe' })]);
	const lines = csv.trim().split('\r\n');
	expect(lines).toHaveLength(2);
	expect(lines[1]).toContain('"Main, Street",,\'=1+1,');
});
