import 'fake-indexeddb/auto';
import { afterEach, expect, it } from 'vitest';
import { KeptDatabase } from './kept-db';

let n = 0;
const open: KeptDatabase[] = [];
function db(most?: number) {
	const d = new KeptDatabase(`kept-${n++}`, most);
	open.push(d);
	return d;
}
afterEach(() => open.splice(0).forEach((d) => d.close()));

it('finds what was kept, with its time', async () => {
	const d = db();
	await d.keep('product:1', { title: 'Trail Runner' }, 1000);
	await d.keep('product:1', { title: 'Trail Runner 2' }, 2000);
	expect(await d.find('product:1')).toEqual({ value: { title: 'Trail Runner 2' }, at: 2000 });
	expect(await d.find('product:2')).toBeNull();
});

it('drops the oldest when there is too much', async () => {
	const d = db(2);
	await d.keep('a', 1, 30);
	await d.keep('b', 2, 10);
	await d.keep('c', 3, 20);
	expect(await d.entries.toCollection().primaryKeys()).toEqual(['a', 'c']);
});

it('lists by prefix', async () => {
	const d = db();
	await d.keep('product:1', 1);
	await d.keep('home:1', 2);
	expect(await d.all('product:')).toEqual([1]);
});
