import { expect, it } from 'vitest';
import type { UnsentSession } from '$lib/counting/presence.svelte';
import { holding, mine } from './unsent';

const counted = (user_id: string, more: Partial<UnsentSession> = {}): UnsentSession => ({
	id: `s-${user_id}`,
	user_id,
	user_name: user_id,
	count_id: 'c',
	count_name: 'Aisle 4',
	facility_id: 'f1',
	facility_name: 'Main Street',
	waiting: 37,
	refused: 0,
	halted: false,
	...more
});

it('counts what is one’s own, and what was refused', () => {
	const commands = [
		{ user_id: 'u1', state: 'queued' as const },
		{ user_id: 'u1', state: 'rejected' as const },
		{ user_id: 'u2', state: 'queued' as const }
	];
	expect(mine(commands, 'u1')).toMatchObject({ total: 2, rejected: 1 });
	expect(mine(commands, 'u3')).toMatchObject({ total: 0, rejected: 0 });
	expect(mine(commands, null)).toMatchObject({ total: 0, rejected: 0 });
});

it('counts scans as well, and calls stuck what isn’t sent by itself', () => {
	const sessions = [counted('u1'), counted('u2')];
	expect(mine([], 'u1', sessions)).toMatchObject({ total: 37, rejected: 0, scans: 37, sessions: [{ user_id: 'u1' }] });
	expect(mine([], 'u1', [counted('u1', { halted: true, refused: 2 })])).toMatchObject({ total: 39, rejected: 39 });
});

it('holds whoever has unsent scans at their facility, and nobody else', () => {
	const sessions = [counted('u1'), counted('u2')];
	expect(holding(sessions, 'u1', 'f2')).toHaveLength(1);
	expect(holding(sessions, 'u1', 'f1')).toEqual([]);
	expect(holding(sessions, 'u3', 'f2')).toEqual([]);
});
