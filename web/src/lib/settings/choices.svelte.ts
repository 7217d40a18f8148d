import { listFacilities, listFacilityGroups, listRoles, whole } from '$lib/api/admin';
import { asProblem, type Problem } from '$lib/api/problem';
import { byRank } from './roles';
import type { Choices } from './grants';

/** Roles, groups and facilities: what the forms of the settings choose from. */
export class SettingsChoices implements Choices {
	roles = $state.raw<Choices['roles']>([]);
	groups = $state.raw<Choices['groups']>([]);
	facilities = $state.raw<Choices['facilities']>([]);
	loaded = $state(false);
	problem = $state<Problem | null>(null);

	async load(): Promise<void> {
		this.problem = null;
		try {
			const [roles, groups, facilities] = await Promise.all([whole(listRoles), whole(listFacilityGroups), whole(listFacilities)]);
			this.roles = byRank(roles);
			this.groups = groups;
			this.facilities = facilities;
			this.loaded = true;
		} catch (error) {
			this.problem = asProblem(error);
		}
	}

	roleLabel(code: string): string {
		return this.roles.find((r) => r.code === code)?.label ?? code;
	}
}
