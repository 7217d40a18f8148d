import { approveRequest, declineRequest } from '$lib/api/admin';
import type { VarianceRequest } from '$lib/api/types';
import { t } from '$lib/i18n';
import { signed } from '$lib/i18n/format';
import { applyAnswer } from '$lib/state/device-outbox.svelte';
import { toasts } from '$lib/state/toasts.svelte';
import { work } from '$lib/state/work.svelte';
import { changeText, inSentence, undo } from '$lib/variance/undo';

const words = (request: VarianceRequest) => ({ change: signed(request.quantity), reason: inSentence(request.reason_label) });

/** Posts it. Not through the outbox: a decision is made on facts of this moment, so it needs the server. */
export async function approve(request: VarianceRequest): Promise<void> {
	const answer = await approveRequest(request.id);
	applyAnswer(answer);
	work.refresh();
	const { movement } = answer;
	toasts.show({
		text: t('requests.approved', words(request)),
		detail: changeText(answer.level_before, answer.level_after),
		action: movement ? { label: t('action.undo'), run: async () => void (await undo(movement)) } : undefined
	});
}

export async function decline(request: VarianceRequest, note: string): Promise<void> {
	await declineRequest(request.id, note);
	work.refresh();
	toasts.show({ text: t('requests.declined', words(request)), detail: t('requests.declinedDetail'), tone: 'info' });
}
