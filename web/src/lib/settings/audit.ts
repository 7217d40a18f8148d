export interface AuditFilters {
	actor: string;
	facility: string;
	action: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function parseAudit(params: URLSearchParams): AuditFilters {
	const uuid = (name: string) => (UUID.test(params.get(name) ?? '') ? params.get(name)! : '');
	return { actor: uuid('person'), facility: uuid('facility'), action: /^[a-z_]{1,60}$/.test(params.get('action') ?? '') ? params.get('action')! : '' };
}

export function auditSearch({ actor, facility, action }: AuditFilters): string {
	const params = new URLSearchParams();
	if (actor) params.set('person', actor);
	if (facility) params.set('facility', facility);
	if (action) params.set('action', action);
	const text = params.toString();
	return text ? `?${text}` : '';
}

/** The API's operation id as words: "approve_variance_request" → "Approve variance request". */
export function operationLabel(action: string): string {
	const words = action.replaceAll('_', ' ').trim();
	return words.charAt(0).toUpperCase() + words.slice(1);
}
