import type { Message } from '../messages';

/** Lists for the office, settings, import, audit. */
export const admin = {} satisfies Record<string, Message>;
