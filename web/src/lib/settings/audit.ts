import { tOr } from '$lib/i18n';

export interface AuditFilters {
	actor: string;
	facility: string;
	action: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function parseAudit(params: URLSearchParams): AuditFilters {
	const uuid = (name: string) => (UUID.test(params.get(name) ?? '') ? params.get(name)! : '');
	return { actor: uuid('person'), facility: uuid('facility'), action: /^[a-z_.]{1,60}$/.test(params.get('action') ?? '') ? params.get('action')! : '' };
}

export function auditSearch({ actor, facility, action }: AuditFilters): string {
	const params = new URLSearchParams();
	if (actor) params.set('person', actor);
	if (facility) params.set('facility', facility);
	if (action) params.set('action', action);
	const text = params.toString();
	return text ? `?${text}` : '';
}

/**
 * What was done, in words. The ledger's own acts ("variance.post") are in the catalogue; the others are operation ids of
 * the API: "update_role" → "Update role".
 */
export function operationLabel(action: string): string {
	const words = action.replace(/[_.]+/g, ' ').trim();
	return tOr(`audit.act.${action}`, words.charAt(0).toUpperCase() + words.slice(1));
}
