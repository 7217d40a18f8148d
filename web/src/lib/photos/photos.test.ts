import { expect, it } from 'vitest';
import type { Command } from '$lib/state/outbox';
import { sameThing, waitingOf } from './photos';

const line = { count_id: 'c', sku_id: 's' };
const photo = (id: string, body: object) => ({ id, kind: 'photo', body: { id, ...body } }) as unknown as Command;

it('knows a variance and a line apart', () => {
	expect(sameThing({ movement_id: 'm' }, { movement_id: 'm' })).toBe(true);
	expect(sameThing(line, { ...line })).toBe(true);
	for (const other of [{ movement_id: 'c' }, { ...line, sku_id: 'x' }, { ...line, count_id: 'x' }]) expect(sameThing(line, other)).toBe(false);
});

it('finds the photos of a thing among all that waits', () => {
	const variance = { id: 'v', body: line } as unknown as Command;
	const commands = [variance, photo('1', line), photo('2', { movement_id: 'm' }), photo('3', line)];
	expect(waitingOf(line, commands).map((c) => c.id)).toEqual(['1', '3']);
});
