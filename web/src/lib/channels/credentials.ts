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

/** What a person can type; the third kind is given by the shop itself, where a person lets the app in. */
export type TypedKind = Exclude<CredentialKind, 'offline'>;

/** Where the server looks for them: as the credentials of a channel, or by themselves as an app's. */
export type At = '/credentials' | '';

export function credentialsOf(kind: TypedKind, typed: TypedCredentials): Credentials {
	return kind === 'static' ? { kind, token: typed.token.trim() } : { kind, ...appOf(typed) };
}

/** The app that somebody lets in. */
export const appOf = (typed: TypedCredentials) => ({ client_id: typed.clientId.trim(), client_secret: typed.clientSecret.trim() });

/** Nothing of the chosen kind was typed. */
export function isBlank(kind: TypedKind, typed: TypedCredentials): boolean {
	return kind === 'static' ? !typed.token.trim() : !typed.clientId.trim() && !typed.clientSecret.trim();
}

export function credentialErrors(kind: TypedKind, typed: TypedCredentials, at: At = '/credentials'): Record<string, string | false> {
	const missing = t('connect.missing');
	return kind === 'static'
		? { [`${at}/token`]: !typed.token.trim() && missing }
		: { [`${at}/client_id`]: !typed.clientId.trim() && missing, [`${at}/client_secret`]: !typed.clientSecret.trim() && missing };
}
