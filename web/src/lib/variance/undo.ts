import type { Movement, Quantities } from '$lib/api/types';
import { asProblem, fallbackTitle } from '$lib/api/problem';
import { uuidv7 } from '$lib/ids';
import { t } from '$lib/i18n';
import { num, signed } from '$lib/i18n/format';
import { outbox } from '$lib/state/device-outbox.svelte';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/state/toasts.svelte';

/** "Damaged" within a sentence: "−1 damaged". */
export const inSentence = (label: string) => label.charAt(0).toLocaleLowerCase() + label.slice(1);

/** "On hand 12 → 11", and available where only that changed. */
export function changeText(before: Quantities, after: Quantities): string {
	return before.on_hand === after.on_hand && before.available !== after.available
		? t('variance.availableOnly', { from: num(before.available), to: num(after.available) })
		: t('variance.onHandChange', { from: num(before.on_hand), to: num(after.on_hand) });
}

/** Undoes a posted variance, with the same care as posting one: stored first, sent once. */
export async function undo(movement: Movement): Promise<boolean> {
	const me = session.me;
	if (!me) return false;
	const label = movement.reason_label ?? '';
	const id = uuidv7();
	try {
		const delivery = await outbox.submit({
			id,
			user_id: me.id,
			user_name: me.name,
			facility_id: movement.facility_id,
			facility_name: session.facilityName(movement.facility_id),
			path: `/variances/${encodeURIComponent(movement.id)}/reversal`,
			body: { id },
			about: {
				product_id: movement.sku.product_id,
				sku_id: movement.sku.id,
				title: movement.sku.product_title,
				option: movement.sku.title,
				quantity: -movement.on_hand_change || -movement.available_change,
				reason: t('history.undoneWhat', { what: label })
			}
		});
		if (delivery.kind === 'sent') {
			const change = signed(movement.on_hand_change || movement.available_change);
			toasts.show({
				text: t('variance.undone', { change, reason: inSentence(label) }),
				detail: changeText(delivery.answer.level_before, delivery.answer.level_after)
			});
			return true;
		}
		if (delivery.kind === 'queued') {
			toasts.show({ text: t('variance.undoQueued'), detail: t('variance.queuedHint'), tone: 'info' });
			return true;
		}
		fail(delivery.problem);
	} catch (error) {
		fail(error);
	}
	return false;
}

function fail(error: unknown): void {
	const problem = asProblem(error);
	toasts.show({ text: t('variance.undoFailed'), detail: problem.detail || problem.title || t(fallbackTitle(problem)), tone: 'error' });
}
