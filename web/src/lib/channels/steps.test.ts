import { expect, it } from 'vitest';
import type { ChannelLocation, ChannelSummary } from './shapes';
import { doneSteps } from './steps';

const location = (facilities: number): ChannelLocation => ({
	location: 'gid://shopify/Location/1',
	name: 'Shop',
	active: true,
	seen_at: '2026-03-01T10:00:00Z',
	facilities: Array.from({ length: facilities }, (_, i) => ({ facility_id: `f${i}`, code: `S${i}`, name: `Store ${i}`, safety_stock: 0 }))
});
const summary = (twice: number) => ({ items: { matched: 5, not_live: 0, twice, none: 0, untracked: 0, gone: 0 } }) as ChannelSummary;
const now = (known: Partial<Parameters<typeof doneSteps>[0]>) => {
	const steps = doneSteps({ locations: [], summary: null, compared: false, live: false, ...known });
	return Object.entries(steps).filter(([, state]) => state === 'now').map(([step]) => step);
};

it('leads from reading to going live, one step at a time', () => {
	expect(now({})).toEqual(['read']);
	expect(now({ locations: [location(0)], summary: summary(0), compared: true })).toEqual(['places']);
	expect(now({ locations: [location(2)], summary: summary(3) })).toEqual(['items']);
	expect(now({ locations: [location(2)], summary: summary(0) })).toEqual(['dry']);
	expect(now({ locations: [location(2)], summary: summary(0), compared: true })).toEqual(['live']);
	expect(now({ locations: [location(2)], live: true })).toEqual([]);
});

it('lets nobody be held up by an item that is nobody’s stock', () => {
	expect(now({ locations: [location(1)], summary: summary(3), compared: true })).toEqual(['live']);
});
