/** How far a change is on its way to the shops. */
import type { OnItsWay } from '$lib/api/types';

export type Stage = OnItsWay['status'];

/** What somebody has to look at comes first, what is done last. */
const ORDER: Stage[] = ['rejected', 'held', 'saved', 'sent', 'skipped', 'confirmed', 'none'];
const rank = (stage: Stage) => {
	const at = ORDER.indexOf(stage);
	// From a newer server: neither alarming nor done.
	return at < 0 ? ORDER.indexOf('sent') : at;
};

/** The shops to tell of, the one that needs somebody first; a shop that has nothing to do with it is left out. */
export function shown(channels: OnItsWay[] | null | undefined): OnItsWay[] {
	return (channels ?? []).filter((c) => c.status !== 'none').sort((a, b) => rank(a.status) - rank(b.status) || a.channel.localeCompare(b.channel));
}

/** Nothing more happens by itself. */
export function isSettled(channels: OnItsWay[]): boolean {
	return channels.every((c) => c.status !== 'saved' && c.status !== 'sent');
}

/** Worth asking again when something reached a shop: somewhere in the list something is under way, or may be let go by a person. */
export function mayChange(items: { channels?: OnItsWay[] | null }[]): boolean {
	return items.some((item) => item.channels?.some((c) => c.status !== 'confirmed' && c.status !== 'none' && c.status !== 'skipped'));
}

export interface Step {
	key: 'saved' | 'sent' | 'confirmed';
	/** When; null: not yet. */
	at: string | null;
	done: boolean;
}

/** saved → sent → confirmed, with the time of each. */
export function steps(entry: OnItsWay, savedAt: string | null): Step[] {
	const confirmed = entry.status === 'confirmed';
	const sent = confirmed || entry.status === 'sent' || entry.sent_at !== null;
	return [
		{ key: 'saved', at: savedAt, done: true },
		{ key: 'sent', at: entry.sent_at, done: sent },
		{ key: 'confirmed', at: entry.confirmed_at, done: confirmed }
	];
}
