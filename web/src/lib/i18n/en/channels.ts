import type { Message } from '../messages';

/** Shops: connecting, mapping, what waits, differences, certificates. Loaded with those pages. */
export const channels = {
	'shops.add': 'Connect a shop'
} satisfies Record<string, Message>;
