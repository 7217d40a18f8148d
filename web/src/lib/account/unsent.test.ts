import { expect, it } from 'vitest';
import { mine } from './unsent';

it('counts only what the person who signs out has left on the device', () => {
	const commands = [
		{ user_id: 'maya', state: 'queued' as const },
		{ user_id: 'maya', state: 'rejected' as const },
		{ user_id: 'tom', state: 'queued' as const }
	];
	expect(mine(commands, 'maya')).toEqual({ total: 2, rejected: 1 });
	expect(mine(commands, 'ada')).toEqual({ total: 0, rejected: 0 });
	expect(mine(commands, null)).toEqual({ total: 0, rejected: 0 });
});
