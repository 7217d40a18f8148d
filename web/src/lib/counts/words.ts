/** Each status as a word, an icon and a colour: none is told by colour alone. */
import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import Ban from '@lucide/svelte/icons/ban';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import CircleDot from '@lucide/svelte/icons/circle-dot';
import CircleX from '@lucide/svelte/icons/circle-x';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import Equal from '@lucide/svelte/icons/equal';
import Lock from '@lucide/svelte/icons/lock';
import PackagePlus from '@lucide/svelte/icons/package-plus';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import ScanBarcode from '@lucide/svelte/icons/scan-barcode';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Component } from 'svelte';
import type { CountLine, CountSession, CountStatus, LineStatus } from './api';

export type Tone = 'plain' | 'accent' | 'loss' | 'gain' | 'warn' | 'info';
export interface Look {
	icon: Component<{ size?: number }>;
	tone: Tone;
}

const look = (icon: unknown, tone: Tone): Look => ({ icon: icon as Look['icon'], tone });

export const COUNT_LOOKS: Record<CountStatus, Look> = {
	draft: look(PencilLine, 'plain'),
	scheduled: look(CalendarClock, 'info'),
	open: look(ScanBarcode, 'accent'),
	in_review: look(ClipboardCheck, 'warn'),
	closed: look(Lock, 'gain'),
	cancelled: look(Ban, 'plain')
};

export const LINE_LOOKS: Record<LineStatus, Look> = {
	unknown: look(CircleDashed, 'warn'),
	counted: look(CircleDot, 'info'),
	unlisted: look(PackagePlus, 'warn'),
	consistent: look(Equal, 'gain'),
	recount: look(RotateCcw, 'warn'),
	accepted: look(CircleCheck, 'accent'),
	rejected: look(CircleX, 'plain'),
	posted: look(Lock, 'gain'),
	undone: look(Undo2, 'plain'),
	left_out: look(ArrowLeftRight, 'plain')
};

export const SESSION_LOOKS: Record<CountSession['status'], Look> = {
	open: look(ScanBarcode, 'accent'),
	submitted: look(CircleCheck, 'gain'),
	discarded: look(Ban, 'plain')
};

export type Sureness = 'unknown' | 'consistent' | 'range' | 'clock' | 'basket' | 'typed' | 'sure';

/** How far a line's variance can be relied on: the most doubtful first. */
export function sureness(line: CountLine): Sureness[] {
	if (line.status === 'unknown' || line.counted === null) return ['unknown'];
	const found: Sureness[] = [];
	const { variance_low: low, variance_high: high } = line;
	const spread = low !== null && high !== null && low !== high;
	if (spread) found.push(low <= 0 && high >= 0 ? 'consistent' : 'range');
	if (line.clock_uncertain) found.push('clock');
	if ((line.basket_units ?? 0) > 0) found.push('basket');
	if (line.how.length > 0 && line.how.every((how) => how === 'typed')) found.push('typed');
	return found.length ? found : ['sure'];
}
