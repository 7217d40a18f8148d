import { en } from './en';
import { render, type Message, type Params } from './messages';

export type MessageKey = keyof typeof en;

/** Languages that a catalogue exists for. Others are added as `Record<MessageKey, Message>`, so that none is missed. */
const catalogues: Record<string, Record<MessageKey, Message>> = { en };

let language = 'en';

/** The text of a key: `t('home.negative', { count: 3 })`. */
export function t(key: MessageKey, params?: Params): string {
	const message = (catalogues[language] ?? en)[key];
	return message === undefined ? key : render(message, params, language);
}

/** For keys made of a code that the server sends, which may be newer than this catalogue. */
export function tOr(key: string, fallback: string, params?: Params): string {
	return key in en ? t(key as MessageKey, params) : fallback;
}

export function currentLanguage(): string {
	return language;
}
