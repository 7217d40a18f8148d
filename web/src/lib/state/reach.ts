import { events } from './events.svelte';
import { network } from './network.svelte';

/**
 * Whether the server is out of reach: the device has no network, or one that leads nowhere. The browser alone doesn't
 * know that, least of all after a reload without a connection.
 */
export const outOfReach = () => !network.online || events.status === 'lost';
