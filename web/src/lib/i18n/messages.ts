/** A message: text with `{name}` places, or its plural forms, chosen by the parameter `count`. */
export type Message = string | Plural;

export interface Plural {
	zero?: string;
	one?: string;
	two?: string;
	few?: string;
	many?: string;
	other: string;
}

export type Params = Record<string, string | number>;

/** Fills one message. Numbers are written as the locale writes them. */
export function render(message: Message, params: Params | undefined, locale: string): string {
	let text: string;
	if (typeof message === 'string') {
		text = message;
	} else {
		const count = Number(params?.count ?? 0);
		// "zero" is taken for 0 in every language, so that a catalogue can say "No requests".
		const form = count === 0 && message.zero !== undefined ? 'zero' : new Intl.PluralRules(locale).select(count);
		text = message[form] ?? message.other;
	}
	if (!params) return text;
	return text.replace(/\{(\w+)\}/g, (place, name: string) => {
		const value = params[name];
		if (value === undefined) return place;
		return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
	});
}
