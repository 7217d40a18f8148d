import Check from '@lucide/svelte/icons/check';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import Clock from '@lucide/svelte/icons/clock';
import ListX from '@lucide/svelte/icons/list-x';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import type { Kind } from './tally';

/** Each kind has a colour, an icon and a word: none stands alone. */
export const KINDS = {
	known: { tone: 'gain', icon: Check, word: 'counting.kind.known' },
	unlisted: { tone: 'warn', icon: ListX, word: 'counting.kind.unlisted' },
	unknown: { tone: 'loss', icon: TriangleAlert, word: 'counting.kind.unknown' },
	lookup: { tone: 'info', icon: Clock, word: 'counting.kind.lookup' },
	choose: { tone: 'warn', icon: CircleHelp, word: 'counting.kind.choose' }
} as const satisfies Record<Kind, object>;
