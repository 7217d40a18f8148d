import type { Movement } from '$lib/api/types';
import { t, tOr } from '$lib/i18n';
import { exactTime } from '$lib/i18n/format';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { follow } from './follow';
import { shown } from './progress';

/** Says under a message how far its variance is: saved → sent → confirmed. */
export function tellProgress(toast: number, movement: Pick<Movement, 'id' | 'facility_id'>): void {
	const end = follow(movement.id, movement.facility_id, (channels) => {
		if (!toasts.has(toast)) return end();
		const zone = session.facilityZone(movement.facility_id);
		const note = shown(channels)
			.map((c) => {
				const words = tOr(`way.${c.status}`, c.status, { shop: c.channel });
				if (c.status === 'confirmed' && c.confirmed_at) return `${words} · ${exactTime(c.confirmed_at, zone)}`;
				return c.problem ? `${words}: ${c.problem}` : c.status === 'held' ? `${words}. ${t('way.hint.held')}` : words;
			})
			.join(' · ');
		const refused = channels.some((c) => c.status === 'rejected' || c.status === 'held');
		if (note) toasts.update(toast, { note, ...(refused && { tone: 'warn' as const }) });
	});
}
