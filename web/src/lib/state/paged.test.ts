import { describe, expect, it } from 'vitest';
import { Problem } from '$lib/api/problem';
import { Paged } from './paged.svelte';

/** A list that lives on a server: numbers, newest (highest) first, in pages of two. */
function server(items: number[]) {
	const state = { items, calls: 0, fail: false };
	const list = new Paged<number>(async (cursor) => {
		state.calls++;
		if (state.fail) throw new Problem({ type: 'offline', status: 0 });
		const start = cursor === null ? 0 : state.items.indexOf(Number(cursor)) + 1;
		const page = state.items.slice(start, start + 2);
		const more = start + 2 < state.items.length;
		return { items: page, next_cursor: more ? String(page.at(-1)) : null };
	});
	return { state, list };
}

describe('Paged', () => {
	it('reads page after page', async () => {
		const { list } = server([5, 4, 3, 2, 1]);
		await list.load();
		expect([list.items, list.next]).toEqual([[5, 4], '4']);
		await list.more();
		await list.more();
		expect([list.items, list.next]).toEqual([[5, 4, 3, 2, 1], null]);
		await list.more();
		expect(list.items).toHaveLength(5);
	});

	it('takes what is new without losing the older pages', async () => {
		const { state, list } = server([3, 2, 1]);
		await list.load();
		await list.more();
		state.items = [4, 3, 2, 1];
		await list.refresh(String);
		expect([list.items, list.next]).toEqual([[4, 3, 2, 1], null]);
	});

	it('starts over where more is new than one page shows', async () => {
		const { state, list } = server([3, 2, 1]);
		await list.load();
		state.items = [9, 8, 7, 6, 5, 3, 2, 1];
		await list.refresh(String);
		expect([list.items, list.next]).toEqual([[9, 8], '8']);
		await list.more();
		expect(list.items).toEqual([9, 8, 7, 6]);
	});

	it('keeps what is shown when reading fails', async () => {
		const { state, list } = server([2, 1]);
		await list.load();
		state.fail = true;
		await list.refresh(String);
		expect([list.items, list.problem]).toEqual([[2, 1], null]);
		await list.load();
		expect(list.problem?.type).toBe('offline');
		expect(list.items).toEqual([2, 1]);
	});

	it('lets a new question win over an answer that comes late', async () => {
		const answers: ((items: number[]) => void)[] = [];
		const list = new Paged<number>(() => new Promise((resolve) => answers.push((items) => resolve({ items, next_cursor: null }))));
		const first = list.load();
		const second = list.load();
		answers[1]!([2]);
		await second;
		answers[0]!([1]);
		await first;
		expect([list.items, list.loading]).toEqual([[2], false]);
	});
});
