import { en } from './en';
import type { channels } from './en/channels';
import type { webhooks } from './en/webhooks';
import { render, type Message, type Params } from './messages';

export type MessageKey = keyof typeof en | keyof typeof channels | keyof typeof webhooks;

type Catalogue = Partial<Record<string, Message>>;

/** Languages that a catalogue exists for. Others are added as `Record<MessageKey, Message>`, so that none is missed. */
const catalogues: { en: Catalogue } & Partial<Record<string, Catalogue>> = { en: { ...en } };

/** Words of pages that few people open: loaded with those, not at the start. */
export function addWords(words: Catalogue): void {
	Object.assign(catalogues.en, words);
}

let language = 'en';

/** The text of a key: `t('home.negative', { count: 3 })`. */
export function t(key: MessageKey, params?: Params): string {
	const message = (catalogues[language] ?? catalogues.en)[key];
	return message === undefined ? key : render(message, params, language);
}

/** For keys made of a code that the server sends, which may be newer than this catalogue. */
export function tOr(key: string, fallback: string, params?: Params): string {
	return key in catalogues.en ? t(key as MessageKey, params) : fallback;
}

export function currentLanguage(): string {
	return language;
}
