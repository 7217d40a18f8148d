import { afterEach, expect, it } from 'vitest';
import { events } from './events.svelte';
import { network } from './network.svelte';
import { outOfReach } from './reach';

afterEach(() => {
	network.online = true;
	events.status = 'idle';
});

it('is out of reach without a network, and with one that leads nowhere', () => {
	events.status = 'live';
	expect(outOfReach()).toBe(false);
	events.status = 'lost';
	expect(outOfReach()).toBe(true);
	events.status = 'live';
	network.online = false;
	expect(outOfReach()).toBe(true);
});
