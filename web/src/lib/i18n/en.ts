import type { Message } from './messages';
import { core } from './en/core';
import { stock } from './en/stock';
import { admin } from './en/admin';
import { settings } from './en/settings';
import { account } from './en/account';
import { counts } from './en/counts';
import { review } from './en/review';
import { counting } from './en/counting';
import { photos } from './en/photos';
import { progress } from './en/progress';

/** English, the language that every other catalogue follows. Split by area; keys are unique over all of them. */
export const en = { ...core, ...stock, ...admin, ...settings, ...account, ...counts, ...review, ...counting, ...photos, ...progress } satisfies Record<string, Message>;
