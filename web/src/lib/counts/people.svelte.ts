import { listUsers, whole } from '$lib/api/admin';
import type { Actor, Uuid } from '$lib/api/types';
import { session } from '$lib/state/session.svelte';
import { listCounts } from './api';

/**
 * Who may be asked to count: whoever may list people has all of them; everybody else has those that the facility's
 * counts name, and themselves.
 */
export async function peopleFor(facilityId: Uuid, signal?: AbortSignal): Promise<{ id: Uuid; name: string }[]> {
	const known = new Map<Uuid, string>();
	const note = (actor: Pick<Actor, 'id' | 'name'> & { kind?: string } | null) => {
		if (actor && (actor.kind ?? 'user') === 'user') known.set(actor.id, actor.name);
	};
	if (session.me) note({ id: session.me.id, name: session.me.name });
	const [counts, users] = await Promise.allSettled([
		listCounts({ facility_id: facilityId, limit: 100 }, signal),
		session.can('users.manage') ? whole(listUsers, signal) : Promise.resolve([])
	]);
	if (counts.status === 'fulfilled') {
		for (const count of counts.value.items) [...count.assignees, count.created_by, count.opened_by, count.submitted_by].forEach(note);
	}
	if (users.status === 'fulfilled') users.value.filter((u) => u.active).forEach((u) => known.set(u.id, u.name));
	return [...known].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
}
