import type { Facility, FacilityGroup, Grant, GrantBody, Role } from '$lib/api/types';

/** One line of the editor: a role, and where it holds as the value of a select: '', 'all', 'group:ID', 'facility:ID'. */
export interface GrantDraft {
	role: string;
	scope: string;
}

export const emptyGrant = (): GrantDraft => ({ role: '', scope: '' });

export function draftOf(grant: Pick<Grant, 'role' | 'scope'>): GrantDraft {
	const { kind, id } = grant.scope;
	return { role: grant.role, scope: kind === 'all' ? 'all' : `${kind}:${id}` };
}

/** null while role or place is missing. */
export function bodyOf(draft: GrantDraft): GrantBody | null {
	if (!draft.role || !draft.scope) return null;
	if (draft.scope === 'all') return { role: draft.role, scope: { kind: 'all' } };
	const [kind, id] = draft.scope.split(':') as ['group' | 'facility', string];
	return { role: draft.role, scope: { kind, id } };
}

export type GrantComplaint = 'role' | 'scope' | 'twice' | null;

/** What each line lacks. */
export function complaints(drafts: GrantDraft[]): GrantComplaint[] {
	return drafts.map((draft, i) => {
		if (!draft.role) return 'role';
		if (!draft.scope) return 'scope';
		return drafts.findIndex((other) => other.role === draft.role && other.scope === draft.scope) < i ? 'twice' : null;
	});
}

/** Whether both say the same, in whatever order. */
export function sameGrants(a: GrantDraft[], b: GrantDraft[]): boolean {
	const text = (drafts: GrantDraft[]) => JSON.stringify(drafts.map((d) => `${d.role} ${d.scope}`).sort());
	return text(a) === text(b);
}

const GLOBAL = ['settings.', 'users.', 'channels.', 'api_keys.'];

/**
 * A role that runs the whole retailer, held for a part of it: the server gives none of those permissions then, and
 * people wonder why.
 */
export function isHalfGlobal(draft: GrantDraft, roles: Role[]): boolean {
	const role = roles.find((r) => r.code === draft.role);
	return !!role && draft.scope !== '' && draft.scope !== 'all' && role.permissions.some((p) => GLOBAL.some((g) => p.startsWith(g)));
}

/** What there is to choose from. A place that is no longer offered (closed since) keeps its line. */
export interface Choices {
	roles: Role[];
	groups: FacilityGroup[];
	facilities: Facility[];
}

export function isKnownScope(scope: string, { groups, facilities }: Choices): boolean {
	if (scope === '' || scope === 'all') return true;
	const [kind, id] = scope.split(':');
	return (kind === 'group' ? groups : facilities).some((x) => x.id === id);
}
