import type { Uuid } from '$lib/api/types';
import type { UnsentSession } from '$lib/counting/presence.svelte';
import type { Command } from '$lib/state/outbox';

export interface Unsent {
	total: number;
	/** Refused by the server: somebody has to look at them, sending again won't help. */
	rejected: number;
	/** Of counts: how many entries, in which sessions. */
	scans: number;
	sessions: UnsentSession[];
}

/** What of this person's still lies on the device. Others' commands wait for them, whoever signs out. */
export function mine(commands: Pick<Command, 'user_id' | 'state'>[], userId: Uuid | null, counted: UnsentSession[] = []): Unsent {
	const own = commands.filter((c) => c.user_id === userId);
	const sessions = counted.filter((s) => s.user_id === userId);
	const scans = sessions.reduce((sum, s) => sum + s.waiting + s.refused, 0);
	const stuck = sessions.reduce((sum, s) => sum + (s.halted ? s.waiting : 0) + s.refused, 0);
	const rejected = own.filter((c) => c.state === 'rejected').length + stuck;
	return { total: own.length + scans, rejected, scans, sessions };
}

/** The sessions that stand against leaving for another facility: their units lie elsewhere. */
export function holding(counted: UnsentSession[], userId: Uuid | null, next: Uuid): UnsentSession[] {
	return counted.filter((s) => s.user_id === userId && s.facility_id !== next);
}
