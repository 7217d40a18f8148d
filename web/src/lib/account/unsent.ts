import type { Uuid } from '$lib/api/types';
import type { Command } from '$lib/state/outbox';

export interface Unsent {
	total: number;
	/** Refused by the server: somebody has to look at them, sending again won't help. */
	rejected: number;
}

/** What of this person's still lies on the device. Others' commands wait for them, whoever signs out. */
export function mine(commands: Pick<Command, 'user_id' | 'state'>[], userId: Uuid | null): Unsent {
	const own = commands.filter((c) => c.user_id === userId);
	return { total: own.length, rejected: own.filter((c) => c.state === 'rejected').length };
}
