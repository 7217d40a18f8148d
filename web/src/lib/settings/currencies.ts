/** Currencies to choose from: the server says which, the browser what they are called. */
import { currentLanguage } from '$lib/i18n';

/** "Swiss Franc"; the code itself where the browser has no name for it. */
export function currencyName(code: string, language: string = currentLanguage()): string {
	try {
		return new Intl.DisplayNames(language, { type: 'currency' }).of(code) ?? code;
	} catch {
		return code;
	}
}

/** "CHF · Swiss Franc". */
export function currencyLabel(code: string): string {
	const name = currencyName(code);
	return !code || name === code ? code : `${code} · ${name}`;
}

const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** Every word typed begins the code or is in the name, in any order; the code that was typed comes first. */
export function searchCurrencies(query: string, codes: readonly string[]): string[] {
	const words = plain(query).split(/\s+/).filter(Boolean);
	if (!words.length) return [...codes];
	const fits = (code: string) => words.every((word) => plain(code).startsWith(word) || plain(currencyName(code)).includes(word));
	const typed = (code: string) => Number(plain(code).startsWith(words[0]!));
	return codes.filter(fits).sort((a, b) => typed(b) - typed(a));
}
