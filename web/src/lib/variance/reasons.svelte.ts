import { listReasons } from '$lib/api/operations';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Reason, Uuid } from '$lib/api/types';
import { remember, remembered } from '$lib/state/device';

/**
 * The reasons to choose from at a facility, its most used first. Kept on the device: without a connection, variances
 * can still be logged.
 */
class Reasons {
	problem = $state<Problem | null>(null);
	#byFacility = new Map<Uuid, Reason[]>();

	known(facilityId: Uuid): Reason[] {
		return this.#byFacility.get(facilityId) ?? remembered<Reason[]>(`reasons.${facilityId}`, []);
	}

	async load(facilityId: Uuid): Promise<Reason[]> {
		this.problem = null;
		try {
			const { items } = await listReasons({ selectable: true, facility_id: facilityId, limit: 200 });
			const usable = items.filter((r) => r.selectable && r.active);
			this.#byFacility.set(facilityId, usable);
			remember(`reasons.${facilityId}`, usable);
			return usable;
		} catch (error) {
			const kept = this.known(facilityId);
			if (!kept.length) this.problem = asProblem(error);
			return kept;
		}
	}
}

export const reasons = new Reasons();
