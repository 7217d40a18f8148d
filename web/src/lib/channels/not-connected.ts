import './catalogue';
import { t, tOr } from '$lib/i18n';

/** Why nothing came of going to a shop, in words. */
export interface Failure {
	why: string;
	remedy: string;
	/** The channel that was to get other credentials. */
	channel: string | null;
	/** What the app may not do, where it may not do enough. */
	scopes: string[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SCOPE = /^[a-z_]{1,60}$/;
const SCOPES_MAX = 20;

/** What an address says. Anybody can make one, so nothing of it is shown that isn't known. */
export function failureOf(query: URLSearchParams): Failure {
	const word = query.get('why') ?? '';
	const [channel, scopes] = [query.get('channel') ?? '', query.get('scopes') ?? ''];
	return {
		why: tOr(`notConnected.why.${word}`, t('notConnected.why.failed')),
		remedy: tOr(`notConnected.do.${word}`, t('notConnected.do.failed')),
		channel: UUID.test(channel) ? channel : null,
		scopes: scopes.split(',').filter((scope) => SCOPE.test(scope)).slice(0, SCOPES_MAX)
	};
}
