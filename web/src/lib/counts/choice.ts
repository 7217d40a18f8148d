/**
 * Which lines are chosen: some by their ids, or all that match a filter, without any of them being loaded. A new
 * choice is a new object, so that what depends on it is drawn again.
 */
export interface Choice {
	ids: ReadonlySet<string>;
	/** All that match. */
	all: boolean;
	/** Where a range begins. */
	anchor: string | null;
}

export const NOTHING: Choice = { ids: new Set(), all: false, anchor: null };

export const chosen = (choice: Choice, id: string) => choice.all || choice.ids.has(id);

export function toggle(choice: Choice, id: string, shown: string[]): Choice {
	// Taking one out of "all": what is left are those that are shown.
	const ids = new Set(choice.all ? shown : choice.ids);
	if (ids.has(id)) ids.delete(id);
	else ids.add(id);
	return { ids, all: false, anchor: id };
}

/** From where the last choice began to here, as with files. */
export function range(choice: Choice, to: string, shown: string[]): Choice {
	const end = shown.indexOf(to);
	const start = choice.anchor === null ? end : shown.indexOf(choice.anchor);
	if (end < 0) return choice;
	const [low, high] = start < 0 ? [end, end] : [Math.min(start, end), Math.max(start, end)];
	const ids = new Set(choice.all ? shown : choice.ids);
	for (const id of shown.slice(low, high + 1)) ids.add(id);
	return { ids, all: false, anchor: choice.anchor ?? to };
}

/** Those that are shown; none, if they all were chosen. */
export function toggleShown(choice: Choice, shown: string[]): Choice {
	const whole = choice.all || (shown.length > 0 && shown.every((id) => choice.ids.has(id)));
	return whole ? NOTHING : { ids: new Set([...choice.ids, ...shown]), all: false, anchor: null };
}

export const chooseAll = (): Choice => ({ ids: new Set(), all: true, anchor: null });
