export type Command = 'next' | 'previous' | 'extendDown' | 'extendUp' | 'accept' | 'reject' | 'recount' | 'choose' | 'none' | 'open';

interface Press {
	key: string;
	shiftKey: boolean;
	ctrlKey: boolean;
	altKey: boolean;
	metaKey: boolean;
}

/** What a key means in the review; null where it isn't ours. */
export function commandOf(press: Press): Command | null {
	if (press.ctrlKey || press.altKey || press.metaKey) return null;
	switch (press.key) {
		case 'j':
		case 'J':
		case 'ArrowDown':
			return press.shiftKey ? 'extendDown' : 'next';
		case 'k':
		case 'K':
		case 'ArrowUp':
			return press.shiftKey ? 'extendUp' : 'previous';
		case 'Enter':
			return 'open';
		case 'Escape':
			return 'none';
		case ' ':
			return 'choose';
	}
	if (press.shiftKey) return null;
	return press.key === 'a' ? 'accept' : press.key === 'x' ? 'reject' : press.key === 'r' ? 'recount' : null;
}

/** These change something. A scanner's first letter looks like one: they wait until it is clear that nothing follows. */
export const WRITES: ReadonlySet<Command> = new Set<Command>(['accept', 'reject', 'recount', 'choose']);
/** Longer than a scanner's pause between two keys, and shorter than anybody notices. */
export const QUIET_MS = 70;
