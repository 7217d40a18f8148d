import type { Message } from '../messages';

/** Settings: facilities, people, roles, reasons, API keys. */
export const settings = {} satisfies Record<string, Message>;
