/** The way from a connected shop to one that is live. */
import type { ChannelLocation, ChannelSummary } from './shapes';

export type SetupStep = 'read' | 'places' | 'items' | 'dry' | 'live';
export type StepState = 'done' | 'now' | 'later';

const ORDER: SetupStep[] = ['read', 'places', 'items', 'dry', 'live'];

/**
 * How far it is. One step is "now": the first that is not done. Items that match nothing hold nobody up: they are looked at,
 * and many a shop has some that are nobody's stock.
 */
export function doneSteps(known: { locations: ChannelLocation[]; summary: ChannelSummary | null; compared: boolean; live: boolean }): Record<SetupStep, StepState> {
	const { locations, summary, compared, live } = known;
	const mapped = locations.some((l) => l.facilities.length > 0);
	const open = summary ? summary.items.twice + summary.items.none : 0;
	const done: Record<SetupStep, boolean> = {
		read: live || locations.length > 0,
		places: live || mapped,
		items: live || (mapped && (open === 0 || compared)),
		// What was compared without a facility behind any location tells nothing.
		dry: live || (mapped && compared),
		live
	};
	const now = ORDER.find((step) => !done[step]);
	return Object.fromEntries(ORDER.map((step) => [step, done[step] ? 'done' : step === now ? 'now' : 'later'])) as Record<SetupStep, StepState>;
}
