import { SvelteMap } from 'svelte/reactivity';
import type { Level, LevelEvent, Quantities, Uuid } from '$lib/api/types';
import { events } from './events.svelte';

/**
 * The newest known quantities per facility and SKU. Screens draw from here, so that an answer to a write or a live
 * event changes every number that shows it. `seq` grows with each movement of a facility: what is older is ignored,
 * in whichever order answers arrive.
 */
class Levels {
	#known = new SvelteMap<string, Level>();

	get(facilityId: Uuid, skuId: Uuid): Level | undefined {
		return this.#known.get(key(facilityId, skuId));
	}

	put(levels: Level[]): void {
		for (const level of levels) {
			const old = this.get(level.facility_id, level.sku_id);
			if (!old || old.seq <= level.seq) this.#known.set(key(level.facility_id, level.sku_id), level);
		}
	}

	/** Quantities alone, from an event or from the answer to a write. */
	change(facilityId: Uuid, skuId: Uuid, seq: number, quantities: Quantities): void {
		const old = this.get(facilityId, skuId);
		if (old && old.seq >= seq) return;
		this.#known.set(key(facilityId, skuId), {
			last_counted_at: null,
			...old,
			...quantities,
			facility_id: facilityId,
			sku_id: skuId,
			last_movement_at: new Date().toISOString(),
			seq
		});
	}

	clear(): void {
		this.#known.clear();
	}
}

const key = (facilityId: Uuid, skuId: Uuid) => `${facilityId}/${skuId}`;

export const levels = new Levels();
events.on('level', (e: LevelEvent) => levels.change(e.facility_id, e.sku_id, e.seq, e.level));
