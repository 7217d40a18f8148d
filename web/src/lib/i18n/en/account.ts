import type { Message } from '../messages';

/** More, the account, imports, the audit list. */
export const account = {} satisfies Record<string, Message>;
