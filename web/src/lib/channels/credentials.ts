import './catalogue';
import { t } from '$lib/i18n';
import type { CredentialKind, Credentials } from './shapes';

/** As they are typed. They live no longer than the sheet that asks for them. */
export interface TypedCredentials {
	token: string;
	clientId: string;
	clientSecret: string;
}

export const NO_CREDENTIALS: TypedCredentials = { token: '', clientId: '', clientSecret: '' };

/** What a person can type; the third kind is given by the shop itself. */
export type TypedKind = Exclude<CredentialKind, 'offline'>;

export function credentialsOf(kind: TypedKind, typed: TypedCredentials): Credentials {
	const said = kind === 'static' ? { kind, token: typed.token.trim() } : { kind, client_id: typed.clientId.trim(), client_secret: typed.clientSecret.trim() };
	// The generated type of `kind` is that of a word and of an object at once, which nothing is.
	return said as unknown as Credentials;
}

/** Nothing of the chosen kind was typed. */
export function isBlank(kind: TypedKind, typed: TypedCredentials): boolean {
	return kind === 'static' ? !typed.token.trim() : !typed.clientId.trim() && !typed.clientSecret.trim();
}

export function credentialErrors(kind: TypedKind, typed: TypedCredentials): Record<string, string | false> {
	const missing = t('connect.missing');
	return kind === 'static'
		? { '/credentials/token': !typed.token.trim() && missing }
		: { '/credentials/client_id': !typed.clientId.trim() && missing, '/credentials/client_secret': !typed.clientSecret.trim() && missing };
}
